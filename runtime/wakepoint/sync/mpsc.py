"""A channel from many senders to a receiver, in order (``tokio::sync::mpsc``)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from wakepoint.executor import block_on
from wakepoint.future import Future
from wakepoint.sync import ends
from wakepoint.sync.errors import Empty, Full, RecvError, SendError
from wakepoint.sync.messages import UNBOUNDED, Recv, Send, Shared, SlotTurn
from wakepoint.sync.waiting import WAITS, Attempt, wake
from wakepoint.task import Context, Waker

T = TypeVar("T")

__all__ = ["Permit", "Receiver", "Sender", "UnboundedSender", "channel", "unbounded_channel"]


class _Sending(ends.End[Shared[T]]):
    """What both kinds of senders have in common."""

    @property
    def state(self) -> str:
        return self._shared.state

    def is_closed(self) -> bool:
        """True once the receiver is closed or gone."""
        return not self._shared.receivers

    def closed(self) -> Future[None]:
        """Waits until the receiver is closed or gone. Cancel safe."""
        return ends.Closed(self, self._shared)

    def same_channel(self, other: _Sending[Any]) -> bool:
        """True if both send to the same receiver."""
        return self._shared is other._shared

    def _counted(self) -> Shared[T]:
        shared = self._open()
        shared.lock.acquire()
        shared.senders += 1
        shared.lock.release()
        return shared

    def _leave(self, shared: Shared[T]) -> Sequence[Waker | None]:
        shared.senders -= 1
        return () if shared.senders else shared.choose()


class Sender(_Sending[T]):
    """Sends to a channel that has room for so many messages; made by `channel`.

    Any method may be called from any thread, from a signal handler and from a destructor; `send`,
    `reserve` and `closed` are awaited in a task. When the last sender is closed, left by ``with``
    or let go of, the receiver hears of it once it has received all.
    """

    def send(self, value: T) -> Send[T]:
        """Sends a value, and waits for room if there is none; first come, first served.

        Cancel safe: if it is dropped, the value was not sent, and the place in the queue is lost.

        Raises:
            SendError: When awaited, if the receiver is closed or gone; it has the value.
            ClosedResourceError: If this sender was closed.
        """
        return Send(self, self._open(), value)

    def try_send(self, value: T) -> None:
        """Sends a value without waiting.

        Raises:
            Full: If there is no room; it has the value.
            SendError: If the receiver is closed or gone; it has the value.
            ClosedResourceError: If this sender was closed.
        """
        shared = self._open()
        shared.lock.acquire()
        try:
            if not shared.receivers:
                raise SendError(value)
            if shared.taken >= shared.capacity:
                raise Full(value, shared.capacity)
            shared.taken += 1
            wakers = shared.put(value)
        finally:
            shared.lock.release()
        if wakers:
            wake(wakers)

    def blocking_send(self, value: T) -> None:
        """As `send`, on a thread of one's own, which waits.

        Raises:
            RuntimeError: If an executor runs on this thread.
            SendError: As `send`.
        """
        block_on(self.send(value))

    def reserve(self) -> Reserve[T]:
        """Waits for room and keeps it for one value, which then is sent at once.

        Cancel safe: if it is dropped, the place in the queue is lost and nothing else.

        Raises:
            SendError: When awaited, if the receiver is closed or gone; its value is None.
            ClosedResourceError: If this sender was closed.
        """
        return Reserve(self, self._open())

    def try_reserve(self) -> Permit[T]:
        """Keeps room for one value, without waiting.

        Raises:
            Full: If there is none; its value is None.
            SendError: If the receiver is closed or gone; its value is None.
            ClosedResourceError: If this sender was closed.
        """
        shared = self._open()
        shared.lock.acquire()
        try:
            if not shared.receivers:
                raise SendError(None)
            if shared.taken >= shared.capacity:
                raise Full(None, shared.capacity)
            shared.taken += 1
        finally:
            shared.lock.release()
        return Permit(shared)

    def clone(self) -> Sender[T]:
        """One more sender.

        Raises:
            ClosedResourceError: If this sender was closed.
        """
        return Sender(self._counted())

    def capacity(self) -> int:
        """For how many values there is room now."""
        return self._shared.capacity - self._shared.taken

    def max_capacity(self) -> int:
        """For how many values there is room in an empty channel."""
        return self._shared.capacity


class UnboundedSender(_Sending[T]):
    """Sends to a channel that always has room; made by `unbounded_channel`.

    If the receiver is slower than the senders, the messages take more and more memory. Threads,
    signal handlers and destructors as with `Sender`.
    """

    def send(self, value: T) -> None:
        """Sends a value; it takes no time.

        Raises:
            SendError: If the receiver is closed or gone; it has the value.
            ClosedResourceError: If this sender was closed.
        """
        shared = self._open()
        shared.lock.acquire()
        try:
            if not shared.receivers:
                raise SendError(value)
            shared.taken += 1
            wakers = shared.put(value)
        finally:
            shared.lock.release()
        if wakers:
            wake(wakers)

    def clone(self) -> UnboundedSender[T]:
        """One more sender.

        Raises:
            ClosedResourceError: If this sender was closed.
        """
        return UnboundedSender(self._counted())


class Permit(Generic[T]):
    """Room for one value; made by `Sender.reserve`. It is given back if it is not used.

    The receiver waits for who has one, also when the senders are gone.
    """

    __slots__ = ("_shared",)

    def __init__(self, shared: Shared[T]) -> None:
        self._shared: Shared[T] | None = shared

    def __repr__(self) -> str:
        return f"mpsc.Permit({'used' if self._shared is None else ''})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def __del__(self) -> None:
        self.release()

    def send(self, value: T) -> None:
        """Sends the value; it takes no time. If the receiver is gone, nobody receives it.

        Raises:
            RuntimeError: If the permit was used already, or given back.
        """
        shared = self._use()
        if shared is None:
            raise RuntimeError("a permit is for one value, and this one was used or given back")
        shared.lock.acquire()
        try:
            wakers = shared.put(value)
        finally:
            shared.lock.release()
        if wakers:
            wake(wakers)

    def release(self) -> None:
        """Gives the room back, as Rust does when it drops the permit. Twice is fine."""
        shared = self._use()
        if shared is None:
            return
        shared.lock.acquire()
        try:
            wakers = shared.free()
        finally:
            shared.lock.release()
        if wakers:
            wake(wakers)

    def _use(self) -> Shared[T] | None:
        shared, self._shared = self._shared, None
        return shared


class Reserve(SlotTurn[T, Permit[T]]):
    """See `Sender.reserve`."""

    __slots__ = ()

    operation = "mpsc.Sender.reserve"

    def __repr__(self) -> str:
        return f"reserve on mpsc channel, {self._shared.state}"

    def refused(self) -> SendError[None]:
        return SendError(None)

    def attempt(self, cx: Context) -> Attempt[Permit[T]]:
        shared = self._shared
        shared.lock.acquire()
        try:
            has_slot = self.take(shared)
        finally:
            shared.lock.release()
        return Permit(shared) if has_slot else WAITS


class Receiver(ends.End[Shared[T]]):
    """Receives what is sent, in order; made by `channel` and `unbounded_channel`.

    ``async for value in receiver`` ends when nothing will come any more. Several tasks may wait in
    `recv`: the one that came first is given the next value. Any method may be called from any
    thread, from a signal handler and from a destructor; `recv` is awaited in a task. When it is let
    go of, nothing can be sent any more, and what was sent and not received is let go of, too.
    """

    @property
    def state(self) -> str:
        return self._shared.state

    def recv(self) -> Recv[T]:
        """Waits for the next value.

        tokio gives None where this raises an error, since None may be a value here.

        Cancel safe: if it is dropped, no value is lost.

        Raises:
            RecvError: When awaited, if nothing is left and nobody can send any more.
        """
        return Recv(self, self._shared, RecvError)

    def try_recv(self) -> T:
        """The next value, without waiting.

        Raises:
            Empty: If there is none yet.
            RecvError: If nothing is left and nobody can send any more.
        """
        shared = self._shared
        shared.lock.acquire()
        try:
            if not shared.unclaimed:
                raise RecvError if shared.is_over else Empty
            shared.unclaimed -= 1
            value = shared.messages.popleft()
            wakers = shared.free()
        finally:
            shared.lock.release()
        if wakers:
            wake(wakers)
        return value

    def blocking_recv(self) -> T:
        """As `recv`, on a thread of one's own, which waits.

        Raises:
            RuntimeError: If an executor runs on this thread.
            RecvError: As `recv`.
        """
        return block_on(self.recv())

    def close(self) -> None:
        """Nothing can be sent any more, but through permits; what was sent may still be received.

        Twice is fine.
        """
        super().close()

    def is_closed(self) -> bool:
        """True once it was closed, or no sender is left."""
        return not (self._shared.receivers and self._shared.senders)

    def is_empty(self) -> bool:
        """True if no value is there."""
        return not self._shared.messages

    def len(self) -> int:
        """How many values are there."""
        return len(self._shared.messages)

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    def __anext__(self) -> Recv[T]:
        return Recv(self, self._shared, StopAsyncIteration)

    def __del__(self) -> None:
        super().__del__()
        messages = self._shared.messages
        while messages:
            try:
                self.try_recv()
            except Empty:
                break

    def _leave(self, shared: Shared[T]) -> Sequence[Waker | None]:
        return shared.close()


def channel(capacity: int) -> tuple[Sender[Any], Receiver[Any]]:
    """Makes a channel that has room for so many values (``tokio::sync::mpsc::channel``).

    Example:
        >>> from wakepoint import run, spawn
        >>> from wakepoint.sync import mpsc
        >>> async def count(sender):
        ...     with sender:
        ...         for number in range(3):
        ...             await sender.send(number)
        >>> async def main():
        ...     sender, receiver = mpsc.channel(1)
        ...     spawn(count(sender))
        ...     return [number async for number in receiver]
        >>> run(main())
        [0, 1, 2]

    Args:
        capacity: How many values there may be that were sent and not received, from 1 up.

    Returns:
        Its two ends; `Sender.clone` makes more senders.

    Raises:
        ValueError: If ``capacity`` is less than 1.
    """
    if capacity < 1:
        raise ValueError(f"an mpsc channel has room for 1 value or more, not {capacity!r}")
    shared: Shared[Any] = Shared(capacity)
    return Sender(shared), Receiver(shared)


def unbounded_channel() -> tuple[UnboundedSender[Any], Receiver[Any]]:
    """Makes a channel that always has room (``tokio::sync::mpsc::unbounded_channel``).

    Example:
        >>> from wakepoint import run
        >>> from wakepoint.sync import mpsc
        >>> async def main():
        ...     sender, receiver = mpsc.unbounded_channel()
        ...     for number in range(1000):
        ...         sender.send(number)
        ...     return await receiver.recv(), receiver.len()
        >>> run(main())
        (0, 999)

    Returns:
        Its two ends; `UnboundedSender.clone` makes more senders.
    """
    shared: Shared[Any] = Shared(UNBOUNDED)
    return UnboundedSender(shared), Receiver(shared)
