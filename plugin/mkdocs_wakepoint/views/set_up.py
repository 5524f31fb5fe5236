"""Kernel calls that make, configure and close what a lesson is about, and are no part of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

_SET_UP: Final = (
    "CreateIoCompletionPort",
    "bind",
    "epoll_create1",
    "fcntl",
    "getpeername",
    "getsockname",
    "inotify_init1",
    "io_uring_register",
    "io_uring_setup",
    "kqueue",
    "listen",
    "pipe",
    "setsockopt",
    "socket",
    "socketpair",
)
_CLOSING: Final = ("CloseHandle", "close", "closesocket")
_SORTS: Final = {
    **dict.fromkeys(_SET_UP, "set-up"),
    **dict.fromkeys(_CLOSING, "closing"),
}
FEWEST: Final = 2
"""Fewer calls in a row than this are not worth a fold."""


def sort_of(call: str, error: str | None) -> str:
    """``set-up`` or ``closing``; empty for a call that a reader should see, as one that failed.

    Args:
        call: Its name.
        error: Its error, if it failed.
    """
    return "" if error else _SORTS.get(call, "")


def together_as(sort: str, calls: Iterable[str]) -> str:
    """What stands in the place of such calls: ``3 set-up calls: socket, bind, listen``.

    Args:
        sort: What they are.
        calls: Their names.
    """
    counts = Counter(calls)
    listed = (name if count == 1 else f"{name} ×{count}" for name, count in counts.items())
    return f"{counts.total()} {sort} calls: {', '.join(listed)}"
