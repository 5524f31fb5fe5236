"""Where a reader halts: at each poll, park and wake, or at every event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from wakepoint.recording import Event

_STORY: Final = frozenset(
    {
        *("task.polled", "task.pending", "task.ready", "task.raised", "task.dropped"),
        *("executor.parked", "waker.woken"),
    }
)
# fmt: off
_SET_UP: Final = frozenset({
    "socket", "socketpair", "pipe", "pipe2", "bind", "listen", "setsockopt", "getsockopt",
    "getsockname", "getpeername", "fcntl", "ioctl", "dup", "close", "closesocket", "shutdown",
    "epoll_create1", "eventfd", "timerfd_create", "inotify_init1", "pidfd_open",
    "kqueue", "io_uring_setup", "io_uring_register", "mmap",
    "CreateIoCompletionPort", "CloseHandle",
})
# fmt: on
"""Calls that make something, name it or let it go; the lesson is in the others."""


def is_set_up(event: Event) -> bool:
    """True for a kernel call that only makes things ready, or lets them go."""
    return event.kind == "kernel.called" and event["name"] in _SET_UP and event["error"] is None


def story(events: Sequence[Event]) -> list[int]:
    """Ordinals of the events at which the story halts; 0 is before the first event."""
    stops = [
        event.n
        for event in events
        if event.kind in _STORY and not (event.kind == "waker.woken" and not event["queued"])
    ]
    last = len(events)
    return [0, *stops] if not last or stops[-1:] == [last] else [0, *stops, last]


def every(events: Sequence[Event]) -> list[int]:
    """Ordinals of all events, but of calls that set up one behind the other only the last."""
    stops = [0]
    for event, following in zip(events, [*events[1:], None], strict=True):
        if following is None or not (is_set_up(event) and is_set_up(following)):
            stops.append(event.n)
    return stops
