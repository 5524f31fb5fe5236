"""Runs a future on one backend or another, and counts the calls of its kernel."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest
from tools import find

from wakepoint import Executor, Reactor, backends
from wakepoint.kernel import Kernel
from wakepoint.recording.calls import WAITS

T = TypeVar("T")


@dataclass
class Rig:
    """Runs futures on one backend, and knows what it can do.

    Attributes:
        name: The backend's name.
        double: True if a test double stands in for the kernel's mechanism.
        make_kernel: Makes the kernel that the backend talks to.
        calls: The name of every kernel call of the last run, in order.
    """

    name: str
    double: bool
    make_kernel: Callable[[], Kernel]
    calls: list[str] = field(default_factory=list)

    @property
    def simulated(self) -> bool:
        """True if sockets are virtual: they have no real descriptor."""
        return self.name == "simulated"

    @property
    def waits(self) -> int:
        """How often the last run has waited in the kernel so far."""
        return sum(name in WAITS for name in self.calls)

    def run(self, future: Awaitable[T]) -> T:
        """As `wakepoint.run`, on this backend."""
        self.calls = []
        kernel: Any = CountingKernel(self.make_kernel(), self.calls)
        reactor = Reactor(backends.factory(self.name), kernel)
        try:
            return Executor(reactor).block_on(future)
        finally:
            reactor.shut_down()


class CountingKernel:
    """Passes every call on and remembers its name."""

    def __init__(self, kernel: Kernel, calls: list[str]) -> None:
        self._kernel = kernel
        self._calls = calls

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._kernel, name)
        if not callable(attribute):
            return attribute

        def counted(*args: Any) -> Any:
            self._calls.append(name)
            return attribute(*args)

        return counted


def real_rigs() -> Iterator[Any]:
    """Those whose kernel has signals, processes and files: all but the simulated one."""
    return (each for each in rigs() if each.id != "simulated")


def rigs() -> Iterator[Any]:
    """Every backend that there is here: its name, and what stands in for its kernel."""
    if sys.platform == "linux":
        yield pytest.param(("epoll", None), id="epoll")
    if sys.platform not in ("linux", "win32"):
        yield pytest.param(("kqueue", None), id="kqueue")
    if sys.platform == "linux":
        from tools.kqueue_double import KqueueDouble

        yield pytest.param(("kqueue", KqueueDouble), id="kqueue-double")
        libkqueue = pytest.mark.libkqueue
        yield pytest.param(("kqueue", find.libkqueue_kernel), id="libkqueue", marks=libkqueue)
    yield pytest.param(("simulated", None), id="simulated")
    if sys.platform == "linux":
        io_uring = pytest.mark.io_uring
        yield pytest.param(("io_uring", None), id="io_uring", marks=io_uring)
        yield pytest.param(("io_uring", old_io_uring), id="io_uring-old", marks=io_uring)
    if sys.platform == "win32":
        yield pytest.param(("iocp", None), id="iocp")


def old_io_uring() -> Kernel:
    """A kernel whose io_uring has nothing of what came after Linux 5.11."""
    from wakepoint.backends.uring.kernel import Features, UringKernel

    kernel = UringKernel()
    kernel.features = Features(multishot_accept=False, multishot_recv=False, message=False)
    return kernel
