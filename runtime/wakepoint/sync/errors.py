"""What the primitives raise. The names are tokio's.

Where tokio has an enum, each of its variants is a class here, and what says "closed" is the same
whether somebody waited or only tried.
"""

from __future__ import annotations

from typing import Generic, TypeVar

T = TypeVar("T")


class SendError(Exception, Generic[T]):
    """Nobody will receive what was sent: the receivers are gone, or the channel was closed.

    Attributes:
        value: What was to be sent.
    """

    def __init__(
        self, value: T, why: str = "the receiver is gone or has closed the channel"
    ) -> None:
        super().__init__(f"nothing can be sent: {why}")
        self.value = value


class Full(Exception, Generic[T]):
    """There is no room in the channel just now (tokio's ``TrySendError::Full``).

    Attributes:
        value: What was to be sent.
    """

    def __init__(self, value: T, capacity: int) -> None:
        super().__init__(
            f"the channel is full, it holds {messages(capacity)}; await send() to wait"
        )
        self.value = value


class RecvError(Exception):
    """Nothing is left to be received, and nothing will come: nobody is left to send it."""

    def __init__(self, why: str = "the channel is empty, and no sender is left") -> None:
        super().__init__(f"nothing will be received: {why}")


class Empty(Exception):
    """Nothing has come yet (tokio's ``TryRecvError::Empty``)."""

    def __init__(self) -> None:
        super().__init__("nothing has been sent yet; await recv() to wait")


class Lagged(Exception):
    """A receiver was too slow, and values that it had not received were written over.

    What `recv` gives next is the oldest value that is still there (tokio's ``RecvError::Lagged``).

    Attributes:
        skipped: How many values the receiver has missed.
    """

    def __init__(self, skipped: int) -> None:
        super().__init__(f"the receiver was too slow and has missed {messages(skipped)}")
        self.skipped = skipped


class AcquireError(Exception):
    """The semaphore was closed, so it gives no more permits."""

    def __init__(self) -> None:
        super().__init__("the semaphore was closed")


class NoPermits(Exception):
    """The semaphore has too few permits just now (tokio's ``TryAcquireError::NoPermits``)."""

    def __init__(self, wanted: int, free: int) -> None:
        super().__init__(f"{wanted} wanted, and {free} free; await acquire() to wait")


class TryLockError(Exception):
    """Somebody else holds the lock just now."""

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(f"the {what}; await {instead}() to wait")


class SetError(Exception, Generic[T]):
    """The cell has its value already, or is being given one.

    Attributes:
        value: What it was to be set to.
    """

    def __init__(self, value: T, state: str) -> None:
        super().__init__(f"a OnceCell is set once, and this one {state}")
        self.value = value


def messages(count: int) -> str:
    """So many messages, in words."""
    return f"{count} message{'' if count == 1 else 's'}"
