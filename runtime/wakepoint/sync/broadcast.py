"""Each value goes to every receiver (``tokio::sync::broadcast``)."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import Any, Generic, TypeVar

from wakepoint.executor import block_on
from wakepoint.future import Future
from wakepoint.sync import ends
from wakepoint.sync.errors import Empty, Lagged, RecvError, SendError
from wakepoint.sync.waiting import Waiters, Watching, wake
from wakepoint.task import PENDING, Poll, Ready, Waker

T = TypeVar("T")

__all__ = ["Receiver", "Sender", "channel"]


class Shared(ends.Shared, Generic[T]):
    """What all ends know.

    Attributes:
        capacity: How many values are kept at most.
        values: Those that are kept, the oldest first; each with the number of receivers that have
            not received it.
        first: How many were sent before the oldest that is kept.
        sent: How many were sent.
        receiving: Those who wait for a value.
    """

    __slots__ = ("capacity", "first", "receiving", "sent", "values")

    name = "broadcast"

    def __init__(self, capacity: int) -> None:
        super().__init__()
        self.capacity = capacity
        self.values: deque[list[Any]] = deque()
        self.first = 0
        self.sent = 0
        self.receiving = Waiters()

    def forget(self) -> None:
        """Lets go of the oldest values if all have received them."""
        while self.first < self.sent and self.values[0][1] == 0:
            self.first += 1
            self.values.popleft()


class Sender(ends.End[Shared[T]]):
    """Sends to every receiver; made by `channel`.

    Any method may be called from any thread, from a signal handler and from a destructor; `closed`
    is awaited in a task. When the last sender is closed or let go of, the receivers hear of it.
    """

    @property
    def state(self) -> str:
        return f"{self._shared.receivers} receivers"

    def send(self, value: T) -> int:
        """Sends a value to every receiver that there is now; it takes no time.

        If as many values are kept as may be, it takes the place of the oldest.

        Returns:
            How many receivers there are.

        Raises:
            SendError: If there is none.
            ClosedResourceError: If this sender was closed.
        """
        shared = self._open()
        entry: list[Any] = [value, 0]
        shared.lock.acquire()
        try:
            receivers = shared.receivers
            if not receivers:
                raise SendError(value, "there is no receiver")
            entry[1] = receivers
            shared.sent += 1
            shared.values.append(entry)
            if shared.sent - shared.first > shared.capacity:
                shared.first += 1
                shared.values.popleft()
            wakers = shared.receiving.take()
        finally:
            shared.lock.release()
        if wakers:
            wake(wakers)
        return receivers

    def subscribe(self) -> Receiver[T]:
        """One more receiver, of what is sent from now on.

        Raises:
            ClosedResourceError: If this sender was closed.
        """
        return subscribe(self._open())

    def clone(self) -> Sender[T]:
        """One more sender.

        Raises:
            ClosedResourceError: If this sender was closed.
        """
        shared = self._open()
        shared.lock.acquire()
        shared.senders += 1
        shared.lock.release()
        return Sender(shared)

    def receiver_count(self) -> int:
        """How many receivers there are."""
        return self._shared.receivers

    def len(self) -> int:
        """How many values are kept, since a receiver has not received them."""
        return self._shared.sent - self._shared.first

    def closed(self) -> Future[None]:
        """Waits until there is no receiver. Cancel safe."""
        return ends.Closed(self, self._shared)

    def _leave(self, shared: Shared[T]) -> Sequence[Waker | None]:
        shared.senders -= 1
        return () if shared.senders else shared.receiving.take()


class Receiver(ends.End[Shared[T]]):
    """Receives what is sent from its making on; made by `channel` and `Sender.subscribe`.

    ``async for value in receiver`` gives values until the last sender is gone; it raises `Lagged`
    if some were missed. Any method may be called from any thread, from a signal handler and from a
    destructor; `recv` is awaited in a task.

    Attributes:
        position: How many values were sent before the next that it receives.
    """

    def __init__(self, shared: Shared[T], position: int) -> None:
        super().__init__(shared)
        self.position = position

    @property
    def state(self) -> str:
        return f"{self.len()} to come"

    def recv(self) -> Recv[T]:
        """Waits for the next value.

        Cancel safe: if it is dropped, no value is lost.

        Raises:
            Lagged: When awaited, if values were written over that it had not received; the next
                `recv` gives the oldest that is left.
            RecvError: When awaited, if it has received all, and no sender is left.
            ClosedResourceError: If this receiver was closed.
        """
        return Recv(self, self._open(), RecvError)

    def try_recv(self) -> T:
        """The next value, without waiting.

        Raises:
            Empty: If none has come yet.
            Lagged: As `recv`.
            RecvError: As `recv`.
            ClosedResourceError: If this receiver was closed.
        """
        shared = self._open()
        shared.lock.acquire()
        try:
            polled = self.take(shared)
        finally:
            shared.lock.release()
        if polled is PENDING:
            raise Empty
        return polled.value

    def blocking_recv(self) -> T:
        """As `recv`, on a thread of one's own, which waits.

        Raises:
            RuntimeError: If an executor runs on this thread.
            Lagged: As `recv`.
            RecvError: As `recv`.
        """
        return block_on(self.recv())

    def take(self, shared: Shared[T]) -> Poll[T]:
        """The next value if there is one; called under the lock."""
        position = self.position
        if position < shared.first:
            self.position = shared.first
            raise Lagged(self.position - position)
        if position == shared.sent:
            if shared.senders:
                return PENDING
            raise RecvError
        self.position = position + 1
        entry = shared.values[position - shared.first]
        entry[1] -= 1
        shared.forget()
        return Ready(entry[0])

    def resubscribe(self) -> Receiver[T]:
        """One more receiver, of what is sent from now on."""
        return subscribe(self._open())

    def len(self) -> int:
        """How many values were sent that it has not received; some of them may be missed by now."""
        return self._shared.sent - self.position

    def is_empty(self) -> bool:
        """True if it has received all that was sent."""
        return self.len() == 0

    def __aiter__(self) -> AsyncIterator[T]:
        return self

    def __anext__(self) -> Recv[T]:
        return Recv(self, self._open(), StopAsyncIteration)

    def _leave(self, shared: Shared[T]) -> Sequence[Waker | None]:
        position = self.position
        index = position - shared.first if position > shared.first else 0
        shared.receivers -= 1
        for entry in [*shared.values][index:]:
            entry[1] -= 1
        shared.forget()
        return () if shared.receivers else shared.closing.take()


class Recv(Watching[T]):
    """See `Receiver.recv`.

    Args:
        receiver: Whose value it is.
        shared: What that one knows.
        end: What is raised once nothing will come.
    """

    __slots__ = ("_end", "_receiver", "_shared")

    def __init__(self, receiver: Receiver[T], shared: Shared[T], end: type[Exception]) -> None:
        super().__init__(shared.lock, shared.receiving)
        self._end = end
        self._receiver = receiver
        self._shared = shared

    def __repr__(self) -> str:
        return f"recv on broadcast channel, {self._receiver.len()} to come"

    def check(self) -> Poll[T]:
        try:
            return self._receiver.take(self._shared)
        except RecvError:
            raise self._end from None


def subscribe(shared: Shared[T]) -> Receiver[T]:
    """One more receiver."""
    shared.lock.acquire()
    shared.receivers += 1
    position = shared.sent
    shared.lock.release()
    return Receiver(shared, position)


def channel(capacity: int) -> tuple[Sender[Any], Receiver[Any]]:
    """Makes a channel to every receiver (``tokio::sync::broadcast::channel``).

    Nobody waits for a slow receiver: it misses the oldest values, and `Lagged` tells how many.

    Example:
        >>> from wakepoint import run
        >>> from wakepoint.sync import broadcast
        >>> async def main():
        ...     sender, one = broadcast.channel(16)
        ...     another = sender.subscribe()
        ...     sender.send("news")
        ...     return await one.recv(), await another.recv()
        >>> run(main())
        ('news', 'news')

    Args:
        capacity: How many values are kept for those who have not received them, from 1 up.

    Returns:
        The sender and one receiver; `Sender.subscribe` makes more.

    Raises:
        ValueError: If ``capacity`` is less than 1.
    """
    if capacity < 1:
        raise ValueError(f"a broadcast channel keeps 1 value or more, not {capacity!r}")
    shared: Shared[Any] = Shared(capacity)
    return Sender(shared), Receiver(shared, 0)
