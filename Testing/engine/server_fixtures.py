"""A real local server that can misbehave, and a proxy."""

from __future__ import annotations

import contextlib
import http.server
import ssl
import threading
import time
import urllib.parse
import urllib.request


class Server:
    """Serves ``files`` ({path: bytes}), each in the way that ``ways`` names for its path.

    Args:
        certificate: files of a certificate for "localhost" and of its key; the server then talks
            https.

    Attributes:
        seen: (method, path, Range header or None) of every request.
        cut: after how many bytes of a file "breaks" and "slow" stop.
    """

    def __init__(self, certificate=None):
        self.files, self.ways, self.cut = {}, {}, 5000
        self.seen: list[tuple[str, str, str | None]] = []
        self._stop = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.seen.append((self.command, self.path, self.headers.get("Range")))
                with contextlib.suppress(OSError):
                    outer.answer(self)

            def do_CONNECT(self):
                outer.seen.append((self.command, self.path, None))
                self.send_error(403)

            def log_message(self, *_):
                pass

        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        port = self._http.server_port
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{port}"
        if certificate is not None:
            self.url = f"https://localhost:{port}"

    def close(self):
        self._stop.set()
        self._http.shutdown()
        self._http.server_close()

    def answer(self, handler):
        path = handler.path
        if path.startswith("http://"):  # as a proxy
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(path) as got:
                return self._send(handler, 200, got.read(), {})
        way = self.ways.get(path, "")
        if way.isdecimal():
            return handler.send_error(int(way))
        if way.startswith("to "):
            handler.send_response(302)
            handler.send_header("Location", way[3:])
            handler.end_headers()
            return None
        data = self.files.get(path)
        if data is None:
            return handler.send_error(404)
        return self._file(handler, data, way)

    def _file(self, handler, data, way):
        asked, start, status = handler.headers.get("Range"), 0, 200
        headers: dict[str, str | None] = {}
        if asked and way != "no range":
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            if start >= len(data):
                return handler.send_error(416)
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            status = 206
        body = data[start:]
        if way == "wrong bytes":
            body = bytes(byte ^ 1 for byte in body)
        if way in ("longer", "endless"):
            body += b"x" * (1 << 20)
        if way == "shorter":
            body = body[:-10]
        if way in ("endless", "no length", "no length, shorter"):
            headers["Content-Length"] = None
        if way == "no length, shorter":
            body = body[: self.cut]
        if way in ("breaks", "slow"):
            headers["Content-Length"] = str(len(body))
            body = body[: self.cut]
        self._send(handler, status, body, headers, pause=0.3 if way == "trickles" else 0)
        if way == "slow":
            self._stop.wait(30)
        return None

    def _send(self, handler, status, body, headers, pause=0):
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            if value is not None:
                handler.send_header(name, value)
        handler.end_headers()
        piece = max(1, len(body) // 20) if pause else max(1, len(body))
        for start in range(0, len(body), piece):
            handler.wfile.write(body[start : start + piece])
            handler.wfile.flush()
            self._stop.wait(pause)


def until(condition, seconds=10.0):
    """Wait for something that another thread or process does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def host_of(url):
    return urllib.parse.urlsplit(url).netloc
