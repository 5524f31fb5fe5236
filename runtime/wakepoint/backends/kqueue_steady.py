"""A kqueue whose deadline comes alone, for recordings."""

from __future__ import annotations

from typing import Any

from wakepoint.backends.kevent import EV_DELETE, EVFILT_TIMER, Kevent


class SteadyKqueue:
    """Stands in front of a kernel and tells of a timer only if there is nothing else to tell.

    Whether the next deadline passes before a wait comes back with an event is chance. Here it is
    as if it had not: the event comes alone, and the deadline's event with a later wait.

    Args:
        kernel: Who has the kqueue; every other call is passed on.
    """

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        self._kept: set[int] = set()
        """Idents of timers that the kernel has told of, once and for all, and we have not."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kernel, name)

    def kevent(
        self, queue: Any, changes: list[Kevent], max_events: int, timeout: float | None
    ) -> list[Kevent]:
        """As the kernel's. A timer that it has told of cannot be deleted there any more."""
        made = []
        for change in changes:
            if change.filter == EVFILT_TIMER and change.ident in self._kept:
                self._kept.remove(change.ident)
                if change.flags & EV_DELETE:
                    continue
            made.append(change)
        events: list[Kevent] = self._kernel.kevent(queue, made, max_events, timeout)
        others = [event for event in events if event.filter != EVFILT_TIMER]
        if not others:
            return events
        self._kept.update(event.ident for event in events if event.filter == EVFILT_TIMER)
        return others
