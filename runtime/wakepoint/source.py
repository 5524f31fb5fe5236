"""What is waited on, and what for: `Source` and `Interest`.

The ground that the reactor, the backends and the leaf futures share.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, ClassVar

from wakepoint.future import Future
from wakepoint.task import Waker


class Interest(Enum):
    """What a future waits for on a descriptor."""

    READ = "read"
    WRITE = "write"


class Source:
    """A socket or descriptor known to the reactor, with its readiness cache.

    A direction counts as ready until a call on it said EAGAIN, or took or gave less than it could,
    and again after the kernel reported an event (compare tokio's ``ScheduledIo``). The end of a
    stream may come in one edge with data, so it counts as ready until all of both was read.

    Attributes:
        kind: What its number means: ``descriptor``, or ``process`` and ``signals`` where the
            kernel reports those without one.
        io: The socket, or the bare descriptor's number.
        fd: Its number.
        readable: Reading is worth trying.
        writable: Writing is.
        hung_up: The peer is gone; stays set, every call is worth trying from then on.
        closed: Closed on this side.
        reader: The waker of who waits to read, if somebody does.
        writer: The same of who waits to write.
        reading: The operation on whose behalf the reader waits.
        writing: The same for the writer.
        registered: True once the kernel was told about it.
    """

    # Plain attributes for each direction: an `Interest` computed and looked up at each event and
    # each call costs more than the rest of the reactor.
    __slots__ = (
        *("closed", "fd", "hung_up", "io", "readable", "reader", "reading", "registered"),
        *("writable", "writer", "writing"),
    )

    kind: ClassVar[str] = "descriptor"

    def __init__(self, io: Any) -> None:
        self.io = io
        self.fd: int = io if isinstance(io, int) else io.fileno()
        self.readable = self.writable = True
        self.hung_up = False
        self.closed = False
        self.registered = False
        self.reader: Waker | None = None
        self.writer: Waker | None = None
        self.reading: Future[Any] | None = None
        self.writing: Future[Any] | None = None

    def waker(self, interest: Interest) -> Waker | None:
        """Who waits for that direction."""
        return self.reader if interest is Interest.READ else self.writer

    def owner(self, interest: Interest) -> Future[Any] | None:
        """The operation that waits for that direction."""
        return self.reading if interest is Interest.READ else self.writing
