"""Places in a text for what is known only later."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from mkdocs_wakepoint.views.markup import element

_MARK = re.compile(r'<(div|span) class="wp-pending" data-wp="([0-9a-f]{16})-(\d+)"></\1>')


class Places:
    """Marks in a text, numbered, and what finds them again."""

    def __init__(self) -> None:
        # Drawn anew each time, so that no text can have it: a page that shows such markup keeps it.
        self._token = os.urandom(8).hex()

    def attributes(self, number: int) -> dict[str, str]:
        """Those of an element that is a place."""
        return {"class": "wp-pending", "data-wp": f"{self._token}-{number}"}

    def block(self, number: int) -> str:
        """A place between paragraphs."""
        return self._element("div", number)

    def inline(self, number: int) -> str:
        """A place within one."""
        return self._element("span", number)

    def _element(self, tag: str, number: int) -> str:
        return str(element(tag, **self.attributes(number)))

    def fill(self, text: str, html: Callable[[int], str | None]) -> str:
        """The text with the HTML of each number in its place; None leaves the place."""

        def filling(mark: re.Match[str]) -> str:
            known = html(int(mark[3])) if mark[2] == self._token else None
            return mark[0] if known is None else known

        return _MARK.sub(filling, text) if self.holds(text) else text

    def holds(self, text: str) -> bool:
        """True if there is a place in the text."""
        return self._token in text

    def holds_block(self, text: str) -> bool:
        """True if there is one between paragraphs."""
        return any(mark.group(1, 2) == ("div", self._token) for mark in _MARK.finditer(text))
