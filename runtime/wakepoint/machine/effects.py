"""What each instruction does to the value stack."""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

from wakepoint.machine.bytecode import NOWHERE, Instruction
from wakepoint.machine.entries import EXCEPTION, HANDLING, HIDDEN, NOWHERE_KNOWN, Entry, Stack

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
_AENTER_SPECIALS = {1: "exit", 3: "aexit"}  # LOAD_SPECIAL's argument, 3.14

Effect = Callable[[int, Instruction, Stack], tuple[Stack, Stack]]
"""From an instruction and the stack before it: the stack behind it, and after a jump."""


def generic(number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    """What most instructions do: pop so many values, push so many of their own."""
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
    operand = argument if op >= dis.HAVE_ARGUMENT else None
    falls = dis.stack_effect(op, operand, jump=False)
    jumps = dis.stack_effect(op, operand, jump=True)
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


def _copy(number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    return (*stack, stack[-each.argument]), ()


def _swap(number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    swapped = list(stack)
    swapped[-1], swapped[-each.argument] = swapped[-each.argument], swapped[-1]
    return tuple(swapped), ()


def _unchanged(number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    return stack, stack


def _jump_or_pop(number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    return stack[:-1], stack


def _for_iter(number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    iterator = stack[-2] if sys.version_info >= (3, 15) else stack[-1]
    pops, pushes = _effect(each.name, each.argument)[2:]
    return (*stack, ("next", iterator)), stack[: len(stack) - pops] + (HIDDEN,) * pushes


def _push_exc_info(number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    return (*stack[:-1], HANDLING, EXCEPTION), ()


def _before_with(number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    manager = stack[-1]
    if each.name == "BEFORE_WITH":
        return (*stack[:-1], ("exit", manager), number), ()
    return (*stack[:-1], ("aexit", manager, each.position), number), ()


def _load_special(number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    match _AENTER_SPECIALS.get(each.argument):
        case "exit":
            return (*stack[:-1], ("exit", stack[-1]), HIDDEN), ()
        case "aexit":
            return (*stack[:-1], ("aexit", stack[-1], each.position), HIDDEN), ()
        case _:
            return (*stack[:-1], number, HIDDEN), ()


def _with_except_start(number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    manager: Entry = next(
        (e for e in reversed(stack) if isinstance(e, tuple) and e[0] in {"exit", "aexit"}), HIDDEN
    )
    return (*stack, ("swallow", manager)), ()


def _get_anext(number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    return (*stack, number), ()


def _check_exc_match(number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    return (*stack[:-1], ("match", stack[-1])), ()


def _check_eg_match(number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    return (*stack[:-2], EXCEPTION, ("egmatch", stack[-1])), ()


def _format(number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    has_spec = each.name == "FORMAT_WITH_SPEC" or (
        each.name == "FORMAT_VALUE" and each.argument & 4
    )
    pops = 2 if has_spec else 1
    return (*stack[:-pops], ("format", stack[-pops])), ()


_POPS_FOR_ATTRIBUTE = {"LOAD_GLOBAL": 0, "LOAD_SUPER_ATTR": 3}


def _attribute(number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    """Loads something that may be about to be called: then its self, or NULL, lies beside it."""
    pops = _POPS_FOR_ATTRIBUTE.get(each.name, 1)
    below = stack[: len(stack) - pops]
    if dis.stack_effect(dis.opmap[each.name], each.argument) + pops == 1:
        return (*below, number), ()
    if each.name == "LOAD_GLOBAL" and sys.version_info < (3, 13):
        return (*below, HIDDEN, number), ()
    return (*below, number, HIDDEN), ()


def _pair(number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    first, second = each.argument >> 4, each.argument & 15
    if each.name == "STORE_FAST_LOAD_FAST":
        return (*stack[:-1], ("name", variable(each.code, second), NOWHERE_KNOWN)), ()
    # What remains of the two positions is the first one's.
    one = ("name", variable(each.code, first), each.position)
    return (*stack, one, ("name", variable(each.code, second), NOWHERE_KNOWN)), ()


def placed(entry: Entry, user: Instruction) -> Entry:
    """A variable at the place of what uses it, which for some is the variable's own."""
    if isinstance(entry, tuple) and entry[0] == "name":
        return ("name", entry[1], user.position)
    return entry


def _to_bool(number: int, each: Instruction, stack: Stack) -> tuple[Stack, Stack]:
    return (*stack[:-1], placed(stack[-1], each)), ()


def variable(code: Any, slot: int) -> str:
    """The name of the variable in a slot."""
    names = (*code.co_varnames, *(n for n in code.co_cellvars if n not in code.co_varnames))
    all_names: tuple[str, ...] = names + code.co_freevars
    return all_names[slot]


SPECIAL: dict[str, Effect] = {
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
