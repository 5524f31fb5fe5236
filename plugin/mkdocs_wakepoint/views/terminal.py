"""What a terminal shows of a run's output, where commands colour it or write over it.

Only as much of a terminal as output to be read takes. Its screen is as wide and as high as what is
written; a link's address and a window's title are not seen, as in a terminal.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Final

from mkdocs_wakepoint.text import ESCAPE_SEQUENCE, visible
from mkdocs_wakepoint.views.terminal_style import PLAIN, Style, number, restyled

FARTHEST: Final = 1000
"""The last column, and the last row, that a command can lead to."""
MOST_MOVED: Final = 500_000
"""Cells that commands may fill, empty or pass; those that come then do nothing."""
TAB: Final = 8
"""Columns from one tab stop to the next."""

Cell = tuple[str, Style]
"""A character, or several of one style, and how they look."""

_PLAIN: Final = "[ -~\u00a0-\u1fff\u2070-\ud7ff]"
"""Characters that are shown as they are; there are others."""
_PIECE: Final = re.compile(f"{_PLAIN}+|{ESCAPE_SEQUENCE.pattern}|.", re.DOTALL)
_CONTROL: Final = re.compile(r"(?:\x1b\[|\x9b)([0-9:;]*)([A-HJKfm])")


def displayed(text: str) -> list[list[Cell]]:
    """The lines of the screen once a text was written to it, each in pieces of one style."""
    screen = _Screen()
    for match in _PIECE.finditer(text):
        screen.take(match[0])
    return [
        [("".join(character for character, _ in cells), style) for style, cells in pieces]
        for pieces in (groupby(line, lambda cell: cell[1]) for line in screen.lines)
    ]


class _Screen:
    def __init__(self) -> None:
        self.lines: list[list[Cell]] = [[]]
        self._row = self._column = 0
        self._style = PLAIN
        self._tabbed: set[int] = set()  # rows with tabs that nobody has looked into yet
        self._moved = 0  # cells that commands have filled, emptied or passed

    def take(self, piece: str) -> None:
        """Writes characters, or does what a command asks for."""
        match piece:
            case "\n":
                self._row, self._column = self._row + 1, 0
                self._reach()
            case "\r":
                self._to(column=0)
            case "\b":
                self._to(column=self._column - 1)
            case "\t":
                self._tab()
            case _ if " " <= piece[0] != "\x7f" and len(piece) > 1:
                self._write(list(piece))
            case _ if len(piece) > 1:
                control = _CONTROL.fullmatch(piece)
                if control is not None and self._moved < MOST_MOVED:
                    self._control(control[2], control[1])
            case _:
                self._write([visible(piece)])

    def _write(self, characters: list[str]) -> None:
        line = self._reach()
        end = self._column + len(characters)
        line[self._column : end] = [(character, self._style) for character in characters]
        self._column = end

    def _reach(self) -> list[Cell]:
        """The line of the cursor, long enough to be written to."""
        self.lines += [[] for _ in range(self._row + 1 - len(self.lines))]
        line = self.lines[self._row]
        missing = max(self._column - len(line), 0)
        line += [(" ", PLAIN)] * missing
        self._moved += missing
        return line

    def _tab(self) -> None:
        """At the end of a line it stays what it is, for who copies the text."""
        if self._column >= len(self._reach()):
            self._write(["\t"])
            self._tabbed.add(self._row)
        else:
            self._to(column=(self._column // TAB + 1) * TAB)

    def _to(self, *, row: int | None = None, column: int) -> None:
        line = self._reach()
        if self._row in self._tabbed:
            self._tabbed.discard(self._row)
            self.lines[self._row] = _without_tabs(line)
        self._row = self._row if row is None else min(max(row, 0), FARTHEST)
        self._column = min(max(column, 0), FARTHEST)

    def _control(self, name: str, numbers: str) -> None:
        if name == "m":
            self._style = restyled(self._style, numbers)
            return
        first, second, *_ = map(number, f"{numbers};;".replace(":", ";").split(";"))
        if name == "K":
            self._erase_in_line(first)
        elif name == "J":
            self._erase_in_screen(first)
        else:
            self._move(name, max(first, 1), max(second, 1))

    def _move(self, name: str, first: int, second: int) -> None:
        """By so many rows or columns; no further down than there are lines."""
        down = min(self._row + first, len(self.lines) - 1)
        row, column = {
            "A": (self._row - first, self._column),
            "B": (down, self._column),
            "C": (self._row, self._column + first),
            "D": (self._row, self._column - first),
            "E": (down, 0),
            "F": (self._row - first, 0),
            "G": (self._row, first - 1),
            "H": (first - 1, second - 1),
            "f": (first - 1, second - 1),
        }[name]
        self._to(row=row, column=column)

    def _erase_in_line(self, what: int) -> None:
        self._to(column=self._column)
        line = self._reach()
        self._moved += len(line)
        if what == 0:
            del line[self._column :]
        else:
            end = self._column + 1 if what == 1 else len(line)
            line[:end] = [(" ", PLAIN)] * min(end, len(line))

    def _erase_in_screen(self, what: int) -> None:
        self._moved += len(self.lines)
        if what == 0:
            self._erase_in_line(0)
            del self.lines[self._row + 1 :]
        elif what == 1:
            self._erase_in_line(1)
            self.lines[: self._row] = [[] for _ in range(self._row)]
        else:  # what is written next stands at the top of an empty screen
            self.lines, self._row = [[]], 0


def _without_tabs(line: list[Cell]) -> list[Cell]:
    spaced: list[Cell] = []
    for character, style in line:
        width = TAB - len(spaced) % TAB if character == "\t" else 1
        spaced += [(" " if character == "\t" else character, style)] * width
    return spaced
