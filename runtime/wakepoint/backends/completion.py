"""What IOCP and io_uring have in common: hand the call over, wait for its result.

The buffer of a call belongs to the kernel from `Operation.start` until `Operation.finish`, even
if the future that wanted the result is gone: so the reactor keeps every operation in flight, and
a dropped one is cancelled and kept until the kernel gives it back.
"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, TypeVar

from wakepoint.errors import ClosedResourceError
from wakepoint.reactor import Reactor, Source
from wakepoint.task import PENDING, Context, Future, Poll, Ready, Waker

T = TypeVar("T")


class Operation(Future[T], Generic[T]):
    """One call in the kernel's hands. A backend derives one class for each of its calls."""

    __slots__ = ("error", "in_flight", "reactor", "result", "source", "started", "waker")

    name: ClassVar[str]
    """The call, for the recording: ``recv``, ``accept``."""

    def __init__(self, reactor: Reactor, source: Source) -> None:
        self.reactor = reactor
        self.source = source
        self.waker: Waker | None = None
        self.result: Any = None
        self.error: OSError | None = None
        self.started = False
        self.in_flight = False

    def __repr__(self) -> str:
        return f"{self.name}(fd={self.source.fd})"

    # -- what a backend writes ----------------------------------------------------------------

    def start(self) -> None:
        """Hands the call to the kernel. A backend sets ``in_flight`` before it returns."""
        raise NotImplementedError

    def stop(self) -> None:
        """Asks the kernel to give the call back early; its packet still comes."""
        raise NotImplementedError

    def value(self) -> T:
        """Turns the kernel's result into the future's."""
        raise NotImplementedError

    def discard(self) -> None:
        """Gives back what a result holds that nobody will take (an accepted socket)."""

    # -- the rest is the same everywhere ------------------------------------------------------

    def finish(self, result: Any, error: OSError | None) -> None:
        """Keeps what the kernel said and wakes who waits. The reactor calls it."""
        self.in_flight = False
        self.result, self.error = result, error
        waker, self.waker = self.waker, None
        if waker is not None:
            waker.wake()
        elif error is None:
            self.discard()

    def poll(self, cx: Context) -> Poll[T]:
        if not self.started:
            if self.source.closed:
                raise ClosedResourceError("the socket is closed")
            self.started = True
            self.waker = cx.waker.clone()
            self.reactor.submit(self)
        if self.in_flight:
            self.waker = cx.waker.clone()
            return PENDING
        if self.source.closed:
            raise ClosedResourceError("the socket was closed while an operation was pending on it")
        if self.error is not None:
            raise self.error
        return Ready(self.value())

    def drop(self) -> None:
        if self.in_flight:
            self.waker = None
            self.reactor.cancel(self)
