"""Where the lines of a document were written: in the page's file, or in one that it includes.

What Markdown converts is not what the author typed: front matter is gone, and plugins and
extensions have put other files in. How they do that differs (``--8<--``, ``{% include %}``,
``{! … !}``), and none of them keeps note of it. So the two texts are compared: a line that stands
in both is the author's; what stands in the place of a line that names a file is looked for there.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path

from mkdocs_wakepoint.snippet import Location

_NAMED = re.compile(r'"([^"\n]+)"|\'([^\'\n]+)\'|\{!\s*(\S+)\s*!\}')
_BOUND = re.compile(r"""\b(start|end)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
# What pymdownx.snippets takes behind a file's name: lines (`:3:7`, `:1:2,8:9`), or a section.
_PART = re.compile(
    r"(?P<path>.*?)(?::(?P<lines>-?\d*(?::-?\d*)?(?:,[-\d:]*)*)|:(?P<section>\w[-\w]*))"
)
_DEEPEST = 20
"""Includes within includes; a file that includes itself has no end."""


@dataclass(frozen=True, slots=True)
class Text:
    """Lines of a file.

    Attributes:
        file: The file, as its author would type it.
        lines: What is written in it.
        folder: What its name, and those that it includes, are relative to.
        bases: More folders in which included files are looked for.
        numbers: Which of its lines these are, from 1; all of them, if there are none.
    """

    file: str
    lines: Sequence[str]
    folder: Path = field(default_factory=Path)
    bases: Sequence[Path] = ()
    numbers: Sequence[int] = ()

    def at(self, index: int) -> Location:
        """Where a line stands."""
        return Location(self.file, self.numbers[index] if self.numbers else index + 1)


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
            self._known = [*self._compared()]
        return self._known

    def _compared(self) -> Iterator[tuple[Location, Location]]:
        page, document = self._page, self._document
        ours, theirs = (_without_blank_end([*map(_key, it)]) for it in (page.lines, document))
        before = len(ours) - len(theirs)
        if before >= 0 and ours[before:] == theirs:
            end = len(page.lines) - 1
            yield from ((page.at(min(before + n, end)),) * 2 for n in range(len(document)))
            return
        gaps = [*_gaps(page, document)]
        common = any(gap.same and any(map(_key, document[gap.begin : gap.end])) for gap in gaps)
        if not common and not [*_files_named(page, 0, len(page.lines))]:
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
        """A document of which the page has no line: its lines may stand within the code's."""
        last = self._page.at(0)
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
    ours, theirs = [*map(_key, text.lines)], [*map(_key, document)]
    matcher = SequenceMatcher(_says_nothing, ours, theirs[begin:], autojunk=False)
    for tag, first, last, begun, ended in matcher.get_opcodes():
        gap = _Gap(tag == "equal", first, last, begun + begin, ended + begin)
        same = 0 if gap.same else _same_at_end(ours[first:last], theirs[gap.begin : gap.end])
        gap, end = gap.split(same)
        in_place = gap.fits and first > 0 and last < len(ours) and begin < gap.begin
        if in_place and gap.end < len(theirs) and not [*_files_named(text, gap.first, gap.last)]:
            gap = replace(gap, same=True)  # values were put into the author's lines
        yield gap
        if same:
            yield end


def _same_at_end(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """How many lines are the same: the comparison aligns none that says nothing by itself."""
    pairs = zip(reversed(ours), reversed(theirs), strict=False)
    return next(
        (n for n, (one, other) in enumerate(pairs) if one != other), min(len(ours), len(theirs))
    )


def _key(line: str) -> str:
    """What two lines have in common that differ in their white space."""
    return " ".join(line.split())


def _without_blank_end(keys: list[str]) -> list[str]:
    """Lines without the blank ones at the end, of which Markdown adds some."""
    while keys and not keys[-1]:
        keys.pop()
    return keys


def _says_nothing(key: str) -> bool:
    """True for a line that is the same in all texts, blank or a fence's end."""
    return not any(map(str.isalnum, key))


def _included(
    text: Text, gap: _Gap, document: Sequence[str], depth: int = 0
) -> dict[int, tuple[Location | None, int]]:
    """Where lines of the document stand in an included file, and which line includes that."""
    found: dict[int, tuple[Location | None, int]] = {}
    begin = gap.begin
    for index, file in _files_named(text, gap.first, gap.last):
        if begin >= gap.end or depth > _DEEPEST:
            break
        part = document[: gap.end]
        origins = _origins_in(file, part, begin, depth)
        if any(_key(document[each]) for each in origins):
            last = max(each for each in origins if _key(document[each]))
            found |= {each: (origins.get(each), index) for each in range(begin, last + 1)}
            begin = last + 1
    author = max((index for _, index in found.values()), default=gap.first)
    return dict.fromkeys(range(begin, gap.end), (None, author)) | found


def _origins_in(file: Text, document: Sequence[str], begin: int, depth: int) -> dict[int, Location]:
    """The document's lines from ``begin`` on that stand in a file, or in one that it includes."""
    found: dict[int, Location] = {}
    for gap in _gaps(file, document, begin):
        if gap.same:
            found |= {gap.begin + n: file.at(gap.first + n) for n in range(gap.end - gap.begin)}
        elif gap.begin < gap.end and gap.first < gap.last:
            inner = _included(file, gap, document, depth + 1)
            found |= {each: origin for each, (origin, _) in inner.items() if origin is not None}
    return found


# -- the files that lines name ------------------------------------------------------------------


def _files_named(text: Text, first: int, last: int) -> Iterator[tuple[int, Text]]:
    """The files that exist among what the text's lines name, and the line of each."""
    for index in range(first, last):
        line = text.lines[index]
        names = [next(filter(None, match.groups())) for match in _NAMED.finditer(line)]
        for name in [*names, line.strip()]:
            bounds = "".join(text.lines[index:last]).partition("%}")[0]
            file = _file(text, name, bounds)
            if file is not None:
                yield index, file


def _file(text: Text, name: str, bounds: str) -> Text | None:
    part = _PART.fullmatch(name)
    for path in (name, part["path"] if part else ""):
        found = _found(text, path.strip())
        if found is not None:
            break
    else:
        return None
    try:
        lines = found.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError):
        return None
    home = os.path.abspath(text.folder)  # noqa: PTH100 - as above
    near = found.relative_to(home) if found.is_relative_to(home) else found
    numbers = [*range(1, len(lines) + 1)]
    if part and path != name:
        numbers = _part(lines, part)
    for start, *values in _BOUND.findall(bounds):
        numbers = _bounded(lines, numbers, start, next(filter(None, values), ""))
    chosen = [lines[number - 1] for number in numbers]
    return Text(near.as_posix(), chosen, text.folder, text.bases, numbers)


def _found(text: Text, name: str) -> Path | None:
    if not name or len(name) > 300 or "\0" in name:
        return None
    beside = text.folder / text.file
    for folder in (*text.bases, *beside.parents, Path()):
        try:
            path = Path(os.path.abspath(folder / name))  # noqa: PTH100 - a link keeps its name
            if path.is_file():
                return path
        except OSError:  # no name that a file could have
            return None
    return None


def _part(lines: Sequence[str], part: re.Match[str]) -> list[int]:
    """The lines that a name like ``file.py:3:7`` or ``file.py:section`` stands for."""
    if part["section"]:
        marks = [
            number
            for number, line in enumerate(lines, 1)
            if re.search(
                rf"8<-+[ \t]+\[[ \t]*(?:start|end)[ \t]*:[ \t]*{part['section']}[ \t]*\]", line
            )
        ]
        return (
            [*range(marks[0] + 1, marks[1] if len(marks) > 1 else len(lines) + 1)] if marks else []
        )
    numbers: list[int] = []
    whole = range(1, len(lines) + 1)
    for span in part["lines"].split(","):
        first, _, last = span.partition(":")
        begin = int(first) if first not in ("", "-") else 1
        end = int(last) if last not in ("", "-") else len(lines)
        numbers += whole[begin - 1 if begin > 0 else begin : end if end >= 0 else end + len(lines)]
    return numbers


def _bounded(lines: Sequence[str], numbers: list[int], name: str, text: str) -> list[int]:
    """Without what stands before a starting text, or behind an ending one."""
    at = next((n for n in numbers if text and text in lines[n - 1]), None)
    if at is None:
        return numbers
    return [n for n in numbers if (n >= at if name == "start" else n <= at)]
