"""Coroutines made at random show nothing at run time that their machines do not have."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from tools import pythons
from tools.coroutines.laws import agree, analysis_of, hold
from tools.coroutines.programs import program


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    st.randoms(use_true_random=False),
    st.lists(st.lists(st.integers(0, 239), max_size=60), min_size=1, max_size=6),
)
def test_every_run_keeps_to_the_machine(random: Random, scripts: list[list[int]]) -> None:
    source = program(random, size=6)
    note(source)
    analysis = analysis_of(source)
    agree(analysis, source)
    for script in scripts:
        hold(analysis, script)


@pytest.mark.parametrize("version", pythons.EACH)
def test_it_does_on_every_python(version: str) -> None:
    printed = pythons.run(version, "-m", "tools.coroutines.laws", "0", "100")
    coroutines, suspensions = [int(word) for word in printed.split() if word.isdigit()]
    assert coroutines == 100
    assert suspensions > 1000
