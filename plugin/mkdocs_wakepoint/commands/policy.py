"""``mkdocs-wakepoint policy``: the Content-Security-Policy under which a built site works."""

from __future__ import annotations

import argparse
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

from mkdocs_wakepoint import reading

_SCRIPT_TYPES = frozenset({"", "module", "text/javascript", "application/javascript"})
_DATA = re.compile(r"""url\(\s*["']?data:(image|font|application/(?:x-)?font)""")
_HOSTED = {"script": ("src", "script-src"), "img": ("src", "img-src")}


def main(options: argparse.Namespace) -> int:
    """Prints the policy of a built site in one line, as the header's value.

    Returns:
        The exit status, 0.

    Raises:
        ValueError: If there is no page in that folder.
    """
    print(policy(options.site))
    return 0


def policy(site: Path) -> str:
    """The strictest policy under which everything in a built site works.

    What stands in its pages is allowed by hash, and what they ask other hosts for by host. All the
    rest has to come from the site itself, and no hash is the same after the text has changed.

    Raises:
        ValueError: If there is no page in that folder.
    """
    sources = _Sources()
    pages = sorted(site.rglob("*.html"))
    if not pages:
        raise ValueError(f"{site}: there is no page of a built site")
    for page in pages:
        sources.feed(reading.text(page))
        sources.close()
        sources.reset()
    for sheet in sorted(site.rglob("*.css")):
        sources.style_sheet(reading.text(sheet))
    return str(sources)


class _Sources(HTMLParser):
    """What pages need beyond ``default-src 'self'``, by directive."""

    def __init__(self) -> None:
        super().__init__()
        self._needed: dict[str, set[str]] = {"script-src": set(), "style-src": set()}
        self._inline, self._text = "", ""

    def __str__(self) -> str:
        needed = {name: sorted(sources) for name, sources in self._needed.items() if sources}
        rest = (f"{name} 'self' {' '.join(sources)}" for name, sources in sorted(needed.items()))
        return "; ".join(("default-src 'self'", *rest))

    def style_sheet(self, text: str) -> None:
        """What a style sheet draws from its own text."""
        for kind in _DATA.findall(text):
            self._need("img-src" if kind == "image" else "font-src", "data:")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        for name, value in values.items():
            if name == "style":
                self._need("style-src", "'unsafe-hashes'", _hash(value))
            elif name.startswith("on"):
                self._need("script-src", "'unsafe-hashes'", _hash(value))
        if tag in _HOSTED:
            name, directive = _HOSTED[tag]
            self._need_host(directive, values.get(name, ""))
        elif tag == "link" and "stylesheet" in values.get("rel", "").split():
            self._need_host("style-src", values.get("href", ""))
        runs = "src" not in values and values.get("type", "").lower() in _SCRIPT_TYPES
        if tag == "style" or (tag == "script" and runs):
            self._inline, self._text = f"{tag}-src", ""

    def handle_data(self, data: str) -> None:
        self._text += data if self._inline else ""

    def handle_endtag(self, tag: str) -> None:
        if self._inline != f"{tag}-src":
            return
        self._need(self._inline, _hash(self._text))
        if tag == "style":
            self.style_sheet(self._text)
        self._inline = ""

    def _need_host(self, directive: str, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme == "data":
            self._need(directive, "data:")
        elif parts.netloc:
            scheme = f"{parts.scheme}://" if parts.scheme else ""
            self._need(directive, f"{scheme}{parts.netloc}")

    def _need(self, directive: str, *sources: str) -> None:
        self._needed.setdefault(directive, set()).update(sources)


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
