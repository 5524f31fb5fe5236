"""Code objects, decoded: instructions with their jump targets, handlers and source spans.

The standard library's ``dis`` gives the same and more, at ten times the cost; an analysis of a
whole library decodes thousands of functions. The format is described in CPython's
``Objects/exception_handling_notes.txt`` (exception table) and by ``dis`` (everything else).
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Iterator
from types import CodeType
from typing import NamedTuple

Position = tuple[int | None, int | None, int | None, int | None]
"""First line, last line, first column, last column, as ``co_positions`` gives them (bytes)."""

NOWHERE = -1
"""Stands for an instruction that is not there: no jump, no handler, nothing follows."""

_EXTENDED_ARG = dis.opmap["EXTENDED_ARG"]
_HAS_ARGUMENT = dis.HAVE_ARGUMENT
# Its argument only serves sys.monitoring (3.14); it does not jump.
_JUMPS = frozenset([*dis.hasjrel, *dis.hasjabs]) - {dis.opmap["END_ASYNC_FOR"]}
_BACKWARD = frozenset(op for name, op in dis.opmap.items() if "BACKWARD" in name)
_NAMES = dis.opname
# fmt: off
_ENDS = frozenset((
    "RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE", "JUMP_FORWARD", "JUMP_BACKWARD",
    "JUMP_BACKWARD_NO_INTERRUPT", "INTERPRETER_EXIT",
))
# fmt: on
"""After these the next instruction is not reached by falling through."""


class Instruction:
    """One instruction. Instructions refer to each other by their number in a list.

    Attributes:
        name: The opcode's name.
        argument: Its argument; 0 without one.
        code: The code object that it is of.
        offset: Where it stands there, in bytes.
        end: Where the next one stands.
        position: The source that it was compiled from.
        following: What runs after it, or `NOWHERE`.
        jump: Where it jumps to, or `NOWHERE`.
        handler: Where an exception raised by it goes, or `NOWHERE` if it leaves the function.
        depth: How much of the value stack the handler finds.
        keeps_lasti: True if the handler finds the offset on the stack as well.
        part: 0 for the coroutine itself, else which of the code objects that are shown in it.
    """

    __slots__ = (
        "argument",
        "code",
        "depth",
        "end",
        "following",
        "handler",
        "jump",
        "keeps_lasti",
        "name",
        "offset",
        "part",
        "position",
    )

    def __init__(  # noqa: PLR0917 - it is all that there is to know of one
        self, name: str, argument: int, code: CodeType, offset: int, end: int, position: Position
    ) -> None:
        self.name = name
        self.argument = argument
        self.code = code
        self.offset = offset
        self.end = end
        self.position = position
        self.following = NOWHERE
        self.jump = NOWHERE
        self.handler = NOWHERE
        self.depth = 0
        self.keeps_lasti = False
        self.part = 0

    def __repr__(self) -> str:
        return f"<{self.offset} {self.name} {self.argument}>"


class Region(NamedTuple):
    """A row of the exception table: what is raised in ``[start, end)`` goes to ``target``."""

    start: int
    end: int
    target: int
    depth: int
    keeps_lasti: bool


def exception_table(code: CodeType) -> Iterator[Region]:
    """The rows of a code object's exception table, offsets in bytes."""
    table = code.co_exceptiontable
    at = 0
    while at < len(table):
        row = []
        for _ in range(4):
            # Six bits a byte, big end first; bit 6 says that more bytes follow.
            value = table[at] & 63
            while table[at] & 64:
                at += 1
                value = value << 6 | table[at] & 63
            at += 1
            row.append(value)
        start, length, target, depth_and_lasti = row
        end = (start + length) * 2
        yield Region(start * 2, end, target * 2, depth_and_lasti >> 1, bool(depth_and_lasti & 1))


def decode(code: CodeType, base: int = 0) -> list[Instruction]:
    """The instructions of a code object, linked to each other.

    Args:
        code: Of the Python that runs; another version's bytecode cannot be read.
        base: The number of the first one, where the list will be part of a longer one.
    """
    raw = code.co_code
    positions = list(code.co_positions())
    instructions: list[Instruction] = []
    number_at: dict[int, int] = {}
    jumps: list[tuple[Instruction, int]] = []
    offset = start = 0
    extended = 0
    size = len(raw)
    while offset < size:
        op = raw[offset]
        argument = raw[offset + 1] | extended
        here = offset
        offset += 2
        if op == _EXTENDED_ARG:
            extended = argument << 8
            continue
        extended = 0
        while offset < size and raw[offset] == 0:  # CACHE
            offset += 2
        if op < _HAS_ARGUMENT and sys.version_info < (3, 13):
            argument = 0
        instruction = Instruction(_NAMES[op], argument, code, here, offset, positions[here // 2])
        # A jump goes to the first EXTENDED_ARG, not to the instruction that it extends.
        number_at[start] = base + len(instructions)
        start = offset
        if op in _JUMPS:
            jumps.append(
                (instruction, offset - argument * 2 if op in _BACKWARD else offset + argument * 2)
            )
        instructions.append(instruction)
    for number, instruction in enumerate(instructions, base + 1):
        if instruction.name not in _ENDS:
            instruction.following = number
    for instruction, target in jumps:
        instruction.jump = number_at[target]
    _link_handlers(code, instructions, number_at)
    return instructions


def _link_handlers(
    code: CodeType, instructions: list[Instruction], number_at: dict[int, int]
) -> None:
    regions = exception_table(code)
    region = next(regions, None)
    for instruction in instructions:
        while region is not None and instruction.offset >= region.end:
            region = next(regions, None)
        if region is None:
            return
        if instruction.offset >= region.start:
            instruction.handler = number_at[region.target]
            instruction.depth = region.depth
            instruction.keeps_lasti = region.keeps_lasti
