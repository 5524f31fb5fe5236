"""A kqueue whose deadline comes alone, for recordings."""

from __future__ import annotations

from typing import Any

from wakepoint.backends.kqueue.backend import NEXT_DEADLINE
from wakepoint.backends.kqueue.kevent import EV_DELETE, EVFILT_TIMER, Kevent


class SteadyKqueue:
    """Stands in front of a kernel and tells of a deadline only if there is nothing else to tell.

    Whether the next deadline passes before a wait comes back with an event is chance. Here it is
    as if it had not: the event comes alone, and the deadline's event with a later wait. A timer
    that the program made itself is left as it is.

    Args:
        kernel: Who has the kqueue; every other call is passed on.
    """

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        self._kept = False
        """The kernel has told of the deadline, once and for all, and we have not."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kernel, name)

    def kevent(
        self, queue: Any, changes: list[Kevent], max_events: int, timeout: float | None
    ) -> list[Kevent]:
        """As the kernel's. A deadline that it has told of cannot be deleted there any more."""
        made = []
        for change in changes:
            if self._kept and _is_deadline(change):
                self._kept = False
                if change.flags & EV_DELETE:
                    continue
            made.append(change)
        events: list[Kevent] = self._kernel.kevent(queue, made, max_events, timeout)
        others = [event for event in events if not _is_deadline(event)]
        if not others:
            return events
        self._kept |= len(others) < len(events)
        return others


def _is_deadline(event: Kevent) -> bool:
    return event.filter == EVFILT_TIMER and event.ident == NEXT_DEADLINE
