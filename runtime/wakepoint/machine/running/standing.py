"""Where a lowered machine stands, and what in its text stopped a cancellation."""

from __future__ import annotations

import dis
import enum
from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import CodeType
from typing import Any

from wakepoint.catching import CATCHES, LEAVES, Stop, stop_of
from wakepoint.errors import Cancelled


def line_of_wait(code: CodeType, state: enum.Enum) -> int | None:
    """The line at which a machine that stands in a state polls what it waits for."""
    for each in _case(code, state.name):
        if each.argval == "poll_awaiting":
            return _line(each)
    return None


def stop_in(code: CodeType, variables: Mapping[str, Any], handler: enum.Enum) -> Stop | None:
    """The line that stopped a cancellation that came to a state.

    Args:
        code: The machine's.
        variables: Its global variables.
        handler: The state: the beginning of the ``except``, ``finally`` or end of a ``with``.
    """
    for each in _case(code, handler.name):
        if each.argval == "raise_again":
            return stop_of(Cancelled, code, each.offset, variables, None)
    block = handler.name.removesuffix("_RAISED")
    lines = [*_lines(code, block), *_lines(code, handler.name)]
    how = LEAVES if block.startswith("FINALLY") else CATCHES
    return Stop(lines[0], how) if lines else None


def _lines(code: CodeType, state: str) -> Iterator[int]:
    """The lines below the ``case`` of a state."""
    lines = [line for each in _case(code, state) if (line := _line(each)) is not None]
    return (line for line in lines if line != lines[0])


def _case(code: CodeType, state: str) -> Iterator[dis.Instruction]:
    """The instructions of the ``case`` of a state."""
    instructions = list(dis.get_instructions(code))
    inside = False
    for each, following in pairwise(instructions):
        if each.opname == "LOAD_ATTR" and following.opname == "COMPARE_OP":
            inside = each.argval == state
        elif inside:
            yield each


def _line(each: dis.Instruction) -> int | None:
    return each.positions and each.positions.lineno
