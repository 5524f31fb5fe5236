"""What the ends of all channels have in common."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Any, ClassVar, Generic, Self, TypeVar

from wakepoint.errors import ClosedResourceError
from wakepoint.sync.waiting import Waiters, Watching, wake
from wakepoint.task import PENDING, Poll, Ready, Waker


class Shared:
    """What both ends know.

    Attributes:
        lock: Held while anything here is changed.
        senders: How many there are.
        receivers: How many there are that may still receive what is sent from now on.
        closing: Those who wait until there is no such receiver.
    """

    __slots__ = ("closing", "lock", "receivers", "senders")

    name: ClassVar[str]

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.senders = 1
        self.receivers = 1
        self.closing = Waiters()


S = TypeVar("S", bound=Shared)


class End(Generic[S]):
    """One end of a channel. It counts until it is closed, left by ``with``, or let go of."""

    def __init__(self, shared: S) -> None:
        self._shared = shared
        self._is_closed = False

    def __repr__(self) -> str:
        name = f"{self._shared.name}.{type(self).__name__}"
        return f"{name}(closed)" if self._is_closed else f"{name}({self.state})"

    @property
    def state(self) -> str:
        """What is to be told of it, in words."""
        return ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if not self._is_closed:
            self.close()

    def close(self) -> None:
        """This end is done; the other side hears of it if it was the last. Twice is fine.

        (Rust drops it.)
        """
        shared = self._shared
        shared.lock.acquire()
        try:
            if self._is_closed:
                return
            self._is_closed = True
            wakers = self._leave(shared)
        finally:
            shared.lock.release()
        if wakers:
            wake(wakers)

    def _leave(self, shared: S) -> Sequence[Waker | None]:
        """Does not count any more, under the lock; says who is to be woken."""
        raise NotImplementedError

    def _open(self) -> S:
        """What it shares with the other ends.

        Raises:
            ClosedResourceError: If it is closed.
        """
        if self._is_closed:
            raise ClosedResourceError(f"this {self._shared.name}.{type(self).__name__} was closed")
        return self._shared


class Closed(Watching[None]):
    """Waits until nobody receives any more."""

    __slots__ = ("_sender", "_shared")

    def __init__(self, sender: End[Any], shared: Shared) -> None:
        super().__init__(shared.lock, shared.closing)
        self._sender = sender  # it lives on meanwhile
        self._shared = shared

    def __repr__(self) -> str:
        return f"closed on {self._shared.name} channel"

    def check(self) -> Poll[None]:
        return PENDING if self._shared.receivers else Ready(None)
