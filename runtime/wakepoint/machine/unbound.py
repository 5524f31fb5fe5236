"""Where a name may be read, or deleted, that is not bound: that raises, and a program can catch it.

CPython 3.12 and later compile such reads to LOAD_FAST_CHECK; here it is worked out anew, so that
every version gives the same.
"""

from __future__ import annotations

import heapq
from types import CodeType

from wakepoint.machine.blocks import Blocks
from wakepoint.machine.bytecode import NOWHERE, decode
from wakepoint.machine.graph import Graph
from wakepoint.machine.model import VariableKind
from wakepoint.machine.variables import Variables, slots

_FAST = ("LOAD_FAST", "STORE_FAST_LOAD_FAST", "DELETE_FAST")
_DEREF = frozenset(("LOAD_DEREF", "DELETE_DEREF"))


def mark(graph: Graph, split: Blocks, variables: Variables) -> None:
    """Marks the instructions that raise if a name is not bound, where it may not be."""
    risky = _risky(graph, variables)
    if not any(risky):
        return
    loose = _loose(graph.code, variables)
    named = sum(1 << n for n, name in enumerate(variables.names) if not name.startswith("."))
    before: list[int | None] = [None] * len(split.all)
    before[split.entry] = named & ~variables.bound_at_start
    todo = [(0, split.entry)]

    def go(target: int, unbound: int) -> None:
        if target == NOWHERE:
            return
        known = before[target]
        if known is None or unbound & ~known:
            before[target] = unbound | (known or 0)
            heapq.heappush(todo, (split.rank[target], target))

    while todo:
        _, number = heapq.heappop(todo)
        block = split.all[number]
        unbound = before[number] or 0
        raised: int | None = None
        for each in range(block.first, block.last + 1):
            if risky[each] & (unbound | loose):
                graph.raises[each] = block.raises = True
            if graph.raises[each]:
                raised = unbound | (raised or 0)
            unbound = (
                unbound & ~variables.binds[each] | variables.writes[each] & ~variables.binds[each]
            )
        if raised is not None:
            go(block.handler, raised)
        go(block.following, unbound)
        go(block.jump, unbound)


def _risky(graph: Graph, variables: Variables) -> list[int]:
    """For each instruction the variables that have to be bound for it."""
    local = sum(1 << n for n, kind in enumerate(variables.kinds) if kind is VariableKind.LOCAL)
    risky = []
    for instruction, reads in zip(graph.instructions, variables.reads, strict=True):
        if instruction.name in _DEREF:
            risky.append(reads)
        elif instruction.name.startswith(_FAST):
            risky.append(reads & local)  # 3.13 and later load a cell itself in this way
        else:
            risky.append(0)
    return risky


def _loose(code: CodeType, variables: Variables) -> int:
    """The variables that somebody else may unbind: captured ones, and cells that are deleted."""
    deleted = _deleted_inside(code)
    bits = 0
    for number, (name, kind) in enumerate(zip(variables.names, variables.kinds, strict=True)):
        if kind is VariableKind.FREE or (kind is VariableKind.CELL and name in deleted):
            bits |= 1 << number
    return bits


def _deleted_inside(code: CodeType) -> set[str]:
    """The names of a function that functions in it delete."""
    deleted_names: set[str] = set()
    todo = [(inner, set(code.co_cellvars)) for inner in _functions(code)]
    while todo:
        inner, shared = todo.pop()
        shared = shared & {*inner.co_freevars}
        if shared:
            names = slots(inner)
            deleted = (names[e.argument] for e in decode(inner) if e.name == "DELETE_DEREF")
            deleted_names |= shared & {*deleted}
            todo += [(each, shared) for each in _functions(inner)]
    return deleted_names


def _functions(code: CodeType) -> list[CodeType]:
    return [each for each in code.co_consts if isinstance(each, CodeType)]
