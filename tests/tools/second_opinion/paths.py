"""What a suspended frame keeps and where it can go, by following values through instructions.

A value is in a variable's slot, or lies on the stack while a comprehension borrows the slot
(PEP 709). From where it is bound it is followed along every path to all the suspensions it lives
to see; from a suspension to all the instructions that may read it.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Iterator
from types import CodeType
from typing import NamedTuple, TypeAlias

from tools.second_opinion.unbound import reads_of_nothing

Slot: TypeAlias = str
Home: TypeAlias = str | int
"""Where a value is: the variable that has it, or its depth on the stack."""

_SILENT_PREFIXES = (
    "LOAD_FAST",
    "STORE_FAST",
    "DELETE_FAST",
    "LOAD_CONST",
    "LOAD_SMALL_INT",
    "JUMP_",
    "POP_JUMP_FORWARD_IF_N",
    "POP_JUMP_BACKWARD_IF_N",
    "POP_JUMP_IF_N",
    "MATCH_SEQ",
    "MATCH_MAP",
    "RETURN_",
    "BUILD_LIST",
    "BUILD_TUPLE",
    "BUILD_STRING",
)
_SILENT = frozenset(
    (
        *("COPY", "SWAP", "POP_TOP", "POP_ITER", "POP_EXCEPT", "PUSH_NULL", "PUSH_EXC_INFO"),
        *("NOP", "NOT_TAKEN", "RESUME", "END_FOR", "END_SEND", "MAKE_CELL", "COPY_FREE_VARS"),
        *("LOAD_CLOSURE", "LOAD_DEREF", "STORE_DEREF", "DELETE_DEREF", "KW_NAMES", "PRECALL"),
        *("MAKE_FUNCTION", "SET_FUNCTION_ATTRIBUTE", "IS_OP", "UNARY_NOT", "CHECK_EXC_MATCH"),
        *("LIST_APPEND", "LOAD_ASSERTION_ERROR", "LOAD_COMMON_CONSTANT", "EXTENDED_ARG"),
    )
)
_NO_WAY_ON = ("RETURN_", "RAISE_VARARGS", "RERAISE", "JUMP_FORWARD", "JUMP_BACKWARD")
_BOOL = frozenset(
    ("COMPARE_OP", "IS_OP", "CONTAINS_OP", "UNARY_NOT", "CHECK_EXC_MATCH", "MATCH_SEQUENCE")
)
_COMPREHENSIONS = frozenset(("<listcomp>", "<setcomp>", "<dictcomp>"))
_ARE_FUNCTIONS = sys.version_info < (3, 12)
_READS = ("LOAD_FAST", "LOAD_FAST_BORROW", "LOAD_FAST_CHECK", "LOAD_CLOSURE", "LOAD_DEREF")
_OF_AN_AWAIT = frozenset(("SEND", "YIELD_VALUE", "CLEANUP_THROW", "RESUME"))


class Edge(NamedTuple):
    """A way on: to which instruction, and whether by jumping or by raising.

    A handler finds as much of the stack as ``depth`` says, and on it what is ``pushed`` for it.
    """

    to: int
    jumps: bool = False
    raises: bool = False
    depth: int = 0
    pushed: int = 0


class Code:
    """The instructions of a code object, by number, and the ways between them."""

    def __init__(self, code: CodeType) -> None:
        self.code = code
        self.listed = [each for each in dis.get_instructions(code) if each.opname != "CACHE"]
        self._number = {each.offset: number for number, each in enumerate(self.listed)}
        entries = dis.Bytecode(code).exception_entries  # type: ignore[attr-defined]
        self._regions = [(e.start, e.end, e.target, e.depth, e.lasti) for e in entries]
        self._unbound: set[int] = set()
        self.start = next(n for n, each in enumerate(self.listed) if each.opname == "RESUME")
        self.called = dict(self._comprehensions())
        self._look()
        while reads := reads_of_nothing(self) - self._unbound:
            self._unbound |= reads
            self._look()

    def _look(self) -> None:
        self.edges = [list(self._edges(number)) for number in range(len(self.listed))]
        self.saved: dict[int, tuple[Slot | None, ...]] = {}
        self._walk_stack()

    def suspensions(self) -> Iterator[int]:
        """The YIELD_VALUE instructions that some path reaches."""
        for number in sorted(self.saved):
            if self.listed[number].opname == "YIELD_VALUE":
                yield number

    # -- ways on ----------------------------------------------------------------------------------

    def _edges(self, number: int) -> Iterator[Edge]:
        each = self.listed[number]
        if not each.opname.startswith(_NO_WAY_ON):
            yield Edge(number + 1)
        jumps = each.opcode in dis.hasjrel or each.opcode in dis.hasjabs
        if jumps and each.opname != "END_ASYNC_FOR":
            yield Edge(self._target(each.argval), jumps=True)
        if self.may_raise(number):
            for start, end, target, depth, lasti in self._regions:
                if start <= each.offset < end:
                    yield Edge(self._target(target), raises=True, depth=depth, pushed=1 + lasti)

    def _target(self, offset: int) -> int:
        return self._number[offset]

    def may_raise(self, number: int) -> bool:
        """Whether an instruction can raise; asking an object for its truth can."""
        name = self.listed[number].opname
        if name.startswith(("POP_JUMP", "JUMP_IF")) and "NONE" not in name:
            before = self.listed[number - 1].opname
            return sys.version_info < (3, 13) and before not in _BOOL
        if number in self._unbound:
            return True
        return name not in _SILENT and not name.startswith(_SILENT_PREFIXES)

    # -- comprehensions of 3.11 -------------------------------------------------------------------

    def _comprehensions(self) -> Iterator[tuple[int, Code]]:
        """The functions that 3.11 makes of comprehensions, by the instruction that calls them."""
        for number, each in enumerate(self.listed):
            if each.opname == "MAKE_FUNCTION" and _ARE_FUNCTIONS:
                code = self.listed[number - 1].argval
                if code.co_name in _COMPREHENSIONS:
                    called = next(
                        at
                        for at in range(number, len(self.listed))
                        if self.listed[at].opname == "CALL"
                        and self.listed[at].positions == each.positions
                    )
                    yield called, Code(code)

    def _is_captured_only(self, number: int) -> bool:
        """Whether it gives a variable to a comprehension, which reads it when called."""
        at = number
        while self.listed[at].opname in {"LOAD_CLOSURE", "BUILD_TUPLE", "LOAD_CONST"}:
            at += 1
        code = self.listed[at - 1].argval
        of_function = at > number and self.listed[at].opname == "MAKE_FUNCTION"
        return of_function and code.co_name in _COMPREHENSIONS

    # -- the stack --------------------------------------------------------------------------------

    def _walk_stack(self) -> None:
        """What lies on the stack before each instruction: variables put aside, else None."""
        todo: list[tuple[int, tuple[Slot | None, ...]]] = [(self.start, ())]
        while todo:
            number, stack = todo.pop()
            if number in self.saved:
                continue
            self.saved[number] = stack
            for edge in self.edges[number]:
                todo.append((edge.to, self._after(number, edge, stack)))

    def _after(
        self, number: int, edge: Edge, stack: tuple[Slot | None, ...]
    ) -> tuple[Slot | None, ...]:
        each = self.listed[number]
        if edge.raises:
            return stack[: edge.depth] + (None,) * edge.pushed
        if each.opname == "SWAP":
            swapped = list(stack)
            swapped[-1], swapped[-each.arg] = swapped[-each.arg], swapped[-1]  # type: ignore[operator]
            return tuple(swapped)
        if each.opname == "LOAD_FAST_AND_CLEAR":
            return (*stack, each.argval)
        effect = dis.stack_effect(each.opcode, each.arg, jump=edge.jumps)
        if effect > 0:
            return stack + (None,) * effect
        return stack[: len(stack) + effect]

    # -- values -----------------------------------------------------------------------------------

    def reads(self, number: int, home: Home) -> bool:
        """Whether an instruction reads a variable; ``del`` does."""
        each = self.listed[number]
        name = each.opname
        if name == "LOAD_CLOSURE" and self._is_captured_only(number):
            return False
        if number in self.called and isinstance(home, str):
            called = self.called[number]
            return home in called.code.co_freevars and any(
                called.reads(*each) for each in called.follow(called.start, home)
            )
        if name in _READS or name.startswith("DELETE_"):
            return bool(each.argval == home)
        if name in {"LOAD_FAST_LOAD_FAST", "LOAD_FAST_BORROW_LOAD_FAST_BORROW"}:
            return home in each.argval
        if name == "STORE_FAST_LOAD_FAST":
            return bool(each.argval[1] == home != each.argval[0])
        return self._is_bare_super(number) and home == self.code.co_varnames[0]

    def _is_bare_super(self, number: int) -> bool:
        """``super()`` looks at the first argument behind the scenes."""
        each = self.listed[number]
        if each.opname != "LOAD_GLOBAL" or each.argval != "super":
            return False
        names = ((e.opname, e.arg) for e in self.listed[number + 1 :])
        after = next(name for name in names if name[0] not in {"PUSH_NULL", "PRECALL"})
        return after == ("CALL", 0)

    def stores(self, number: int) -> dict[Slot, int]:
        """The variables that an instruction binds, and the depth at which it finds the value."""
        each, top = self.listed[number], len(self.saved[number]) - 1
        if each.opname in {"STORE_FAST", "STORE_DEREF"}:
            return {each.argval: top}
        if each.opname == "STORE_FAST_LOAD_FAST":
            return {each.argval[0]: top}
        if each.opname == "STORE_FAST_STORE_FAST":
            first, second = each.argval
            return {first: top, second: top - 1}
        return {}

    def binds(self, number: int) -> set[Slot]:
        """The variables that an instruction gives a new value, not one that was put aside."""
        if number in self.called:
            called = self.called[number]
            bound = {name for at in called.saved for name in called.binds(at)}
            return bound & {*called.code.co_freevars}
        stack = self.saved[number]
        return {name for name, depth in self.stores(number).items() if stack[depth] is None}

    def follow(self, number: int, home: Home) -> set[tuple[int, Home]]:
        """Every instruction that a value lives to see, and where it is then."""
        visited: set[tuple[int, Home]] = set()
        todo = [(number, home)]
        while todo:
            here = todo.pop()
            if here in visited or here[0] not in self.saved:
                continue
            visited.add(here)
            for edge in self.edges[here[0]]:
                moved = self._moved(here[0], here[1], edge)
                if moved is not None:
                    todo.append((edge.to, moved))
        return visited

    def _moved(self, number: int, home: Home, edge: Edge) -> Home | None:
        """Where a value is after an instruction; None if it is nowhere."""
        each, depth = self.listed[number], len(self.saved[number])
        if edge.raises:
            return home if isinstance(home, str) or home < edge.depth else None
        stores = self.stores(number)
        if isinstance(home, str):
            if each.opname == "LOAD_FAST_AND_CLEAR" and each.argval == home:
                return depth
            gone = home in stores or (each.opname.startswith("DELETE_") and each.argval == home)
            return None if gone else home
        for name, stored in stores.items():
            if stored == home:
                return name
        if each.opname == "SWAP" and each.arg is not None:
            return {depth - 1: depth - each.arg, depth - each.arg: depth - 1}.get(home, home)
        return home if home < len(self._after(number, edge, self.saved[number])) else None

    # -- steps ------------------------------------------------------------------------------------

    def steps(self, begins: list[Edge]) -> Iterator[int | str]:
        """The suspensions and ends that can be reached before any other suspension."""
        visited: set[tuple[int, bool | None, bool]] = set()
        todo: list[tuple[int, bool | None, bool]] = [(e.to, None, e.raises) for e in begins]
        while todo:
            here = todo.pop()
            if here in visited:
                continue
            visited.add(here)
            number, truth, of_await = here
            name = self.listed[number].opname
            if name in {"SEND", "YIELD_VALUE"}:
                yield number if name == "YIELD_VALUE" else number + 1
                continue
            if name.startswith("RETURN_"):
                yield "returned"
            edges = self.edges[number]
            if name == "END_ASYNC_FOR" and not of_await:  # what was raised is no StopAsyncIteration
                edges = [edge for edge in edges if edge.raises]
            if self.may_raise(number) and not any(edge.raises for edge in edges):
                yield "raised"
            for edge in edges:
                possible, known = self._truth(number, edge, truth)
                if possible:
                    # From 3.14 on END_ASYNC_FOR has an argument, which may need a prefix.
                    prefix = name == "EXTENDED_ARG"
                    raised = of_await if prefix else edge.raises and name in _OF_AN_AWAIT
                    todo.append((edge.to, known, raised))

    def _truth(self, number: int, edge: Edge, truth: bool | None) -> tuple[bool, bool | None]:
        """Whether a way can be taken, and what is known then of the value on top.

        ``a and b or c`` asks the same value twice.
        """
        name = self.listed[number].opname
        if edge.raises:
            return True, None
        if name in {"COPY", "TO_BOOL", "NOT_TAKEN"}:
            return True, truth
        if name not in {"POP_JUMP_IF_TRUE", "POP_JUMP_IF_FALSE"}:
            return True, None
        copied = self.listed[number - 1 - (self.listed[number - 1].opname == "TO_BOOL")]
        if (copied.opname, copied.arg) != ("COPY", 1):
            return True, None
        outcome = edge.jumps == (name == "POP_JUMP_IF_TRUE")
        return truth in {None, outcome}, outcome

    def ways_on(self, suspension: int) -> list[Edge]:
        """Where a coroutine goes from a suspension: straight on, and to handlers."""
        if self.listed[suspension - 1].opname != "SEND":
            return self.edges[suspension]
        begins = [edge for edge in self.edges[suspension - 1] if edge.jumps or edge.raises]
        return begins + [edge for edge in self.edges[suspension] if edge.raises]
