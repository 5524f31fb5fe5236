"""Serves a folder, pages with a table in two parts: ``python -m tools.halting PORT``.

A page stops in the middle of its longest table until the browser asks for ``/-/painted``.
"""

from __future__ import annotations

import re
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_TABLE = re.compile(rb"<table.*?</table>", re.DOTALL)
_SECONDS = 60
"""How long a browser may take for a picture."""
_painted = threading.Event()


class Handler(SimpleHTTPRequestHandler):
    """Sends the rest of a page when what it has of it was painted."""

    def do_GET(self) -> None:
        """Sends a file, or hears that its first part was painted."""
        if self.path == "/-/painted":
            _painted.set()
            self.send_response(204)
            self.end_headers()
            return
        page = Path(self.translate_path(self.path)) / "index.html"
        if page.is_file():
            self._send_in_two(page.read_bytes())
        else:
            super().do_GET()

    def _send_in_two(self, page: bytes) -> None:
        table = max(_TABLE.finditer(page), key=lambda each: len(each[0]))
        middle = page.index(b"</tr>", (table.start() + table.end()) // 2)
        _painted.clear()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page[:middle])
        self.wfile.flush()
        if _painted.wait(_SECONDS):
            self.wfile.write(page[middle:])


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler) as server:
        print(f"Serving at http://127.0.0.1:{sys.argv[1]}/", flush=True)
        server.serve_forever()
