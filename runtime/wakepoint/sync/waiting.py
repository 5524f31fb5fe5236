"""What the primitives have in common: futures that wait for others, and how they are woken.

Any method of a primitive may be called from any thread, and from a destructor or a signal handler
that runs in the middle of another method of the same primitive. Between threads a lock excludes.
On one thread the lock lets in whoever holds it, so what is done under it comes in steps: a
destructor or a signal handler runs only where something is called or a loop turns (CPython's
evaluation loop looks for signals and collects garbage there), and at each call the primitive is as
it would be between two operations. So there is no call between a test and what the test allows.

Wakers are woken once the lock is released: they may be anybody's code.
"""

from __future__ import annotations

import enum
import threading
from collections.abc import Generator, Iterable, Sequence
from typing import Any, ClassVar, Final, Literal, TypeAlias, TypeVar

from wakepoint import executor
from wakepoint.driver import current_driver
from wakepoint.future import Future, polled_after_ready, raise_refusal
from wakepoint.handle import Task
from wakepoint.task import PENDING, Context, Poll, Ready, Waker

T = TypeVar("T")

FRESH, QUEUED, CHOSEN, OVER = range(4)
"""How far one that waits for its turn has come: never polled, or it had no waker to leave; in the
queue; chosen and not polled since; ready, failed or dropped."""


class _Waits(enum.Enum):
    WAITS = "WAITS"


WAITS: Final = _Waits.WAITS
"""What comes of an attempt before its turn. It is not PENDING, which may be sent as a value."""

Attempt: TypeAlias = T | Literal[_Waits.WAITS]
"""What comes of an attempt: the value, or nothing yet."""


class Turn(Future[T]):
    """Waits in a queue until whoever goes chooses it.

    Attributes:
        operation: What makes it, for recordings: ``mpsc.Sender.send``.
        stage: How far it has come, one of those above.
        waker: Whom to wake when it is chosen; None while it has no place in the queue.
    """

    # Each class sets them itself: a call of this one's `__init__` would cost as much as the rest.
    __slots__ = ("stage", "waker")

    operation: ClassVar[str]
    stage: int
    waker: Waker | None

    def attempt(self, cx: Context) -> Attempt[T]:
        """Takes its turn if it has come; else, if there is a `waker`, its place in the queue.

        Raises:
            RuntimeError: If it has had its turn already, or was dropped.
        """
        raise NotImplementedError

    def poll(self, cx: Context) -> Poll[T]:
        try:
            value = self.attempt(cx)
            if value is WAITS:
                waker = self.waker
                if waker is None or not waker.will_wake(cx.waker):
                    self.waker = cx.waker.clone()
                    value = self.attempt(cx)  # its turn may have come meanwhile
        except BaseException:
            self.drop()
            raise
        return PENDING if value is WAITS else Ready(value)

    def __await__(self) -> Generator[Future[Any], BaseException | None, T]:
        context = current_driver().context
        if type(context) is not Task or self.stage != FRESH:
            return (yield from Future.__await__(self))
        # What follows is `Future.__await__` and `poll` in one.
        task: Task[Any] = context  # type: ignore[assignment]  # it is one
        self.waker = task  # a clone costs nothing, so one attempt is enough
        try:
            while (value := self.attempt(task)) is WAITS:
                try:
                    sent = yield self
                except RuntimeError as error:
                    raise_refusal(self, error)
                if sent is not None:
                    raise sent
                if current_driver().context is not task:  # another goes on with it
                    return (yield from Future.__await__(self))
        finally:
            if self.stage != OVER:
                self.drop()
        return value


class Waiters(dict["Watching[Any]", Waker]):
    """Those who wait until something is true, with their wakers; who came first is first."""

    __slots__ = ()

    def take(self) -> Sequence[Waker]:
        """All of them; they register again if they have to. To be called under the lock."""
        if not self:
            return ()
        wakers = [*self.values()]
        self.clear()
        return wakers


class Watching(Future[T]):
    """Waits until something is true; whoever makes it true wakes all who wait.

    Args:
        lock: The primitive's.
        waiters: Those who wait for the same.
    """

    __slots__ = ("_lock", "_waiters", "over")

    def __init__(self, lock: threading.RLock, waiters: Waiters) -> None:
        self._lock = lock
        self._waiters = waiters
        self.over = False

    def check(self) -> Poll[T]:
        """Ready if it is true; called under the lock."""
        raise NotImplementedError

    def poll(self, cx: Context) -> Poll[T]:
        if self.over:
            raise polled_after_ready(self)
        self._lock.acquire()
        try:
            polled = self.check()
            if polled is PENDING:
                waker = self._waiters.get(self)
                if waker is None or not waker.will_wake(cx.waker):
                    self._waiters[self] = cx.waker.clone()
                polled = self.check()  # it may have become true before our waker was there
                if polled is PENDING:
                    return PENDING
            self.drop()
        except BaseException:
            self.drop()
            raise
        finally:
            self._lock.release()
        return polled

    def drop(self) -> None:
        """Waits no more."""
        if not self.over:
            self.over = True
            self._lock.acquire()
            self._waiters.pop(self, None)
            self._lock.release()


def wake(wakers: Iterable[Waker | None]) -> None:
    """Wakes those who were chosen."""
    for waker in wakers:
        if waker is not None:
            waker.wake()


def whose(waker: Waker | None) -> str:
    """Whose waker it is: a task's of the executor on this thread, in words."""
    here = executor.running.executor
    if waker is not None and here is not None:
        for task in list(here.tasks.values()):
            if task.waker.will_wake(waker):
                return f"task {task.number}"
    return "what is no task of this executor"
