"""kqueue of macOS and the BSDs, and of a library on Linux."""

from __future__ import annotations

import os
import sys
from typing import cast

from wakepoint.contract import Backend
from wakepoint.kernel import Kernel
from wakepoint.reactor import Reactor


def make_backend(reactor: Reactor) -> Backend:
    """The backend, for a reactor whose kernel is of `make_kernel`."""
    from wakepoint.backends.kqueue.backend import KqueueBackend

    return KqueueBackend(reactor)


def make_kernel(steady: bool) -> Kernel:
    """Its calls; if ``steady``, a deadline that has passed is told alone.

    Raises:
        ValueError: If this machine has none; the message says why not.
    """
    if sys.platform == "win32":
        raise ValueError("Windows has no kqueue; choose another backend")
    if sys.platform in {"emscripten", "wasi"}:
        raise ValueError(
            "WebAssembly has no kernel to wait in; choose the simulated backend, whose clock and "
            "network are its own: run(…, backend='simulated'), or WAKEPOINT_BACKEND=simulated"
        )
    kernel = _libkqueue() if sys.platform == "linux" else _kqueue()
    if not steady:
        return kernel
    from wakepoint.backends.kqueue.steady import SteadyKqueue

    return cast(Kernel, SteadyKqueue(kernel))  # the seam is duck-typed


def _kqueue() -> Kernel:
    from wakepoint.backends.kqueue.kernel import KqueueKernel

    return KqueueKernel()


def _libkqueue() -> Kernel:
    from wakepoint.backends.kqueue.libkqueue import ENVIRONMENT, LibkqueueKernel

    path = os.environ.get(ENVIRONMENT)
    if not path:
        raise ValueError(
            "Linux has no kqueue; to run it through libkqueue, set WAKEPOINT_LIBKQUEUE to the path "
            "of libkqueue.so"
        )
    return LibkqueueKernel(path)
