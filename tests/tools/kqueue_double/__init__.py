"""A kqueue for tests on Linux: written from kqueue(2), held to libkqueue by the contract suite.

`KqueueDouble` is a `Kernel` whose ``kqueue`` and ``kevent`` behave as the manual page says. It is
no library: what the kqueue backend does not use is missing.
"""

import sys

if sys.platform == "linux":
    from tools.kqueue_double.kernel import KqueueDouble

    __all__ = ["KqueueDouble"]
