"""Which filter is which."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable

from tools.kqueue_double.knotes import Filter, Knote, failure

from wakepoint.backends.kqueue.kevent import (
    EVFILT_PROC,
    EVFILT_READ,
    EVFILT_SIGNAL,
    EVFILT_TIMER,
    EVFILT_USER,
    EVFILT_VNODE,
    EVFILT_WRITE,
)

if sys.platform == "linux":
    from tools.kqueue_double.descriptors import Read, Write
    from tools.kqueue_double.events import Process, Signal, Timer, User, Vnode
    from tools.kqueue_double.watcher import Watcher
assert sys.platform == "linux", "the double is made of what Linux has"

_FILTERS: dict[int | None, Callable[[Knote, Watcher], Filter]] = {
    EVFILT_READ: Read,
    EVFILT_WRITE: Write,
    EVFILT_USER: User,
    EVFILT_TIMER: Timer,
    EVFILT_SIGNAL: Signal,
    EVFILT_PROC: Process,
    EVFILT_VNODE: Vnode,
}


def make(knote: Knote, watcher: Watcher) -> Filter:
    """Attaches a knote to what it is about. Raises OSError: EINVAL for an unknown filter."""
    try:
        filter_class = _FILTERS[knote.key[1]]
    except KeyError:
        raise failure(errno.EINVAL) from None
    return filter_class(knote, watcher)
