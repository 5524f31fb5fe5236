"""What a machine did, as a table of its states."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from mkdocs_wakepoint.views.boxes import NOTES, heading, saved, waits
from mkdocs_wakepoint.views.context import Context, Shown
from mkdocs_wakepoint.views.legend import step_sign
from mkdocs_wakepoint.views.markup import breakable_code, code, element, joined, lines
from mkdocs_wakepoint.views.story import Instance, Step, Visit
from mkdocs_wakepoint.views.table import table
from mkdocs_wakepoint.views.words import causes, ranges
from wakepoint.machine.model import TERMINAL_KINDS, State, StateKind, Variable, VariableKind
from wakepoint.recording import Recording

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
    return joined(_machine(shown, context) for shown in context.shown)


def _machine(shown: Shown, context: Context) -> Markup:
    machine = shown.instance.machine
    made = [_State(shown.instance, state, context) for state in machine.states]
    # A column that says nothing of any state takes no room.
    columns = [number for number in range(len(_COLUMNS)) if any(one.cells[number] for one in made)]
    headings = [("", "State", ""), *(_COLUMNS[number] for number in columns)]
    return table(
        f"States of {machine.qualname}",
        [(name, meaning) for _, name, meaning in headings],
        [one.row(columns) for one in made],
        class_="wp-states",
        id=f"{shown.anchor}-table",
    )


class _State:
    """A row of the table of states."""

    def __init__(self, instance: Instance, state: State, context: Context) -> None:
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
        cells = [
            element("td", self.cells[number], class_=f"wp-of-{_COLUMNS[number][0]}")
            for number in columns
        ]
        head = element("th", self._name(), scope="row")
        return element("tr", head, *cells, class_=None if self._entered else "wp-never")

    def _name(self) -> Markup | str:
        match self._state.kind:
            case StateKind.START:
                return joined(("0 ", code(f"{self._instance.machine.name}()")))
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
            arguments = self._instance.arguments.items()
            return lines(breakable_code(f"{name} = {value}") for name, value in arguments)
        if self._ended_here:
            return breakable_code(self._instance.result)
        if not self._visits:
            return lines(_variable(variable, None) for variable in self._state.variables)
        last = self._visits[-1]
        return lines(
            _variable(variable, last.variables.get(variable.name))
            for variable in saved(self._state, last)
        )

    def _awaits(self) -> Markup:
        return lines(dict.fromkeys(map(self._awaited, self._visits)))

    def _awaited(self, visit: Visit) -> Markup | str:
        if visit.inside is None:
            return visit.awaiting
        machine = visit.inside.machine
        name = code(f"{machine.name}()")
        anchor = self._context.anchor(machine)
        return element("a", name, href=f"#{anchor}-table") if anchor else name

    def _waits(self) -> Markup | str:
        text = causes(waits(visit) for visit in self._visits if visit.suspended)
        stuck = self._visits and self._instance.stands == self._state.index
        return joined((text, " ", element("strong", "(still)"))) if stuck and text else text

    def _left_by(self) -> Markup:
        steps = self._instance.steps_from(self._state.index)
        return lines(self._left(target, taken) for target, taken in steps.items())

    def _left(self, target: int, steps: Sequence[Step]) -> Markup:
        """The steps as the diagram has them, and why they were taken."""
        badges = (step_sign(badge) for badge in ranges([step.number for step in steps]))
        why = f" to {self._to(target)}: {causes(step.cause for step in steps)}"
        return joined((Markup(" ").join(badges), why))

    def _to(self, target: int) -> str:
        state = self._instance.machine.states[target]
        return state.kind.value if state.kind in TERMINAL_KINDS else f"state {target}"


def _variable(variable: Variable, value: str | None) -> Markup:
    text = variable.name if value is None else f"{variable.name} = {value}"
    mark, meaning = ("●" if variable.live else "○"), NOTES[variable.live]
    if variable.kind is VariableKind.OPERAND:
        mark, meaning = "◆", "half evaluated"
    elif variable.kind is not VariableKind.LOCAL:
        meaning += ", shared with an inner function"
    return joined((element("span", mark, title=meaning), " ", breakable_code(text)))
