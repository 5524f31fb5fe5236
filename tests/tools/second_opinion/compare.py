"""Holds an analysis to the second opinion."""

from __future__ import annotations

from collections.abc import Iterator

from tools.second_opinion.paths import Code, Home
from tools.second_opinion.walk import Place

from wakepoint.machine import Analysis
from wakepoint.machine.model import TERMINAL_KINDS, StateKind, VariableKind


def differences(analysis: Analysis, walked: list[Place] | None) -> Iterator[str]:
    """What the two do not agree on, in words.

    Args:
        analysis: What is held to it.
        walked: The states that the syntax tree has; None to leave them out.
    """
    if walked is not None:
        yield from _in_states(analysis, walked)
    code = Code(analysis.code)
    state_of = {}
    for number in code.suspensions():
        state = analysis.state_at(code.listed[number].offset)
        if state is not None:  # what awaits a comprehension of 3.11 is no state
            state_of[number] = state
    yield from _in_variables(analysis, code, state_of)
    if len(analysis.codes) == 1:
        yield from _in_transitions(analysis, code, state_of)


def _in_states(analysis: Analysis, walked: list[Place]) -> Iterator[str]:
    ours = [
        (str(each.kind), *_numbers(each.span))
        for each in analysis.machine.states
        if each.span is not None and each.kind is not StateKind.START
    ]
    if sorted(ours) != sorted(walked):
        yield f"states: {sorted({*ours} ^ {*walked})}"


def _numbers(span: object) -> tuple[int, int, int, int]:
    names = ("line", "column", "end_line", "end_column")
    line, column, end_line, end_column = (getattr(span, name) for name in names)
    return line, column, end_line, end_column


def _in_variables(analysis: Analysis, code: Code, state_of: dict[int, int]) -> Iterator[str]:
    live: dict[int, set[str]] = {state: set() for state in state_of.values()}
    saved: dict[int, set[str]] = {state: set() for state in state_of.values()}
    shared = _shared(analysis)
    names = dict.fromkeys((*analysis.code.co_varnames, *analysis.code.co_cellvars))
    for name in names:
        if name in shared or name.startswith("."):
            continue
        lifetime = _lifetime(code, name)
        for number, state in state_of.items():
            homes = {home for at, home in lifetime if at == number}
            if homes:
                saved[state].add(name)
            if any(_is_read(code, number, home) for home in homes):
                live[state].add(name)
    for state in sorted(saved):
        variables = [
            each
            for each in analysis.machine.states[state].variables
            if each.kind is VariableKind.LOCAL and each.name not in shared
        ]
        ours = {each.name for each in variables}
        if ours != saved[state]:
            yield f"kept in state {state}: {sorted(ours ^ saved[state])}"
        alive = {each.name for each in variables if each.live}
        if alive != live[state]:
            yield f"live in state {state}: {sorted(alive ^ live[state])}"


def _shared(analysis: Analysis) -> set[str]:
    """The variables that somebody else can see: those are always live."""
    variables = (each for state in analysis.machine.states for each in state.variables)
    return {each.name for each in variables if each.kind in {VariableKind.CELL, VariableKind.FREE}}


def _lifetime(code: Code, name: str) -> set[tuple[int, Home]]:
    """Every instruction at which the variable may be bound, or its value be put aside."""
    lifetime: set[tuple[int, Home]] = set()
    flags = code.code.co_flags
    arguments = code.code.co_argcount + code.code.co_kwonlyargcount
    arguments += bool(flags & 0x04) + bool(flags & 0x08)  # *arguments, **options
    if name in code.code.co_varnames[:arguments]:
        lifetime |= code.follow(code.start, name)
    for number in code.saved:
        if name in code.binds(number):
            for edge in code.edges[number]:
                if not edge.raises and (edge.to, name) not in lifetime:
                    lifetime |= code.follow(edge.to, name)
    return lifetime


def _is_read(code: Code, number: int, home: Home) -> bool:
    return any(code.reads(*each) for each in code.follow(number, home))


def _in_transitions(analysis: Analysis, code: Code, state_of: dict[int, int]) -> Iterator[str]:
    states = analysis.machine.states
    ends = {str(each.kind): each.index for each in states if each.kind in TERMINAL_KINDS}
    targets = {(0, _target(each, state_of, ends)) for each in code.steps(code.edges[code.start])}
    for number, state in state_of.items():
        begins = code.ways_on(number)
        targets |= {(state, _target(each, state_of, ends)) for each in code.steps(begins)}
        targets.add((state, ends["raised"])) if _leaves(code, number) else None
    ours = {(each.source, each.target) for each in analysis.machine.transitions}
    if ours != targets:
        only = f"ours only {sorted(ours - targets)}, theirs only {sorted(targets - ours)}"
        yield f"transitions: {only}"


def _target(reached: int | str, state_of: dict[int, int], ends: dict[str, int]) -> int:
    return ends[reached] if isinstance(reached, str) else state_of[reached]


def _leaves(code: Code, number: int) -> bool:
    """Whether what is raised at a suspension is caught by nothing."""
    return not any(edge.raises for edge in code.edges[number])
