"""Completion packets in the same order in every run, for recordings."""

from __future__ import annotations

import sys

assert sys.platform == "win32"  # so type checkers know which names there are

from typing import Any

from wakepoint.backends.iocp.kernel import IocpKernel
from wakepoint.backends.iocp.packet import Packet

_SETTLE = 5
"""Milliseconds without a packet after which no other is taken to be under way."""

_ROOM = 64


class SteadyIocpKernel(IocpKernel):
    """Tells of calls that complete at about the same time in the order in which they were made.

    A send on one end of a connection completes a receive on the other, and which packet comes first
    is chance: two processors race for it. Both orders are right, so a recording shows the one that
    does not change.
    """

    def __init__(self) -> None:
        super().__init__()
        self._made = 0
        self._turns: dict[int, int] = {}
        self._held: list[Packet] = []

    def overlapped(self) -> Any:
        """A fresh OVERLAPPED, whose turn is after those that were made before."""
        overlapped = super().overlapped()
        self._made += 1
        self._turns[overlapped.address] = self._made
        return overlapped

    def GetQueuedCompletionStatusEx(
        self, port: int, room: int, timeout: int | None
    ) -> list[Packet]:
        """As in `IocpKernel`, after a moment in which others may come."""
        take = super().GetQueuedCompletionStatusEx
        more = take(port, _ROOM, 0 if self._held else timeout)
        while more:
            self._held += more
            more = take(port, _ROOM, _SETTLE)
        # A packet that we posted belongs to no call, and goes first.
        self._held.sort(key=lambda packet: self._turns.get(packet.overlapped, 0))
        packets, self._held = self._held[:room], self._held[room:]
        return packets
