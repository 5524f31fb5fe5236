"""The latest value, for all who want to know it (``tokio::sync::watch``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from wakepoint.future import Future
from wakepoint.sync import ends
from wakepoint.sync.errors import RecvError, SendError
from wakepoint.sync.waiting import Waiters, Watching, wake
from wakepoint.task import PENDING, Poll, Ready, Waker

T = TypeVar("T")

__all__ = ["Receiver", "Sender", "channel"]


class Shared(ends.Shared, Generic[T]):
    """What all ends know.

    Attributes:
        value: The latest.
        version: How many values there were after the first.
        changing: Those who wait for another value.
    """

    __slots__ = ("changing", "value", "version")

    name = "watch"

    def __init__(self, value: T) -> None:
        super().__init__()
        self.value = value
        self.version = 0
        self.changing = Waiters()


class Sender(ends.End[Shared[T]]):
    """Sets the value; made by `channel`.

    Any method may be called from any thread, from a signal handler and from a destructor; `closed`
    is awaited in a task. When the last sender is let go of or closed, the receivers hear of it.
    """

    @property
    def state(self) -> str:
        return f"{self._shared.receivers} receivers"

    def borrow(self) -> T:
        """The latest value."""
        return self._shared.value

    def send(self, value: T) -> None:
        """Sets the value and wakes all who wait for another one.

        Raises:
            SendError: If there is no receiver; the value stays as it was.
        """
        if not self._shared.receivers:
            raise SendError(value, "there is no receiver")
        self.send_replace(value)

    def send_replace(self, value: T) -> T:
        """As `send`, whether there is a receiver or not.

        Returns:
            The value before.
        """
        shared = self._shared
        shared.lock.acquire()
        before = shared.value
        shared.value = value
        shared.version += 1
        wakers = shared.changing.take()
        shared.lock.release()
        wake(wakers)
        return before

    def send_modify(self, modify: Callable[[T], T]) -> None:
        """Replaces the value by what is made of it, and wakes as `send_replace`.

        Args:
            modify: Takes the value and returns the new one. No other thread sets the value
                meanwhile, so it must not wait. (In tokio it changes the value in its place.)

        Raises:
            BaseException: What ``modify`` raises; the value stays as it was then.
        """
        shared = self._shared
        shared.lock.acquire()
        try:
            self.send_replace(modify(shared.value))
        finally:
            shared.lock.release()

    def subscribe(self) -> Receiver[T]:
        """One more receiver; the value that is there now counts as seen."""
        shared = self._shared
        shared.lock.acquire()
        shared.receivers += 1
        version = shared.version
        shared.lock.release()
        return Receiver(shared, version)

    def clone(self) -> Sender[T]:
        """One more sender."""
        shared = self._shared
        shared.lock.acquire()
        shared.senders += 1
        shared.lock.release()
        return Sender(shared)

    def receiver_count(self) -> int:
        """How many receivers there are."""
        return self._shared.receivers

    def is_closed(self) -> bool:
        """True if there is no receiver."""
        return not self._shared.receivers

    def closed(self) -> Future[None]:
        """Waits until there is no receiver. Cancel safe."""
        return ends.Closed(self, self._shared)

    def _leave(self, shared: Shared[T]) -> Sequence[Waker | None]:
        shared.senders -= 1
        return () if shared.senders else shared.changing.take()


class Receiver(ends.End[Shared[T]]):
    """Hears of changes of the value; made by `channel` and `Sender.subscribe`.

    It sees the latest value, not each that there was. Any method may be called from any thread,
    from a signal handler and from a destructor; `changed` and `wait_for` are awaited in a task.

    Attributes:
        seen: The version of the value that it has seen.
    """

    def __init__(self, shared: Shared[T], seen: int) -> None:
        super().__init__(shared)
        self.seen = seen

    @property
    def state(self) -> str:
        return "seen" if self.seen == self._shared.version else "not seen yet"

    def borrow(self) -> T:
        """The latest value. It does not count as seen by that."""
        return self._shared.value

    def borrow_and_update(self) -> T:
        """The latest value, which counts as seen."""
        shared = self._shared
        shared.lock.acquire()
        self.seen = shared.version
        value = shared.value
        shared.lock.release()
        return value

    def has_changed(self) -> bool:
        """True if there is a value that it has not seen.

        Raises:
            RecvError: If there is no sender.
        """
        if not self._shared.senders:
            raise _no_sender()
        return self.seen != self._shared.version

    def mark_changed(self) -> None:
        """The value counts as not seen."""
        self.seen = -1

    def mark_unchanged(self) -> None:
        """The value counts as seen."""
        self.seen = self._shared.version

    def changed(self) -> Future[None]:
        """Waits for a value that it has not seen, which then counts as seen.

        Cancel safe: if it is dropped, no value counts as seen that did not before.

        Raises:
            RecvError: When awaited, if it has seen the value and no sender is left.
        """
        return Changed(self, self._shared)

    def wait_for(self, holds: Callable[[T], bool]) -> Future[T]:
        """Waits until something holds for the value, and gives the value.

        The one that is there now counts, seen or not. Cancel safe; values that were looked at count
        as seen.

        Args:
            holds: Called with the value; it must not wait.

        Raises:
            RecvError: When awaited, if it does not hold and no sender is left.
            BaseException: What ``holds`` raises.
        """
        return WaitFor(self, self._shared, holds)

    def clone(self) -> Receiver[T]:
        """One more receiver, which has seen what this has seen."""
        shared = self._shared
        shared.lock.acquire()
        shared.receivers += 1
        shared.lock.release()
        return Receiver(shared, self.seen)

    def _leave(self, shared: Shared[T]) -> Sequence[Waker | None]:
        shared.receivers -= 1
        return () if shared.receivers else shared.closing.take()


class Changed(Watching[None]):
    """See `Receiver.changed`."""

    __slots__ = ("_receiver", "_shared")

    def __init__(self, receiver: Receiver[Any], shared: Shared[Any]) -> None:
        super().__init__(shared.lock, shared.changing)
        self._receiver = receiver
        self._shared = shared

    def __repr__(self) -> str:
        return f"changed on watch channel, version {self._receiver.seen} seen"

    def check(self) -> Poll[None]:
        receiver, shared = self._receiver, self._shared
        if receiver.seen != shared.version:
            receiver.seen = shared.version
            return Ready(None)
        if not shared.senders:
            raise _no_sender()
        return PENDING


class WaitFor(Watching[T]):
    """See `Receiver.wait_for`."""

    __slots__ = ("_holds", "_receiver", "_shared", "_tried")

    def __init__(
        self, receiver: Receiver[T], shared: Shared[T], holds: Callable[[T], bool]
    ) -> None:
        super().__init__(shared.lock, shared.changing)
        self._receiver = receiver
        self._shared = shared
        self._holds = holds
        self._tried: int | None = None  # the version of the value that it was called with last

    def __repr__(self) -> str:
        return f"wait_for on watch channel, version {self._receiver.seen} seen"

    def check(self) -> Poll[T]:
        shared = self._shared
        while self._tried != shared.version:
            value = shared.value
            self._tried = self._receiver.seen = shared.version
            if self._holds(value):
                return Ready(value)
        if not shared.senders:
            raise _no_sender()
        return PENDING


def _no_sender() -> RecvError:
    return RecvError("no sender is left to change the value")


def channel(value: T) -> tuple[Sender[T], Receiver[T]]:
    """Makes a channel that keeps the latest value (``tokio::sync::watch::channel``).

    Example:
        >>> from wakepoint import run, spawn
        >>> from wakepoint.sync import watch
        >>> async def warm_up(sender):
        ...     for degrees in (19, 20, 21):
        ...         sender.send(degrees)
        >>> async def main():
        ...     sender, receiver = watch.channel(18)
        ...     spawn(warm_up(sender))
        ...     await receiver.changed()
        ...     return receiver.borrow()
        >>> run(main())
        21

    Args:
        value: The first; the receiver has seen it.

    Returns:
        The sender and one receiver; `Sender.subscribe` makes more.
    """
    shared = Shared(value)
    return Sender(shared), Receiver(shared, 0)
