"""Windows' completion ports."""

from __future__ import annotations

import sys

from wakepoint.contract import Backend
from wakepoint.kernel import Kernel
from wakepoint.reactor import Reactor


def make_backend(reactor: Reactor) -> Backend:
    """The backend, for a reactor whose kernel is of `make_kernel`."""
    from wakepoint.backends.iocp.backend import IocpBackend

    return IocpBackend(reactor)


def make_kernel(steady: bool) -> Kernel:
    """Its calls; if ``steady``, packets are told in the order of their calls.

    Raises:
        ValueError: If this machine has none; the message says why not.
    """
    if sys.platform == "win32":
        from wakepoint.backends.iocp.kernel import IocpKernel
        from wakepoint.backends.iocp.steady import SteadyIocpKernel

        return SteadyIocpKernel() if steady else IocpKernel()
    raise ValueError("only Windows has completion ports; choose another backend")
