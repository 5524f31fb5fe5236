"""A completion packet, apart from the calls that only Windows has."""

from __future__ import annotations

from typing import NamedTuple

NOTIFY_KEY = 1
"""The key of the packets that we post ourselves."""
HANDLE_KEY = 0
"""The key of every handle: a packet's overlapped says which call it ends."""


class Packet(NamedTuple):
    """What ``GetQueuedCompletionStatusEx`` tells of one finished call.

    Attributes:
        key: What was given when the handle was associated, or posted.
        overlapped: The address of the call's OVERLAPPED; 0 for a posted packet.
        size: Bytes transferred.
    """

    key: int
    overlapped: int
    size: int
