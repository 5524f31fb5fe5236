"""The errors that the runtime raises itself; the names are tokio's and trio's."""

from __future__ import annotations

from dataclasses import dataclass


class Cancelled(BaseException):
    """Raised at the ``await`` where an aborted task is suspended.

    It derives from BaseException so that ``except Exception`` lets it pass. Let it pass too:
    catch it only to clean up, and raise it again.
    """


class JoinError(Exception):
    """Awaiting a `JoinHandle` whose task was aborted (tokio's ``JoinError::is_cancelled``)."""


class BusyResourceError(Exception):
    """Two tasks wait for the same thing on one socket, so one of them would never be woken."""


class ClosedResourceError(Exception):
    """The socket was closed on this side, before or while the operation ran."""


class BrokenResourceError(Exception):
    """The other side is gone, and what it owed will never come."""


class LimitExceeded(Exception):
    """A peer sends more than was allowed before what it was asked for has come."""


@dataclass(frozen=True, slots=True)
class WaitingTask:
    """A task that will never be polled again, for `Deadlock`.

    Attributes:
        task: The task's number, from 1 in the order of spawning.
        name: What it runs.
        filename: File of the ``await`` where it is suspended, None for a hand-written future.
        line: Line of that ``await``.
        waits_for: The future that is pending, in words.
    """

    task: int
    name: str
    filename: str | None
    line: int | None
    waits_for: str

    def __str__(self) -> str:
        place = "" if self.line is None else f", line {self.line},"
        return f"task {self.task} ({self.name}){place} waits for {self.waits_for}"


@dataclass(frozen=True, slots=True)
class GoesOn:
    """Somebody who was cancelled and has not ended.

    Attributes:
        what: Who, and how it was cancelled: ``task 2 (work) was aborted``.
        filename: File of the line below; None if there is none.
        line: The ``except`` that catches `Cancelled`, or the ``await`` where it stands.
        how: What that line does: ``catches Cancelled``.
    """

    what: str
    filename: str | None
    line: int | None
    how: str

    def __str__(self) -> str:
        place = "" if self.line is None else f"line {self.line} "
        return f"{self.what}, and goes on: {place}{self.how}"


class Deadlock(Exception):
    """Every task is pending and nobody is left to wake one of them.

    It is never raised where somebody may: another thread, C code or a signal handler that can come
    to a waker, to what holds one, or to a `Handle`. What the collector cannot tell counts as such.
    So beside another thread there may be deadlocks that are not told: if a global variable or a
    class leads to the waker, or something that the caller of `run` has in the middle of an
    expression, of a ``with`` or of a ``for``.

    Attributes:
        waiting: The tasks, in the order of spawning.
        circles: Tasks that wait for each other's end, by number: each for the next, and the last
            for the first.
    """

    def __init__(
        self, waiting: tuple[WaitingTask, ...], circles: tuple[tuple[int, ...], ...] = ()
    ) -> None:
        self.waiting = waiting
        self.circles = circles
        parts = (*map(str, waiting), *map(in_a_circle, circles))
        super().__init__("nobody is left to wake: " + "; ".join(parts))


def in_a_circle(numbers: tuple[int, ...]) -> str:
    """Tasks that wait for each other's end, in words."""
    first, *others = numbers
    if not others:
        return f"task {first} waits for itself"
    return f"task {first} waits for " + ", which waits for ".join(
        f"task {number}" for number in (*others, first)
    )
