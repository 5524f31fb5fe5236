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
from collections.abc import Callable
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar

from wakepoint.contract import Buffers, Filters
from wakepoint.errors import BusyResourceError, ClosedResourceError
from wakepoint.future import Future, polled_after_ready
from wakepoint.kernel import Address
from wakepoint.reactor import Reactor
from wakepoint.source import Interest, Source
from wakepoint.task import PENDING, Context, Poll, Ready, Waker
from wakepoint.whole import ReadExact, WriteAll

T = TypeVar("T")

_AHEAD = 65_536
"""Bytes that a peek takes from the kernel, however few it is asked for: the next may want more."""


class Lane:
    """One direction of a source, which one operation at a time may use.

    Attributes:
        source: What the operations are made on.
        interest: Which direction.
        operation: Whose turn it is: in flight, or done and not taken yet.
        successor: Waits until the kernel gives a dropped operation back.
        unclaimed: Dropped operations that the kernel finished all the same, oldest first.
    """

    __slots__ = ("interest", "operation", "source", "successor", "unclaimed")

    def __init__(self, source: Source, interest: Interest) -> None:
        self.source = source
        self.interest = interest
        self.operation: Operation[Any] | None = None
        self.successor: Operation[Any] | None = None
        self.unclaimed: deque[Operation[Any]] = deque()

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
        while self.unclaimed:
            self.unclaimed.popleft().discard()
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
    keeps: ClassVar[bool] = False
    """True if a result that nobody took belongs to the next operation: received data."""

    def __init__(self, reactor: Reactor, lane: Lane) -> None:
        self.reactor = reactor
        self.source = lane.source
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

    def adopt(self, dropped: Operation[Any]) -> bool:
        """Takes the result of a dropped operation for its own, or part of it.

        Returns:
            True if nothing is left of it.
        """
        self.result = dropped.result
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
        if self.taken:
            raise polled_after_ready(self)
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
                    f"{other!r} already waits to {lane.interest.name} on this descriptor"
                )
        if lane.operation is not None:
            lane.successor = self
            return
        self.started = True
        lane.operation = self
        if lane.unclaimed:
            if self.adopt(lane.unclaimed[0]):
                lane.unclaimed.popleft()
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
                self.lane.unclaimed.append(self)
            else:
                self.discard()
        self.lane.leave(self)


class Peek(Future[bytes]):
    """Receives, and puts what has come where the next operation finds it.

    The kernel could look without taking, but what it has given us already it would not see.
    """

    __slots__ = ("_receiving", "_size")

    def __init__(self, receiving: Operation[bytes], size: int) -> None:
        self._receiving = receiving
        self._size = size

    def __repr__(self) -> str:
        return f"peek(fd={self._receiving.source.fd})"

    def poll(self, cx: Context) -> Poll[bytes]:
        polled = self._receiving.poll(cx)
        if polled is PENDING:
            return PENDING
        self._receiving.result = polled.value
        self._receiving.lane.unclaimed.appendleft(self._receiving)
        return Ready(polled.value[: self._size])

    def drop(self) -> None:
        self._receiving.drop()


class Calls(NamedTuple):
    """What makes each operation of a backend: the class of a call, as a rule.

    Each is given the backend's way to the kernel, the lane, and what the contract's method is given
    beside the source.
    """

    recv: Callable[..., Operation[bytes]]
    send: Callable[..., Operation[int]]
    accept: Callable[..., Operation[tuple[Any, Address]]]
    connect: Callable[..., Operation[None]]
    recv_from: Callable[..., Operation[tuple[bytes, Address]]]
    send_vectored: Callable[..., Operation[int]]
    write_vectored: Callable[..., Operation[int]]
    send_to: Callable[..., Operation[int]]
    read: Callable[..., Operation[bytes]]
    write: Callable[..., Operation[int]]


class _Stream(NamedTuple):
    """A source, and what reads and writes some of it."""

    source: Source
    read_some: Callable[[Source, int], Future[bytes]]
    write_some: Callable[[Source, bytes | memoryview], Future[int]]

    def __repr__(self) -> str:
        return f"fd={self.source.fd}"

    def read(self, size: int = 65536) -> Future[bytes]:
        """At most so many bytes."""
        return self.read_some(self.source, size)

    def write(self, data: bytes | memoryview) -> Future[int]:
        """As much as is taken."""
        return self.write_some(self.source, data)


class CompletionBackend:
    """Keeps the lanes of each source and makes the operations; the rest is a backend's own.

    Args:
        reactor: Whom it tells what is done.
        way: How the operations reach the kernel: the port, the submission queue.
    """

    model: ClassVar[str] = "completion"
    filters: Filters | None = None
    quiet = False
    calls: ClassVar[Calls]

    def __init__(self, reactor: Reactor, way: Any) -> None:
        self.reactor = reactor
        self._way = way
        self._lanes: dict[tuple[Source, Interest], Lane] = {}

    def prepare_notify(self) -> None:
        """Nothing, unless the mechanism needs a descriptor for it."""

    # -- operations --------------------------------------------------------------------------

    def recv(self, source: Source, size: int) -> Operation[bytes]:
        return self.calls.recv(self._way, self._incoming(source), size)

    def peek(self, source: Source, size: int) -> Future[bytes]:
        return Peek(self.recv(source, max(size, _AHEAD)), size)

    def recv_datagram(self, source: Source, size: int) -> Future[bytes]:
        return self.calls.recv(self._way, self._incoming(source), size)

    def send_vectored(self, source: Source, buffers: Buffers) -> Future[int]:
        return self.calls.send_vectored(self._way, self._outgoing(source), buffers)

    def send(self, source: Source, data: bytes | memoryview) -> Future[int]:
        return self.calls.send(self._way, self._outgoing(source), data)

    def accept(self, source: Source) -> Future[tuple[Any, Address]]:
        return self.calls.accept(self._way, self._incoming(source))

    def connect(self, source: Source, address: Address) -> Future[None]:
        return self.calls.connect(self._way, self._outgoing(source), address)

    def recv_from(self, source: Source, size: int) -> Future[tuple[bytes, Address]]:
        return self.calls.recv_from(self._way, self._incoming(source), size)

    def send_to(self, source: Source, data: bytes, address: Address) -> Future[int]:
        return self.calls.send_to(self._way, self._outgoing(source), data, address)

    def read(self, source: Source, size: int) -> Future[bytes]:
        return self.calls.read(self._way, self._incoming(source), size)

    def write(self, source: Source, data: bytes | memoryview) -> Future[int]:
        return self.calls.write(self._way, self._outgoing(source), data)

    def write_vectored(self, source: Source, buffers: Buffers) -> Future[int]:
        return self.calls.write_vectored(self._way, self._outgoing(source), buffers)

    def read_exact(self, source: Source, size: int) -> Future[bytes]:
        return ReadExact(self._stream(source), size)

    def write_all(self, source: Source, data: bytes | memoryview) -> Future[None]:
        return WriteAll(self._stream(source), data)

    def _stream(self, source: Source) -> _Stream:
        if isinstance(source.io, int):
            return _Stream(source, self.read, self.write)
        return _Stream(source, self.recv, self.send)

    # -- lanes -------------------------------------------------------------------------------

    def _incoming(self, source: Source) -> Lane:
        return self._lane(source, Interest.READ)

    def _outgoing(self, source: Source) -> Lane:
        return self._lane(source, Interest.WRITE)

    def _lane(self, source: Source, interest: Interest) -> Lane:
        """The one lane of that source for that direction."""
        lane = self._lanes.get((source, interest))
        if lane is None:
            lane = self._lanes[source, interest] = Lane(source, interest)
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

    def close_lanes(self) -> None:
        """Nobody will use any of them any more."""
        for lane in self._lanes.values():
            lane.close()
