"""The virtual clock itself, and what recordings say of a paused one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakepoint.clock import VirtualClock
from wakepoint.recording import record


@given(st.floats(0, 10**9), st.lists(st.floats(0, 10**9), max_size=10))
def test_it_never_goes_back_and_reaches_what_it_is_set_to(start: float, times: list[float]) -> None:
    clock = VirtualClock(start)
    before = clock.monotonic()
    for each in times:
        clock.forward_to(each)
        assert clock.monotonic() >= max(before, each)
        assert clock.monotonic() <= max(before, each) + 1e-6
        before = clock.monotonic()


SCRIPT = """
import wakepoint
from wakepoint import sleep, spawn, run, time

async def nap(hours):
    await sleep(hours * 3600)
    print("after", hours)

async def main():
    time.pause()
    naps = [spawn(nap(hours)) for hours in (3, 1, 2)]
    for each in naps:
        await each
    spawn(nap(1))
    await sleep(0)
    await time.advance(7200)
    print("advanced")

run(main(), backend={backend!r})
"""


@pytest.mark.parametrize("backend", ["auto", "simulated"])
def test_a_recording_of_a_paused_clock_says_so(
    backend: str, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = record(SCRIPT.format(backend=backend))
    assert recording.outcome.kind == "finished", recording.outcome
    expected = "after 1\nafter 2\nafter 3\nafter 1\nadvanced\n"
    assert capsys.readouterr().out == expected
    assert recording.environment.clock == "virtual"


def test_a_clock_that_is_left_alone_is_real() -> None:
    recording = record("from wakepoint import run, sleep\nrun(sleep(0.001), backend='auto')\n")
    assert recording.environment.clock == "real"
