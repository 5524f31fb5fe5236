"""The steps that a coroutine can take from one state to the next."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from wakepoint.machine.blocks import Block
from wakepoint.machine.branches import Branches
from wakepoint.machine.bytecode import NOWHERE
from wakepoint.machine.conditions import ALWAYS, Condition, Conditions
from wakepoint.machine.model import State, StateKind, Transition
from wakepoint.machine.states import Facts, Place

_RETURNS = frozenset(("RETURN_VALUE", "RETURN_CONST"))

_RETURNED = -2
"""Stands in for a block where the coroutine has returned; `NOWHERE` for where it has raised."""

Node = tuple[int, bool]
"""A block, and whether something has been raised on the way to it."""


@dataclass(frozen=True, slots=True)
class Terminals:
    """The indices of the states in which a coroutine ends."""

    returned: int
    raised: int


def await_to_await(facts: Facts, places: list[Place], terminals: Terminals) -> list[Transition]:
    """The transitions as the source shows them: from await to await.

    Args:
        facts: What is known of the coroutine.
        places: Where it can stand; the state of the first one has index 1.
        terminals: Where it ends.
    """
    walk = _Walk(facts, places, terminals)
    transitions = list(walk.transitions(0, walk.from_start()))
    for index in range(1, len(places) + 1):
        transitions += walk.transitions(index, walk.from_place(index))
    return transitions


Reached = dict[tuple[int, bool], Condition]
"""By state and whether something was raised on the way: when it is reached."""


class _Walk:
    def __init__(self, facts: Facts, places: list[Place], terminals: Terminals) -> None:
        self._instructions = facts.graph.instructions
        self._blocks = facts.blocks
        self._places = places
        self._terminals = terminals
        self._branches = Branches(facts, places)
        self._conditions = Conditions()
        self._state_of = {
            facts.blocks.of[number]: index
            for index, each in enumerate(places, start=1)
            for number in each.copies
        }

    def from_start(self) -> Reached:
        return self._walk([((self._blocks.entry, False), ALWAYS)])

    def from_place(self, index: int) -> Reached:
        each = self._places[index - 1]
        ready = ALWAYS
        if each.kind is StateKind.NEXT:
            another = self._branches.another_item(each, holds=True)
            ready = self._conditions.after(ALWAYS, another)
        begins = []
        for number in each.copies:
            block = self._blocks.all[self._blocks.of[number]]
            goes_on = block.following if each.kind is StateKind.YIELD else block.jump
            begins.append(((goes_on, False), ready))
            begins.append(self._raise(block, raised=False, condition=ALWAYS, place=each))
        return self._walk(begins)

    def _walk(self, begins: list[tuple[Node, Condition]]) -> Reached:
        """Follows every path from a state until it reaches one, and merges where paths meet.

        Blocks are visited in the order of their instructions where possible, which is close to
        the order in which they run, so that most are visited once.
        """
        conditions: dict[Node, Condition] = {}
        reached: Reached = {}
        todo: list[Node] = []
        either = self._conditions.either

        def go(node: Node, condition: Condition) -> None:
            state = self._ends_at(node)
            if state is not None:
                key = (state, node[1])
                known = reached.get(key)
                reached[key] = condition if known is None else either(known, condition)
                return
            known = conditions.get(node)
            merged = condition if known is None else either(known, condition)
            if merged != known:
                conditions[node] = merged
                if node not in todo:
                    heapq.heappush(todo, node)

        for node, condition in begins:
            go(node, condition)
        while todo:
            node = heapq.heappop(todo)
            for target, condition in self._steps(node, conditions[node]):
                go(target, condition)
        return reached

    def _ends_at(self, node: Node) -> int | None:
        """The state that stands at a node, or that it leads out to."""
        block = node[0]
        if block == _RETURNED:
            return self._terminals.returned
        if block == NOWHERE:
            return self._terminals.raised
        return self._state_of.get(block)

    def _steps(self, node: Node, condition: Condition) -> Iterator[tuple[Node, Condition]]:
        number, raised = node
        block = self._blocks.all[number]
        if block.raises:
            yield self._raise(block, raised, condition)
        last = self._instructions[block.last]
        if last.name in _RETURNS and block.following == NOWHERE:
            yield (_RETURNED, raised), condition
        for target, jumps in ((block.following, False), (block.jump, True)):
            if target != NOWHERE:
                decision = self._branches.decision(block.last, jumps=jumps)
                if decision is None:
                    yield (target, raised), condition
                else:
                    yield (target, raised), self._conditions.after(condition, decision)

    def _raise(
        self, block: Block, raised: bool, condition: Condition, place: Place | None = None
    ) -> tuple[Node, Condition]:
        """Where an exception goes. StopAsyncIteration ends an ``async for``: that is no error."""
        target = block.handler
        if target != NOWHERE:
            handler = self._blocks.all[target]
            if self._instructions[handler.first].name == "END_ASYNC_FOR":
                if place is not None:
                    exhausted = self._branches.another_item(place, holds=False)
                    return (target, raised), self._conditions.after(condition, exhausted)
                target = handler.handler
        # What was decided before says little about why something raised.
        return (target, True), condition if raised else ALWAYS

    def transitions(self, source: int, reached: Reached) -> Iterator[Transition]:
        """The transitions from a state, with their conditions in words."""
        ways_on = [key for key in reached if not key[1]]
        texts = {
            key: self._conditions.words(condition)
            for key, condition in reached.items()
            if key[1] or len(ways_on) > 1
        }
        vague = [key for key in ways_on if texts.get(key) is None]
        for target, raised in sorted(reached):
            key = (target, raised)
            text = texts.get(key)
            if raised:
                text = text or "exception raised"
            elif vague == [key] and len(ways_on) > 1:
                text = "otherwise"  # the others are told exactly, and this is what is left
            yield Transition(source, target, text, exceptional=raised)


def poll_to_poll(states: tuple[State, ...], steps: tuple[Transition, ...]) -> list[Transition]:
    """The transitions as a scheduler sees them.

    What is ready at once does not suspend, so one poll may pass through any number of states.
    """
    by_source: dict[int, list[Transition]] = {}
    for step in steps:
        by_source.setdefault(step.source, []).append(step)
    transitions = []
    for state in states:
        reached: dict[int, bool] = {}
        # Ways without an exception first: a state is reached exceptionally if only so.
        todo = [(state.index, False)]
        while todo:
            source, raised = todo.pop(0)
            for step in by_source.get(source, ()):
                exceptional = raised or step.exceptional
                if step.target not in reached or (reached[step.target] and not exceptional):
                    reached[step.target] = exceptional
                    todo.append((step.target, exceptional))
        transitions += [
            Transition(state.index, target, exceptional=raised)
            for target, raised in sorted(reached.items())
        ]
    return transitions
