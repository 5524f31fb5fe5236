"""Programs of everything that the grammar has, made at random, behave as their originals."""

from __future__ import annotations

import os

import pytest
from tools.lowering.laws import wrong

from wakepoint.machine import MachineError

PROGRAMS = int(os.environ.get("WAKEPOINT_PROGRAMS", "75"))
"""How many. ``python -m tools.lowering.laws FIRST LAST`` tries others."""


@pytest.mark.timeout(0 if PROGRAMS > 75 else 120)
@pytest.mark.parametrize("first", range(0, PROGRAMS, 25))
def test_a_program_made_at_random_is_the_same_lowered(first: int) -> None:
    refused = 0
    for seed in range(first, first + 25):
        try:
            problem = wrong(seed)
        except MachineError:
            refused += 1
            continue
        assert problem is None, problem
    assert refused <= 12, "hardly any are lowered"
