"""One file per mechanism; this is the one place that chooses."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from wakepoint.kernel import Kernel

if TYPE_CHECKING:
    from wakepoint.contract import Backend
    from wakepoint.reactor import Reactor

_CLASSES = {
    "epoll": ("wakepoint.backends.epoll.backend", "EpollBackend"),
    "kqueue": ("wakepoint.backends.kqueue.backend", "KqueueBackend"),
    "iocp": ("wakepoint.backends.iocp.backend", "IocpBackend"),
    "io_uring": ("wakepoint.backends.uring.backend", "UringBackend"),
    "simulated": ("wakepoint.backends.simulated", "SimulatedBackend"),
}

NAMES = tuple(_CLASSES)
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
    if name not in _CLASSES:
        raise ValueError(f"there is no backend {name!r}; choose auto, {', '.join(_CLASSES)}")
    return name


def factory(name: str) -> Callable[[Reactor], Backend]:
    """What makes the backend of that name for a reactor.

    The module is imported only now, since most of them exist on one platform alone.
    """
    module, attribute = _CLASSES[name]
    backend: Callable[[Reactor], Backend] = getattr(importlib.import_module(module), attribute)
    return backend


def make_kernel(name: str, *, steady: bool = False) -> Kernel:
    """The kernel that the backend of that name talks to.

    Args:
        name: The backend's name.
        steady: Tell of what comes at about the same time in an order that is the same in every
            run; with completions it takes a few milliseconds more per wait.

    Raises:
        ValueError: If this machine has no such backend; the message says why not.
    """
    if name == "simulated":
        from wakepoint.simulation import SimulatedKernel  # noqa: PLC0415 - needed by few

        # The seam is duck-typed: it answers to every call of a Kernel.
        return cast(Kernel, SimulatedKernel())
    if name == "kqueue" and sys.platform == "win32":
        raise ValueError("Windows has no kqueue; choose another backend")
    if name == "kqueue":
        return _kqueue(steady)
    if name == "iocp":
        return _iocp(steady)
    if name == "io_uring":
        return _io_uring(steady)
    if sys.platform != "linux":
        raise ValueError("only Linux has epoll; choose another backend")
    from wakepoint.backends.epoll.kernel import EpollKernel  # noqa: PLC0415 - Linux only

    return EpollKernel()


def _kqueue(steady: bool) -> Kernel:
    from wakepoint.backends.kqueue.kernel import KqueueKernel  # noqa: PLC0415 - needed by few

    kernel = _libkqueue() if sys.platform == "linux" else KqueueKernel()
    if not steady:
        return kernel
    from wakepoint.backends.kqueue.steady import SteadyKqueue  # noqa: PLC0415 - needed by few

    return cast(Kernel, SteadyKqueue(kernel))


def _iocp(steady: bool) -> Kernel:
    if sys.platform != "win32":
        raise ValueError("only Windows has completion ports; choose another backend")
    module, attribute = (
        ("iocp.steady", "SteadyIocpKernel") if steady else ("iocp.kernel", "IocpKernel")
    )
    kernel: Kernel = getattr(importlib.import_module(f"wakepoint.backends.{module}"), attribute)()
    return kernel


def _io_uring(steady: bool) -> Kernel:
    if sys.platform != "linux":
        raise ValueError("only Linux has io_uring; choose another backend")
    module, attribute = (
        ("uring.steady", "SteadyUringKernel") if steady else ("uring.kernel", "UringKernel")
    )
    kernel: Kernel = getattr(importlib.import_module(f"wakepoint.backends.{module}"), attribute)()
    return kernel


def _libkqueue() -> Kernel:
    from wakepoint.backends.kqueue.libkqueue import (  # noqa: PLC0415 - needed by few
        ENVIRONMENT,
        LibkqueueKernel,
    )

    path = os.environ.get(ENVIRONMENT)
    if not path:
        raise ValueError(
            "Linux has no kqueue; to run it through libkqueue, set WAKEPOINT_LIBKQUEUE to the path "
            "of libkqueue.so"
        )
    return LibkqueueKernel(path)
