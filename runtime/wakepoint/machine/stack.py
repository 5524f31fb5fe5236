"""What is on the value stack at each point: half-evaluated operands, iterators, tests.

A suspended frame keeps its stack as well as its variables: in ``a() + await b()`` the result of
``a()`` is in no variable while the coroutine waits for ``b()``. Running the bytecode on symbols
instead of values tells what is there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from wakepoint.machine.bytecode import NOWHERE, Instruction
from wakepoint.machine.effects import SPECIAL, generic, placed
from wakepoint.machine.entries import EXCEPTION, HIDDEN, Entry, Stack, place_of
from wakepoint.machine.graph import Graph

_USED_AS = {"FOR_ITER": "iter", "GET_ANEXT": "aiter"}
# What SEND leaves when the awaited thing is done: its result in place of both, or on top.
_SEND_POPS_BOTH = sys.version_info < (3, 12)
AWAITED = 3 if sys.version_info >= (3, 15) else 2
"""How many entries belong to the await itself while a coroutine is suspended."""


@dataclass(eq=False, slots=True)
class Stacks:
    """The stack before each instruction; None before those that are never reached.

    Attributes:
        before: By instruction.
        bases: For each inlined comprehension how much of the stack is its caller's.
    """

    before: list[Stack | None]
    bases: dict[int, int] = field(default_factory=dict)


def run(graph: Graph) -> Stacks:
    """Runs a coroutine on symbols, along every path."""
    return _Run(graph).stacks


class _Run:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.instructions = graph.instructions
        self.stacks = Stacks([None] * len(graph.instructions), {0: 0})
        self._sends = {each.send: each for each in graph.inlined}
        # Where the iterator that an inlined comprehension gets as its argument is made.
        self._arguments = {
            each.send - 5: number for number, each in enumerate(graph.inlined, start=1)
        }
        self._iterators: dict[int, Entry] = {}
        self._walk()

    def _walk(self) -> None:
        before, instructions, raises = self.stacks.before, self.instructions, self.graph.raises
        before[self.graph.entry] = ()
        todo = [self.graph.entry]
        while todo:
            number = todo.pop()
            instruction = instructions[number]
            stack = before[number]
            assert stack is not None
            if instruction.handler != NOWHERE and raises[number]:
                self._go(instruction.handler, self._caught(instruction, stack), todo)
            # Straight on for as long as nothing else leads here; most code is like that.
            own = _OWN.get(instruction.name)
            if own is not None:
                after, jumped = own(self, number, instruction, stack)
            else:
                effect = SPECIAL.get(instruction.name, generic)
                after, jumped = effect(number, instruction, stack)
            if instruction.following != NOWHERE:
                self._go(instruction.following, after, todo)
            if instruction.jump != NOWHERE:
                self._go(instruction.jump, jumped, todo)

    def _go(self, target: int, stack: Stack, todo: list[int]) -> None:
        known = self.stacks.before[target]
        if known is None:
            self.stacks.before[target] = stack
        elif known == stack:
            return
        else:
            joined = tuple(map(self._join, known, stack))
            if joined == known:
                return
            self.stacks.before[target] = joined
        todo.append(target)

    def _join(self, one: Entry, other: Entry) -> Entry:
        """The symbol for a value that two paths have left in the same place."""
        if one == other:
            return one
        places = [place_of(each, self.instructions) for each in (one, other)]
        if None in places[0] or None in places[1]:
            return HIDDEN
        start = min((each[0], each[2]) for each in places)
        end = max((each[1], each[3]) for each in places)
        return ("hull", (start[0], end[0], start[1], end[1]))

    def _caught(self, instruction: Instruction, stack: Stack) -> Stack:
        """What a handler finds."""
        part = self.instructions[instruction.handler].part
        below = stack[: self.stacks.bases[part] + instruction.depth]
        return (*below, HIDDEN, EXCEPTION) if instruction.keeps_lasti else (*below, EXCEPTION)

    # -- instructions that need more than their effect on the height ------------------------------

    def send(self, number: int, _: Instruction, stack: Stack) -> tuple[Stack, Stack]:
        inlined = self._sends.get(number)
        if inlined is not None:
            part = self.instructions[inlined.first].part
            self.stacks.bases[part] = len(stack) - 2
            return stack[:-2], stack
        return stack, (*stack[:-2], number) if _SEND_POPS_BOTH else (*stack[:-1], number)

    def return_value(self, number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
        # Of an inlined comprehension: what awaits it goes on with its value.
        base = stack[: self.stacks.bases[each.part]]
        value = self.graph.inlined[each.part - 1].send if each.part else number
        return (*base, value), ()

    def get_iter(self, number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
        kind = "iter" if each.name == "GET_ITER" else "aiter"
        entry = (kind, placed(stack[-1], each))
        if number in self._arguments:
            self._iterators[self._arguments[number]] = entry
        if kind == "iter" and sys.version_info >= (3, 15):
            return (*stack[:-1], entry, HIDDEN), ()
        return (*stack[:-1], entry), ()

    def load_fast(self, number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
        if each.part and each.argument == 0:  # .0, what a comprehension iterates over
            return (*stack, self._iterators.get(each.part, HIDDEN)), ()
        if each.argument == 0 and each.code.co_varnames[:1] == (".0",):
            # What a generator expression goes over: an iterator already, before 3.15.
            kind = _USED_AS.get(self.instructions[number + 1].name)
            if kind is not None:
                return (*stack, (kind, ("first", each.position))), ()
        return (*stack, number), ()


_OWN: dict[str, Callable[[_Run, int, Instruction, Stack], tuple[Stack, Stack]]] = {
    "SEND": _Run.send,
    "RETURN_VALUE": _Run.return_value,
    "GET_ITER": _Run.get_iter,
    "GET_AITER": _Run.get_iter,
    "LOAD_FAST": _Run.load_fast,
}
