"""The steps that a coroutine can take from one state to the next."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from wakepoint.machine import sizes
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


def await_to_await(
    facts: Facts, places: list[Place], terminals: Terminals
) -> tuple[list[Transition], int]:
    """The transitions as the source shows them: from await to await.

    Args:
        facts: What is known of the coroutine.
        places: Where it can stand; the state of the first one has index 1.
        terminals: Where it ends.

    Returns:
        The transitions, and how many are not among them. If they are too many it is all: a hundred
        ``if …: await`` in a row have five thousand.
    """
    walk = _Walk(facts, places, terminals)
    begins = [walk.at_start(), *map(walk.behind, range(1, len(places) + 1))]
    most = len(begins) * 2 * (len(places) + 2)  # with and without an exception
    if most > sizes.TRANSITIONS and (count := walk.count(begins)) > sizes.TRANSITIONS:
        return [], count
    transitions: list[Transition] = []
    try:
        for source, begin in enumerate(begins):
            transitions += walk.transitions(source, begin)
    except _TooLongError:
        return [], walk.count(begins)
    return transitions, 0


class _TooLongError(Exception):
    """More blocks were visited than `sizes.VISITS`."""


Begins = list[tuple[Node, Condition]]
"""Where the code goes on from a state: some block, and when."""

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
        self._visits = 0
        self._state_of = {
            facts.blocks.of[number]: index
            for index, each in enumerate(places, start=1)
            for number in each.copies
        }

    def at_start(self) -> Begins:
        """Where the code goes on from the start."""
        return [((self._blocks.entry, False), ALWAYS)]

    def behind(self, index: int) -> Begins:
        """Where the code goes on from a state."""
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
        return begins

    def count(self, begins: list[Begins]) -> int:
        """How many transitions there are: by what can be reached, which needs no conditions."""
        bits: dict[Node, int] = {}
        nodes = [(number, raised) for number in range(len(self._blocks.all)) for raised in (0, 1)]
        following = {
            node: [target for target, _ in self._steps(node, ALWAYS)]
            for node in ((number, bool(raised)) for number, raised in reversed(nodes))
        }

        def reached(node: Node) -> int:
            state = self._ends_at(node)
            return bits.get(node, 0) if state is None else 1 << 2 * state + node[1]

        changed = True
        while changed:  # once, and once more for each level of loops
            changed = False
            for node, targets in following.items():
                known = 0
                for target in targets:
                    known |= reached(target)
                if known != bits.get(node, 0):
                    bits[node] = known
                    changed = True
        total = 0
        for begin in begins:
            known = 0
            for node, _ in begin:
                known |= reached(node)
            total += known.bit_count()
        return total

    def _walk(self, begins: Begins) -> Reached:
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
            self._visits += 1
            if self._visits > sizes.VISITS:
                raise _TooLongError
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

    def transitions(self, source: int, begins: Begins) -> Iterator[Transition]:
        """The transitions from a state, with their conditions in words."""
        reached = self._walk(begins)
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
