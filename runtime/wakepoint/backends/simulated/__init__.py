"""A kernel that is a program: virtual sockets, pipes and time.

It runs anywhere, a browser included, and the same in every run. What it simulates is Linux'
behaviour where systems differ.
"""

from __future__ import annotations

from typing import cast

from wakepoint.contract import Backend
from wakepoint.kernel import Kernel
from wakepoint.reactor import Reactor


def make_backend(reactor: Reactor) -> Backend:
    """The backend, for a reactor whose kernel is of `make_kernel`."""
    from wakepoint.backends.simulated.backend import SimulatedBackend

    return SimulatedBackend(reactor)


def make_kernel(steady: bool) -> Kernel:
    """A virtual machine of its own, which is steady by nature."""
    from wakepoint.backends.simulated.kernel import SimulatedKernel

    # The seam is duck-typed: it answers to every call of a Kernel.
    return cast(Kernel, SimulatedKernel())
