"""What is waited on, and what for: `Source` and `Interest`.

The ground that the reactor, the backends and the leaf futures share.
"""

from __future__ import annotations

from enum import Flag, auto
from typing import Any, ClassVar

from wakepoint.task import Future, Waker


class Interest(Flag):
    """What a future waits for on a descriptor."""

    READ = auto()
    WRITE = auto()


class Source:
    """A socket or descriptor known to the reactor, with its readiness cache.

    A direction counts as ready until a call on it said EAGAIN, and again after the kernel
    reported an event: only EAGAIN clears it, so data and end of stream that arrive in one edge
    are both read (compare tokio's ``ScheduledIo``).

    Attributes:
        kind: What its number means: ``descriptor``, or ``process`` and ``signals`` where the
            kernel reports those without one.
        io: The socket, or the bare descriptor's number.
        fd: Its number.
        ready: Directions worth trying.
        hung_up: The peer is gone; stays set, every call is worth trying from then on.
        closed: Closed on this side.
        wakers: Who waits, by direction.
        owners: The operations on whose behalf they wait.
        registered: True once the kernel was told about it.
    """

    __slots__ = ("closed", "fd", "hung_up", "io", "owners", "ready", "registered", "wakers")

    kind: ClassVar[str] = "descriptor"

    def __init__(self, io: Any) -> None:
        self.io = io
        self.fd: int = io if isinstance(io, int) else io.fileno()
        self.ready = Interest.READ | Interest.WRITE
        self.hung_up = False
        self.closed = False
        self.registered = False
        self.wakers: dict[Interest, Waker] = {}
        self.owners: dict[Interest, Future[Any]] = {}
