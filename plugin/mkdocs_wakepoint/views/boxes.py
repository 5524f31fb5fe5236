"""The boxes of a state machine diagram: what stands in each, and how large it is."""

from __future__ import annotations

from dataclasses import dataclass

from mkdocs_wakepoint.views.story import Instance
from wakepoint.machine.model import State, StateKind, VariableKind

MONO = 7.9
"""Width of a character of the rows, in pixels: 13 px Courier is 0.6 em wide, plus some slack."""
LABEL = 8.5
"""The same for a box's heading, at 14 px."""
SANS = 6.7
"""Mean width of a character of the proportional font, at 13 px."""
HEAD, ROW, FOOT = 36.0, 27.0, 27.0
WIDEST, NARROWEST = 440.0, 250.0
MAX_ROWS = 10
"""More variables than this are folded into one row; the table has them all."""

NOT_READ = "not read again"
READ = "read later"


@dataclass(frozen=True, slots=True)
class Row:
    """A saved variable: its text, what is said of it, and whether it is live."""

    text: str
    note: str
    live: bool
    operand: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A state as it is painted."""

    state: State
    mark: str
    heading: str
    corner: str
    rows: tuple[Row, ...]
    foot: str
    visited: bool

    @property
    def height(self) -> float:
        """In pixels."""
        return HEAD + ROW * len(self.rows) + (FOOT if self.foot else 0)

    @property
    def wanted_width(self) -> float:
        """In pixels, if there were no limit."""
        heading = 44 + len(self.heading) * LABEL + 14 + len(self.corner) * LABEL + 16
        rows = [34 + len(r.text) * MONO + 20 + len(r.note) * SANS + 16 for r in self.rows]
        return max(heading, 32 + len(self.foot) * SANS, *rows, 0)


def boxes(instance: Instance) -> list[Box]:
    """One box for each state that is shown, in the order of their numbers."""
    made = [_box(instance, state) for state in instance.machine.states]
    return [box for box in made if box.visited or box.state.kind is not StateKind.RAISED]


def common_width(made: list[Box]) -> float:
    """Boxes are equally wide, so that the eye runs down one edge."""
    return max(NARROWEST, min(WIDEST, max(box.wanted_width for box in made)))


def cut(text: str, width: float, per_character: float) -> str:
    """The text, shortened to a width in pixels."""
    room = max(3, int(width / per_character))
    return text if len(text) <= room else text[: room - 1] + "…"


def _box(instance: Instance, state: State) -> Box:
    match state.kind:
        case StateKind.START:
            arguments = ", ".join(instance.arguments.values())
            heading = f"{instance.machine.name}({arguments})"
            return Box(state, "0", heading, "start", (), _foot(state, "nothing has run yet"), True)
        case StateKind.RETURNED:
            return _terminal(instance, state, "✓", "return", "done")
        case StateKind.RAISED:
            return _terminal(instance, state, "✗", "raise", "raised")
        case StateKind.DROPPED:
            visited = instance.end is StateKind.DROPPED
            foot = "let go of while suspended" if visited else "never visited"
            return Box(state, "", "Dropped", "", (), foot, visited)
        case _:
            return _suspension(instance, state)


def _terminal(instance: Instance, state: State, mark: str, heading: str, corner: str) -> Box:
    visited = instance.end is state.kind
    line = f"line {instance.end_line} · " if visited and instance.end_line else ""
    foot = f"{line}{instance.result}" if visited else "not reached in this run"
    return Box(state, mark, heading, corner, (), foot, visited)


KEYWORDS = {
    StateKind.AWAIT: "await ",
    StateKind.ENTER: "async with ",
    StateKind.EXIT: "leave async with ",
    StateKind.NEXT: "async for … in ",
    StateKind.YIELD: "yield ",
}


def heading(state: State) -> str:
    """A suspension point as its source says it."""
    return KEYWORDS.get(state.kind, "") + state.label


def _suspension(instance: Instance, state: State) -> Box:
    visits = instance.visits_of(state.index)
    suspended = instance.suspended(state.index)
    waits = visits[-1].waits_on if visits else []
    if not visits:
        where = "never entered"
    elif suspended:
        where = f"waits on {', '.join(waits)}" if waits else "suspended"
    else:
        where = "went straight on"
    return Box(
        state=state,
        mark=str(state.index),
        heading=heading(state),
        corner=f"×{suspended}",
        rows=_rows(instance, state),
        foot=_foot(state, where),
        visited=bool(visits),
    )


def _rows(instance: Instance, state: State) -> tuple[Row, ...]:
    visits = instance.visits_of(state.index)
    values = visits[-1].variables if visits else {}
    rows = []
    for variable in state.variables:
        operand = variable.kind is VariableKind.OPERAND
        if visits and not operand and variable.name not in values:
            continue  # not bound on the path that was taken
        value = f" = {values[variable.name]}" if variable.name in values else ""
        note = "half evaluated" if operand else READ if variable.live else NOT_READ
        rows.append(Row(f"{variable.name}{value}", note, variable.live, operand))
    if len(rows) > MAX_ROWS:
        folded = len(rows) - MAX_ROWS + 1
        rows = [*rows[: MAX_ROWS - 1], Row(f"and {folded} more", "see the table", False)]
    return tuple(rows)


def _foot(state: State, text: str) -> str:
    return f"line {state.span.line} · {text}" if state.span else text
