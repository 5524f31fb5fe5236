"""Wakes one who waits, or all (``tokio::sync::Notify``)."""

from __future__ import annotations

import threading
from collections import deque

from wakepoint.future import polled_after_ready
from wakepoint.sync.waiting import CHOSEN, FRESH, OVER, QUEUED, WAITS, Attempt, Turn, wake
from wakepoint.task import Context

new = object.__new__


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
        self.queue = Queue()

    def __repr__(self) -> str:
        return f"Notify({'a notification is stored' if self.permit else ''})"

    def notified(self) -> Notified:
        """Waits for a notification.

        It hears of `notify_waiters` from the call of this on, polled or not; its place in the queue
        for `notify_one` it has from the first poll. Cancel safe: whoever gives up loses its place
        and nothing else; if `notify_one` has chosen it, the next is chosen.
        """
        # What follows is a constructor, without the calls of one.
        made = new(Notified)
        made.stage = FRESH
        made.waker = None
        made.notify = self
        made.generation = self.generation
        return made

    def notify_one(self) -> None:
        """Wakes the first in the queue; if there is nobody, the next who comes does not wait.

        One notification is kept, however often this is called.
        """
        waker = None
        self.lock.acquire()
        try:
            queue = self.queue
            while queue:
                first = queue.popleft()
                if first.stage == QUEUED:
                    first.stage = CHOSEN
                    waker = first.waker
                    break
                queue.left -= 1
            else:
                self.permit = True
        finally:
            self.lock.release()
        if waker is not None:
            waker.wake()

    def notify_waiters(self) -> None:
        """Wakes all who wait now; nothing is kept for those who come later."""
        empty = Queue()
        self.lock.acquire()
        self.generation += 1
        waiting, self.queue = self.queue, empty
        self.lock.release()
        wake([each.waker for each in waiting])

    def take_out(self) -> None:
        """Takes those out of the queue who have left it."""
        queue = self.queue
        everybody = [*queue]
        waiting = Queue()
        waiting.extend([each for each in everybody if each.stage == QUEUED])
        # What a destructor has queued meanwhile would be lost; then it is done another time.
        if self.queue is queue and queue and everybody and queue[-1] is everybody[-1]:
            self.queue = waiting


MANY = 32
"""So many may have left a queue before it is worth a look."""


class Queue(deque["Notified"]):
    """Who waits for `Notify.notify_one`, the first first.

    Who gives up stays in it, and is passed over: a queue that anybody may leave costs each who
    waits more than all the rest. So that they do not pile up where nobody notifies, they are taken
    out when they are most of it.

    Attributes:
        left: How many in it wait no more.
    """

    __slots__ = ("left",)

    def __init__(self) -> None:
        super().__init__()
        self.left = 0


class Notified(Turn[None]):
    """See `Notify.notified`."""

    __slots__ = ("generation", "notify")

    generation: int
    notify: Notify

    operation = "Notify.notified"

    def __repr__(self) -> str:
        return "notified of Notify"

    def attempt(self, cx: Context) -> Attempt[None]:
        if self.stage == CHOSEN:  # nobody else takes that back, so it needs no lock
            self.stage = OVER
            return None
        notify = self.notify
        notify.lock.acquire()
        try:
            if self.stage == FRESH and self.generation == notify.generation:
                if not notify.permit:
                    if self.waker is not None:
                        self.stage = QUEUED
                        notify.queue.append(self)
                    return WAITS
                notify.permit = False
            elif self.stage == QUEUED and self.generation == notify.generation:
                return WAITS
            elif self.stage == OVER:
                raise polled_after_ready(self)
            self.stage = OVER
        finally:
            notify.lock.release()
        return None

    def drop(self) -> None:
        """Gives up; if it was chosen by `Notify.notify_one`, the next is."""
        if self.stage == OVER:
            return
        notify = self.notify
        notify.lock.acquire()
        try:
            stage = self.stage
            self.stage = OVER
            self.waker = None
            if stage == QUEUED and self.generation == notify.generation:
                queue = notify.queue
                queue.left += 1
                if queue.left > MANY and queue.left * 2 > len(queue):
                    notify.take_out()
        finally:
            notify.lock.release()
        if stage == CHOSEN:
            notify.notify_one()
