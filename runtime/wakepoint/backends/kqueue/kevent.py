"""The words of kqueue(2): what a change or an event is, and what its numbers are called.

The numbers are the platform's. Where `select` has one, it is taken from there; ``EVFILT_USER`` and
the units of ``EVFILT_TIMER`` it leaves out, so they stand here as in each platform's
``sys/event.h``. On Linux, where there is no kqueue, they are libkqueue's.
"""

from __future__ import annotations

import select
import sys
from typing import NamedTuple


class Kevent(NamedTuple):
    """A change to the kqueue's list of interests, or an event out of it (``struct kevent``).

    Attributes:
        ident: What it is about: a descriptor, a process, a signal, a number of our own.
        filter: Which aspect of it (``EVFILT_*``); with ``ident`` the key of the registration.
        flags: What to do with it, or what happened (``EV_*``).
        fflags: As ``flags``, but the filter's own (``NOTE_*``).
        data: The filter's number: bytes to read, room to write, a time, an error's errno.
    """

    ident: int
    filter: int
    flags: int
    fflags: int = 0
    data: int = 0


def _number(name: str, elsewhere: int) -> int:
    return int(getattr(select, f"KQ_{name}", elsewhere))


EVFILT_READ = _number("FILTER_READ", -1)
EVFILT_WRITE = _number("FILTER_WRITE", -2)
EVFILT_VNODE = _number("FILTER_VNODE", -4)
EVFILT_PROC = _number("FILTER_PROC", -5)
EVFILT_SIGNAL = _number("FILTER_SIGNAL", -6)
EVFILT_TIMER = _number("FILTER_TIMER", -7)
EVFILT_USER: int | None = {
    "darwin": -10,
    "linux": -11,
    "dragonfly": -9,
}.get(sys.platform, -11 if sys.platform.startswith("freebsd") else None)
"""None where the platform has none that we know the number of."""

EV_ADD = _number("EV_ADD", 0x0001)
EV_DELETE = _number("EV_DELETE", 0x0002)
EV_ENABLE = _number("EV_ENABLE", 0x0004)
EV_DISABLE = _number("EV_DISABLE", 0x0008)
EV_ONESHOT = _number("EV_ONESHOT", 0x0010)
EV_CLEAR = _number("EV_CLEAR", 0x0020)
EV_DISPATCH = 0x0080
"""`select` has no name for it; we know of one number only."""
EV_EOF = _number("EV_EOF", 0x8000)
EV_ERROR = _number("EV_ERROR", 0x4000)

NOTE_TRIGGER = 0x01000000
"""Of ``EVFILT_USER``; the same wherever there is one."""

NOTE_DELETE = _number("NOTE_DELETE", 0x0001)
NOTE_WRITE = _number("NOTE_WRITE", 0x0002)
NOTE_EXTEND = _number("NOTE_EXTEND", 0x0004)
NOTE_ATTRIB = _number("NOTE_ATTRIB", 0x0008)
NOTE_LINK = _number("NOTE_LINK", 0x0010)
NOTE_RENAME = _number("NOTE_RENAME", 0x0020)
NOTE_REVOKE = _number("NOTE_REVOKE", 0x0040)

NOTE_EXIT = _number("NOTE_EXIT", 0x80000000)


class TimerUnit(NamedTuple):
    """The finest unit of ``EVFILT_TIMER`` whose number we know."""

    name: str
    flag: int
    per_second: int


_MICROSECONDS = 0x0004 if sys.platform.startswith("freebsd") else 0x0002
_HAS_MICROSECONDS = sys.platform in ("darwin", "linux") or sys.platform.startswith(
    ("freebsd", "netbsd", "openbsd")
)
TIMER_UNIT = (
    TimerUnit("NOTE_USECONDS", _MICROSECONDS, 1_000_000)
    if _HAS_MICROSECONDS
    else TimerUnit("", 0, 1_000)  # milliseconds are what every kqueue understands unasked
)

FILTERS: dict[int, str] = {
    EVFILT_READ: "EVFILT_READ",
    EVFILT_WRITE: "EVFILT_WRITE",
    EVFILT_VNODE: "EVFILT_VNODE",
    EVFILT_PROC: "EVFILT_PROC",
    EVFILT_SIGNAL: "EVFILT_SIGNAL",
    EVFILT_TIMER: "EVFILT_TIMER",
}
if EVFILT_USER is not None:
    FILTERS[EVFILT_USER] = "EVFILT_USER"

_FLAGS = {
    EV_ADD: "EV_ADD",
    EV_DELETE: "EV_DELETE",
    EV_ENABLE: "EV_ENABLE",
    EV_DISABLE: "EV_DISABLE",
    EV_ONESHOT: "EV_ONESHOT",
    EV_CLEAR: "EV_CLEAR",
    EV_DISPATCH: "EV_DISPATCH",
    EV_EOF: "EV_EOF",
    EV_ERROR: "EV_ERROR",
}
_VNODE_NOTES = {
    NOTE_DELETE: "NOTE_DELETE",
    NOTE_WRITE: "NOTE_WRITE",
    NOTE_EXTEND: "NOTE_EXTEND",
    NOTE_ATTRIB: "NOTE_ATTRIB",
    NOTE_LINK: "NOTE_LINK",
    NOTE_RENAME: "NOTE_RENAME",
    NOTE_REVOKE: "NOTE_REVOKE",
}
_NOTES: dict[int, dict[int, str]] = {
    EVFILT_VNODE: _VNODE_NOTES,
    EVFILT_PROC: {NOTE_EXIT: "NOTE_EXIT"},
    EVFILT_TIMER: {TIMER_UNIT.flag: TIMER_UNIT.name} if TIMER_UNIT.flag else {},
}
if EVFILT_USER is not None:
    _NOTES[EVFILT_USER] = {NOTE_TRIGGER: "NOTE_TRIGGER"}

_TELL_IN_FFLAGS = (EVFILT_VNODE, EVFILT_PROC)


def _joined(bits: int, names: dict[int, str]) -> str:
    return "|".join(name for bit, name in names.items() if bits & bit)


def describe_change(change: Kevent) -> str:
    """What is asked, in the words of the manual page: ``EVFILT_READ EV_ADD|EV_CLEAR``."""
    words = (
        FILTERS.get(change.filter, str(change.filter)),
        _joined(change.flags, _FLAGS),
        _joined(change.fflags, _NOTES.get(change.filter, {})),
    )
    return " ".join(filter(None, words))


def describe_event(event: Kevent) -> str:
    """What happened: ``EVFILT_READ EV_EOF``.

    Whether the flags of the registration come back with an event differs between platforms, so
    only those are told that say something about what happened.
    """
    happened = event.flags & (EV_EOF | EV_ERROR)
    notes = event.fflags if event.filter in _TELL_IN_FFLAGS and not happened & EV_ERROR else 0
    return describe_change(event._replace(flags=happened, fflags=notes))
