"""The files of a site's runs: where in the site they are, and the line that leads to them.

A line is put into pages at different places of the site. So its links say where a file is in the
site, until it is known into which page they come.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Final

from markupsafe import Markup

from mkdocs_wakepoint.snippet import Snippet
from mkdocs_wakepoint.views.markup import element, joined

FOLDER: Final = "assets/wakepoint"
"""Where they are in the site."""

NAMES: Final = {
    "json": "recording (JSON)",
    "dot": "diagram (DOT)",
    "svg": "diagram (SVG)",
    "trace.json": "Chrome trace (for Perfetto)",
}
"""What each file of a run is called, by the end of its name, in the order in which it is named."""

_LINK = re.compile(r'(<a href=")wakepoint:([^"]*)(")')
_UNUSUAL = re.compile(r"[^\w.-]+", re.ASCII)


class Downloads:
    """The files of a site.

    Args:
        docs: What the paths of its pages begin with, which their addresses do not: ``docs``.

    Attributes:
        files: The contents of each, by its path in the site.
    """

    def __init__(self, docs: str = "") -> None:
        self._docs = docs
        self.files: dict[str, str] = {}

    def add(self, snippet: Snippet, files: Mapping[str, str]) -> Markup:
        """Takes the files of a snippet that ran, and returns the line that leads to them."""
        name = self._name(snippet)
        links = []
        for end, called in NAMES.items():
            if end in files:
                path = f"{name}.{end}"
                self.files[path] = files[end]
                links.append(element("a", called, href=f"wakepoint:{path}", download=True))
        line = joined(("Download: ", Markup(" · ").join(links)))
        return element("p", line, class_="wp-caption wp-downloads", data_search_exclude=True)

    def _name(self, snippet: Snippet) -> str:
        """The path of its files without their ends; two snippets never have the same."""
        page = PurePosixPath(snippet.location.file).with_suffix("").as_posix()
        page = page.removeprefix(f"{self._docs}/").lstrip("./")
        parts = [_UNUSUAL.sub("-", part) for part in (*page.split("/"), snippet.key) if part]
        name = again = "/".join((FOLDER, *parts))
        number = 1
        while f"{again}.json" in self.files:
            number += 1
            again = f"{name}.{number}"
        return again


def located(html: str, locate: Callable[[str], str]) -> str:
    """A part of a page with links that lead from there.

    Args:
        html: The part.
        locate: Tells how a path in the site is reached from the page.
    """
    return _LINK.sub(lambda link: f"{link[1]}{locate(link[2])}{link[3]}", html)
