"""The lines of what ran, as a reader of the page counts and finds them."""

from __future__ import annotations

from markupsafe import Markup

from mkdocs_wakepoint.shown_lines import shown_lines
from mkdocs_wakepoint.snippet import Snippet
from mkdocs_wakepoint.text import lines_of
from mkdocs_wakepoint.views.markup import element

HIDDEN = "hidden"


class SourceLines:
    """Names the lines of a snippet's script, which those before it in its session belong to.

    Args:
        snippet: What the author wrote.
        source: What ran, as its recording has it.
    """

    def __init__(self, snippet: Snippet, source: str) -> None:
        self._snippet = snippet
        self._texts = lines_of(source)

    def text(self, number: int) -> str:
        """What stands in a line; empty if there is no such line."""
        return self._texts[number - 1] if 0 < number <= len(self._texts) else ""

    def number(self, number: int) -> str:
        """A line's number on the page: ``3``, ``3 above`` in an earlier snippet, or ``hidden``."""
        part, own = self._snippet.part(number)
        position = shown_lines(part.source).position(own)
        if position is None:
            return HIDDEN
        shown = str(position + int(part.options.linenums or 1) - 1)
        return shown if part is self._snippet else f"{shown} above"

    def name(self, number: int) -> str:
        """The line within a sentence: ``line 3``, ``line 3 above``, ``a hidden line``."""
        shown = self.number(number)
        return "a hidden line" if shown == HIDDEN else f"line {shown}"

    def anchor(self, number: int) -> str | None:
        """The id of its element; None if the page does not show the line."""
        part, own = self._snippet.part(number)
        if self.number(number) == HIDDEN or "code" not in part.options.show:
            return None
        return f"wp-{part.key}-line-{own}"

    def link(self, number: int) -> Markup | str:
        """Its number, which leads there if the page shows the line."""
        shown, anchor = self.number(number), self.anchor(number)
        return shown if anchor is None else element("a", shown, href=f"#{anchor}")

    def shows(self, number: int) -> bool:
        """True if the line is not hidden."""
        return self.number(number) != HIDDEN
