"""Which pages the book has."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def chapters() -> list[str]:
    """The address of each chapter, below the site's own: ``book/01-future``."""
    return [_address(path) for path in sorted(DOCS.glob("book/*.md"))]


def every_page() -> list[str]:
    """The address of each page, the home page's first."""
    files = [path for path in sorted(DOCS.rglob("*.md")) if path.name != "index.md"]
    return ["", "404.html", *map(_address, files)]


def pages() -> list[str]:
    """The address of each page that has a snippet, the home page's first: it is empty."""
    files = [path for path in sorted(DOCS.rglob("*.md")) if path.name != "index.md"]
    return ["", *(_address(path) for path in files if _runs_something(path))]


def _runs_something(path: Path) -> bool:
    # A fence within a longer one is only shown.
    text = re.sub(r"(?ms)^(`{4,}).*?^\1", "", path.read_text(encoding="utf-8"))
    return re.search(r"(?m)^```python wakepoint", text) is not None


def _address(path: Path) -> str:
    return path.relative_to(DOCS).with_suffix("").as_posix()
