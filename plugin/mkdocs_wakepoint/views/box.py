"""A box of a state machine diagram: what stands in it, and how large that makes it."""

from __future__ import annotations

from dataclasses import dataclass

from mkdocs_wakepoint.views.words import wrap

MONO = 7.9
"""Width of a character of headings and rows, in pixels: 13 px Courier is 0.6 em wide."""
SANS = 6.6
"""Mean width of a character of the proportional font, at 13 px."""
SMALL = 6.3
"""The same at 12.5 px."""
BOLD = 7.0
"""The same where it is bold."""
HEAD, LINE, ROW, FOOT, LOW = 34.0, 17.0, 25.0, 26.0, 30.0
"""Heights, in pixels; `LOW` is that of a box with one line."""
HEADING_LINES = 3
MAX_ROWS = 10
"""More variables than this are folded into one row; the table has them all."""
LEFT, RIGHT, INDENT = 42.0, 14.0, 36.0
"""Where a heading begins, how far from the edges texts are, and where rows begin."""

NOTES = {True: "read later", False: "not read again"}
SEVERAL, UNREACHED = "several", "unreached"
"""What a box looks like that stands for several states, and one for ends that were not reached."""


@dataclass(frozen=True, slots=True)
class Row:
    """A saved variable, or half of an expression.

    Attributes:
        name: Of the variable; the source text of an operand.
        value: The value of the last visit; None if it has none that is known, as half of an
            expression has none.
        live: False for what CPython keeps and nobody reads again.
        operand: True for half of an expression.
        bound: False if it was bound in another visit, but not in the last one.
        more: How many further variables this row stands for; 0 for a variable's own row.
    """

    name: str
    value: str | None
    live: bool
    operand: bool = False
    bound: bool = True
    more: int = 0

    @property
    def wanted_width(self) -> float:
        """In pixels, if nothing is to be cut."""
        return INDENT + len(self.text) * MONO + RIGHT

    @property
    def text(self) -> str:
        """The name with its value."""
        return self.name if self.value is None else f"{self.name} = {self.value}"

    @staticmethod
    def room(width: float) -> int:
        """Characters that this may have, in a box of that width."""
        return _characters(width - INDENT - RIGHT, MONO)


@dataclass(frozen=True, slots=True)
class Box:
    """A state as it is painted, or several in a row as one.

    Attributes:
        first: Index of the state.
        last: Index of the last one, if the box stands for several.
        kind: How it looks: a kind of state, ``several`` or ``unreached``.
        mark: Its number, or a sign.
        heading: The awaited expression as written.
        corner: What stands in the upper right corner.
        rows: The variables that it keeps.
        foot: Its line, and what it waits on.
        visited: False if the run never came here.
        suspended: True if the run was suspended here.
        stuck: True if the run ended with the coroutine standing here.
        corner_room: Characters that any run of the machine has in the corner.
        line: Name of its line; empty if it has none.
    """

    first: int
    last: int
    kind: str
    mark: str
    heading: str
    corner: str
    rows: tuple[Row, ...]
    foot: str
    visited: bool
    suspended: bool = False
    stuck: bool = False
    corner_room: int = 0
    line: str = ""

    @property
    def wanted_width(self) -> float:
        """In pixels, if nothing is to be cut."""
        foot = 2 * RIGHT + len(self.foot) * self._foot_character
        return max(foot, *(row.wanted_width for row in self.rows), 0)

    @property
    def left(self) -> float:
        """Where the heading begins, in pixels."""
        return max(LEFT, RIGHT + len(self.mark) * MONO + 6)

    @property
    def _foot_character(self) -> float:
        return BOLD if self.stuck else SMALL

    def foot_room(self, width: float) -> int:
        """Characters that the foot may have, in a box of that width."""
        return _characters(width - 2 * RIGHT, self._foot_character)

    def heading_lines(self, width: float) -> list[str]:
        """The heading, broken to fit into a box of that width."""
        corner = max(self.corner_room, len(self.corner))
        room = width - self.left - RIGHT - 8 - corner * MONO
        return wrap(self.heading, _characters(room, MONO), HEADING_LINES)

    def head(self, width: float) -> float:
        """Height of the heading, in pixels."""
        return HEAD + LINE * (len(self.heading_lines(width)) - 1)

    def height(self, width: float) -> float:
        """Of the whole box, in pixels."""
        if self.kind == UNREACHED:
            return LOW
        return self.head(width) + ROW * len(self.rows) + FOOT


def _characters(width: float, each: float) -> int:
    return max(int(width / each), 1)
