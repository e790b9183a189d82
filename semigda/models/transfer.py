"""Bytes from a server or a file, as they come, in a thread that nobody has to wait for.

A name that is looked up, a proxy or a silent server can block for a long time. The reader hears of
it as a pause between two looks, so a cancel is obeyed at once whatever the network does.
"""

from __future__ import annotations

import contextlib
import http.client
import queue
import ssl
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from semigda.progress import Progress
from semigda_core.errors import SemiGDAError
from semigda_core.version import __version__

BLOCK = 1 << 17
LOOK_S = 0.2
SILENCE_S = 30.0
AGAIN = "Start the download again; it continues where it stopped."
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Head:
    """What a source says before its bytes: where they begin, and the whole file's size."""

    start: int
    size: int | None


def address(place: str, base: str = "") -> str:
    """A URL or file's path that may be read: https or a file, http from this computer only.

    Args:
        place: a URL, or a path.
        base: the catalogue that names it, a URL or path, which it may be relative to. A catalogue
            from a server names no files of this computer.

    Raises:
        SemiGDAError: "bad-input".
    """
    remote = _scheme(base) in ("http", "https")
    if not _scheme(place) and base:
        place = urllib.parse.urljoin(base, place) if remote else str(Path(base).parent / place)
    scheme = _scheme(place)
    if scheme == "http" and urllib.parse.urlsplit(place).hostname in _HERE:
        return place
    if scheme == "https" or (scheme in ("", "file") and not remote):
        return place
    raise SemiGDAError(
        "bad-input",
        "The address is neither https nor a file.",
        action="Ask whoever keeps the catalogue for an address that begins with https.",
    )


def _scheme(place: str) -> str:
    scheme, colon, _ = place.partition(":")
    return scheme.lower() if colon and len(scheme) > 1 and scheme.isalpha() else ""


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows to another address of the same kind, or from http to https."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        if _scheme(newurl) not in (_scheme(req.full_url), "https"):
            raise urllib.error.HTTPError(newurl, code, msg, headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, address(newurl))


class Transfer:
    """An open source: its head, then its bytes from ``head.start`` on.

    Args:
        place: as :func:`address` gives it.
        start: where the wanted bytes begin; the source may begin at 0 all the same.
        progress: heard while waiting.
        silence: seconds without a byte after which the source counts as gone.

    Raises:
        SemiGDAError: "bad-input" saying what the network did; "cancelled".
    """

    def __init__(self, place: str, start: int, progress: Progress, silence: float = SILENCE_S):
        self._place, self._start, self._silence = place, start, silence
        self._progress = progress
        self._items: queue.Queue[Any] = queue.Queue(8)
        self._closed = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self.head: Head = self._next()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Nothing more is read."""
        self._closed.set()

    def __iter__(self) -> Iterator[bytes]:
        while block := self._next():
            yield block

    def _next(self) -> Any:
        while True:
            self._progress.check()
            try:
                item = self._items.get(timeout=LOOK_S)
            except queue.Empty:
                continue
            if isinstance(item, BaseException):
                raise _plain_error(item) from item
            return item

    # In the thread

    def _read(self) -> None:
        try:
            with contextlib.closing(self._open()) as source:
                while block := source.read1(BLOCK):
                    if not self._put(block):
                        return
            self._put(b"")
        except Exception as error:
            self._put(error)

    def _put(self, item: Any) -> bool:
        while not self._closed.is_set():
            with contextlib.suppress(queue.Full):
                self._items.put(item, timeout=LOOK_S)
                return True
        return False

    def _open(self) -> Any:
        if _scheme(self._place) not in ("http", "https"):
            path = self._place
            if _scheme(path):
                parts = urllib.parse.urlsplit(path)
                host = f"//{parts.netloc}" if parts.netloc not in ("", "localhost") else ""
                path = urllib.request.url2pathname(host + parts.path)
            source = open(path, "rb")
            self._put(Head(source.seek(self._start), Path(path).stat().st_size))
            return source
        headers = {"User-Agent": f"SemiGDA/{__version__}", "Accept-Encoding": "identity"}
        if self._start:
            headers["Range"] = f"bytes={self._start}-"
        request = urllib.request.Request(self._place, headers=headers)
        opener = urllib.request.build_opener(_Redirects)  # proxies: of environment and system
        answer = opener.open(request, timeout=self._silence)
        self._put(_head(answer))
        return answer


def _head(answer: http.client.HTTPResponse) -> Head:
    """Where the bytes of an answer begin, by its status and headers."""
    if answer.status == 206:
        try:
            where, total = answer.headers["Content-Range"].removeprefix("bytes ").split("/")
            return Head(int(where.split("-")[0]), None if total == "*" else int(total))
        except (AttributeError, ValueError):
            raise http.client.HTTPException("Content-Range") from None
    length = answer.headers.get("Content-Length", "")
    return Head(0, int(length) if length.isdecimal() else None)


def _plain_error(error: BaseException) -> SemiGDAError:
    """What the user is told of a failed transfer. Never the address: it may hold a password."""
    if isinstance(error, SemiGDAError):
        return error
    if isinstance(error, urllib.error.HTTPError):
        return _refused(error.code)
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    detail = type(cause).__name__
    if isinstance(cause, TimeoutError):
        return SemiGDAError("bad-input", "The server does not answer.", action=AGAIN, detail=detail)
    if isinstance(cause, ssl.SSLError):
        return SemiGDAError(
            "bad-input",
            "The server's certificate cannot be trusted.",
            action="Ask your IT department whether a proxy needs a certificate of its own.",
            detail=detail,
        )
    if isinstance(error, OSError) and error.filename is not None:
        return SemiGDAError(
            "bad-input",
            "The file cannot be read.",
            action="Check that it is there and that you may read it.",
            detail=detail,
        )
    if isinstance(error, urllib.error.URLError):
        return SemiGDAError(
            "bad-input",
            "The server cannot be reached.",
            action="Check the network and the proxy, then try again.",
            detail=detail,
        )
    return broken(detail)


def broken(detail: str = "") -> SemiGDAError:
    """The error for a connection that ended too early."""
    return SemiGDAError("bad-input", "The connection broke off.", action=AGAIN, detail=detail)


def _refused(code: int) -> SemiGDAError:
    if 300 <= code < 400:
        message = "The server redirects to an address that is not https, or to none."
        action = "Ask whoever keeps the catalogue."
    elif code in (404, 410):
        message, action = "The server does not have this file.", "Ask whoever keeps the catalogue."
    elif code in (401, 403, 407):
        message = "The server, or a proxy in front of it, refuses the file."
        action = "Ask your IT department, or whoever keeps the catalogue."
    elif code == 416:
        message = "The server's file has another size than the catalogue says."
        action = "Ask whoever keeps the catalogue."
    else:
        message = f"The server reports an error (HTTP status {code})."
        action = "Wait a while, then start the download again."
    return SemiGDAError("bad-input", message, action=action, detail=f"HTTP status {code}")
