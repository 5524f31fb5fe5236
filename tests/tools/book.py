"""Which pages the book has."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def chapters() -> list[str]:
    """The address of each chapter, below the site's own: ``book/01-future``."""
    return [_address(path) for path in sorted(DOCS.glob("book/*.md")) if path.name != "index.md"]


def every_page() -> list[str]:
    """The address of each page, the home page's first."""
    home, *others = _files()
    return [_address(home), "404.html", *map(_address, others)]


def pages() -> list[str]:
    """The address of each page that has a snippet, the home page's first: it is empty."""
    return [_address(path) for path in _files() if _runs_something(path)]


def _files() -> list[Path]:
    home = DOCS / "index.md"
    return [home, *(path for path in sorted(DOCS.rglob("*.md")) if path != home)]


def _runs_something(path: Path) -> bool:
    # A fence within a longer one is only shown; one in a tab is indented.
    text = re.sub(r"(?ms)^ *(`{4,}).*?^ *\1", "", path.read_text(encoding="utf-8"))
    return re.search(r"(?m)^ *```python wakepoint", text) is not None


def _address(path: Path) -> str:
    return re.sub("(^|/)index$", "", path.relative_to(DOCS).with_suffix("").as_posix())
