"""Finds our fences in a page's Markdown before pymdownx.superfences does.

Superfences drops a header that it cannot read (an unquoted value, a hyphen) in silence, and gives
no line numbers. So each of our headers is replaced by one that it always reads, a language and one
word; the word leads back to the header as it was written. A fence that superfences takes back,
since it stands in an indented code block, gets its header back too.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

from markdown.preprocessors import Preprocessor

from mkdocs_wakepoint.fence.header import COMPARE, LANGUAGES, comes_close, header_options

_FENCE = re.compile(r"^(?P<prefix>[> \t]*)(?P<fence>`{3,}|~{3,})(?P<info>.*)$")
_IN_LIST = re.compile(r"^\s*(?:[-*+]|\d+[.)])[ \t]+(?P<fence>`{3,}|~{3,})(?P<info>.*)$")


@dataclass(frozen=True, slots=True)
class Found:
    """One of our fences, or one that comes close.

    Attributes:
        number: Its ordinal in the document, from 0.
        line: Its line in the text that was given to Markdown, from 1.
        info: The header behind the backticks, as written.
    """

    number: int
    line: int
    info: str

    @property
    def options(self) -> str | None:
        """What the header says beside ``python wakepoint``; None if it only comes close."""
        return header_options(self.info)

    @property
    def mark(self) -> str:
        """The word that stands for the header."""
        return f"wakepointfence{self.number}x"

    @property
    def language(self) -> str:
        """The header's language; that of a header which only comes close is made up."""
        first = self.info.split()[0]
        return first if first in LANGUAGES else "python"


def find(lines: list[str]) -> list[Found]:
    """Our fences in a document and those that come close, but none that another fence shows."""
    found: list[Found] = []
    end = 0  # the line behind the fence that was seen last
    for line, text in enumerate(lines, 1):
        match = _FENCE.match(text) if line > end else None
        info = _info(text, match) if line > end else ""
        if info == COMPARE or header_options(info) is not None or comes_close(info):
            found.append(Found(len(found), line, info))
        if match is not None:
            end = _closed(lines, line, match) or end
    return found


def _info(text: str, fence: re.Match[str] | None) -> str:
    """The header in a line; empty if there is none."""
    # Superfences knows no fence in a list item's first line, and the author has to be told.
    match = fence or _IN_LIST.match(text)
    if match is None or (match["fence"][0] == "`" and "`" in match["info"]):
        return ""  # no fence, or inline code
    info: str = match["info"].strip()
    return info


def _closed(lines: list[str], line: int, opening: re.Match[str]) -> int | None:
    """The line that closes the fence opened in ``line``, as superfences sees it."""
    indent = _width(opening["prefix"])
    for number in range(line, len(lines)):
        text = lines[number]
        content = text.lstrip("> \t")
        if content.rstrip() == opening["fence"] and _width(text) == indent:
            return number + 1
        if content and _width(text) < indent:
            return None
    return None


def _width(text: str) -> int:
    """How far a line is indented; the signs of a quotation count as well."""
    expanded = text.expandtabs(4)
    return len(expanded) - len(expanded.lstrip("> "))


class FencePreprocessor(Preprocessor):
    """Puts marks in the place of our headers."""

    def __init__(self, md: Any) -> None:
        super().__init__(md)
        self.found: list[Found] = []

    def run(self, lines: list[str]) -> list[str]:
        """Called by Markdown, once for each document."""
        self.found = find(lines)
        for fence in self.found:
            text = lines[fence.line - 1]
            if _FENCE.match(text):
                header = f"{fence.language} {fence.mark}"
                lines[fence.line - 1] = text.replace(fence.info, header, 1)
        return lines

    def restore(self, text: str) -> str:
        """The text with each mark that was not taken for a fence replaced by its header."""
        for fence in self.found:
            if fence.mark in text:
                info = html.escape(fence.info, quote=False)
                rest = info.removeprefix(fence.language)
                if rest == info:  # the language is made up
                    text = text.replace(f"{fence.language} {fence.mark}", info)
                text = text.replace(fence.mark, rest.lstrip())
        return text
