"""Pieces that are no Markdown to a reader: comments, and elements of HTML whose content is raw.

Superfences, which comes before Markdown looks for HTML, makes fences of them all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_OPENING = re.compile(
    r"(?<!`)(?P<ticks>`+)(?!`)(?:.*?[^`])?(?P=ticks)(?!`)"  # inline code opens nothing
    r"|(?P<comment><!--)|(?P<cdata><!\[CDATA\[)|(?P<instruction><\?)"
    r"|<(?P<element>pre|script|style|textarea|template|xmp)\b(?P<attributes>[^>]*)>",
    re.IGNORECASE,
)
_COMMENT_OR_CODE = re.compile(
    r"<!--.*?(?:-->|\Z)|(?<![`\\])(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)", re.DOTALL
)
_BLOCK = re.compile(r"[> \t]*(?:$|(?:[-*+:]|\d+[.)])[ \t]|[#|]|```|~~~)")
"""How a line begins that ends the paragraph before it, and with that what is inline in it."""
_BEGINS_HTML = re.compile(r"\n {0,3}<")
"""Markdown takes that for HTML whatever it stands in."""
_CLOSINGS = {"comment": "-->", "cdata": "]]>", "instruction": "?>"}
_AS_MARKDOWN = re.compile(r"\bmarkdown\b", re.IGNORECASE)
"""The attribute that makes md_in_html convert an element's content."""


@dataclass(frozen=True, slots=True)
class Raw:
    """Raw pieces, one or several in a row.

    Attributes:
        column: Where the first begins in its line.
        end: The index of the line in which the last ends.
    """

    column: int
    end: int


def without_inline_code(lines: Sequence[str]) -> list[str]:
    """The lines of a document, blank where they have inline code that goes on in the next line."""
    paragraphs: list[list[str]] = []
    for line in lines:
        if not paragraphs or _BLOCK.match(line):
            paragraphs.append([])
        paragraphs[-1].append(line)
    return [
        line
        for paragraph in paragraphs
        for line in _COMMENT_OR_CODE.sub(_blank, "\n".join(paragraph)).split("\n")
    ]


def _blank(match: re.Match[str]) -> str:
    text = match[0]
    if text.startswith("<") or "\n" not in text or _BEGINS_HTML.search(text):
        return text
    return re.sub(r"[^\n]", " ", text)


def raw(
    lines: Sequence[str],
    without_code: Sequence[str],
    line: int,
    behind_fence: Callable[[int], int],
) -> Raw | None:
    """The raw pieces that begin in a line.

    Args:
        lines: The document.
        without_code: The same `without_inline_code`.
        line: The index of a line outside of any raw piece.
        behind_fence: Gives for a line's index that of the line behind the fence that begins there,
            or simply of the next. A fence is passed over: superfences has taken it by then.
    """
    column, first = 0, None
    while opening := _opened(without_code[line], column):
        end = _closed(lines, line, opening, behind_fence)
        if end is None:
            break  # never closed: it is text
        first = opening.begin if first is None else first
        line, column = end
    return None if first is None else Raw(first, line)


@dataclass(frozen=True, slots=True)
class _Opening:
    """What opens a raw piece: its columns, and what closes the piece."""

    begin: int
    end: int
    closing: re.Pattern[str]


def _opened(text: str, column: int) -> _Opening | None:
    for match in _OPENING.finditer(text, column):
        if match["element"]:
            if not _AS_MARKDOWN.search(match["attributes"]):
                closing = re.compile(rf"</{match['element']}\s*>", re.IGNORECASE)
                return _Opening(match.start(), match.end(), closing)
        elif match.lastgroup in _CLOSINGS:
            closing = re.compile(re.escape(_CLOSINGS[match.lastgroup]))
            return _Opening(match.start(), match.end(), closing)
    return None


def _closed(
    lines: Sequence[str], line: int, opening: _Opening, behind_fence: Callable[[int], int]
) -> tuple[int, int] | None:
    """The line that closes a raw piece, and the column behind what does."""
    column, fence_end = opening.end, line
    while line < len(lines):
        match = opening.closing.search(lines[line], column)
        # In a fence, only behind its end or nothing: its code may well speak of such signs.
        if match and (line >= fence_end or not lines[line][: match.start()].strip("> \t`~")):
            return line, match.end()
        line, column = line + 1, 0
        if fence_end <= line < len(lines):
            fence_end = behind_fence(line) - 1
    return None
