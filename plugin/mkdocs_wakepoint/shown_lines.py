"""Which lines of a snippet a page shows: all but those that a comment hides.

``# wakepoint: hide`` at a line's end hides that line, and the whole of a string that ends in it.
Lines from a comment ``# wakepoint: hide-begin`` to ``# wakepoint: hide-end`` are hidden as well.
"""

from __future__ import annotations

import difflib
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

from mkdocs_wakepoint.text import lines_of

_MARK = re.compile(r"#\s*wakepoint:\s*(?P<word>[\w-]+)\s*$")
_HIDE, _BEGIN, _END = _WORDS = ("hide", "hide-begin", "hide-end")
_LAYOUT = {tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}

Mistake = tuple[int, str, str]
"""A line, what is wrong with it, and what to do."""


@dataclass(frozen=True, slots=True)
class ShownLines:
    """The lines of a source that its page shows.

    Attributes:
        numbers: Their numbers in the source, from 1, in order.
        mistakes: What is wrong with comments that hide.
    """

    numbers: tuple[int, ...]
    mistakes: tuple[Mistake, ...] = ()

    def position(self, line: int) -> int | None:
        """The number, from 1, of a line of the source as the page counts it; None if hidden."""
        return self.numbers.index(line) + 1 if line in self.numbers else None


@lru_cache(maxsize=512)
def shown_lines(source: str) -> ShownLines:
    """Reads a snippet's comments; what is no Python is read line by line."""
    lines = lines_of(source)
    # As in most there is none.
    hidden, mistakes = _hidden(source, lines) if "wakepoint:" in source else (frozenset(), ())
    numbers = [number for number in range(1, len(lines) + 1) if number not in hidden]
    while numbers and not lines[numbers[-1] - 1].strip():
        numbers.pop()
    # Blank lines at the beginning that parted what is hidden from the rest.
    while hidden and numbers and numbers[0] > min(hidden) and not lines[numbers[0] - 1].strip():
        del numbers[0]
    return ShownLines(tuple(numbers), tuple(mistakes))


def _hidden(source: str, lines: list[str]) -> tuple[AbstractSet[int], Sequence[Mistake]]:
    hidden: set[int] = set()
    mistakes: list[Mistake] = []
    begun: int | None = None
    for number, word, first in _marks(source, lines):
        if word == _HIDE:
            hidden |= set(range(first, number + 1))
        elif word == _BEGIN and begun is None:
            begun = number
        elif word == _END and begun is not None:
            hidden |= set(range(begun, number + 1))
            begun = None
        elif word == _END:
            mistakes.append((number, f"{_END} ends nothing", f"write {_BEGIN} above, or remove it"))
        elif word != _BEGIN and (near := difflib.get_close_matches(word, _WORDS, n=1)):
            what = f"there is no comment 'wakepoint: {word}'"
            mistakes.append((number, what, f"write {near[0]}"))
    if begun is not None:
        hidden |= set(range(begun, len(lines) + 1))
        mistakes.append((begun, f"{_BEGIN} has no end", f"write # wakepoint: {_END} below"))
    return hidden, mistakes


def _marks(source: str, lines: list[str]) -> Iterator[tuple[int, str, int]]:
    """The comments of ours: the line, the word, and the first line of what ends there."""
    behind = marked = 0
    first_of: dict[int, int] = {}  # a line in which a token of several lines ends -> where it began
    opened: list[int] = []  # f-strings, which are several tokens each from 3.12 on
    try:
        for token in tokenize.generate_tokens(io.StringIO(source, newline="\n").readline):
            (first, _), (last, _) = token.start, token.end
            if token.type not in _LAYOUT:
                behind = max(behind, last)
            if tokenize.tok_name[token.type].endswith("STRING_START"):
                opened.append(first)
            elif tokenize.tok_name[token.type].endswith("STRING_END"):
                first = opened.pop()
            if token.type == tokenize.COMMENT and (mark := _MARK.search(token.string)):
                marked = last
                yield last, mark["word"], first_of.get(last, last)
            elif first < last and token.type not in _LAYOUT:
                first_of[last] = first_of.get(first, first)
    except (tokenize.TokenError, SyntaxError):
        # The line that the last token stands in may go on with what is none.
        for number in range(max(behind, 1), len(lines) + 1):
            if number != marked and (mark := _MARK.search(lines[number - 1])):
                yield number, mark["word"], number
