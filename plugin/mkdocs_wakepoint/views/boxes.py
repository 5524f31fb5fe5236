"""The boxes of a state machine diagram, made of what the run did in each state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mkdocs_wakepoint.views.box import MAX_ROWS, SEVERAL, UNREACHED, Box, Row
from mkdocs_wakepoint.views.limits import TEXT, VALUE
from mkdocs_wakepoint.views.source_lines import SourceLines
from mkdocs_wakepoint.views.story import Instance, Visit
from mkdocs_wakepoint.views.stretches import Stretch
from mkdocs_wakepoint.views.words import cut, times
from wakepoint.machine.model import State, StateKind, Variable, VariableKind


def boxes(
    instance: Instance,
    runs: Sequence[Instance],
    stretches: Sequence[Stretch],
    lines: SourceLines,
) -> list[Box]:
    """The boxes of a picture, from the top down.

    Args:
        instance: The run that is shown.
        runs: All runs of its machine.
        stretches: Which states have a box.
        lines: Names the lines of what ran.
    """
    states = instance.machine.states
    made = [
        _box(instance, runs, states[stretch.first], lines)
        if stretch.first == stretch.last
        else _several(instance, stretch)
        for stretch in stretches
    ]
    ends = {box.kind for box in made}
    missing = [state for state in states if state.kind in _ENDS and state.kind.value not in ends]
    return [*made, _unreached(missing)] if missing else made


def _box(instance: Instance, runs: Sequence[Instance], state: State, lines: SourceLines) -> Box:
    match state.kind:
        case StateKind.START:
            line, ran = _line(state, lines), bool(instance.steps)
            foot = _foot(line, "nothing has run yet")
            rows = _rows(state, instance.arguments, [run.arguments for run in runs], entered=ran)
            name = cut(state.label, TEXT)
            return Box(0, 0, state.kind.value, "0", name, "start", rows, foot, ran, line=line)
        case StateKind.RETURNED | StateKind.RAISED | StateKind.DROPPED:
            return _terminal(instance, state, lines)
        case _:
            return _suspension(instance, runs, state, lines)


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
    line = lines.name(instance.end_line) if visited and instance.end_line else ""
    foot = _foot(line, cut(instance.result, TEXT) if visited else "not reached in this run")
    index = state.index
    return Box(index, index, state.kind.value, mark, heading, corner, (), foot, visited)


def _returned(instance: Instance, lines: SourceLines) -> str:
    """The return statement that ended the run, as written, if it stands on one line."""
    if instance.end is StateKind.RETURNED:
        statement = lines.text(instance.end_line or 0).strip()
        if statement.startswith("return"):
            return cut(statement, TEXT)
    return "return"


def _unreached(missing: Sequence[State]) -> Box:
    """One box for all ends that no run reached: each is possible from everywhere."""
    names = " or ".join(state.kind.value for state in missing)
    first, last = missing[0].index, missing[-1].index
    return Box(first, last, UNREACHED, "✗", "", "", (), f"{names}: not in this run", visited=False)


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


def _suspension(
    instance: Instance, runs: Sequence[Instance], state: State, lines: SourceLines
) -> Box:
    visits = instance.visits_of(state.index)
    suspended = instance.suspended(state.index)
    stuck = bool(visits) and instance.stands == state.index
    line = _line(state, lines)
    most = max((run.suspended(state.index) for run in runs), default=0)
    return Box(
        first=state.index,
        last=state.index,
        kind=state.kind.value,
        mark=str(state.index),
        heading=heading(state),
        corner=f"×{suspended}",
        rows=_rows(
            state,
            visits[-1].variables if visits else {},
            [visit.variables for run in runs for visit in run.visits_of(state.index)],
            entered=bool(visits),
        ),
        foot=_foot(line, _where(visits, suspended, stuck)),
        visited=bool(visits),
        suspended=suspended > 0,
        stuck=stuck,
        corner_room=len(f"×{most}"),
        line=line,
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


def _rows(
    state: State,
    last: Mapping[str, str],
    every: Sequence[Mapping[str, str]],
    *,
    entered: bool,
) -> tuple[Row, ...]:
    """What was bound in any visit of any run.

    Args:
        state: The state.
        last: The values of the last visit of the run that is shown.
        every: Those of every visit of every run.
        entered: False if the run that is shown never came here.
    """
    if not every:
        return ()
    ever = {name for values in every for name in values}
    rows = []
    for variable in state.variables:
        name, operand = variable.name, variable.kind is VariableKind.OPERAND
        if operand or name in ever:
            value = None if operand else last.get(name)  # its source may be a variable's name
            short = None if value is None else cut(value, VALUE)
            bound = entered and (operand or value is not None)
            rows.append(Row(cut(name, VALUE), short, variable.live, operand, bound))
    folded = len(rows) - MAX_ROWS + 1 if len(rows) > MAX_ROWS else 0
    if folded:
        rows = rows[:-folded]
        rows.append(Row(f"and {folded} more: see the table", None, live=False, more=folded))
    return tuple(rows)


def _several(instance: Instance, stretch: Stretch) -> Box:
    """States in a row as one box, which says how many they are and what became of them."""
    inside = range(stretch.first, stretch.last + 1)
    entered = [index for index in inside if instance.visits_of(index)]
    straight = sum(1 for index in entered if not instance.suspended(index))
    parts = (
        (len(entered) - straight, "suspended"),
        (straight, "went straight on"),
        (len(inside) - len(entered), "never entered"),
    )
    told = [(count, what) for count, what in parts if count]
    foot = told[0][1] if len(told) == 1 else ", ".join(f"{count} {what}" for count, what in told)
    return Box(
        first=stretch.first,
        last=stretch.last,
        kind=SEVERAL,
        mark="⋮",
        heading=f"{times(len(inside), 'state')}, {stretch.first}–{stretch.last}",
        corner="",
        rows=(),
        foot=foot,
        visited=bool(entered),
        suspended=straight == 0 and len(entered) == len(inside),
    )


def _line(state: State, lines: SourceLines) -> str:
    return lines.name(state.span.line) if state.span else ""


def _foot(line: str, text: str) -> str:
    return " · ".join(filter(None, (line, text)))
