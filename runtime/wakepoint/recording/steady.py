"""A reactor whose choices do not depend on how late the machine is."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from wakepoint.contract import Backend, InFlight
from wakepoint.kernel import Kernel
from wakepoint.reactor import Reactor, Timer
from wakepoint.source import Source
from wakepoint.task import Waker

AFTER_EVENTS = 1.0
"""Seconds that a timer lets events go first; a stream of them must not hold it up for ever."""
AFTER_TASKS = 0.05
"""The same for tasks that are ready."""
UNTIL_ASLEEP = 0.25
"""Seconds that the end of a blocking call waits for the executor to sleep; it may never do so."""
SHORTEST = 1e-6
"""Seconds of a wait that blocks; 0 would be a mere look."""


class SteadyReactor(Reactor):
    """Of several orders that are right, takes the one that is the same in every run.

    * One deadline fires per turn, the earliest. How many have passed when the kernel comes back
      depends on how late it is.
    * Events and tasks that are ready go first: whether a deadline passed meanwhile is chance.
    * Deadlines are ordered as if a timer fired just when it was due, and what is armed then were
      armed at that moment. None fires before its time all the same.
    * One completion is taken per wait: how many have come by then is chance.
    * A blocking call ends while the executor sleeps, one for each sleep: whether it was over before
      is chance.
    """

    is_watched = True
    completions_per_wait = 1

    def __init__(self, make_backend: Callable[[Reactor], Backend], kernel: Kernel) -> None:
        super().__init__(make_backend, kernel)
        self._news = False
        self._blocks = False
        self._turn: float | None = None
        """When this turn began, had nothing been late; None until somebody asks."""
        self._sleeping = threading.Event()
        self._ending = threading.Lock()
        self._answering = threading.Lock()

    def make_timer(self, deadline: float, waker: Waker) -> Timer:
        """A timer; the recording reactor makes one of its own kind."""
        return Timer(deadline, waker)

    def arm(self, delay: float, waker: Waker) -> Timer:
        now = self.kernel.monotonic()
        if self._turn is None:
            self._turn = now
        timer = self.make_timer(now + delay, waker.clone())
        heapq.heappush(self._timers, (self._turn + delay, next(self._sequence), timer))
        return timer

    def dispatch(
        self, source: Source, readable: bool, writable: bool, hung_up: bool, event: object
    ) -> None:
        self._news = True
        super().dispatch(source, readable, writable, hung_up, event)

    def complete(self, operation: InFlight, result: Any, error: OSError | None) -> None:
        self._news = True
        super().complete(operation, result, error)

    def park(self, block: bool, at_most: float | None = None) -> None:
        self._news = False
        self._blocks = block
        super().park(block, at_most)

    def advance(self, seconds: float) -> None:
        super().advance(seconds)
        self._turn = None

    def wait(self, timeout: float | None) -> int:
        # A deadline that passed just before is waited for like one that did not. A paused clock has
        # none that passes, and a mere look is meant.
        if self._blocks and timeout == 0 and self.kernel.paused is None:
            timeout = SHORTEST
        if self._blocks:
            self._sleeping.set()
        events = super().wait(timeout)
        self._sleeping.clear()
        with self._answering:
            pass  # a call that ends has ended before the executor goes on
        if self._news:
            self._turn = None
        return events

    @contextmanager
    def job_ends(self) -> Iterator[None]:
        with self._ending:
            self._sleeping.wait(UNTIL_ASLEEP)
            self._sleeping.clear()
            with self._answering:
                yield

    def now_forked(self) -> None:
        super().now_forked()
        self._sleeping = threading.Event()
        self._ending, self._answering = threading.Lock(), threading.Lock()

    def fire_due(self) -> None:
        timer = self.next_timer()
        if timer is None:
            return
        patience = AFTER_EVENTS if self._news else 0.0 if self._blocks else AFTER_TASKS
        if self.kernel.monotonic() - timer.deadline >= patience:
            self._turn, _, _ = heapq.heappop(self._timers)
            self.fire(timer)
