"""Where the lines of a document were written: in the page's file, or in one that it includes.

What Markdown converts is not what the author typed: front matter is gone, and plugins and
extensions have put other files in. How they do that differs (``--8<--``, ``{% include %}``,
``{! … !}``), and none of them keeps note of it. So the two texts are compared: a line that stands
in both is the author's; what stands in the place of a line that names a file is looked for there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from mkdocs_wakepoint.included import Text, files_named
from mkdocs_wakepoint.matches import matches, same_at_start
from mkdocs_wakepoint.snippet import Location

_FILLED = re.compile(r"8<-|\{[%!{]|^\s*::: ")
"""What a line has in it that something else is put in the place of."""
_DEEPEST = 20
"""Includes within includes; a file that includes itself has no end."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Where the lines of a block were written.

    Attributes:
        in_page: The page's line of the first, or the one that brings it.
        of: That of each.
    """

    in_page: Location
    of: tuple[Location, ...]

    @property
    def follow(self) -> bool:
        """True if they simply stand one below the other in the page."""
        file, first = self.in_page.file, self.in_page.line
        return all(line == Location(file, first + n) for n, line in enumerate(self.of))


class Origins:
    """Tells the origin of each line of a document.

    Args:
        page: The page's file; without lines, the document is all that there is.
        document: The lines that Markdown converts.
    """

    def __init__(self, page: Text, document: Sequence[str]) -> None:
        self._page = page
        self._document = document
        self._known: list[tuple[Location, Location]] | None = None

    def of(self, line: int) -> Location:
        """Where a line of the document, from 1, was written."""
        return self._both(line)[0]

    def block(self, line: int, count: int) -> Lines:
        """Where so many lines of the document were written, from one on."""
        each = tuple(self.of(line + n) for n in range(count))
        return Lines(self._both(line)[1], each)

    def _both(self, line: int) -> tuple[Location, Location]:
        """Where a line was written, and which line of the page brought it: the including one."""
        if self._is_known(line):
            return self._all()[line - 1]
        return (Location(self._page.file, line),) * 2

    def _is_known(self, line: int) -> bool:
        return bool(self._page.lines) and 0 < line <= len(self._document)

    def _all(self) -> list[tuple[Location, Location]]:
        if self._known is None:
            known = [*self._compared()]
            last = known[-1] if known else (self._page.at(0),) * 2
            self._known = known + [last] * (len(self._document) - len(known))
        return self._known

    def _compared(self) -> Iterator[tuple[Location, Location]]:
        """Compares; blank lines at the end, which Markdown adds, may be left out."""
        page, document = self._page, self._document
        before = _only_lost(page.lines, document)
        if before is not None:
            end = len(page.lines) - 1
            yield from ((page.at(min(before + n, end)),) * 2 for n in range(len(document)))
            return
        while document and not _key(document[-1]):
            document = document[:-1]
        gaps = [*_gaps(page, document)]
        common = any(gap.same and any(map(_key, document[gap.begin : gap.end])) for gap in gaps)
        if not common and not [*files_named(page, 0, len(page.lines))]:
            yield from self._made_by_code()
            return
        last = page.at(0)
        for gap in gaps:
            inner = _included(page, gap, document) if not gap.same else {}
            for index in range(gap.begin, gap.end):
                if gap.same:
                    last = page.at(gap.first + index - gap.begin)
                    yield last, last
                else:
                    origin, author = inner.get(index, (None, gap.first))
                    last = page.at(min(author, len(page.lines) - 1))
                    yield origin or last, last

    def _made_by_code(self) -> Iterator[tuple[Location, Location]]:
        """A document of which the page has no line: its lines may stand within the code's.

        Or they come from elsewhere, as a docstring does in the place of ``::: module``.
        """
        lines = self._page.lines
        last = self._page.at(next((n for n, line in enumerate(lines) if _FILLED.search(line)), 0))
        for line in map(_key, self._document):
            within = (n for n, text in enumerate(self._page.lines) if line and line in _key(text))
            last = self._page.at(next(within, last.line - 1))
            yield last, last


@dataclass(frozen=True, slots=True)
class _Gap:
    """Lines of a text, and what stands for them in the document.

    Attributes:
        same: True if they are the same, one by one.
        first: The first of the text's lines.
        last: The line behind them.
        begin: The first of the document's lines.
        end: The line behind those.
    """

    same: bool
    first: int
    last: int
    begin: int
    end: int

    @property
    def fits(self) -> bool:
        """True if there are as many lines on both sides."""
        return self.last - self.first == self.end - self.begin

    def split(self, count: int) -> tuple[_Gap, _Gap]:
        """This, and so many lines of its end, which are the same."""
        last, end = self.last - count, self.end - count
        return replace(self, last=last, end=end), _Gap(True, last, self.last, end, self.end)


def _gaps(text: Text, document: Sequence[str], begin: int = 0) -> Iterator[_Gap]:
    """Compares; the document's lines before ``begin`` are left out."""
    ours, theirs = [*map(_key, text.lines)], [*map(_key, document[begin:])]
    first = begun = 0
    for i, j, size in [*matches(ours, theirs, _says_nothing), (len(ours), len(theirs), 0)]:
        same = _same_at_end(ours[first:i], theirs[begun:j])
        gap, end = _Gap(False, first, i, begun + begin, j + begin).split(same)
        yield from (gap, end, _Gap(True, i, i + size, j + begin, j + begin + size))
        first, begun = i + size, j + size


def _same_at_end(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """How many lines are the same: the comparison aligns none that says nothing by itself."""
    return same_at_start(reversed(ours), reversed(theirs))


def _key(line: str) -> str:
    """What two lines have in common that differ in their white space."""
    return " ".join(line.split())


def _only_lost(lines: Sequence[str], document: Sequence[str]) -> int | None:
    """How many lines a text lost before its first; None if that is not all that was done to it."""
    ours, theirs = [*map(_key, lines)], [*map(_key, document)]
    for _ in range(2):
        before = len(ours) - len(theirs)
        if before >= 0 and ours[before:] == theirs:
            return before
        for keys in (ours, theirs):  # Markdown adds blank lines at the end
            while keys and not keys[-1]:
                keys.pop()
    return None


def _says_nothing(key: str) -> bool:
    """True for a line that is the same in many texts: blank, or the begin or end of a fence."""
    return key.startswith(("```", "~~~")) or not any(map(str.isalnum, key))


_Places = dict[int, tuple[Location | None, int]]
"""For lines of the document: where they were written, and which line of a text brought them."""


def _included(text: Text, gap: _Gap, document: Sequence[str], depth: int = 0) -> _Places:
    """What the files hold that lines of a text name."""
    places: _Places = {}
    first, begin = gap.first, gap.begin
    for index, file in files_named(text, gap.first, gap.last):
        if depth > _DEEPEST or index < first:
            continue
        origins = _origins_in(file, document[: gap.end], begin, depth)
        claimed = [each for each in origins if _key(document[each])]
        if claimed:
            start, end = min(claimed), max(claimed) + 1
            places |= _between(text, _Gap(False, first, index, begin, start), document, depth)
            places |= {each: (origins.get(each), index) for each in range(start, end)}
            first, begin = index + 1, end
    return places | _between(text, _Gap(False, first, gap.last, begin, gap.end), document, depth)


def _between(text: Text, gap: _Gap, document: Sequence[str], depth: int) -> _Places:
    """Lines before, between and behind included ones; what is new there, some line has brought."""
    ours = [*map(_key, text.lines[gap.first : gap.last])]
    theirs = [*map(_key, document[gap.begin : gap.end])]
    places: _Places = {}
    for part in _parts(ours, theirs):
        indices = range(gap.first + part.first, gap.first + part.last)
        lines = range(gap.begin + part.begin, gap.begin + part.end)
        if part.same or (depth == 0 and part.fits):  # values were put into the author's lines
            pairs = zip(lines, indices, strict=True)
            places |= {line: (text.at(index), index) for line, index in pairs}
        else:
            filled = (index for index in indices if _FILLED.search(text.lines[index]))
            author = next(filled, max(indices.start - 1, 0))
            places |= dict.fromkeys(lines, (None, author))
    return places


def _parts(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[_Gap]:
    """Compares lines of which none is in an included file."""
    end = _same_at_end(ours, theirs)
    first = begin = 0
    last = len(ours) - end, len(theirs) - end, end
    for i, j, size in [*matches(ours[: last[0]], theirs[: last[1]], _is_blank), last]:
        yield _Gap(False, first, i, begin, j)
        yield _Gap(True, i, i + size, j, j + size)
        first, begin = i + size, j + size


def _is_blank(key: str) -> bool:
    return not key


def _origins_in(file: Text, document: Sequence[str], begin: int, depth: int) -> dict[int, Location]:
    """The document's lines from ``begin`` on that stand in a file, or in one that it includes."""
    locations: dict[int, Location] = {}
    for gap in _gaps(file, document, begin):
        if gap.same:
            locations |= {gap.begin + n: file.at(gap.first + n) for n in range(gap.end - gap.begin)}
        elif gap.begin < gap.end and gap.first < gap.last:
            inner = _included(file, gap, document, depth + 1)
            locations |= {each: origin for each, (origin, _) in inner.items() if origin is not None}
    return locations
