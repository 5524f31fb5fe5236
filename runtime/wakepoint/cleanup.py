"""What an async generator still has to do when it ends at a ``yield`` of its."""

from __future__ import annotations

import dis
import enum
from collections.abc import Iterator
from types import CodeType


class Cleanup(enum.Enum):
    """What a generator has to do before it ends where it stands."""

    NONE = enum.auto()
    AT_ONCE = enum.auto()
    MAY_WAIT = enum.auto()


class Cleanups:
    """The handlers in a generator's code; the compiler puts them behind everything else.

    Args:
        code: The generator's.
    """

    def __init__(self, code: CodeType) -> None:
        self._entries = dis.Bytecode(code).exception_entries  # type: ignore[attr-defined]
        self._instructions = list(dis.get_instructions(code))
        self._last_wait = self._last("SEND")
        # Every generator has a handler of the compiler's own, for StopIteration that leaves it.
        self._last_handler = self._last("PUSH_EXC_INFO")

    def _last(self, name: str) -> int:
        return max((each.offset for each in self._instructions if each.opname == name), default=-1)

    def at(self, offset: int) -> Cleanup:
        """What a generator has to do that ends at an instruction.

        Args:
            offset: The instruction's, in bytes (`frame.f_lasti`).
        """
        handlers = [each.target for each in self._entries if each.start <= offset < each.end]
        if not handlers or max(self._last_wait, self._last_handler) < min(handlers):
            return Cleanup.NONE
        return Cleanup.MAY_WAIT if self._last_wait >= min(handlers) else Cleanup.AT_ONCE

    def waiting(self) -> Iterator[tuple[int, int]]:
        """The line and the column, in bytes, of each ``yield`` whose cleanup may wait."""
        for each in self._instructions:
            if each.opname != "YIELD_VALUE" or self.at(each.offset) is not Cleanup.MAY_WAIT:
                continue
            position = each.positions
            if position is not None and position.lineno is not None:
                yield position.lineno, position.col_offset or 0
