"""Which variables may be bound, and which may be read later, before each block of a coroutine.

CPython keeps every bound variable of a suspended frame; Rust keeps those that later code reads.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from wakepoint.machine.blocks import Blocks
from wakepoint.machine.bytecode import NOWHERE
from wakepoint.machine.graph import Graph
from wakepoint.machine.variables import Variables


@dataclass(eq=False, slots=True)
class Flow:
    """What holds before each block, as bits of variables.

    Attributes:
        live: The variables that may be read from here on before they are written.
        bound: The variables that may be bound.
    """

    live: list[int]
    bound: list[int]


@dataclass(eq=False, slots=True)
class _Effect:
    """What a block does to the variables as a whole.

    An exception may be raised at several places of the block, after some of its writes.
    """

    reads: int = 0
    writes: int = 0
    binds: int = 0
    written_before_raising: int = -1
    bound_when_raising: int = 0


def solve(graph: Graph, blocks: Blocks, variables: Variables) -> Flow:
    """Solves both questions for all blocks."""
    effects = _effects(graph, blocks, variables)
    return Flow(_live(blocks, effects), _bound(blocks, effects, variables.bound_at_start))


def _effects(graph: Graph, blocks: Blocks, variables: Variables) -> list[_Effect]:
    reads, writes, binds = variables.reads, variables.writes, variables.binds
    raises = graph.raises
    effects = []
    for block in blocks.all:
        effect = _Effect()
        for number in range(block.first, block.last + 1):
            if raises[number]:
                # The fewest writes are done at the first place that raises.
                if effect.written_before_raising < 0:
                    effect.written_before_raising = effect.writes
                effect.bound_when_raising |= effect.binds
            if reads[number] or writes[number] or binds[number]:
                effect.reads |= reads[number] & ~effect.writes
                effect.writes |= writes[number]
                effect.binds = effect.binds & ~writes[number] | binds[number]
        effects.append(effect)
    return effects


def _live(blocks: Blocks, effects: list[_Effect]) -> list[int]:
    live = [0] * (len(blocks.all) + 1)  # the last is for NOWHERE
    backwards = sorted(range(len(blocks.all)), key=blocks.rank.__getitem__, reverse=True)
    changed = True
    while changed:
        changed = False
        for number in backwards:
            block, effect = blocks.all[number], effects[number]
            after = live[block.following] | live[block.jump]
            now = effect.reads | after & ~effect.writes
            if block.raises:
                now |= live[block.handler] & ~effect.written_before_raising
            if now != live[number]:
                live[number] = now
                changed = True
    return live


def _bound(blocks: Blocks, effects: list[_Effect], arguments: int) -> list[int]:
    bound = [0] * len(blocks.all)
    reached = [False] * len(blocks.all)
    bound[blocks.entry] = arguments
    reached[blocks.entry] = True
    todo = [(0, blocks.entry)]
    while todo:
        _, number = heapq.heappop(todo)
        block, effect = blocks.all[number], effects[number]
        before = bound[number]
        after = before & ~effect.writes | effect.binds
        edges = [(block.following, after), (block.jump, after)]
        if block.raises:
            raised = before & ~effect.written_before_raising | effect.bound_when_raising
            edges.append((block.handler, raised))
        for target, value in edges:
            if target == NOWHERE or (reached[target] and not value & ~bound[target]):
                continue
            bound[target] |= value
            reached[target] = True
            heapq.heappush(todo, (blocks.rank[target], target))
    return bound
