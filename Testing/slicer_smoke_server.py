"""A server that misbehaves, for the smoke test: a process of its own, for threads starve in Slicer.

    python Testing/slicer_smoke_server.py FOLDER

Serves FOLDER on this computer and prints its address. Of a file, the first answer breaks off in the
middle; of one with "wrong" in its name every answer has wrong bytes. Ends with its standard input.
"""

import http.server
import sys
import threading
from pathlib import Path


class Handler(http.server.BaseHTTPRequestHandler):
    folder = Path()
    seen = set()

    def do_GET(self):
        name = Path(self.path).name
        data = (self.folder / name).read_bytes()
        if "wrong" in name:
            data = bytes(byte ^ 1 for byte in data)
        asked = self.headers.get("Range")
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        breaks = name not in self.seen and "wrong" not in name
        self.seen.add(name)
        self.wfile.write(data[start : len(data) // 2] if breaks else data[start:])

    def log_message(self, *_):
        pass


def main(folder):
    Handler.folder = Path(folder)
    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
