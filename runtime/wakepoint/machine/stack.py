"""What is on the value stack at each point: half-evaluated operands, iterators, tests.

A suspended frame keeps its stack as well as its variables: in ``a() + await b()`` the result of
``a()`` is in no variable while the coroutine waits for ``b()``. Running the bytecode on symbols
instead of values tells what is there.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from wakepoint.machine.bytecode import NOWHERE, Instruction, Position
from wakepoint.machine.graph import Graph

Entry = Any
"""A symbol: the number of the instruction that pushed the value, `HIDDEN`, or a tuple.

The tuples are ``("iter", entry)``, ``("aiter", entry)``, ``("exit", entry)``,
``("aexit", entry, position)``, ``("next", entry)``, ``("match", type)``, ``("egmatch", type)``,
``("swallow", exit)``, ``("name", variable, position)``, ``("format", entry)``,
``("first", position)``, ``("hull", position)``, ``("exception",)`` and ``("handling",)``.
"""

Stack = tuple[Entry, ...]

_UNKNOWN: Position = (None,) * 4

HIDDEN = -1
"""A value that the source does not speak of."""

EXCEPTION: Entry = ("exception",)

HANDLING: Entry = ("handling",)
"""Lies on the stack all the while an exception is handled: what was handled before."""

_PUSHES_NOTHING_PREFIXES = ("POP_", "STORE_", "DELETE_", "JUMP_", "RERAISE", "RAISE_")
# fmt: off
_PUSHES_NOTHING = frozenset((
    "LIST_APPEND", "SET_ADD", "MAP_ADD", "LIST_EXTEND", "SET_UPDATE", "DICT_UPDATE", "DICT_MERGE",
    "PRECALL", "KW_NAMES", "NOP", "NOT_TAKEN", "RESUME", "MAKE_CELL", "COPY_FREE_VARS", "END_FOR",
    "END_ASYNC_FOR", "RETURN_VALUE", "RETURN_CONST", "SETUP_ANNOTATIONS", "IMPORT_STAR",
    "EXTENDED_ARG", "CACHE", "INTERPRETER_EXIT",
))
# fmt: on
_HIDES = frozenset(("PUSH_NULL", "LOAD_FAST_AND_CLEAR", "LOAD_BUILD_CLASS", "LOAD_COMMON_CONSTANT"))
_USED_AS = {"FOR_ITER": "iter", "GET_ANEXT": "aiter"}
_AENTER_SPECIALS = {1: "exit", 3: "aexit"}  # LOAD_SPECIAL's argument, 3.14
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


def place_of(entry: Entry, instructions: list[Instruction]) -> Position:
    """The source of a plain value; nowhere for every other symbol."""
    if isinstance(entry, tuple):
        found: Position = entry[-1] if entry[0] in {"hull", "name"} else _UNKNOWN
        return found
    return _UNKNOWN if entry == HIDDEN else instructions[entry].position


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
            special = _SPECIAL.get(instruction.name)
            if special is not None:
                after, jumped = special(self, number, instruction, stack)
            else:
                after, jumped = _generic(number, instruction, stack)
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
        kept = stack[: self.stacks.bases[part] + instruction.depth]
        return (*kept, HIDDEN, EXCEPTION) if instruction.keeps_lasti else (*kept, EXCEPTION)

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
        entry = (kind, _placed(stack[-1], each))
        if number in self._arguments:
            self._iterators[self._arguments[number]] = entry
        if kind == "iter" and sys.version_info >= (3, 15):
            return (*stack[:-1], entry, HIDDEN), ()
        return (*stack[:-1], entry), ()

    def load_fast(self, number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
        if each.part and each.argument == 0:  # .0, what a comprehension iterates over
            return (*stack, self._iterators.get(each.part, HIDDEN)), ()
        if each.argument == 0 and each.code.co_varnames[0] == ".0":
            # What a generator expression goes over: an iterator already, before 3.15.
            kind = _USED_AS.get(self.instructions[number + 1].name)
            if kind is not None:
                return (*stack, (kind, ("first", each.position))), ()
        return (*stack, number), ()


Effect = Callable[[_Run, int, Instruction, Stack], tuple[Stack, Stack]]


def _generic(number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    pops, pushes, jump_pops, jump_pushes = _effect(each.name, each.argument)
    entry = HIDDEN if each.name in _HIDES else number
    after = stack[: len(stack) - pops] + (entry,) * pushes
    if each.jump == NOWHERE:
        return after, ()
    return after, stack[: len(stack) - jump_pops] + (HIDDEN,) * jump_pushes


@cache
def _effect(name: str, argument: int) -> tuple[int, int, int, int]:
    """How many entries it pops and pushes, and the same when it jumps."""
    op = dis.opmap[name]
    given = argument if op >= dis.HAVE_ARGUMENT else None
    falls = dis.stack_effect(op, given, jump=False)
    jumps = dis.stack_effect(op, given, jump=True)
    jump_pops, jump_pushes = max(-jumps, 0), max(jumps, 0)
    if name != "STORE_FAST_LOAD_FAST" and (
        name in _PUSHES_NOTHING or name.startswith(_PUSHES_NOTHING_PREFIXES)
    ):
        return -falls, 0, jump_pops, jump_pushes
    if name.startswith("JUMP_IF"):
        return -falls, 0, 0, 0
    if name.startswith("UNPACK_"):
        return 1, falls + 1, 0, 0
    if falls > 1:
        return 0, falls, 0, 0
    return 1 - falls, 1, jump_pops, jump_pushes


def _copy(run: _Run, number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    return (*stack, stack[-each.argument]), ()


def _swap(run: _Run, number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    swapped = list(stack)
    swapped[-1], swapped[-each.argument] = swapped[-each.argument], swapped[-1]
    return tuple(swapped), ()


def _unchanged(run: _Run, number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    return stack, stack


def _jump_or_pop(run: _Run, number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    return stack[:-1], stack


def _for_iter(run: _Run, number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    iterator = stack[-2] if sys.version_info >= (3, 15) else stack[-1]
    pops, pushes = _effect(each.name, each.argument)[2:]
    return (*stack, ("next", iterator)), stack[: len(stack) - pops] + (HIDDEN,) * pushes


def _push_exc_info(run: _Run, number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    return (*stack[:-1], HANDLING, EXCEPTION), ()


def _before_with(run: _Run, number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    manager = stack[-1]
    if each.name == "BEFORE_WITH":
        return (*stack[:-1], ("exit", manager), number), ()
    return (*stack[:-1], ("aexit", manager, each.position), number), ()


def _load_special(run: _Run, number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    match _AENTER_SPECIALS.get(each.argument):
        case "exit":
            return (*stack[:-1], ("exit", stack[-1]), HIDDEN), ()
        case "aexit":
            return (*stack[:-1], ("aexit", stack[-1], each.position), HIDDEN), ()
        case _:
            return (*stack[:-1], number, HIDDEN), ()


def _with_except_start(
    run: _Run, number: int, each: Instruction, stack: Stack
) -> tuple[Stack, Stack]:
    manager: Entry = next(
        (e for e in reversed(stack) if isinstance(e, tuple) and e[0] in {"exit", "aexit"}), HIDDEN
    )
    return (*stack, ("swallow", manager)), ()


def _get_anext(run: _Run, number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    return (*stack, number), ()


def _check_exc_match(
    run: _Run, number: int, each: Instruction, stack: Stack
) -> tuple[Stack, Stack]:
    return (*stack[:-1], ("match", stack[-1])), ()


def _check_eg_match(run: _Run, number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    return (*stack[:-2], EXCEPTION, ("egmatch", stack[-1])), ()


def _format(run: _Run, number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    has_spec = each.name == "FORMAT_WITH_SPEC" or (
        each.name == "FORMAT_VALUE" and each.argument & 4
    )
    pops = 2 if has_spec else 1
    return (*stack[:-pops], ("format", stack[-pops])), ()


_POPS_FOR_ATTRIBUTE = {"LOAD_GLOBAL": 0, "LOAD_SUPER_ATTR": 3}


def _attribute(run: _Run, number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    """Loads something that may be about to be called: then its self, or NULL, lies beside it."""
    pops = _POPS_FOR_ATTRIBUTE.get(each.name, 1)
    kept = stack[: len(stack) - pops]
    if dis.stack_effect(dis.opmap[each.name], each.argument) + pops == 1:
        return (*kept, number), ()
    if each.name == "LOAD_GLOBAL" and sys.version_info < (3, 13):
        return (*kept, HIDDEN, number), ()
    return (*kept, number, HIDDEN), ()


def _pair(run: _Run, number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    first, second = each.argument >> 4, each.argument & 15
    if each.name == "STORE_FAST_LOAD_FAST":
        return (*stack[:-1], ("name", variable(each.code, second), _UNKNOWN)), ()
    # What remains of the two positions is the first one's.
    one = ("name", variable(each.code, first), each.position)
    return (*stack, one, ("name", variable(each.code, second), _UNKNOWN)), ()


def _placed(entry: Entry, user: Instruction) -> Entry:
    """A variable at the place of what uses it, which for some is the variable's own."""
    if isinstance(entry, tuple) and entry[0] == "name":
        return ("name", entry[1], user.position)
    return entry


def _to_bool(run: _Run, number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    return (*stack[:-1], _placed(stack[-1], each)), ()


def variable(code: Any, slot: int) -> str:
    """The name of the variable in a slot."""
    names = (*code.co_varnames, *(n for n in code.co_cellvars if n not in code.co_varnames))
    all_names: tuple[str, ...] = names + code.co_freevars
    return all_names[slot]


_SPECIAL: dict[str, Effect] = {
    "SEND": _Run.send,
    "RETURN_VALUE": _Run.return_value,
    "GET_ITER": _Run.get_iter,
    "GET_AITER": _Run.get_iter,
    "LOAD_FAST": _Run.load_fast,
    "FORMAT_VALUE": _format,
    "FORMAT_SIMPLE": _format,
    "FORMAT_WITH_SPEC": _format,
    "CONVERT_VALUE": _unchanged,
    "COPY": _copy,
    "SWAP": _swap,
    "TO_BOOL": _to_bool,
    "JUMP_IF_TRUE_OR_POP": _jump_or_pop,
    "JUMP_IF_FALSE_OR_POP": _jump_or_pop,
    "FOR_ITER": _for_iter,
    "PUSH_EXC_INFO": _push_exc_info,
    "BEFORE_WITH": _before_with,
    "BEFORE_ASYNC_WITH": _before_with,
    "LOAD_SPECIAL": _load_special,
    "WITH_EXCEPT_START": _with_except_start,
    "GET_ANEXT": _get_anext,
    "CHECK_EXC_MATCH": _check_exc_match,
    "CHECK_EG_MATCH": _check_eg_match,
    "LOAD_METHOD": _attribute,
    "LOAD_ATTR": _attribute,
    "LOAD_GLOBAL": _attribute,
    "LOAD_SUPER_ATTR": _attribute,
    "LOAD_FAST_LOAD_FAST": _pair,
    "LOAD_FAST_BORROW_LOAD_FAST_BORROW": _pair,
    "STORE_FAST_LOAD_FAST": _pair,
}
