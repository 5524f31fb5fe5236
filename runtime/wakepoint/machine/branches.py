"""The tests that a coroutine makes between its suspensions, from its branches."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from wakepoint.machine.bytecode import NOWHERE, Instruction, Position
from wakepoint.machine.conditions import Decision, Test
from wakepoint.machine.entries import HIDDEN, Entry, place_of
from wakepoint.machine.labels import UNNAMED, Labels
from wakepoint.machine.model import StateKind
from wakepoint.machine.states import Facts, Place
from wakepoint.machine.syntax import Syntax, place

_COMPARES = frozenset(("COMPARE_OP", "IS_OP", "CONTAINS_OP"))
_CONSTANT = frozenset(("LOAD_CONST", "LOAD_SMALL_INT"))


class Branches:
    """Says what a branch decides.

    Args:
        facts: What is known of the coroutine.
        places: Where it can stand.
    """

    def __init__(self, facts: Facts, places: list[Place]) -> None:
        self._instructions = facts.graph.instructions
        self._stacks = facts.stacks
        self._syntax: Syntax | None = facts.syntax
        self._labels: Labels = facts.labels
        self._known: dict[int, tuple[Test, bool] | None] = {}
        self._silent = _silent_comprehensions(facts)
        # What awaiting __aexit__ gives, by the instruction that leaves it on the stack.
        self._exits = {
            number: each
            for each in places
            if each.kind is StateKind.EXIT
            for send in each.copies
            for number in (send, self._instructions[send].jump)
        }

    def decision(self, number: int, *, jumps: bool) -> Decision | None:
        """What it means that the instruction jumps, or does not; None if that says nothing."""
        if number not in self._known:
            self._known[number] = self._test(number)
        branch = self._known[number]
        if branch is None:
            return None
        test, if_jumps = branch
        if test.text == UNNAMED:
            return None
        return Decision(test, if_jumps is jumps)

    def another_item(self, each: Place, holds: bool) -> Decision:
        """That an ``async for`` got another item, or none."""
        stack = self._stacks.before[each.copies[0]]
        assert stack is not None
        text = next(
            (self._labels.text(e[1]) for e in reversed(stack) if isinstance(e, tuple)), "the loop"
        )
        return Decision(Test("loop", _where(each.position, each.copies[0]), text), holds)

    def _test(self, number: int) -> tuple[Test, bool] | None:
        """The test, and whether it holds if the instruction jumps."""
        instruction = self._instructions[number]
        stack = self._stacks.before[number]
        name = instruction.name
        if not stack or instruction.following == NOWHERE:
            return None
        if number in self._silent:
            return None
        if name == "FOR_ITER":
            return self._loop(stack[-2] if sys.version_info >= (3, 15) else stack[-1])
        if "NONE" in name:
            return self._none(stack[-1], "NOT_NONE" not in name)
        if "IF_TRUE" in name or "IF_FALSE" in name:
            return self._truth(stack[-1], "IF_TRUE" in name)
        return None

    def _loop(self, iterator: Entry) -> tuple[Test, bool] | None:
        # An iterator that no GET_ITER has made is no loop of the source: 3.14 compiles any() and
        # all() of a generator expression to one.
        if not isinstance(iterator, tuple) or iterator[0] != "iter":
            return None
        iterated = iterator[1]
        return Test("loop", self._place(iterated), self._labels.text(iterated)), False

    def _none(self, tested: Entry, if_jumps: bool) -> tuple[Test, bool] | None:
        if isinstance(tested, tuple) and tested[0] == "egmatch":
            return self._of("group", tested[1]), not if_jumps
        case = self._case(tested)
        if case is not None:
            return case, not if_jumps
        return self._plain("none", tested, if_jumps)

    def _truth(self, tested: Entry, if_jumps: bool) -> tuple[Test, bool] | None:
        if isinstance(tested, tuple) and tested[0] == "match":
            return self._of("raised", tested[1]), if_jumps
        if isinstance(tested, tuple) and tested[0] == "swallow":
            manager = tested[1][1] if isinstance(tested[1], tuple) else HIDDEN
            return self._of("swallow", manager), if_jumps
        if isinstance(tested, int) and tested in self._exits:
            return self._async_exit(self._exits[tested]), if_jumps
        case = self._case(tested)
        if case is not None:
            return case, if_jumps
        if isinstance(tested, int) and tested != HIDDEN:
            instruction = self._instructions[tested]
            if instruction.name in _CONSTANT:
                return None
            if instruction.name in _COMPARES:
                return self._plain("comparison", tested, if_jumps)
            if instruction.name == "UNARY_NOT":
                stack = self._stacks.before[tested]
                if stack:
                    return self._truth(stack[-1], not if_jumps)
        return self._plain("truth", tested, if_jumps)

    def _plain(self, kind: str, tested: Entry, if_jumps: bool) -> tuple[Test, bool] | None:
        if tested == HIDDEN or (isinstance(tested, tuple) and tested[0] == "next"):
            return None
        return self._of(kind, tested), if_jumps

    def _of(self, kind: str, tested: Entry) -> Test:
        choice = None
        if kind in {"raised", "group"} and self._syntax is not None:
            choice = self._syntax.choices.get(place_of(tested, self._instructions))
        return Test(kind, self._place(tested), self._labels.text(tested), choice)

    def _case(self, tested: Entry) -> Test | None:
        """The ``case`` whose pattern is tested; all parts of a pattern are one test."""
        if self._syntax is None or not isinstance(tested, int) or tested == HIDDEN:
            return None
        pattern = self._syntax.patterns.get(self._instructions[tested].position)
        if pattern is None:
            return None
        where = place(pattern)
        choice = self._syntax.choices.get(where)
        return Test("case", _where(where, tested), self._syntax.text(where) or "", choice)

    def _async_exit(self, each: Place) -> Test:
        stack = self._stacks.before[each.copies[-1]] or ()
        manager = next(
            (e[1] for e in reversed(stack) if isinstance(e, tuple) and e[0] == "aexit"), HIDDEN
        )
        return self._of("swallow", manager)

    def _place(self, entry: Entry) -> tuple[int, ...]:
        if isinstance(entry, tuple):
            return _where(place_of(entry, self._instructions), 0)
        return (0,) if entry == HIDDEN else _where(self._instructions[entry].position, entry)


def _where(position: tuple[int | None, ...], number: int) -> tuple[int, ...]:
    line, end_line, column, end_column = position
    if line is None or end_line is None or column is None or end_column is None:
        return (0, number)
    return (line, column, end_line, end_column)


def _silent_comprehensions(facts: Facts) -> set[int]:
    """The instructions of comprehensions that suspend nowhere: what they decide is theirs alone.

    Before CPython 3.12 they are functions of their own.
    """
    suspensions = set(facts.graph.suspensions)
    silent: set[int] = set()
    for body in _bodies(facts.graph.instructions):
        if suspensions.isdisjoint(body):
            silent.update(body)
    return silent


def _bodies(instructions: list[Instruction]) -> Iterator[range]:
    """What is compiled in place for comprehensions, without what they go over first.

    Each puts the variables aside that it hides, and brings them back at its end.
    """
    begun: dict[Position, int] = {}
    for number, each in enumerate(instructions):
        if each.name == "LOAD_FAST_AND_CLEAR":
            begun.setdefault(each.position, number)
        elif each.name.startswith("STORE_FAST") and each.position in begun:
            yield range(begun.pop(each.position), number)
