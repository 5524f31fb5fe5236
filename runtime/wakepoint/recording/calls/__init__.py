"""How kernel calls are told: a file for each mechanism, joined here.

Each file has those of these tables that it needs:

* ``ARGUMENTS`` and ``RESULTS``: how to tell what a call is given and gives; what is not named there
  is told as `Describer` tells any thing;
* ``REAL_NAMES``: the call's name where it is not the method's;
* ``WAITS``: the calls in which the thread sleeps; ``CLOSES``: those after which their descriptor
  means nothing; ``MOVES_BYTES``: those whose result says how many bytes they moved;
* ``NOTIFIES``: those by which another thread ends that sleep;
* ``UNRECORDED``: what is no call, or is called by chance.
"""

from __future__ import annotations

import errno

from wakepoint.backends.epoll.events import describe as epoll_event
from wakepoint.backends.kqueue.kevent import describe_event as kqueue_event
from wakepoint.recording.calls import epoll, iocp, kqueue, posix, simulated, uring
from wakepoint.recording.calls.describer import Event

ARGUMENTS = {
    **posix.ARGUMENTS,
    **epoll.ARGUMENTS,
    **kqueue.ARGUMENTS,
    **uring.ARGUMENTS,
    **iocp.ARGUMENTS,
}
RESULTS = {
    **posix.RESULTS,
    **epoll.RESULTS,
    **kqueue.RESULTS,
    **uring.RESULTS,
    **iocp.RESULTS,
}
WAITS = epoll.WAITS | kqueue.WAITS | uring.WAITS | iocp.WAITS | simulated.WAITS
NOTIFIES = epoll.NOTIFIES | kqueue.NOTIFIES | uring.NOTIFIES | iocp.NOTIFIES | simulated.NOTIFIES
CLOSES = posix.CLOSES | epoll.CLOSES | kqueue.CLOSES | uring.CLOSES | iocp.CLOSES
MOVES_BYTES = posix.MOVES_BYTES | uring.MOVES_BYTES | iocp.MOVES_BYTES
UNRECORDED = posix.UNRECORDED | iocp.UNRECORDED

EVENTS: dict[str, Event] = {
    "epoll": epoll_event,
    "kqueue": kqueue_event,
    "io_uring": uring.event,
    "simulated": simulated.event,
}
"""By backend: how to tell what it dispatches."""

_UNIX_NAMES = {
    **posix.REAL_NAMES,
    **epoll.REAL_NAMES,
    **kqueue.REAL_NAMES,
    **uring.REAL_NAMES,
}


def real_names(system: str) -> dict[str, str]:
    """What a system calls those of its calls that our methods name otherwise."""
    return iocp.REAL_NAMES if system == "Windows" else _UNIX_NAMES


def error_name(error: OSError) -> str:
    """What the system calls the error, ``ECONNRESET``."""
    name = iocp.ERRORS.get(getattr(error, "winerror", None) or 0)
    return name or errno.errorcode.get(error.errno or 0, type(error).__name__)
