"""How kqueue's calls are told, in the words of kqueue(2)."""

from __future__ import annotations

import errno
import signal
from collections.abc import Sequence
from typing import Any

from wakepoint.backends.kqueue import kevent
from wakepoint.backends.kqueue.kevent import Kevent
from wakepoint.recording.calls.describer import Arguments, Describer, Result, counted, shown

WAITS = frozenset({"kevent"})
NOTIFIES = frozenset({"kevent_change"})
CLOSES = frozenset({"kqueue_close"})
REAL_NAMES = {"kevent_change": "kevent", "kqueue_close": "close"}


def _ident(d: Describer, event: Kevent) -> str:
    """Whom a change or an event is about; what that is depends on the filter."""
    if event.filter in (kevent.EVFILT_READ, kevent.EVFILT_WRITE, kevent.EVFILT_VNODE):
        return d.fd(event.ident)
    if event.filter == kevent.EVFILT_SIGNAL:
        return signal.Signals(event.ident).name
    if event.filter == kevent.EVFILT_PROC:
        return d.names.process(event.ident)
    return str(event.ident)


def _change(d: Describer, change: Kevent) -> str:
    text = f"{_ident(d, change)} {kevent.describe_change(change)}"
    is_deadline = change.filter == kevent.EVFILT_TIMER and change.flags & kevent.EV_ADD
    limit = f"until {d.until}" if d.until else f"data={change.data}"
    return f"{text} {limit}" if is_deadline else text


def _kevent(d: Describer, event: Kevent) -> str:
    text = f"{_ident(d, event)} {kevent.describe_event(event)}"
    if event.flags & kevent.EV_ERROR:
        return f"{text} {errno.errorcode.get(event.data, event.data)}"
    # How much there is to read is worth telling; how much room to write there is, is chance.
    return f"{text} data={event.data}" if event.filter == kevent.EVFILT_READ else text


def _changes(d: Describer, changes: Sequence[Kevent]) -> str:
    return f"[{shown([_change(d, each) for each in changes])}]"


def _kevent_call(d: Describer, args: Sequence[Any]) -> list[str]:
    queue, changes, room, timeout = args
    # The timeout is 0 or there is none: a deadline is a change.
    limit = "timeout 0" if timeout == 0 else "no timeout"
    return [d.fd(queue), _changes(d, changes), _room(room), limit]


def _room(count: int) -> str:
    return f"room for {counted(count, 'event')}"


def _kevents(d: Describer, args: Sequence[Any], events: list[Kevent]) -> str:
    count = counted(len(events), "event")
    return f"{count}: {shown([_kevent(d, each) for each in events])}" if events else count


ARGUMENTS: dict[str, Arguments] = {
    "kevent": _kevent_call,
    "kevent_change": lambda d, a: [d.fd(a[0]), _changes(d, a[1]), _room(0)],
}

RESULTS: dict[str, Result] = {"kevent": _kevents}
