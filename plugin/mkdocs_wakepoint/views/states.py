"""What a machine did, as a table of its states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from markupsafe import Markup

from mkdocs_wakepoint.views.box import NOTES
from mkdocs_wakepoint.views.boxes import heading, saved, waits
from mkdocs_wakepoint.views.context import Context, Shown
from mkdocs_wakepoint.views.folded import folded
from mkdocs_wakepoint.views.legend import step_sign
from mkdocs_wakepoint.views.limits import (
    CAUSES,
    FEWEST_VARIABLES,
    TEXT,
    VALUE,
    VARIABLES,
    WAYS,
)
from mkdocs_wakepoint.views.markup import Content, breakable_code, code, element, joined, lines
from mkdocs_wakepoint.views.missing import left_out
from mkdocs_wakepoint.views.story import Instance, Step, Visit
from mkdocs_wakepoint.views.table import table
from mkdocs_wakepoint.views.words import causes, cut, ranges, times
from wakepoint.machine.model import TERMINAL_KINDS, State, StateKind, Variable, VariableKind
from wakepoint.recording import Recording

T = TypeVar("T")

_NAMED = 2
"""Machines that a line names; of more than these it has the sums."""

_COLUMNS = (
    ("line", "Line", ""),
    ("entered", "Entered", "how often its await was reached"),
    ("suspended", "Suspended", "how often a poll ended there"),
    ("saved", "Saved variables", "● read later, ○ kept by CPython and never read again"),
    ("awaits", "Awaits", "type of the awaited future"),
    ("waits", "Waits on", "what was to wake it"),
    ("left", "Left by", "number of the step in this run, and what made it possible"),
)
"""Of each column its class, its name, and what it means."""


def states(recording: Recording, context: Context) -> Markup:
    """Everything that the diagrams say, in words: a table for each machine that is shown."""
    tables = joined(_machine(shown, context) for shown in context.shown)
    box = folded(*_counted(context.shown), tables, printed=True) if context.shown else Markup()
    # The pictures say which machines are not shown.
    missing = (
        Markup() if "machine" in context.snippet.options.show else left_out(recording, context)
    )
    return joined((box, missing))


def _counted(shown: Sequence[Shown]) -> tuple[str, str]:
    """What the box of these machines is called, and what is in it."""
    if len(shown) <= _NAMED:
        return "State table", "; ".join(_states_of(one) for one in shown)
    waits = sum(len(_awaits(one)) for one in shown)
    suspended = sum(len(_suspended(one)) for one in shown)
    return (
        f"State tables of {len(shown)} machines",
        f"{times(waits, 'state')}, suspended in {_of(waits, suspended)}",
    )


def _states_of(shown: Shown) -> str:
    name, waits = shown.instance.machine.name, len(_awaits(shown))
    if not waits:
        return f"{name} has no state between its start and its end"
    where = _of(waits, len(_suspended(shown)))
    return f"{name} has {times(waits, 'state')}, and was suspended in {where}"


def _of(all_of_them: int, some: int) -> str:
    """So many of a number that was said before, in words."""
    if not some:
        return "none"
    return "it" if some == all_of_them == 1 else str(some)


def _awaits(shown: Shown) -> list[State]:
    """The states between the start and the ends."""
    ends = (StateKind.START, *TERMINAL_KINDS)
    return [state for state in shown.instance.machine.states if state.kind not in ends]


def _suspended(shown: Shown) -> list[State]:
    """Those in which a poll ended."""
    return [state for state in _awaits(shown) if shown.instance.suspended(state.index)]


def _machine(shown: Shown, context: Context) -> Markup:
    machine = shown.instance.machine
    room = max(VARIABLES // len(shown.states), FEWEST_VARIABLES)
    made = [_State(shown.instance, state, context, room) for state in shown.states]
    # A column that says nothing of any state takes no room.
    columns = [number for number in range(len(_COLUMNS)) if any(one.cells[number] for one in made)]
    headings = [("", "State", ""), *(_COLUMNS[number] for number in columns)]
    return table(
        f"States of {machine.qualname}",
        [(name, meaning) for _, name, meaning in headings],
        [*(one.row(columns) for one in made), *_more(shown, len(columns))],
        class_="wp-states",
        id=f"{shown.anchor}-table",
        data_search_exclude=True,
    )


def _more(shown: Shown, columns: int) -> list[Markup]:
    """A row that tells of the states that have none."""
    count = len(shown.instance.machine.states) - len(shown.states)
    if not count:
        return []
    text = f"{times(count, 'more state')}; the recording has them all"
    return [element("tr", element("td", text, colspan=columns + 1))]


def _cell(class_: str, column: str, content: Content) -> Markup:
    """With the name of its column, for a sheet of paper too narrow for a table."""
    return element("td", content, class_=f"wp-of-{class_}", data_column=column)


class _State:
    """A row of the table of states.

    Args:
        instance: The run that is shown.
        state: The state.
        context: Of the view.
        room: How many variables are told.
    """

    def __init__(self, instance: Instance, state: State, context: Context, room: int) -> None:
        self._room = room
        self._instance = instance
        self._state = state
        self._context = context
        self._visits = instance.visits_of(state.index)
        self._ended_here = instance.end is state.kind
        start, terminal = state.kind is StateKind.START, state.kind in TERMINAL_KINDS
        self._entered = len(self._visits) or int(self._ended_here or start)
        self.cells = (
            self._line(),
            str(self._entered or "never"),
            "" if start or terminal else str(instance.suspended(state.index)),
            self._variables(),
            self._awaits(),
            self._waits(),
            self._left_by(),
        )
        """The HTML of each, in the order of the columns."""

    def row(self, columns: Sequence[int]) -> Markup:
        cells = [_cell(*_COLUMNS[number][:2], self.cells[number]) for number in columns]
        head = element("th", self._name(), scope="row")
        return element("tr", head, *cells, class_=None if self._entered else "wp-never")

    def _name(self) -> Markup | str:
        match self._state.kind:
            case StateKind.START:
                return joined(("0 ", code(f"{cut(self._instance.machine.name, TEXT)}()")))
            case StateKind.RETURNED:
                return "✓ returned"
            case StateKind.RAISED:
                return "✗ raised"
            case StateKind.DROPPED:
                return "✗ dropped"
            case _:
                return joined((f"{self._state.index} ", breakable_code(heading(self._state))))

    def _line(self) -> Markup | str:
        line = self._instance.end_line if self._ended_here else None
        if self._state.span is not None:
            line = self._state.span.line
        return self._context.lines.link(line) if line else ""

    def _variables(self) -> Markup:
        if self._state.kind is StateKind.START:
            arguments = list(self._instance.arguments.items())
            return self._listed(
                arguments, lambda pair: breakable_code(cut(f"{pair[0]} = {pair[1]}", VALUE))
            )
        if self._ended_here:
            return breakable_code(cut(self._instance.result, TEXT))
        if not self._visits:
            return self._listed(self._state.variables, lambda one: _variable(one, None))
        last = self._visits[-1]
        return self._listed(
            saved(self._state, last), lambda one: _variable(one, last.variables.get(one.name))
        )

    def _listed(self, things: Sequence[T], tell: Callable[[T], Markup]) -> Markup:
        """Each on a line, as many as there is room for."""
        more = len(things) - self._room
        told = [tell(thing) for thing in things[: self._room]]
        return lines([*told, f"and {more} more"] if more > 0 else told)

    def _awaits(self) -> Markup:
        unlike = {
            (visit.awaiting, visit.inside and id(visit.inside.machine)): visit
            for visit in self._visits
        }
        return lines(dict.fromkeys(map(self._awaited, [*unlike.values()][:CAUSES])))

    def _awaited(self, visit: Visit) -> Markup | str:
        if visit.inside is None:
            return cut(visit.awaiting, VALUE)
        machine = visit.inside.machine
        name = code(f"{cut(machine.name, VALUE)}()")
        anchor = self._context.anchor(machine)
        return element("a", name, href=f"#{anchor}-table") if anchor else name

    def _waits(self) -> Markup | str:
        text = causes(waits(visit) for visit in self._visits if visit.suspended)
        stuck = self._visits and self._instance.stands == self._state.index
        return joined((text, " ", element("strong", "(still)"))) if stuck and text else text

    def _left_by(self) -> Markup:
        ways = list(self._instance.steps_from(self._state.index).items())
        told = [self._left(target, taken) for target, taken in ways[:WAYS]]
        more = len(ways) - WAYS
        return lines([*told, f"and {more} other ways"] if more > 0 else told)

    def _left(self, target: int, steps: Sequence[Step]) -> Markup:
        """The steps as the diagram has them, and why they were taken."""
        badges = (step_sign(badge) for badge in ranges([step.number for step in steps]))
        why = f" to {self._to(target)}: {causes(step.cause for step in steps)}"
        return joined((Markup(" ").join(badges), why))

    def _to(self, target: int) -> str:
        state = self._instance.machine.states[target]
        return state.kind.value if state.kind in TERMINAL_KINDS else f"state {target}"


def _variable(variable: Variable, value: str | None) -> Markup:
    text = cut(variable.name if value is None else f"{variable.name} = {value}", VALUE)
    mark, meaning = ("●" if variable.live else "○"), NOTES[variable.live]
    if variable.kind is VariableKind.OPERAND:
        mark, meaning = "◆", "half evaluated"
    elif variable.kind is not VariableKind.LOCAL:
        meaning += ", shared with an inner function"
    return joined((element("span", mark, title=meaning), " ", breakable_code(text)))
