"""Changes of files: inotify(7) on Linux, the filter ``EVFILT_VNODE`` on kqueue.

inotify watches paths and is a descriptor that is read; kqueue watches an open file, and the event
itself says what happened. Which events one change makes differs between kernels: deleting a file
is `Change.ATTRIBUTES` and then `Change.DELETED` for inotify, and `Change.DELETED` for kqueue. A
directory is `Change.MODIFIED` when something in it is made, renamed or deleted.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from enum import Flag, auto
from typing import Any

from wakepoint import executor, linux
from wakepoint.backends.kqueue import kevent
from wakepoint.future import Future
from wakepoint.reactor import Reactor
from wakepoint.source import Source
from wakepoint.streams import Resource
from wakepoint.task import PENDING, Context, Poll, Ready


class Change(Flag):
    """What happened to a file."""

    MODIFIED = auto()
    """Something was written to it or cut off; in a directory, an entry came or went."""
    ATTRIBUTES = auto()
    """Its permissions, times, owner or number of links."""
    DELETED = auto()
    """It has no name any more."""
    RENAMED = auto()
    """It has another name."""


_INOTIFY = {
    linux.IN_MODIFY: Change.MODIFIED,
    linux.IN_CREATE: Change.MODIFIED,
    linux.IN_DELETE: Change.MODIFIED,
    linux.IN_MOVED_FROM: Change.MODIFIED,
    linux.IN_MOVED_TO: Change.MODIFIED,
    linux.IN_ATTRIB: Change.ATTRIBUTES,
    linux.IN_DELETE_SELF: Change.DELETED,
    linux.IN_MOVE_SELF: Change.RENAMED,
}
_VNODE = {
    kevent.NOTE_WRITE: Change.MODIFIED,
    kevent.NOTE_EXTEND: Change.MODIFIED,
    kevent.NOTE_ATTRIB: Change.ATTRIBUTES,
    kevent.NOTE_LINK: Change.ATTRIBUTES,
    kevent.NOTE_DELETE: Change.DELETED,
    kevent.NOTE_RENAME: Change.RENAMED,
}
_INOTIFY_EVENT = struct.Struct("iIII")  # the watch, the mask, a cookie, the length of a name


class Watch(Resource):
    """Hears of a file's changes; made by `watch`. Close it, or use it in ``with``.

    Attributes:
        path: Which file.
    """

    def __init__(
        self,
        path: str,
        reactor: Reactor,
        source: Source,
        happened: Callable[[], Future[Change]],
    ) -> None:
        super().__init__(source.io, reactor)
        self.source = source
        self._happened = happened
        self.path = path

    def __repr__(self) -> str:
        return f"Watch({self.path!r}{', closed' if self.source.closed else ''})"

    def changed(self) -> Future[Change]:
        """Everything that has happened since the last time; waits until something has.

        Cancel safe: if it is dropped, no change is lost.

        Raises:
            ClosedResourceError: If the watch is or gets closed.
        """
        self._open()
        return self._happened()

    def _release(self, io: Any) -> None:
        self._reactor.kernel.close_fd(io)


class Changed(Future[Change]):
    """What the kernel said, in our words; looks on if none of it is of interest."""

    __slots__ = ("_make", "_report", "_translate")

    def __init__(self, make: Callable[[], Future[Any]], translate: Callable[[Any], Change]) -> None:
        self._make = make
        self._report: Future[Any] = make()
        self._translate = translate

    def __repr__(self) -> str:
        return "changed()"

    def poll(self, cx: Context) -> Poll[Change]:
        while True:
            polled = self._report.poll(cx)
            if polled is PENDING:
                return PENDING
            change = self._translate(polled.value)
            if change:
                return Ready(change)
            self._report = self._make()

    def drop(self) -> None:
        self._report.drop()


def _sum(bits: int, words: dict[int, Change]) -> Change:
    changes = Change(0)
    for bit, change in words.items():
        if bits & bit:
            changes |= change
    return changes


def _from_inotify(data: bytes) -> Change:
    changes, offset = Change(0), 0
    while offset < len(data):
        _, mask, _, length = _INOTIFY_EVENT.unpack_from(data, offset)
        offset += _INOTIFY_EVENT.size + length
        changes |= _sum(mask, _INOTIFY)
    return changes


def _from_vnode(notes: int) -> Change:
    return _sum(notes, _VNODE)


def watch(path: str | os.PathLike[str]) -> Watch:
    """Watches a file or directory from now on.

    Example:
        >>> import tempfile
        >>> from wakepoint import run
        >>> async def main():
        ...     with tempfile.NamedTemporaryFile() as file, watch(file.name) as watched:
        ...         file.write(b"new")
        ...         file.flush()
        ...         return await watched.changed()
        >>> run(main())
        <Change.MODIFIED: 1>

    Raises:
        OSError: If there is no such file, or too many are watched.
        NotImplementedError: If this backend hears of no files.
        RuntimeError: Outside of `run`.
    """
    reactor = executor.current().reactor
    backend = reactor.backend
    kernel: Any = reactor.kernel
    path = os.fspath(path)
    if backend.filters is not None:
        fd = kernel.open_for_events(path)
        try:
            feed = backend.filters.file(fd, sum(_VNODE))
        except BaseException:
            kernel.close_fd(fd)
            raise
        return Watch(path, reactor, feed.source, lambda: Changed(feed.notes, _from_vnode))
    if kernel.has_inotify:
        fd = kernel.inotify_init1()
        try:
            kernel.inotify_add_watch(fd, path, sum(_INOTIFY))
        except BaseException:
            kernel.close_fd(fd)
            raise
        source = Source(fd)
        return Watch(
            path,
            reactor,
            source,
            lambda: Changed(lambda: backend.read(source, 4096), _from_inotify),
        )
    raise NotImplementedError(f"the {backend.name} backend hears of no files")
