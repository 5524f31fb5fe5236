"""Wakes one who waits, or all (``tokio::sync::Notify``)."""

from __future__ import annotations

import threading
from collections import OrderedDict

from wakepoint.sync.waiting import CHOSEN, FRESH, OVER, QUEUED, WAITS, Attempt, Turn, wake
from wakepoint.task import Context, polled_after_ready


class Notify:
    """Tells those who wait that something has happened, and carries no value (``Notify``).

    What `notify_one` tells is not lost if nobody waits: the next who waits does not have to. Any
    method may be called from any thread, from a signal handler and from a destructor; `notified` is
    awaited in a task.

    Example:
        >>> from wakepoint import join, run
        >>> from wakepoint.sync import Notify
        >>> async def wait(notify):
        ...     await notify.notified()
        ...     return "notified"
        >>> async def tell(notify):
        ...     notify.notify_one()
        >>> async def main():
        ...     notify = Notify()
        ...     return await join(wait(notify), tell(notify))
        >>> run(main())
        ('notified', None)
    """

    __slots__ = ("__weakref__", "generation", "lock", "permit", "queue")

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.permit = False
        self.generation = 0
        self.queue: OrderedDict[Notified, None] = OrderedDict()

    def __repr__(self) -> str:
        return f"Notify({'a notification is stored' if self.permit else ''})"

    def notified(self) -> Notified:
        """Waits for a notification.

        It hears of `notify_waiters` from the call of this on, polled or not; its place in the queue
        for `notify_one` it has from the first poll. Cancel safe: whoever gives up loses its place
        and nothing else; if `notify_one` has chosen it, the next is chosen.
        """
        return Notified(self)

    def notify_one(self) -> None:
        """Wakes the first in the queue; if there is nobody, the next who comes does not wait.

        One notification is kept, however often this is called.
        """
        waker = None
        self.lock.acquire()
        try:
            for first in self.queue:  # next(iter()) would be two calls
                first.stage = CHOSEN
                del self.queue[first]
                waker = first.waker
                break
            else:
                self.permit = True
        finally:
            self.lock.release()
        if waker is not None:
            waker.wake()

    def notify_waiters(self) -> None:
        """Wakes all who wait now; nothing is kept for those who come later."""
        self.lock.acquire()
        self.generation += 1
        waiting = [*self.queue]
        self.queue.clear()
        self.lock.release()
        wake(each.waker for each in waiting)


class Notified(Turn[None]):
    """See `Notify.notified`."""

    __slots__ = ("_generation", "_notify")

    operation = "Notify.notified"

    def __init__(self, notify: Notify) -> None:
        self.stage = FRESH
        self.waker = None
        self._notify = notify
        self._generation = notify.generation

    def __repr__(self) -> str:
        return "notified of Notify"

    def attempt(self, cx: Context) -> Attempt[None]:
        if self.stage == CHOSEN:  # nobody else takes that back, so it needs no lock
            self.stage = OVER
            return None
        notify = self._notify
        notify.lock.acquire()
        try:
            stage = self.stage
            if stage == OVER:
                raise polled_after_ready(self)
            if stage != CHOSEN and self._generation == notify.generation:
                if stage == FRESH and notify.permit:
                    notify.permit = False
                elif stage == FRESH and self.waker is not None:
                    notify.queue[self] = None
                    self.stage = QUEUED
                    return WAITS
                else:
                    return WAITS
            self.stage = OVER
        finally:
            notify.lock.release()
        return None

    def drop(self) -> None:
        """Gives up; if it was chosen by `Notify.notify_one`, the next is."""
        if self.stage == OVER:
            return
        notify = self._notify
        notify.lock.acquire()
        try:
            notify.queue.pop(self, None)  # from here on nobody chooses it
            stage = self.stage
            self.stage = OVER
        finally:
            notify.lock.release()
        if stage == CHOSEN:
            notify.notify_one()
