"""The states of a coroutine: one for each place in the source where it can stand.

A state is a place, not an instruction: CPython compiles an ``await`` in a ``finally`` block or in
``__aexit__`` once for the normal path and once for the exceptional one.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import CodeType

from wakepoint.machine.blocks import Blocks
from wakepoint.machine.bytecode import Position
from wakepoint.machine.entries import HANDLING, Stack, place_of
from wakepoint.machine.flow import Flow
from wakepoint.machine.graph import Graph
from wakepoint.machine.kept import Kept
from wakepoint.machine.labels import Labels
from wakepoint.machine.model import Span, State, StateKind, Variable, VariableKind
from wakepoint.machine.stack import AWAITED, Stacks
from wakepoint.machine.syntax import Suspension, Syntax, place
from wakepoint.machine.variables import Variables

_AWAITABLE_KINDS = {0: StateKind.AWAIT, 1: StateKind.ENTER, 2: StateKind.EXIT}
# Of two that end at the same place, which is reached first.
_RANKS = {
    kind: rank
    for rank, kind in enumerate(
        (StateKind.AWAIT, StateKind.YIELD, StateKind.ENTER, StateKind.NEXT, StateKind.EXIT)
    )
}


@dataclass(eq=False, slots=True)
class Place:
    """A suspension in the source, and the instructions that it was compiled to.

    Attributes:
        kind: Why the coroutine can stand here.
        position: Where the bytecode says that it is.
        which: Which of several that have the same position: the number of an item, or the place of
            what is iterated over.
        suspension: What the source says; None if the source is not known.
        copies: The instructions, SEND or YIELD_VALUE.
        on_exception: True if one of them runs only while an exception is handled.
    """

    kind: StateKind
    position: Position
    which: int | Position
    suspension: Suspension | None
    copies: list[int] = field(default_factory=list)
    on_exception: bool = False


def places(graph: Graph, stacks: Stacks, syntax: Syntax | None) -> list[Place]:
    """The places where a coroutine can stand, in source order."""
    groups = _grouped(graph, stacks, syntax)
    if syntax is not None and any(each.suspension is None for each in groups):
        # The file is not what was compiled: nothing that it says can be used.
        groups = _grouped(graph, stacks, None)
    return sorted(groups, key=_order)


def _grouped(graph: Graph, stacks: Stacks, syntax: Syntax | None) -> list[Place]:
    by_key: dict[object, Place] = {}
    for number in graph.suspensions:
        stack = stacks.before[number]
        if stack is None:  # not reached on any path, so no state
            continue
        kind = _kind(graph, number)
        position = graph.instructions[number].position
        exceptional = kind is StateKind.EXIT and _is_exceptional(graph, number)
        which = _which(kind, stack, position, exceptional, graph)
        suspension = syntax.suspension(kind, position, which) if syntax is not None else None
        key = (kind, suspension.start) if suspension is not None else (kind, position, which)
        place = by_key.setdefault(key, Place(kind, position, which, suspension))
        place.copies.append(number)
        place.on_exception |= HANDLING in stack
    return list(by_key.values())


def _kind(graph: Graph, send: int) -> StateKind:
    """Why it suspends, from what makes the awaitable."""
    instructions = graph.instructions
    if instructions[send].name != "SEND":
        return StateKind.YIELD
    maker = instructions[_maker(graph, send)]
    if maker.name == "GET_ANEXT":
        return StateKind.NEXT
    return _AWAITABLE_KINDS[maker.argument] if maker.name == "GET_AWAITABLE" else StateKind.AWAIT


def _is_exceptional(graph: Graph, send: int) -> bool:
    return graph.instructions[_maker(graph, send) - 1].name == "WITH_EXCEPT_START"


def _maker(graph: Graph, send: int) -> int:
    """What makes the awaitable: GET_AWAITABLE k, LOAD_CONST None, SEND; from 3.15 a PUSH_NULL."""
    return send - 3 if graph.instructions[send - 2].name == "PUSH_NULL" else send - 2


def _which(
    kind: StateKind, stack: Stack, position: Position, exceptional: bool, graph: Graph
) -> int | Position:
    """Which item of an ``async with``, which generator of a comprehension it is."""
    if kind is StateKind.NEXT:
        iterated = stack[-AWAITED - 1]
        if _is(iterated, "aiter"):
            return place_of(iterated[1], graph.instructions)
    elif kind in {StateKind.ENTER, StateKind.EXIT}:
        entered = sum(1 for each in stack if _is(each, "aexit") and each[2] == position)
        return entered - 1 if kind is StateKind.ENTER or exceptional else entered
    return 0


def _is(entry: object, kind: str) -> bool:
    return isinstance(entry, tuple) and entry[0] == kind


def _order(each: Place) -> tuple[object, ...]:
    """Source order: by where what is awaited ends, so that operands come before the whole."""
    rank = _RANKS[each.kind]
    if each.suspension is None:
        line, end_line, column, end_column = (number or 0 for number in each.position)
        if each.kind is StateKind.ENTER:
            end_line, end_column = line, column
        return (end_line, end_column, rank, -line, -column)
    _, last, _, last_column = place(each.suspension.scope_end)
    start, _, start_column, _ = place(each.suspension.start)
    return (last, last_column, rank, -(start or 0), -(start_column or 0))


# --- what a state keeps -------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Facts:
    """What is known of a coroutine, to make its states from."""

    graph: Graph
    blocks: Blocks
    variables: Variables
    flow: Flow
    stacks: Stacks
    syntax: Syntax | None
    labels: Labels
    kept: Kept


def state(index: int, each: Place, facts: Facts) -> State:
    """The state of a place."""
    return State(
        index=index,
        kind=each.kind,
        label=_label(each, facts.syntax),
        span=_span(each, facts.syntax),
        on_exception=each.on_exception,
        variables=(*_kept(each.copies, facts), *_operands(each, facts)),
    )


def start(facts: Facts) -> State:
    """The state before anything has run: it keeps the arguments."""
    code = facts.graph.code
    entry = facts.blocks.entry
    kept = facts.kept.variables(facts.variables.bound_at_start, facts.flow.live[entry])
    line = code.co_firstlineno
    span = Span(line, 0, line, 0)
    if facts.syntax is not None:
        span = facts.syntax.header(line, code.co_name) or span
    return State(0, StateKind.START, signature(code), span, variables=tuple(kept))


def signature(code: CodeType) -> str:
    """How a function is called, ``fetch(url, *, limit)``."""
    names = list(code.co_varnames)
    plain, keyword = code.co_argcount, code.co_kwonlyargcount
    parts = names[:plain]
    if code.co_posonlyargcount:
        parts.insert(code.co_posonlyargcount, "/")
    rest = names[plain + keyword :]
    if code.co_flags & inspect.CO_VARARGS:
        parts.append(f"*{rest.pop(0)}")
    elif keyword:
        parts.append("*")
    parts += names[plain : plain + keyword]
    if code.co_flags & inspect.CO_VARKEYWORDS:
        parts.append(f"**{rest.pop(0)}")
    return f"{code.co_name}({', '.join(parts)})"


def _kept(copies: Iterable[int], facts: Facts) -> list[Variable]:
    bound = live = 0
    for number in copies:
        block = facts.blocks.of[number]
        part = facts.graph.instructions[number].part
        bound |= facts.flow.bound[block] & facts.variables.visible[part]
        live |= facts.flow.live[block]
    return facts.kept.variables(bound, live)


def _operands(each: Place, facts: Facts) -> list[Variable]:
    own = 1 if each.kind is StateKind.YIELD else AWAITED
    stacks = []
    for number in each.copies:
        stack = facts.stacks.before[number]
        assert stack is not None
        names = (facts.labels.operand(entry, each.position) for entry in stack[:-own])
        stacks.append([name for name in names if name is not None])
    # Each name once, in the order of the stack; in which order the copies lie differs.
    in_order = dict.fromkeys(name for names in sorted(stacks) for name in names)
    return [Variable(name, VariableKind.OPERAND, live=True) for name in in_order]


def _label(each: Place, syntax: Syntax | None) -> str:
    if syntax is None or each.suspension is None:
        return f"line {each.position[0]}" if each.position[0] else ""
    node = each.suspension.label
    return (syntax.text(place(node)) or "") if node is not None else ""


def _span(each: Place, syntax: Syntax | None) -> Span | None:
    if syntax is not None and each.suspension is not None:
        return syntax.span(each.suspension)
    line, end_line, column, end_column = each.position
    if line is None:
        return None
    return Span(line, column or 0, end_line or line, end_column or 0)


def kind_of(flags: int) -> str | None:
    """What a code object makes when it is called, if that can suspend."""
    if flags & inspect.CO_COROUTINE:
        return "coroutine"
    if flags & inspect.CO_ASYNC_GENERATOR:
        return "async generator"
    return "generator" if flags & inspect.CO_GENERATOR else None
