"""What a run did, as tables: its states, its kernel calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from mkdocs_wakepoint.views.boxes import KEYWORDS
from mkdocs_wakepoint.views.story import Instance, Step
from wakepoint.machine.model import TERMINAL_KINDS, State, StateKind, Variable, VariableKind
from wakepoint.recording import Event, Recording

_HEADINGS = ("State", "Line", "Entered", "Suspended", "Saved variables", "Awaits", "Left by")
MAX_CALLS = 60
"""More kernel calls than this are folded; the recording has them all."""


def states(instance: Instance, key: str) -> str:
    """Everything that the diagram says, in words."""
    head = "".join(f'<th scope="col">{heading}</th>' for heading in _HEADINGS)
    rows = "".join(_state_row(instance, state, key) for state in instance.machine.states)
    return _scrolling(
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>",
        f"States of {instance.machine.name}",
    )


def _scrolling(table: str, label: str) -> str:
    return (
        f'<div class="wp-scroll md-typeset__scrollwrap" tabindex="0" role="region" '
        f'aria-label="{escape(label)}"><div class="md-typeset__table">{table}</div></div>'
    )


def _state_row(instance: Instance, state: State, key: str) -> str:
    if state.kind is StateKind.RAISED and instance.end is not StateKind.RAISED:
        return ""
    visits = instance.visits_of(state.index)
    terminal = state.kind in TERMINAL_KINDS
    entered = int(instance.end is state.kind) if terminal else len(visits)
    if state.kind is StateKind.START:
        entered = 1
    cells = [
        _line(instance, state, key),
        str(entered) if entered else "never",
        "" if terminal or state.kind is StateKind.START else str(instance.suspended(state.index)),
        _variables(instance, state),
        _awaits(instance, state),
        _left_by(instance, state),
    ]
    body = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row">{_name(instance, state)}</th>{body}</tr>'


def _name(instance: Instance, state: State) -> str:
    match state.kind:
        case StateKind.START:
            return f"0 <code>{escape(instance.machine.name)}()</code>"
        case StateKind.RETURNED:
            return "✓ returned"
        case StateKind.RAISED:
            return "✗ raised"
        case StateKind.DROPPED:
            return "dropped"
        case _:
            return f"{state.index} <code>{escape(KEYWORDS[state.kind] + state.label)}</code>"


def _line(instance: Instance, state: State, key: str) -> str:
    if state.span is not None:
        line = state.span.line
    elif instance.end is state.kind and instance.end_line:
        line = instance.end_line
    else:
        return ""
    return f'<a href="#wp-{key}-line-{line}">{line}</a>'


def _variables(instance: Instance, state: State) -> str:
    if state.kind is StateKind.START:
        return _list(
            f"<code>{escape(name)} = {escape(value)}</code>"
            for name, value in instance.arguments.items()
        )
    visits = instance.visits_of(state.index)
    values = visits[-1].variables if visits else {}
    shown = [
        variable
        for variable in state.variables
        if not visits or variable.name in values or variable.kind is VariableKind.OPERAND
    ]
    return _list(_variable(variable, values.get(variable.name)) for variable in shown)


def _variable(variable: Variable, value: str | None) -> str:
    text = variable.name if value is None else f"{variable.name} = {value}"
    mark, meaning = ("●", "read later") if variable.live else ("○", "not read again")
    if variable.kind is VariableKind.OPERAND:
        mark, meaning = "◆", "half evaluated"
    elif variable.kind is not VariableKind.LOCAL:
        meaning += ", shared with an inner function"
    return f'<span title="{meaning}">{mark}</span> <code>{escape(text)}</code>'


def _list(items: Iterable[str]) -> str:
    return "<br>".join(items) or "none"


def _awaits(instance: Instance, state: State) -> str:
    if state.kind in TERMINAL_KINDS:
        return f"<code>{escape(instance.result)}</code>" if instance.end is state.kind else ""
    visits = instance.visits_of(state.index)
    types = list(dict.fromkeys(visit.awaiting for visit in visits if visit.awaiting))
    waits = list(dict.fromkeys(what for visit in visits for what in visit.waits_on))
    told = ", ".join(types[:3])
    waited = [what for what in waits if what not in types]
    if waited:
        told += f"; waits on {', '.join(waited[:4])}" + (" …" if len(waited) > 4 else "")
    return escape(told)


def _left_by(instance: Instance, state: State) -> str:
    steps = [step for step in instance.steps if step.source == state.index]
    told = [_step(instance, step) for step in steps[:6]]
    if len(steps) > 6:
        told.append(f"and {len(steps) - 6} more")
    return "<br>".join(told)


def _step(instance: Instance, step: Step) -> str:
    target = instance.machine.states[step.target]
    name = target.kind.value if target.kind in TERMINAL_KINDS else f"state {step.target}"
    return f"{step.number}. to {name}: {escape(step.cause)}"


def kernel_calls(recording: Recording) -> str:
    """Each call that left the process, in order."""
    calls = [event for event in recording.events if event.kind == "kernel.called"]
    if not calls:
        return '<p class="wp-caption">The run made no call to the kernel that the runtime saw.</p>'
    rows = "".join(_call_row(n, event) for n, event in _shown(calls))
    head = "".join(f'<th scope="col">{h}</th>' for h in ("#", "By", "Call", "Result"))
    folded = ""
    if len(calls) > MAX_CALLS:
        folded = (
            f'<p class="wp-caption">{len(calls) - MAX_CALLS} of {len(calls)} calls are folded; '
            "the recording has them all.</p>"
        )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return _scrolling(table, "Kernel calls") + folded


def _shown(calls: Sequence[Event]) -> list[tuple[int, Event]]:
    numbered = list(enumerate(calls, 1))
    if len(calls) <= MAX_CALLS:
        return numbered
    return [*numbered[: MAX_CALLS - 10], *numbered[-10:]]


def _call_row(number: int, event: Event) -> str:
    arguments = escape(", ".join(event["args"]))
    error = event["error"]
    result = f"−1 <strong>{escape(error)}</strong>" if error else escape(event["result"])
    return (
        f"<tr><td>{number}</td><td>{escape(event.by)}</td>"
        f"<td><code>{escape(event['name'])}({arguments})</code></td><td>{result}</td></tr>"
    )
