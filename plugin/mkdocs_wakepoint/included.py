"""Files that lines of a text name, as the lines that stand for an included file do."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mkdocs_wakepoint import reading
from mkdocs_wakepoint.snippet import Location

_NAMED = re.compile(r'"([^"\n]+)"|\'([^\'\n]+)\'|\{!\s*(\S+)\s*!\}')
_BOUND = re.compile(r"""\b(start|end)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
# What pymdownx.snippets takes behind a file's name: lines (`:3:7`, `:1:2,8:9`), or a section.
_PART = re.compile(
    r"(?P<path>.*?)(?::(?P<lines>-?\d*(?::-?\d*)?(?:,[-\d:]*)*)|:(?P<section>\w[-\w]*))"
)


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


def files_named(text: Text, first: int, last: int) -> Iterator[tuple[int, Text]]:
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
        source = _found(text, path.strip())
        if source is not None:
            break
    else:
        return None
    try:
        lines = reading.text(source).split("\n")
    except reading.UnreadableError:
        return None
    home = os.path.abspath(text.folder)  # noqa: PTH100 - as above
    near = source.relative_to(home) if source.is_relative_to(home) else source
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
