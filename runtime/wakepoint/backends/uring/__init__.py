"""Linux' io_uring."""

from __future__ import annotations

import sys

from wakepoint.contract import Backend
from wakepoint.kernel import Kernel
from wakepoint.reactor import Reactor


def make_backend(reactor: Reactor) -> Backend:
    """The backend, for a reactor whose kernel is of `make_kernel`."""
    from wakepoint.backends.uring.backend import UringBackend

    return UringBackend(reactor)


def make_kernel(steady: bool) -> Kernel:
    """Its calls; if ``steady``, completions are told in the order of their calls.

    Raises:
        ValueError: If this machine has none; the message says why not.
    """
    if sys.platform != "linux":
        raise ValueError("only Linux has io_uring; choose another backend")
    from wakepoint.backends.uring.kernel import UringKernel
    from wakepoint.backends.uring.steady import SteadyUringKernel

    return SteadyUringKernel() if steady else UringKernel()
