"""Fixtures for the runtime's tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tools.rig import Rig, real_rigs, rigs

from wakepoint import backends
from wakepoint.kernel import Kernel


@pytest.fixture(params=list(rigs()))
def rig(request: pytest.FixtureRequest) -> Rig:
    """Each backend in turn."""
    return _rig(*request.param)


@pytest.fixture(params=list(real_rigs()))
def real_rig(request: pytest.FixtureRequest) -> Rig:
    """Each backend that talks to a real kernel, or to a double of one, in turn."""
    return _rig(*request.param)


def _rig(name: str, double: Callable[[], Kernel] | None) -> Rig:
    return Rig(name, double is not None, double or (lambda: backends.make_kernel(name)))
