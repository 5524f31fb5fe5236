"""The symbols that stand for values on the value stack."""

from __future__ import annotations

from typing import Any

from wakepoint.machine.bytecode import Instruction, Position

Entry = Any
"""A symbol: the number of the instruction that pushed the value, `HIDDEN`, or a tuple.

The tuples are ``("iter", entry)``, ``("aiter", entry)``, ``("exit", entry)``,
``("aexit", entry, position)``, ``("next", entry)``, ``("match", type)``, ``("egmatch", type)``,
``("swallow", exit)``, ``("name", variable, position)``, ``("format", entry)``,
``("first", position)``, ``("hull", position)``, ``("exception",)`` and ``("handling",)``.
"""

Stack = tuple[Entry, ...]

NOWHERE_KNOWN: Position = (None,) * 4
"""The place of what has none in the source."""

HIDDEN = -1
"""A value that the source does not speak of."""

EXCEPTION: Entry = ("exception",)

HANDLING: Entry = ("handling",)
"""Lies on the stack all the while an exception is handled: what was handled before."""


def place_of(entry: Entry, instructions: list[Instruction]) -> Position:
    """The source of a plain value; nowhere for every other symbol."""
    if isinstance(entry, tuple):
        place: Position = entry[-1] if entry[0] in {"hull", "name"} else NOWHERE_KNOWN
        return place
    return NOWHERE_KNOWN if entry == HIDDEN else instructions[entry].position
