"""A converted page, and what is looked for in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bs4 import BeautifulSoup

MATERIAL = [
    "admonition",
    "attr_list",
    "md_in_html",
    "tables",
    "pymdownx.details",
    "pymdownx.highlight",
    "pymdownx.superfences",
    "pymdownx.tabbed",
]
"""The Markdown extensions that a site with Material lists."""


@dataclass
class Page:
    """A converted text."""

    soup: BeautifulSoup
    problems: list[str]

    @property
    def outputs(self) -> list[str]:
        """What each snippet that was run wrote."""
        return [tag.get_text() for tag in self.soup.select(".wp-stdout samp")]

    @property
    def shown(self) -> list[str]:
        """The code of each snippet."""
        return [tag.get_text() for tag in self.soup.select("[id$=-code]")]


class Convert(Protocol):
    """Converts a text with these extensions, and their settings by name."""

    def __call__(
        self, text: str, extensions: Sequence[Any] = ..., **configs: dict[str, Any]
    ) -> Page: ...
