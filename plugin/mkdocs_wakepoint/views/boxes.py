"""The boxes of a state machine diagram: what stands in each, and how large it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mkdocs_wakepoint.views.limits import TEXT, VALUE
from mkdocs_wakepoint.views.source_lines import SourceLines
from mkdocs_wakepoint.views.story import Instance, Visit
from mkdocs_wakepoint.views.words import cut, wrap
from wakepoint.machine.model import TERMINAL_KINDS, State, StateKind, Variable, VariableKind

MONO = 7.9
"""Width of a character of the rows, in pixels: 13 px Courier is 0.6 em wide, plus some slack."""
LABEL = 8.5
"""The same for a box's heading, at 14 px."""
SANS = 6.6
"""Mean width of a character of the proportional font, at 13 px."""
BOLD = 7.4
"""The same where it is bold."""
HEAD, LINE, ROW, FOOT = 36.0, 18.0, 27.0, 27.0
WIDEST, NARROWEST = 380.0, 240.0
HEADING_LINES = 2
MAX_ROWS = 10
"""More variables than this are folded into one row; the table has them all."""

_LEFT, _RIGHT = 42, 16

NOTES = {True: "read later", False: "not read again"}


@dataclass(frozen=True, slots=True)
class Row:
    """A saved variable: its text, what is said of it, and whether it is live."""

    text: str
    note: str
    live: bool
    operand: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A state as it is painted.

    Attributes:
        state: The state.
        mark: Its number, or ✓ or ✗.
        heading: The awaited expression as written.
        corner: What stands in the upper right corner.
        rows: The variables that it keeps.
        foot: Its line, and what it waits on.
        visited: False if the run never came here.
        stuck: True if the run ended with the coroutine standing here.
    """

    state: State
    mark: str
    heading: str
    corner: str
    rows: tuple[Row, ...]
    foot: str
    visited: bool
    stuck: bool = False

    @property
    def suspension(self) -> bool:
        """False for the start and for the ends."""
        return self.state.kind is not StateKind.START and self.state.kind not in TERMINAL_KINDS

    @property
    def wanted_width(self) -> float:
        """In pixels, if there were no limit."""
        heading = _LEFT + len(self.heading) * LABEL + 14 + len(self.corner) * LABEL + _RIGHT
        rows = [34 + len(r.text) * MONO + 20 + len(r.note) * SANS + _RIGHT for r in self.rows]
        return max(heading, 2 * _RIGHT + len(self.foot) * self.foot_character, *rows, 0)

    @property
    def foot_character(self) -> float:
        """Mean width of a character of the foot, in pixels."""
        return BOLD if self.stuck else SANS

    def heading_lines(self, width: float) -> list[str]:
        """The heading, broken to fit into a box of that width."""
        room = width - _LEFT - _RIGHT - 14 - len(self.corner) * LABEL
        return wrap(self.heading, int(room / LABEL), HEADING_LINES)

    def head(self, width: float) -> float:
        """Height of the heading, in pixels."""
        return HEAD + LINE * (len(self.heading_lines(width)) - 1)

    def height(self, width: float) -> float:
        """Of the whole box, in pixels."""
        return self.head(width) + ROW * len(self.rows) + FOOT


def boxes(instance: Instance, states: Iterable[State], lines: SourceLines) -> list[Box]:
    """One box for each state that is shown.

    Args:
        instance: The run that is shown.
        states: Those that are shown, in the order of their numbers.
        lines: Names the lines of what ran.
    """
    return [_box(instance, state, lines) for state in states]


def common_width(made: list[Box]) -> float:
    """Boxes are equally wide, so that the eye runs down one edge."""
    return max(NARROWEST, min(WIDEST, max(box.wanted_width for box in made)))


def _box(instance: Instance, state: State, lines: SourceLines) -> Box:
    match state.kind:
        case StateKind.START:
            arguments = ", ".join(instance.arguments.values())
            heading = cut(f"{instance.machine.name}({arguments})", TEXT)
            ran = bool(instance.number)
            foot = _foot(state, lines, "nothing has run yet")
            return Box(state, "0", heading, "start", (), foot, ran)
        case StateKind.RETURNED | StateKind.RAISED | StateKind.DROPPED:
            return _terminal(instance, state, lines)
        case _:
            return _suspension(instance, state, lines)


_ENDS = {
    StateKind.RETURNED: ("✓", "return", "done"),
    StateKind.RAISED: ("✗", "raise", "raised"),
    StateKind.DROPPED: ("✗", "drop", "dropped"),
}
"""Of each end its mark, its heading and its corner."""


def _terminal(instance: Instance, state: State, lines: SourceLines) -> Box:
    mark, heading, corner = _ENDS[state.kind]
    if state.kind is StateKind.RETURNED:
        heading = _returned(instance, lines)
    visited = instance.end is state.kind
    line = f"{lines.name(instance.end_line)} · " if visited and instance.end_line else ""
    foot = f"{line}{cut(instance.result, TEXT)}" if visited else "not reached in this run"
    return Box(state, mark, heading, corner, (), foot, visited)


def _returned(instance: Instance, lines: SourceLines) -> str:
    """The return statement that ended the run, as written, if it stands on one line."""
    if instance.end is StateKind.RETURNED:
        statement = lines.text(instance.end_line or 0).strip()
        if statement.startswith("return"):
            return cut(statement, TEXT)
    return "return"


KEYWORDS = {
    StateKind.AWAIT: "await ",
    StateKind.ENTER: "async with ",
    StateKind.EXIT: "leave async with ",
    StateKind.NEXT: "async for … in ",
    StateKind.YIELD: "yield ",
}


def heading(state: State) -> str:
    """A suspension point as its source says it."""
    return cut(KEYWORDS.get(state.kind, "") + state.label, TEXT)


def _suspension(instance: Instance, state: State, lines: SourceLines) -> Box:
    visits = instance.visits_of(state.index)
    suspended = instance.suspended(state.index)
    stuck = bool(visits) and instance.stands == state.index
    return Box(
        state=state,
        mark=str(state.index),
        heading=heading(state),
        corner=f"×{suspended}",
        rows=_rows(state, visits[-1]) if visits else (),
        foot=_foot(state, lines, _where(visits, suspended, stuck)),
        visited=bool(visits),
        stuck=stuck,
    )


def _where(visits: list[Visit], suspended: int, stuck: bool) -> str:
    if not visits:
        return "never entered"
    if stuck and visits[-1].suspended:
        return f"still waits on {waits(visits[-1])}"
    if stuck:
        return "here when the run ended"
    if not suspended:
        return "went straight on"
    last = [visit for visit in visits if visit.suspended][-1]
    return f"waits on {waits(last)}"


def waits(visit: Visit) -> str:
    """What a suspended coroutine waits on, and through which other coroutine."""
    text = cut(", ".join(visit.waits_on), TEXT) or "being polled again"
    if visit.inside is None:
        return text
    return f"{text}, inside {cut(visit.inside.machine.name, VALUE)}()"


def saved(state: State, visit: Visit) -> list[Variable]:
    """The variables of a state that were bound on the path that was taken."""
    return [
        variable
        for variable in state.variables
        if variable.kind is VariableKind.OPERAND or variable.name in visit.variables
    ]


def _rows(state: State, visit: Visit) -> tuple[Row, ...]:
    rows = []
    variables = saved(state, visit)
    folded = len(variables) - MAX_ROWS + 1 if len(variables) > MAX_ROWS else 0
    for variable in variables[: len(variables) - folded]:
        operand = variable.kind is VariableKind.OPERAND
        value = visit.variables.get(variable.name)
        text = variable.name if value is None else f"{variable.name} = {value}"
        note = "half evaluated" if operand else NOTES[variable.live]
        rows.append(Row(cut(text, TEXT), note, variable.live, operand))
    if folded:
        rows.append(Row(f"and {folded} more", "see the table", live=False))
    return tuple(rows)


def _foot(state: State, lines: SourceLines, text: str) -> str:
    return f"{lines.name(state.span.line)} · {text}" if state.span else text
