"""What kqueue(2) promises, asked of every kqueue: a kernel's, libkqueue's and the double."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator

import pytest
from tools.kqueues import Kqueue, Pair, kernels

if sys.platform == "win32":  # it has none
    collect_ignore_glob = ["*"]


@pytest.fixture(params=list(kernels()))
def kq(request: pytest.FixtureRequest) -> Iterator[Kqueue]:
    """Each kqueue in turn."""
    kqueue = Kqueue(request.param())
    yield kqueue
    kqueue.kernel.kqueue_close(kqueue.queue)


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Two connected TCP sockets."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        one = socket.create_connection(listener.getsockname())
        other, _ = listener.accept()
    with one, other:
        one.setblocking(False)
        other.setblocking(False)
        yield one, other
