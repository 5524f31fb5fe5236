"""A lowered coroutine does what the original does: states, values, results, exceptions, drops."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from tools.random_bodies import programs
from tools.same_recording import both

from wakepoint.machine.parsing import compiled


@pytest.mark.timeout(600)
@settings(
    max_examples=60,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(program=programs())
def test_both_recordings_are_equal(program: str) -> None:
    try:
        compiled(program, "<program>")
    except SyntaxError:  # a random del or walrus in the wrong place
        assume(False)
    original, lowered = both(program)
    assert lowered == original
