"""A channel for one value (``tokio::sync::oneshot``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from wakepoint.executor import block_on
from wakepoint.future import Future
from wakepoint.sync import ends
from wakepoint.sync.errors import Empty, RecvError, SendError
from wakepoint.sync.waiting import Waiters, Watching, wake
from wakepoint.task import PENDING, Context, Poll, Ready, Waker

T = TypeVar("T")

__all__ = ["Receiver", "Sender", "channel"]

_NOTHING: Any = object()


class Shared(ends.Shared, Generic[T]):
    """What both ends know.

    Attributes:
        value: What was sent and not received.
        sent: True once something was sent.
        receiving: Those who wait for the value.
    """

    __slots__ = ("receiving", "sent", "value")

    name = "oneshot"

    def __init__(self) -> None:
        super().__init__()
        self.value: T = _NOTHING
        self.sent = False
        self.receiving = Waiters()

    def take(self) -> Poll[T]:
        """The value if it has come.

        Raises:
            RecvError: If it will not come.
            RuntimeError: If it was received already.
        """
        value = self.value
        self.value = _NOTHING
        if value is not _NOTHING:
            return Ready(value)
        if self.sent:
            raise RuntimeError("the value of this oneshot channel was received already")
        if not self.receivers:
            raise RecvError("the receiver was closed")
        if not self.senders:
            raise RecvError("the sender is gone and has sent nothing")
        return PENDING


class Sender(ends.End[Shared[T]]):
    """Sends one value; made by `channel`.

    Any method may be called from any thread, from a signal handler and from a destructor; `closed`
    is awaited in a task. If it is closed or let go of and has sent nothing, the receiver hears of
    it.
    """

    @property
    def state(self) -> str:
        return "sent" if self._shared.sent else ""

    def send(self, value: T) -> None:
        """Sends the value; it takes no time.

        Raises:
            SendError: If nobody will receive it.
            RuntimeError: If something was sent already.
            ClosedResourceError: If this sender was closed.
        """
        shared = self._open()
        shared.lock.acquire()
        try:
            if shared.sent:
                raise RuntimeError("a oneshot channel carries one value, and it was sent already")
            if not shared.receivers:
                raise SendError(value)
            shared.sent = True
            shared.value = value
            wakers = shared.receiving.take()
        finally:
            shared.lock.release()
        wake(wakers)

    def is_closed(self) -> bool:
        """True once the receiver is closed or gone."""
        return not self._shared.receivers

    def closed(self) -> Future[None]:
        """Waits until the receiver is closed or gone, so that there is nothing to send any more.

        Cancel safe.
        """
        return ends.Closed(self, self._shared)

    def _leave(self, shared: Shared[T]) -> Sequence[Waker | None]:
        shared.senders = 0
        return () if shared.sent else shared.receiving.take()


class Receiver(ends.End[Shared[T]], Future[T]):
    """Awaiting it gives the value; made by `channel`.

    Awaiting raises `RecvError` if the value will never come. It is cancel safe: whoever gives up,
    in a `timeout` for instance, may await the receiver again. (Rust awaits ``&mut receiver`` for
    that.) Any method may be called from any thread, from a signal handler and from a destructor; it
    is awaited in a task. When it is closed or let go of, the sender hears of it.
    """

    def __init__(self, shared: Shared[T]) -> None:
        super().__init__(shared)
        self._polled: Recv[T] | None = None

    def into_future(self) -> Future[T]:
        """A future of its own for whoever waits; the receiver lives on when that one is dropped."""
        return Recv(self, self._shared)

    def __await__(self) -> Any:
        return self.into_future().__await__()

    def poll(self, cx: Context) -> Poll[T]:
        """As the future that is awaited, for whoever polls the receiver itself.

        Raises:
            RecvError: If the value will not come.
            RuntimeError: If it was received already.
        """
        if self._polled is None:
            self._polled = Recv(None, self._shared)
        return self._polled.poll(cx)

    def drop(self) -> None:
        """Whoever polled the receiver itself does not any more; it may still be awaited."""
        polled, self._polled = self._polled, None
        if polled is not None:
            polled.drop()

    def try_recv(self) -> T:
        """The value, without waiting.

        Raises:
            Empty: If it has not come yet.
            RecvError: If it will not come.
            RuntimeError: If it was received already.
        """
        shared = self._shared
        shared.lock.acquire()
        try:
            polled = shared.take()
        finally:
            shared.lock.release()
        if polled is PENDING:
            raise Empty
        return polled.value

    def blocking_recv(self) -> T:
        """The value, on a thread of one's own, which waits for it.

        Raises:
            RecvError: If it will not come.
            RuntimeError: If it was received already, or an executor runs on this thread.
        """
        return block_on(self.into_future())

    def close(self) -> None:
        """The sender can send no more. What it has sent may still be received. Twice is fine."""
        super().close()

    def _leave(self, shared: Shared[T]) -> Sequence[Waker | None]:
        shared.receivers = 0
        return [*shared.closing.take(), *shared.receiving.take()]


class Recv(Watching[T]):
    """What awaiting a `Receiver` makes."""

    __slots__ = ("_receiver", "_shared")

    def __init__(self, receiver: Receiver[T] | None, shared: Shared[T]) -> None:
        super().__init__(shared.lock, shared.receiving)
        self._receiver = receiver  # it lives on meanwhile
        self._shared = shared

    def __repr__(self) -> str:
        return f"recv on oneshot channel, {'sent' if self._shared.sent else 'nothing sent yet'}"

    def check(self) -> Poll[T]:
        return self._shared.take()


def channel() -> tuple[Sender[Any], Receiver[Any]]:
    """Makes a channel for one value (``tokio::sync::oneshot::channel``).

    Example:
        >>> from wakepoint import run, spawn
        >>> from wakepoint.sync import oneshot
        >>> async def answer(sender):
        ...     sender.send(6 * 7)
        >>> async def main():
        ...     sender, receiver = oneshot.channel()
        ...     spawn(answer(sender))
        ...     return await receiver
        >>> run(main())
        42

    Returns:
        Its two ends.
    """
    shared: Shared[Any] = Shared()
    return Sender(shared), Receiver(shared)
