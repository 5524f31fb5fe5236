"""Linux' epoll."""

from __future__ import annotations

import sys

from wakepoint.contract import Backend
from wakepoint.kernel import Kernel
from wakepoint.reactor import Reactor

_ELSEWHERE = "only Linux has epoll; choose another backend"


def make_backend(reactor: Reactor) -> Backend:
    """The backend, for a reactor whose kernel is of `make_kernel`."""
    if sys.platform == "linux":
        from wakepoint.backends.epoll.backend import EpollBackend

        return EpollBackend(reactor)
    raise ValueError(_ELSEWHERE)


def make_kernel(steady: bool) -> Kernel:
    """Its calls; they come in one order anyway.

    Raises:
        ValueError: If this is not Linux.
    """
    if sys.platform == "linux":
        from wakepoint.backends.epoll.kernel import EpollKernel

        return EpollKernel()
    raise ValueError(_ELSEWHERE)
