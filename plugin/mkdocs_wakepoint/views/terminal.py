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
TAB: Final = 8
"""Columns from one tab stop to the next."""

Cell = tuple[str, Style]
"""A character, or several of one style, and how they look."""

_COMMAND_OR_CHARACTER: Final = re.compile(f"{ESCAPE_SEQUENCE.pattern}|.", re.DOTALL)
_CONTROL: Final = re.compile(r"(?:\x1b\[|\x9b)([0-9:;]*)([A-HJKfm])")


def displayed(text: str) -> list[list[Cell]]:
    """The lines of the screen once a text was written to it, each in pieces of one style."""
    screen = _Screen()
    for match in _COMMAND_OR_CHARACTER.finditer(text):
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

    def take(self, piece: str) -> None:
        """Writes a character, or does what a command asks for."""
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
            case _ if len(piece) > 1:
                if control := _CONTROL.fullmatch(piece):
                    self._control(control[2], control[1])
            case _:
                self._write(visible(piece))

    def _write(self, character: str) -> None:
        line = self._reach()
        line[self._column : self._column + 1] = [(character, self._style)]
        self._column += 1

    def _reach(self) -> list[Cell]:
        """The line of the cursor, long enough to be written to."""
        self.lines += [[] for _ in range(self._row + 1 - len(self.lines))]
        line = self.lines[self._row]
        line += [(" ", PLAIN)] * (self._column - len(line))
        return line

    def _tab(self) -> None:
        """At the end of a line it stays what it is, for who copies the text."""
        if self._column >= len(self._reach()):
            self._write("\t")
        else:
            self._to(column=(self._column // TAB + 1) * TAB)

    def _to(self, *, row: int | None = None, column: int) -> None:
        line = self._reach()
        if any(character == "\t" for character, _ in line):
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
        if what == 0:
            del line[self._column :]
        else:
            end = self._column + 1 if what == 1 else len(line)
            line[:end] = [(" ", PLAIN)] * min(end, len(line))

    def _erase_in_screen(self, what: int) -> None:
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
