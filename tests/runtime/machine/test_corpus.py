"""Machines of code that nobody here wrote: aiohttp, anyio, starlette and websockets."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.corpus import PACKAGES, Package, check, run_own_tests

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "machine.md"

pytestmark = [pytest.mark.network, pytest.mark.timeout(900)]


@pytest.mark.parametrize("package", PACKAGES, ids=lambda each: each.name)
def test_every_coroutine_agrees_with_the_second_opinion(package: Package) -> None:
    result = check(package)
    assert result.differences == []
    assert result.functions > 100
    # 3.11 compiles async comprehensions apart; what is counted is the same.
    assert result.row() in PAGE.read_text(encoding="utf-8")


def test_every_suspension_of_a_run_of_their_own_tests_is_a_state() -> None:
    # Some of them measure time and fail on a busy machine; where they suspend is told all the same.
    ended, noted = run_own_tests()
    assert " passed" in ended
    assert noted["unknown"] == []
    assert sum(noted["places"].values()) > 500
