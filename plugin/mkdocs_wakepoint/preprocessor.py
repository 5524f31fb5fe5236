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

from mkdocs_wakepoint.fence import LANGUAGES, WORD

_FENCE = re.compile(r"^(?P<indent>[> \t]*)(?P<fence>`{3,}|~{3,})(?P<info>.*)$")
_MARK = re.compile(r"wakepointfence(\d{4})x")


@dataclass(frozen=True, slots=True)
class Found:
    """One of our fences.

    Attributes:
        number: Its ordinal in the document, from 0.
        line: Its line in the text that was given to Markdown, from 1.
        info: The header behind the backticks, as written.
        options: What stands behind the word ``wakepoint``; None if it is no header of ours.
    """

    number: int
    line: int
    info: str
    options: str | None

    @property
    def mark(self) -> str:
        """The word that stands for the header."""
        return f"wakepointfence{self.number:04d}x"


def find(lines: list[str]) -> list[Found]:
    """Our fences in a document, and those whose headers come close, outermost ones only."""
    found: list[Found] = []
    open_fence = ""
    for line, text in enumerate(lines, 1):
        match = _FENCE.match(text)
        if match is None:
            continue
        fence, info = match["fence"], match["info"].strip()
        if open_fence:
            if fence.startswith(open_fence) and not info:
                open_fence = ""
            continue
        if fence[0] == "`" and "`" in info:
            continue  # inline code, no fence
        open_fence = fence
        if re.search(rf"\b{WORD}\b", info, re.IGNORECASE):
            found.append(Found(len(found), line, info, _options(info)))
    return found


def _options(info: str) -> str | None:
    """What stands beside the word ``wakepoint``; None if this is no header of ours."""
    words = info.split()
    if words[0] not in LANGUAGES or WORD not in words:
        return None
    before, _, after = info[len(words[0]) :].partition(f" {WORD}")
    return f"{before} {after}".strip()


class FencePreprocessor(Preprocessor):
    """Puts marks in the place of our headers."""

    def __init__(self, md: Any) -> None:
        super().__init__(md)
        self.found: list[Found] = []

    def run(self, lines: list[str]) -> list[str]:
        """Called by Markdown, once for each document."""
        self.found = find(lines)
        for fence in self.found:
            if fence.options is not None:
                text = lines[fence.line - 1]
                lines[fence.line - 1] = text.replace(fence.info, f"python {fence.mark}", 1)
        return lines

    def restore(self, text: str) -> str:
        """The text with each mark that was not taken for a fence replaced by its header."""

        def header(mark: re.Match[str]) -> str:
            number = int(mark[1])
            if number >= len(self.found):
                return mark[0]
            return html.escape(self.found[number].info.removeprefix("python "), quote=False)

        return _MARK.sub(header, text)
