"""Futures that are polled by hand, with a waker that counts."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from wakepoint import PENDING, Context, Future, Poll, Waker

T = TypeVar("T")


class Polled(Generic[T]):
    """A future, what its last poll gave, and what it has been told since.

    Attributes:
        future: The future.
        woken: True if its waker was woken after its last poll.
        outcome: What its last poll gave; None before the first.
        raised: What its last poll raised, if it did.
        is_over: True once it was ready, has raised or was dropped.
    """

    def __init__(self, future: Future[T]) -> None:
        self.future = future
        self.woken = False
        self.outcome: Poll[T] | None = None
        self.raised: Exception | None = None
        self.is_over = False

    def poll(self) -> Poll[T] | None:
        """Polls it; None if that raised."""
        self.woken = False
        try:
            self.outcome = self.future.poll(Context(Waker(self._wake)))
        except Exception as error:
            self.outcome, self.raised, self.is_over = None, error, True
        else:
            self.is_over = self.outcome is not PENDING
        if self.is_over:
            self.future.drop()  # as an await does
        return self.outcome

    def drop(self) -> None:
        """Drops it, whatever its state."""
        self.is_over = True
        self.future.drop()

    @property
    def waits(self) -> bool:
        """True if it was polled, and has to be woken."""
        return self.outcome is PENDING and not self.is_over

    def _wake(self) -> None:
        self.woken = True


def polled(future: Future[T]) -> Polled[T]:
    """A future that was polled once."""
    by_hand = Polled(future)
    by_hand.poll()
    return by_hand


def ready(future: Future[Any]) -> Any:
    """The value of a future that does not wait."""
    by_hand = Polled(future)
    outcome = by_hand.poll()
    if by_hand.raised is not None:
        raise by_hand.raised
    assert outcome is not None
    assert outcome is not PENDING, f"{future!r} waits"
    return outcome.value
