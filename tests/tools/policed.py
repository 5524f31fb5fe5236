"""Serves a folder with a Content-Security-Policy: ``python -m tools.policed PORT POLICY``."""

from __future__ import annotations

import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class Handler(SimpleHTTPRequestHandler):
    """Sends the policy with each file, scripts of workers included."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", sys.argv[2])
        super().end_headers()


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler) as server:
        print(f"Serving at http://127.0.0.1:{sys.argv[1]}/", flush=True)
        server.serve_forever()
