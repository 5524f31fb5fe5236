"""Linux's calls that Python does not offer, through ctypes.

ctypes and the C library are looked up at the first call, so importing this costs nothing, and works
on every platform.
"""

from __future__ import annotations

import functools
import os
from typing import Any

IN_MODIFY = 0x0002
IN_ATTRIB = 0x0004
IN_MOVED_FROM = 0x0040
IN_MOVED_TO = 0x0080
IN_CREATE = 0x0100
IN_DELETE = 0x0200
IN_DELETE_SELF = 0x0400
IN_MOVE_SELF = 0x0800
IN_IGNORED = 0x8000

_IN_NONBLOCK = 0o4000
_IN_CLOEXEC = 0o2000000

INOTIFY_NAMES = {
    IN_MODIFY: "IN_MODIFY",
    IN_ATTRIB: "IN_ATTRIB",
    IN_MOVED_FROM: "IN_MOVED_FROM",
    IN_MOVED_TO: "IN_MOVED_TO",
    IN_CREATE: "IN_CREATE",
    IN_DELETE: "IN_DELETE",
    IN_DELETE_SELF: "IN_DELETE_SELF",
    IN_MOVE_SELF: "IN_MOVE_SELF",
    IN_IGNORED: "IN_IGNORED",
}


@functools.cache
def _libc() -> tuple[Any, Any]:
    import ctypes  # noqa: PLC0415 - see above

    return ctypes.CDLL(None, use_errno=True), ctypes.get_errno


def _checked(result: int, path: str | None = None) -> int:
    if result < 0:
        code = _libc()[1]()
        raise OSError(code, os.strerror(code), path)
    return result


def inotify_init1() -> int:
    """Makes an inotify instance that does not block and that children do not inherit.

    Raises:
        OSError: EMFILE if the user has too many (fs.inotify.max_user_instances).
    """
    return _checked(_libc()[0].inotify_init1(_IN_NONBLOCK | _IN_CLOEXEC))


def inotify_add_watch(fd: int, path: str, mask: int) -> int:
    """Watches a path for the events in ``mask``; returns the watch's number.

    Raises:
        OSError: ENOENT, EACCES, ENOSPC; see inotify_add_watch(2).
    """
    return _checked(_libc()[0].inotify_add_watch(fd, os.fsencode(path), mask), path)
