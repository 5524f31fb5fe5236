"""Knotes: what is registered with a kqueue, and which of it is active.

A knote is keyed by (ident, filter). Its filter says whether there is an event; `Knotes.scan` asks
the active ones, and then deletes the knote (``EV_ONESHOT``), resets it (``EV_CLEAR``) or leaves it
active.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Protocol

from wakepoint.backends.kqueue.kevent import (
    EV_ADD,
    EV_CLEAR,
    EV_DELETE,
    EV_DISABLE,
    EV_ENABLE,
    EV_ONESHOT,
    EVFILT_READ,
    EVFILT_VNODE,
    EVFILT_WRITE,
    Kevent,
)

Key = tuple[int, int]


def failure(code: int) -> OSError:
    """An error as a system call raises it."""
    return OSError(code, os.strerror(code))


class Filter(Protocol):
    """One aspect of one thing."""

    def event(self) -> tuple[int, int, int] | None:
        """Flags, fflags and data if there is something to report now."""

    def touch(self, change: Kevent) -> None:
        """The knote was changed by a second EV_ADD, or triggered."""

    def clear(self) -> None:
        """The event was delivered and the knote has EV_CLEAR."""

    def detach(self) -> None:
        """The knote is deleted."""

    tells: bool
    """True if it activates its knote itself when that is made or changed."""

    deadline: float | None
    """When there will be something to report, if that is known."""


class Knote:
    """One registration."""

    def __init__(self, change: Kevent, activate: Callable[[], None]) -> None:
        self.key: Key = change[:2]
        self.flags = change.flags & (EV_CLEAR | EV_ONESHOT)
        self.change = change
        self.enabled = not change.flags & EV_DISABLE
        self.activate = activate
        self.filter: Filter


class Knotes:
    """Those of one kqueue.

    Args:
        make_filter: Attaches a new knote to what it is about; raises OSError if it cannot.
    """

    def __init__(self, make_filter: Callable[[Knote], Filter]) -> None:
        self._make_filter = make_filter
        self._all: dict[Key, Knote] = {}
        self._active: dict[Key, None] = {}  # in the order in which they became so

    def change(self, change: Kevent) -> None:
        """Makes one change. Raises OSError: ENOENT for a knote that is not there."""
        key = change[:2]
        knote = self._all.get(key)
        if change.flags & EV_ADD:
            if knote is None:
                knote = Knote(change, lambda: self._active.setdefault(key))
                knote.filter = self._make_filter(knote)
                self._all[key] = knote
            else:
                knote.filter.touch(change)
        elif knote is None:
            raise failure(errno.ENOENT)
        elif not change.flags & EV_DELETE:
            knote.filter.touch(change)
        if change.flags & EV_DELETE:
            self._delete(key)
            return
        if change.flags & EV_DISABLE:
            knote.enabled = False
        elif change.flags & (EV_ADD | EV_ENABLE):
            knote.enabled = True
        if not knote.filter.tells:
            knote.activate()  # the scan finds out whether there is an event

    def _delete(self, key: Key) -> None:
        knote = self._all.pop(key, None)
        self._active.pop(key, None)
        if knote is not None:
            knote.filter.detach()

    def clear(self) -> None:
        """Deletes every knote."""
        for key in list(self._all):
            self._delete(key)

    def descriptor_closed(self, fd: int) -> None:
        """Deletes those about a descriptor."""
        for filter_ in (EVFILT_READ, EVFILT_WRITE, EVFILT_VNODE):
            self._delete((fd, filter_))

    def next_deadline(self) -> float | None:
        """When the next timer is due."""
        deadlines = [each.filter.deadline for each in self._all.values()]
        return min((each for each in deadlines if each is not None), default=None)

    def scan(self, room: int) -> list[Kevent]:
        """The events of active knotes; what does not fit stays active."""
        for key, knote in list(self._all.items()):
            if knote.filter.deadline is not None:
                self._active.setdefault(key)
        events: list[Kevent] = []
        for key in list(self._active):
            if len(events) == room:
                break
            knote = self._all[key]
            if not knote.enabled:
                continue  # it stays active, for when it is enabled
            event = knote.filter.event()
            if event is None:
                del self._active[key]
                continue
            flags, fflags, data = event
            events.append(Kevent(*key, knote.flags | flags, fflags, data))
            if (knote.flags | flags) & EV_ONESHOT:
                self._delete(key)
            elif knote.flags & EV_CLEAR:
                knote.filter.clear()
                del self._active[key]
        return events
