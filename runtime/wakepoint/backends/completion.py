"""What IOCP and io_uring have in common: hand the call over, wait for its result.

The buffer of a call belongs to the kernel from `Operation.start` until `Operation.finish`, even
if the future that wanted the result is gone: so the reactor keeps every operation in flight, and
a dropped one is cancelled and kept until the kernel gives it back.

A cancellation may come too late: the kernel has put data into the buffer, and nobody wants it.
Such a result waits in its `Lane` for the next operation of the same kind, so dropping a read loses
nothing.
"""

from __future__ import annotations

from collections import deque
from typing import Any, ClassVar, Generic, TypeVar

from wakepoint.errors import BusyResourceError, ClosedResourceError
from wakepoint.reactor import Reactor
from wakepoint.source import Interest, Source
from wakepoint.task import PENDING, Context, Future, Poll, Ready, Waker

T = TypeVar("T")


class Lane:
    """One direction of a source, which one operation at a time may use.

    Attributes:
        operation: Whose turn it is: in flight, or done and not taken yet.
        successor: Waits until the kernel gives a dropped operation back.
        kept: Dropped operations that the kernel finished all the same, oldest first.
    """

    __slots__ = ("kept", "operation", "successor")

    def __init__(self) -> None:
        self.operation: Operation[Any] | None = None
        self.successor: Operation[Any] | None = None
        self.kept: deque[Operation[Any]] = deque()

    def leave(self, operation: Operation[Any]) -> None:
        """The operation is done with; whoever waits for that is woken."""
        if self.operation is operation:
            self.operation = None
            self.wake_successor()

    def wake_successor(self) -> None:
        """Lets the operation that waits for its turn look again."""
        successor, self.successor = self.successor, None
        if successor is not None:
            successor.wake()

    def close(self) -> None:
        """Nobody will use it any more."""
        while self.kept:
            self.kept.popleft().discard()
        self.wake_successor()


class Operation(Future[T], Generic[T]):
    """One call in the kernel's hands. A backend derives one class for each of its calls.

    Attributes:
        in_flight: The kernel has it.
        asked_back: The kernel was asked for it; once is enough.
        dropped: Nobody wants its result any more.
    """

    __slots__ = (
        "asked_back",
        "dropped",
        "error",
        "in_flight",
        "lane",
        "reactor",
        "result",
        "source",
        "started",
        "taken",
        "waker",
    )

    name: ClassVar[str]
    """The call, for the recording: ``recv``, ``accept``."""
    interest: ClassVar[Interest]
    """Which direction it uses."""
    keeps: ClassVar[bool] = False
    """True if a result that nobody took belongs to the next operation: received data."""

    def __init__(self, reactor: Reactor, source: Source, lane: Lane) -> None:
        self.reactor = reactor
        self.source = source
        self.lane = lane
        self.waker: Waker | None = None
        self.result: Any = None
        self.error: OSError | None = None
        self.started = False
        self.in_flight = False
        self.asked_back = False
        self.dropped = False
        self.taken = False

    def __repr__(self) -> str:
        return f"{self.name}(fd={self.source.fd})"

    # -- what a backend writes ----------------------------------------------------------------

    def start(self) -> None:
        """Hands the call to the kernel.

        Raises:
            OSError: If the kernel refuses it at once; then nothing will come back.
        """
        raise NotImplementedError

    def stop(self) -> None:
        """Asks the kernel to give the call back early; its packet still comes."""
        raise NotImplementedError

    def value(self) -> T:
        """Turns the kernel's result into the future's."""
        raise NotImplementedError

    def adopt(self, kept: Operation[Any]) -> bool:
        """Takes the result of a dropped operation for its own, or part of it.

        Returns:
            True if nothing is left of it.
        """
        self.result = kept.result
        return True

    def discard(self) -> None:
        """Gives back what a result holds that nobody will take (an accepted socket)."""

    # -- the rest is the same everywhere ------------------------------------------------------

    def wake(self) -> None:
        """Wakes who waits for it, if anybody does."""
        waker, self.waker = self.waker, None
        if waker is not None:
            waker.wake()

    def finish(self, result: Any, error: OSError | None) -> None:
        """Keeps what the kernel said and wakes who waits. The reactor calls it."""
        self.in_flight = False
        self.result, self.error = result, error
        if self.dropped:
            self._put_by()
        else:
            self.wake()

    def poll(self, cx: Context) -> Poll[T]:
        if not self.started:
            self._begin(cx)
        if self.in_flight or not self.started:
            if self.waker is None or not self.waker.will_wake(cx.waker):
                self.waker = cx.waker.clone()
            return PENDING
        if self.source.closed:
            self.drop()
            raise ClosedResourceError("closed while an operation was pending on it")
        self.taken = True
        self.lane.leave(self)
        if self.error is not None:
            raise self.error
        return Ready(self.value())

    def drop(self) -> None:
        if self.dropped or self.taken:
            return
        self.dropped = True
        self.waker = None
        if self.lane.successor is self:
            self.lane.successor = None
        if self.in_flight:
            self.ask_back()
        elif self.started:
            self._put_by()

    def ask_back(self) -> None:
        """Cancels the call, unless that was done."""
        if not self.asked_back:
            self.asked_back = True
            self.reactor.cancel(self)

    def _begin(self, cx: Context) -> None:
        """Starts the call, or finds that there is something already, or that it has to wait."""
        lane = self.lane
        if self.source.closed:
            raise ClosedResourceError("closed while an operation was pending on it")
        for other in (lane.operation, lane.successor):
            if other is not None and other is not self and not other.dropped:
                raise BusyResourceError(
                    f"{other!r} already waits to {self.interest.name} on this descriptor"
                )
        if lane.operation is not None:
            lane.successor = self
            return
        self.started = True
        lane.operation = self
        if lane.kept:
            if self.adopt(lane.kept[0]):
                lane.kept.popleft()
            return
        self.waker = cx.waker.clone()
        self.in_flight = True
        try:
            self.reactor.submit(self)
        except OSError as error:
            self.waker = None
            self.reactor.complete(self, None, error)

    def _put_by(self) -> None:
        """Keeps a result that nobody took for the next operation, or gives it back."""
        if self.error is None:
            if self.keeps and not self.source.closed:
                self.lane.kept.append(self)
            else:
                self.discard()
        self.lane.leave(self)


class CompletionBackend:
    """Keeps the lanes of each source; the operations and the rest are a backend's own."""

    model: ClassVar[str] = "completion"

    def __init__(self, reactor: Reactor) -> None:
        self.reactor = reactor
        self._lanes: dict[tuple[Source, Interest], Lane] = {}

    def quiet(self) -> bool:
        return False

    def lane(self, source: Source, interest: Interest) -> Lane:
        """The one lane of that source for that direction."""
        lane = self._lanes.get((source, interest))
        if lane is None:
            lane = self._lanes[source, interest] = Lane()
        return lane

    def remove(self, source: Source) -> None:
        """Asks the kernel for everything back that is pending on the source."""
        for interest in Interest:
            lane = self._lanes.pop((source, interest), None)
            if lane is None:
                continue
            if lane.operation is not None and lane.operation.in_flight:
                lane.operation.ask_back()
            lane.close()
