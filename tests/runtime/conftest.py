"""Fixtures for the runtime's tests."""

from __future__ import annotations

import pytest
from tools.rig import Rig, real_rigs

from wakepoint import backends


@pytest.fixture(params=list(real_rigs()))
def real_rig(request: pytest.FixtureRequest) -> Rig:
    """Each backend that talks to a real kernel, or to a double of one, in turn."""
    name, double = request.param
    make_kernel = double or (lambda: backends.make_kernel(name))
    return Rig(name, double is not None, make_kernel)
