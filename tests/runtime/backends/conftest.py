"""One suite for every backend that there is on this machine.

Tests here say what a program may rely on wherever it runs. They use nothing but the runtime's own
sockets, pipes and timers, so that they say the same over a real kernel and over the simulated one.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

import pytest


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    """Room for more than a thousand sockets."""
    if sys.platform == "win32":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = 4096 if hard == resource.RLIM_INFINITY else min(4096, hard)
    if limit < 2100:
        pytest.skip(f"this process may open {hard} descriptors at most")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, limit), hard))
    yield
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
