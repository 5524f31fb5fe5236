"""What a run did, as tables: its states, its kernel calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from mkdocs_wakepoint.views.boxes import NOTES, heading, saved, waits
from mkdocs_wakepoint.views.context import Context, Shown
from mkdocs_wakepoint.views.story import Instance, Visit
from mkdocs_wakepoint.views.words import breakable, causes, ranges, times
from wakepoint.machine.model import TERMINAL_KINDS, State, StateKind, Variable, VariableKind
from wakepoint.recording import Event, Recording

MAX_CALLS = 60
"""More kernel calls than this are folded; the recording has them all."""
LAST_CALLS = 10
"""So many of them stand after the fold."""

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


def states(recording: Recording, context: Context) -> str:
    """Everything that the diagrams say, in words: a table for each machine that is shown."""
    return "".join(_machine(shown, context) for shown in context.shown)


def _machine(shown: Shown, context: Context) -> str:
    machine = shown.instance.machine
    made = [_State(shown.instance, state, context) for state in machine.states]
    # A column that says nothing of any state takes no room.
    columns = [number for number in range(len(_COLUMNS)) if any(one.cells[number] for one in made)]
    headings = [("", "State", ""), *(_COLUMNS[number] for number in columns)]
    return table(
        f"States of {machine.qualname}",
        [(name, told) for _, name, told in headings],
        [one.row(columns) for one in made],
        f' class="wp-states" id="{shown.anchor}-table"',
    )


def table(
    title: str, headings: Sequence[tuple[str, str]], rows: Iterable[str], attributes: str
) -> str:
    """A table in a box of its own that scrolls.

    Args:
        title: Its caption.
        headings: Of each column the name, and what it means where that needs telling.
        rows: The HTML of each.
        attributes: Of the table element, with a space before each.
    """
    head = "".join(
        f'<th scope="col" title="{told}">{name}</th>' if told else f'<th scope="col">{name}</th>'
        for name, told in headings
    )
    return (
        f'<div class="wp-scroll wp-table" tabindex="0" role="region" aria-label="{escape(title)}">'
        f"<table{attributes}><caption>{escape(title)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
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

    def row(self, columns: Sequence[int]) -> str:
        body = "".join(f'<td class="wp-of-{_COLUMNS[n][0]}">{self.cells[n]}</td>' for n in columns)
        unseen = "" if self._entered else ' class="wp-never"'
        return f'<tr{unseen}><th scope="row">{self._name()}</th>{body}</tr>'

    def _name(self) -> str:
        match self._state.kind:
            case StateKind.START:
                return f"0 <code>{escape(self._instance.machine.name)}()</code>"
            case StateKind.RETURNED:
                return "✓ returned"
            case StateKind.RAISED:
                return "✗ raised"
            case StateKind.DROPPED:
                return "✗ dropped"
            case _:
                return f"{self._state.index} {_code(heading(self._state))}"

    def _line(self) -> str:
        line = self._instance.end_line if self._ended_here else None
        if self._state.span is not None:
            line = self._state.span.line
        key = self._context.snippet.key
        return f'<a href="#wp-{key}-line-{line}">{line}</a>' if line else ""

    def _variables(self) -> str:
        if self._state.kind is StateKind.START:
            arguments = self._instance.arguments.items()
            return _lines(_code(f"{name} = {value}") for name, value in arguments)
        if self._ended_here:
            return _code(self._instance.result)
        if not self._visits:
            return _lines(_variable(variable, None) for variable in self._state.variables)
        last = self._visits[-1]
        return _lines(
            _variable(variable, last.variables.get(variable.name))
            for variable in saved(self._state, last)
        )

    def _awaits(self) -> str:
        return _lines(dict.fromkeys(map(self._awaited, self._visits)))

    def _awaited(self, visit: Visit) -> str:
        if visit.inside is None:
            return escape(visit.awaiting)
        machine = visit.inside.machine
        name = f"<code>{escape(machine.name)}()</code>"
        anchor = self._context.anchor(machine)
        return f'<a href="#{anchor}-table">{name}</a>' if anchor else name

    def _waits(self) -> str:
        told = causes(waits(visit) for visit in self._visits if visit.suspended)
        stuck = self._visits and self._instance.stands == self._state.index
        return escape(told) + (" <strong>(still)</strong>" if stuck and told else "")

    def _left_by(self) -> str:
        return _lines(
            f"{_steps([step.number for step in steps])} to {self._to(target)}: "
            f"{escape(causes(step.cause for step in steps))}"
            for target, steps in self._instance.steps_from(self._state.index).items()
        )

    def _to(self, target: int) -> str:
        state = self._instance.machine.states[target]
        return state.kind.value if state.kind in TERMINAL_KINDS else f"state {target}"


def _steps(numbers: Sequence[int]) -> str:
    """Numbers of steps as the diagram has them."""
    return " ".join(
        f'<span class="wp-sign wp-sign-step">{badge}</span>' for badge in ranges(numbers)
    )


def _variable(variable: Variable, value: str | None) -> str:
    text = variable.name if value is None else f"{variable.name} = {value}"
    mark, meaning = ("●" if variable.live else "○"), NOTES[variable.live]
    if variable.kind is VariableKind.OPERAND:
        mark, meaning = "◆", "half evaluated"
    elif variable.kind is not VariableKind.LOCAL:
        meaning += ", shared with an inner function"
    return f'<span title="{meaning}">{mark}</span> {_code(text)}'


def _code(text: str) -> str:
    return f"<code>{breakable(escape(text))}</code>"


def _lines(items: Iterable[str]) -> str:
    return "<br>".join(items)


def kernel_calls(recording: Recording, context: Context) -> str:
    """Each call that left the process, in order, in a box that opens."""
    calls = [event for event in recording.events if event.kind == "kernel.called"]
    if not calls:
        return '<p class="wp-caption">The runtime made no call to the kernel.</p>'
    numbered = list(enumerate(calls, 1))
    rows = [_call(number, event) for number, event in numbered]
    if len(calls) > MAX_CALLS:
        folded = len(calls) - MAX_CALLS
        note = (
            f'<tr><td colspan="4">{folded} calls are folded; the recording has them all</td></tr>'
        )
        rows = [*rows[: MAX_CALLS - LAST_CALLS], note, *rows[-LAST_CALLS:]]
    headings = [(heading, "") for heading in ("Step", "By", "Call", "Result")]
    told = table("Kernel calls", headings, rows, ' class="wp-kernel"')
    return (
        f'<details class="wp-details" data-search-exclude><summary>'
        f"{times(len(calls), 'kernel call')}</summary>{told}</details>"
    )


def _call(number: int, event: Event) -> str:
    arguments = escape(", ".join(event["args"]))
    error = event["error"]
    result = f"−1 <strong>{escape(error)}</strong>" if error else escape(event["result"])
    return (
        f"<tr><td>{number}</td><td>{escape(event.by)}</td>"
        f"<td><code>{escape(event['name'])}({arguments})</code></td><td>{result}</td></tr>"
    )
