"""Warnings of Python's compiler are given where a program is compiled, not by its machines."""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from wakepoint.machine import analyze_source
from wakepoint.machine.lowering import lower_source

WARNED = {
    "escape": 'async def main(leaf):\n    return await leaf("\\d")\n',
    # PEP 765: from 3.14 on.
    "finally": "async def main(leaf):\n try:\n  await leaf\n finally:\n  return 1\n",
}


@pytest.mark.parametrize("make", [analyze_source, lower_source])
@pytest.mark.parametrize("action", ["error", "always"])
@pytest.mark.parametrize("source", WARNED.values(), ids=WARNED)
def test_what_compiles_with_a_warning_has_a_machine(
    source: str, action: Any, make: Callable[[str], Any]
) -> None:
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter(action)
        assert make(source)
    assert given == []


def test_threads_leave_the_filters_as_they_were() -> None:
    before = list(warnings.filters)
    together = threading.Barrier(4)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)

    def analyse() -> None:
        together.wait()
        for number in range(100):
            analyze_source(f"{WARNED['escape']}# {number}")

    threads = [threading.Thread(target=analyse) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(interval)
    assert list(warnings.filters) == before
