"""Finds our fences in a page's Markdown before pymdownx.superfences does.

Superfences drops a header that it cannot read (an unquoted value, a hyphen) in silence, and gives
no line numbers. So each of our headers is replaced by one that it always reads, a language and one
word; the word leads back to the header as it was written. A fence that superfences takes back,
since it stands in an indented code block, gets its header back too.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markdown.preprocessors import Preprocessor

from mkdocs_wakepoint.fence.header import COMPARE, LANGUAGES, comes_close, header_options
from mkdocs_wakepoint.fence.raw_html import raw, without_inline_code

_FENCE = re.compile(r"^(?P<prefix>[> \t]*)(?P<fence>`{3,}|~{3,})(?P<info>.*)$")
_INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)(?:.*?[^`])?\1(?!`)")
_BEHIND_TEXT = re.compile(r"(?P<prefix>.*[^`~])(?P<fence>`{3,}|~{3,})(?P<info>[^`]*)$")
# What a fence may stand behind in the eye of an author, and not in that of superfences: the sign of
# a list's item, of a definition, of a footnote, of a table's cell.
_SIGNS = re.compile(
    r"[> \t]*(?:\|.*|(?:(?:[-*+:]|\d+[.)]|\[\^[^]]+\]:)[ \t]*(?:\[[ xX]\][ \t]*)?)+)"
)

_BYTE_ORDER_MARK = "\ufeff"

# No text can have it: it is drawn anew by each process, and never reaches a page.
_MARK = f"wakepointfence{os.urandom(8).hex()}n"


@dataclass(frozen=True, slots=True)
class Fence:
    """One of our fences, or one that comes close.

    Attributes:
        number: Its ordinal in the document, from 0.
        line: Its line in the text that was given to Markdown, from 1.
        info: The header behind the backticks, as written.
        delimiter: The backticks, or tildes.
        prefix: What stands before them.
        closed: True if a line below closes it.
    """

    number: int
    line: int
    info: str
    delimiter: str
    prefix: str
    closed: bool

    @property
    def options(self) -> str | None:
        """What the header says beside ``python wakepoint``; None if it only comes close."""
        return header_options(self.info)

    @property
    def mark(self) -> str:
        """The word that stands for the header."""
        return f"{_MARK}{self.number}x"

    @property
    def language(self) -> str:
        """The header's language; that of a header which only comes close is made up."""
        first = self.info.split()[0]
        return first if first in LANGUAGES else "python"

    @property
    def begins_line(self) -> bool:
        """True if nothing but white space and the signs of a quotation stands before it."""
        return not self.prefix.strip("> \t")

    @property
    def may_be_indented_code(self) -> bool:
        """True if its line is indented far enough for that, or in a list's item."""
        return _width(self.prefix) >= 4

    def replaced(self, line: str, header: str) -> str:
        """Its line with another header."""
        at = line.find(self.delimiter) if self.begins_line else line.rfind(self.delimiter)
        return line[:at] + line[at:].replace(self.info, header, 1)


def find(lines: Sequence[str]) -> list[Fence]:
    """Our fences in a document and those that come close, but none that is only shown.

    A fence is only shown in another fence, in a comment, and in raw HTML.
    """
    fences: list[Fence] = []
    for index, raw_from in _candidates(lines):
        if raw_from is None or raw_from > 0:
            fence = _fence(lines, index, lines[index][:raw_from], len(fences))
            if fence is not None:
                fences.append(fence)
    return fences


def raw_fences(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """What superfences must not see of comments and raw HTML: the line, and the backticks in it.

    These are the ends of our fences, and those that have no other end: they would swallow what
    follows. Anybody else's fence is none of our business.
    """
    inside = [index for index, raw_from in _candidates(lines) if raw_from == 0]
    behind = 0
    for index in inside:
        match = _FENCE.match(lines[index])
        if match is None or index < behind:
            continue
        end = _closing_line(lines, index, match["fence"], match["prefix"])
        if end not in inside:
            yield index, match["fence"]
        elif _is_meant(match["info"].strip(), "", closed=True):
            yield index, match["fence"]
            yield end, match["fence"]
            behind = end + 1
        else:
            behind = end + 1


def _fence(lines: Sequence[str], index: int, text: str, number: int) -> Fence | None:
    """The fence that begins in a line; None if it is none of ours, or inline code."""
    begins = _FENCE.match(text)
    match = begins or _BEHIND_TEXT.match(_INLINE_CODE.sub("", text))
    if match is None or (begins and begins["fence"][0] == "`" and "`" in begins["info"]):
        return None
    prefix, info = match["prefix"], match["info"].strip()
    if prefix.lstrip("> \t").startswith("|"):
        info = info.partition("|")[0].strip()  # the rest is another cell
    closed = _closing_line(lines, index, match["fence"], prefix) is not None
    if not info or not _is_meant(info, prefix, closed=closed):
        return None
    return Fence(number, index + 1, info, match["fence"], prefix, closed)


def _is_meant(info: str, prefix: str, *, closed: bool) -> bool:
    """True if a header is one of ours or seems to be meant as one."""
    ours = info == COMPARE or header_options(info) is not None
    if not prefix.strip("> \t") or _SIGNS.fullmatch(prefix):
        return ours or comes_close(info)
    return ours and closed  # in the middle of a text, which may speak of a fence


def _candidates(lines: Sequence[str]) -> Iterator[tuple[int, int | None]]:
    """The lines in which a fence may begin, and from which column on they are raw HTML."""

    def behind_fence(index: int) -> int:
        return _behind_fence(lines, index)

    index, without_code = 0, without_inline_code(lines)
    while index < len(lines):
        behind = behind_fence(index)
        html_from = raw(lines, without_code, index, behind_fence) if behind == index + 1 else None
        yield index, html_from.column if html_from else None
        if html_from:
            yield from ((line, 0) for line in range(index + 1, html_from.end + 1))
            behind = html_from.end + 1
        index = behind


def _behind_fence(lines: Sequence[str], index: int) -> int:
    """The line behind the fence that begins in a line; the next one if none begins there."""
    match = _FENCE.match(lines[index])
    end = _closing_line(lines, index, match["fence"], match["prefix"]) if match else None
    return (index if end is None else end) + 1


def _closing_line(lines: Sequence[str], index: int, fence: str, prefix: str) -> int | None:
    """The line that closes a fence, as superfences sees it.

    One that superfences does not see, as something stands before it, may be closed at any depth.
    """
    begins_line = not prefix.strip("> \t")
    indent = _width(prefix)
    for number in range(index + 1, len(lines)):
        text = lines[number]
        content = text.lstrip("> \t")
        if content.rstrip() == fence and (not begins_line or _width(text) == indent):
            return number
        if content and _width(text) < indent:
            return None
    return None


def _width(text: str) -> int:
    """How far a line is indented; the signs of a quotation count as well."""
    expanded = text.expandtabs(4)
    return len(expanded) - len(expanded.lstrip("> "))


class FencePreprocessor(Preprocessor):
    """Puts marks in the place of our headers.

    Attributes:
        lines: The document as it was before.
        fences: Those in it.
    """

    def __init__(self, md: Any) -> None:
        super().__init__(md)
        self.lines: list[str] = []
        self.fences: list[Fence] = []
        self._raw: list[str] = []

    def run(self, lines: list[str]) -> list[str]:
        """Called by Markdown, once for each document."""
        # A file that begins with this mark may have been put into the middle of the document.
        self.lines = [line.removeprefix(_BYTE_ORDER_MARK) for line in lines]
        self.fences = find(self.lines)
        if self.fences:
            lines = [*self.lines]
        self._raw.clear()
        for fence in self.fences:
            lines[fence.line - 1] = fence.replaced(
                lines[fence.line - 1], f"{fence.language} {fence.mark}"
            )
        for index, backticks in raw_fences(self.lines):
            self._raw.append(backticks)
            lines[index] = lines[index].replace(backticks, _raw_mark(len(self._raw)), 1)
        return lines

    def readable_lines(self) -> list[str]:
        """The document's lines; those empty that stand in a fence or in raw HTML."""
        readable = {index for index, raw_from in _candidates(self.lines) if raw_from != 0}
        return [line if index in readable else "" for index, line in enumerate(self.lines)]

    def shows_as_code(self, text: str, fence: Fence) -> bool:
        """True if a fence that superfences did not take stands in a block of code, for reading.

        Args:
            text: The document as HTML.
            fence: The fence.
        """
        at = text.find(fence.mark)
        in_code = at >= 0 and text.rfind("<pre", 0, at) > text.rfind("</pre", 0, at)
        return in_code and (fence.may_be_indented_code or not fence.begins_line)

    def restore(self, text: str) -> str:
        """The text with each mark that was not taken for a fence replaced by its header."""
        for fence in self.fences:
            if fence.mark in text:
                info = html.escape(fence.info, quote=False)
                rest = info.removeprefix(fence.language)
                if rest == info:  # the language is made up
                    text = text.replace(f"{fence.language} {fence.mark}", info)
                text = text.replace(fence.mark, rest.lstrip())
        for number, backticks in enumerate(self._raw, 1):
            text = text.replace(_raw_mark(number), backticks)
        return text


def _raw_mark(number: int) -> str:
    return f"{_MARK}raw{number}x"
