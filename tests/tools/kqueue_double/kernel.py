"""The kernel calls of the double."""

from __future__ import annotations

import sys
import threading
import time

from tools.kqueue_double.knotes import Knotes

from wakepoint.backends.kqueue.emulated import EmulatedKqueue
from wakepoint.backends.kqueue.kevent import EV_ERROR, Kevent

if sys.platform == "linux":
    from tools.kqueue_double.filters import make
    from tools.kqueue_double.watcher import Watcher
assert sys.platform == "linux", "the double is made of what Linux has"


class Queue:
    """An open kqueue: its knotes, and what wakes whoever waits."""

    def __init__(self) -> None:
        # A signal handler may make a change in the middle of this thread's own call.
        self.lock = threading.RLock()
        self.watcher = Watcher(self.lock)
        self.knotes = Knotes(lambda knote: make(knote, self.watcher))

    def fileno(self) -> int:
        """Its descriptor."""
        return self.watcher.fileno()


class KqueueDouble(EmulatedKqueue):
    """Linux with a kqueue of our own."""

    emulation = "a test double"

    def __init__(self) -> None:
        super().__init__()
        self._queues: list[Queue] = []

    def kqueue(self) -> Queue:
        """Makes an empty kqueue."""
        queue = Queue()
        self._queues.append(queue)
        return queue

    def kqueue_close(self, queue: Queue) -> None:
        """Deletes every knote and closes the kqueue."""
        self._queues.remove(queue)
        queue.knotes.clear()
        queue.watcher.close()

    def forget(self, fd: int) -> None:
        """A descriptor is about to be closed: its knotes go, whether it was duplicated or not."""
        super().forget(fd)
        for queue in self._queues:
            with queue.lock:
                queue.knotes.descriptor_closed(fd)

    def kevent_change(self, queue: Queue, changes: list[Kevent]) -> None:
        """Makes the changes; there is no room for an error, so the first one is raised."""
        with queue.lock:
            for change in changes:
                queue.knotes.change(change)
        queue.watcher.kick()  # they may concern a wait that is under way

    def kevent(
        self, queue: Queue, changes: list[Kevent], max_events: int, timeout: float | None
    ) -> list[Kevent]:
        """Makes the changes, then waits for an active knote."""
        errors = self._make(queue, changes, max_events)
        if errors:  # told at once, before any event
            return errors
        limit = None if timeout is None else time.monotonic() + timeout
        queue.watcher.look(0)  # a kernel knows of a descriptor what we have to ask
        while True:
            with queue.lock:
                events = queue.knotes.scan(max_events)
                due = queue.knotes.next_deadline()
            if events:
                self.keep_errors(events)
                return events
            until = min((each for each in (limit, due) if each is not None), default=None)
            now = time.monotonic()
            if limit is not None and now >= limit and not queue.watcher.look(0):
                return []
            queue.watcher.look(None if until is None else max(0.0, until - now))

    def _make(self, queue: Queue, changes: list[Kevent], room: int) -> list[Kevent]:
        errors: list[Kevent] = []
        for change in changes:
            try:
                with queue.lock:
                    queue.knotes.change(change)
            except OSError as error:
                if len(errors) == room:
                    raise
                report = Kevent(change.ident, change.filter, EV_ERROR, 0, error.errno or 0)
                errors.append(report)
        return errors
