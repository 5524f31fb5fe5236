"""A kernel that is a program: the same everywhere and in every run.

It reports edges of readiness, as epoll does; the other files here are what it simulates.
"""

from __future__ import annotations

from typing import ClassVar, cast

from wakepoint.backends.readiness import ReadinessBackend
from wakepoint.backends.simulated.kernel import SimulatedKernel
from wakepoint.backends.simulated.world import News
from wakepoint.reactor import Reactor
from wakepoint.source import Source


class SimulatedBackend(ReadinessBackend):
    """Waits in virtual time."""

    name: ClassVar[str] = "simulated"

    def __init__(self, reactor: Reactor) -> None:
        super().__init__(reactor)
        self._kernel = cast(SimulatedKernel, reactor.kernel)
        self._sources: dict[int, Source] = {}

    def add(self, source: Source) -> None:
        self._kernel.sim_watch(source.fd)
        self._sources[source.fd] = source

    def remove(self, source: Source) -> None:
        if self._sources.pop(source.fd, None) is not None:
            self._kernel.sim_unwatch(source.fd)

    @property
    def quiet(self) -> bool:  # type: ignore[override]  # it alone knows
        return self._kernel.world.quiet

    def wait(self, timeout: float | None) -> int:
        # Without an interest, a timer or a job of its own, the executor waits for threads that
        # it knows nothing of; those live in real time.
        reactor = self.reactor
        threads = reactor.blocking_jobs > 0 or not reactor.expects_events
        events = self._kernel.sim_wait(timeout, threads)
        for fd, news in events:
            readable, writable = News.READABLE in news, News.WRITABLE in news
            hung_up = News.HUNG_UP in news
            self.reactor.dispatch(self._sources[fd], readable, writable, hung_up, news)
        return len(events)

    def notify(self) -> None:
        self._kernel.sim_notify()

    def close(self) -> None:
        """There is nothing to give back."""
