"""Standard output and error whose failure never ends the work.

A reader such as ``head`` closes its end early, a terminal disappears, a code page lacks a letter, a
process starts without streams: only the text is lost.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterator
from typing import Any

# Controls other than line ends and tabs, and marks that reverse the order of letters: in a name
# they could control the terminal.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Steady:
    """A text stream in front of another: writing never raises, and control characters are
    dropped."""

    def __init__(self, stream: Any):
        self._stream = stream
        self._lost = False

    def write(self, text: str) -> int:
        length, text = len(text), _STEERING.sub("", text)
        try:
            self._try(lambda: self._stream.write(text))
        except UnicodeEncodeError:
            letters = text.encode("ascii", "backslashreplace").decode()
            self._try(lambda: self._stream.write(letters))
        return length

    def flush(self) -> None:
        self._try(self._stream.flush)

    def _try(self, action: Any) -> None:
        if self._lost:
            return
        try:
            action()
        except UnicodeEncodeError:
            raise
        except (OSError, ValueError):  # ValueError: a closed file
            self._lost = True
            _to_nowhere(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def steady_output() -> Iterator[None]:
    """Let ``sys.stdout`` and ``sys.stderr`` be :class:`Steady` in the block.

    A letter missing in their encoding is written as ``\\xfc``.
    """
    _open_missing()
    kept = sys.stdout, sys.stderr
    for stream in kept:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    sys.stdout, sys.stderr = map(Steady, kept)
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdout, sys.stderr = kept


def _open_missing() -> None:
    """Give a process that was started without streams three that lead nowhere.

    Otherwise the first file it opens becomes its standard output.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number: this one
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def _to_nowhere(stream: Any) -> None:
    """Otherwise buffered text would raise again when the interpreter ends."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
