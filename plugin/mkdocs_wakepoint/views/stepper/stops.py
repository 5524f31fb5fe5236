"""Whether a run is walked through, and where: at each poll, park and wake, or at every event.

A run that is polled once tells no story of polls: it halts at its kernel calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from mkdocs_wakepoint.snippet import Options
from mkdocs_wakepoint.views.set_up import sort_of
from wakepoint.recording import Event, Recording

_STORY: Final = frozenset(
    {
        *("task.polled", "task.pending", "task.ready", "task.raised", "task.dropped"),
        *("executor.parked", "waker.woken"),
    }
)
_STEPPED: Final = frozenset({"machine", "lifecycle", "timeline"})


def can_step(recording: Recording) -> bool:
    """True if there is something to walk through: a task was polled."""
    return any(event.kind == "task.polled" for event in recording.events)


def is_stepped(options: Options, recording: Recording) -> bool:
    """True if a run is walked through: it shows one of these views, and a task was polled."""
    wanted = options.layout == "stepper" and not _STEPPED.isdisjoint(options.show)
    return wanted and can_step(recording)


def is_set_up(event: Event) -> bool:
    """True for a kernel call that only makes things ready."""
    return _sort(event) == "set-up"


def _sort(event: Event) -> str:
    return sort_of(event["name"], event["error"]) if event.kind == "kernel.called" else ""


def is_one_poll(events: Sequence[Event]) -> bool:
    """True if all of a run is one poll; then its story is what the kernel was called for."""
    return sum(event.kind == "task.polled" for event in events) == 1


def halts_at(events: Sequence[Event]) -> str:
    """At what the story halts."""
    return "poll, kernel call" if is_one_poll(events) else "poll, park, wake"


def story(events: Sequence[Event]) -> list[int]:
    """Ordinals of the events at which the story halts; 0 is before the first event."""
    with_calls = is_one_poll(events)
    stops = [
        event.n
        for event in events
        if (event.kind in _STORY and not (event.kind == "waker.woken" and not event["queued"]))
        or (with_calls and event.kind == "kernel.called" and not _sort(event))
    ]
    last = len(events)
    return [0, *stops] if not last or stops[-1:] == [last] else [0, *stops, last]


def every(events: Sequence[Event]) -> list[int]:
    """Ordinals of all events, but of calls that set up or close one behind the other the last."""
    stops = [0]
    for event, following in zip(events, [*events[1:], None], strict=True):
        if following is None or not _sort(event) or _sort(event) != _sort(following):
            stops.append(event.n)
    return stops
