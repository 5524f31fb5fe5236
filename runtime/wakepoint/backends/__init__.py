"""A room for each mechanism; this is the one place that chooses."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Protocol

from wakepoint.backends import epoll, iocp, kqueue, simulated, uring
from wakepoint.contract import Backend
from wakepoint.kernel import Kernel
from wakepoint.reactor import Reactor


class Room(Protocol):
    """What each mechanism's package offers.

    Its modules are imported when these are called, since most of them exist on one platform alone.
    """

    def make_backend(self, reactor: Reactor) -> Backend:
        """The backend for a reactor."""

    def make_kernel(self, steady: bool) -> Kernel:
        """The kernel that it talks to."""


_ROOMS: dict[str, Room] = {
    "epoll": epoll,
    "kqueue": kqueue,
    "iocp": iocp,
    "io_uring": uring,
    "simulated": simulated,
}

NAMES = tuple(_ROOMS)
"""Every backend there is; which of them a machine has is another matter."""


def default() -> str:
    """The platform's own mechanism."""
    if sys.platform == "linux":
        return "epoll"
    return "iocp" if sys.platform == "win32" else "kqueue"


def resolve(name: str | None) -> str:
    """The backend that a name stands for.

    Args:
        name: A backend's name; ``auto`` or None takes ``WAKEPOINT_BACKEND`` from the environment,
            and without that the platform's own.

    Raises:
        ValueError: If there is no backend of that name.
    """
    if name in (None, "auto"):
        name = os.environ.get("WAKEPOINT_BACKEND") or "auto"
    if name == "auto":
        name = default()
    if name not in _ROOMS:
        raise ValueError(f"there is no backend {name!r}; choose auto, {', '.join(_ROOMS)}")
    return name


def factory(name: str) -> Callable[[Reactor], Backend]:
    """What makes the backend of that name for a reactor."""
    return _ROOMS[name].make_backend


def make_kernel(name: str, *, steady: bool = False) -> Kernel:
    """The kernel that the backend of that name talks to.

    Args:
        name: The backend's name.
        steady: Tell of what comes at about the same time in an order that is the same in every
            run; with completions it takes a few milliseconds more per wait.

    Raises:
        ValueError: If this machine has no such backend; the message says why not.
    """
    return _ROOMS[name].make_kernel(steady)
