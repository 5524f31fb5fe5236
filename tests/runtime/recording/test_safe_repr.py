"""Values are described whatever their ``__repr__`` does."""

from __future__ import annotations

import sys
import time

import pytest

from wakepoint.recording import safe_repr

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no interval timers")


class Looping:
    def __repr__(self) -> str:
        while True:
            pass


class Sleeping:
    def __repr__(self) -> str:
        time.sleep(60)
        return "Sleeping"


class Preempted:
    """Takes its time without computing, as on a machine that is busy with something else."""

    def __repr__(self) -> str:
        end = time.monotonic() + 0.4
        while time.monotonic() < end:
            time.sleep(0.02)
        return "Preempted"


@pytest.mark.parametrize("value", [Looping(), Sleeping()])
def test_one_that_does_not_end_is_interrupted(value: object) -> None:
    start = time.monotonic()
    assert safe_repr(value) == f"<{type(value).__name__}: its __repr__ does not end>"
    assert time.monotonic() - start < 30


def test_one_that_has_to_wait_for_the_machine_is_not() -> None:
    assert safe_repr(Preempted()) == "Preempted"
