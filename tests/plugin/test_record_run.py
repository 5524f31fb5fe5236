"""The fixture that runs a coroutine within a test and tells what it did."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

import pytest
from tools.coroutines import naps

import wakepoint
from mkdocs_wakepoint.testing.recorded_run import RecordRun
from wakepoint.recording.figures import figures


async def nap(seconds: float) -> str:
    await wakepoint.sleep(seconds)
    return "slept"


async def twice(total: int = 0) -> int:
    for _ in range(2):
        total += len(await nap(1))
    return total


async def fails() -> None:
    await wakepoint.sleep(1)
    raise ValueError("no")


class Server:
    async def serve(self) -> int:
        await wakepoint.sleep(1)
        return 1

    @staticmethod
    async def count() -> AsyncIterator[int]:
        yield 1
        yield 2


def test_states_are_told_as_the_source_has_them(record_run: RecordRun) -> None:
    run = record_run(twice(), backend="simulated")
    assert run.value == 10
    assert run.states("twice") == ["await nap(1)", "await nap(1)", "returned"]
    assert run.states("nap", call=2) == ["await wakepoint.sleep(seconds)", "returned"]
    assert len(run.states("nap")) == 4
    assert run.saved("twice", "total") == ["0", "5"]


def test_figures_and_kernel_calls_are_those_of_the_run(record_run: RecordRun) -> None:
    run = record_run(twice(), backend="simulated")
    assert run.figures == figures(run.recording)
    assert (run.figures.tasks, run.figures.timers, run.figures.polls) == (1, 2, 3)
    assert len(run.kernel_calls) == sum(run.figures.calls.values())
    assert repr(run) == "<RecordedRun: returned 10; tasks=1 polls=3 suspended=4 timers=2>"


def test_a_coroutine_that_is_defined_in_the_test_is_followed(record_run: RecordRun) -> None:
    async def inner() -> int:
        await wakepoint.sleep(1)
        assert await nap(1) == "slept"
        return 3

    run = record_run(inner(), backend="simulated")
    assert run.states("inner") == ["await wakepoint.sleep(1)", "await nap(1)", "returned"]
    assert run.states("nap")


def test_methods_and_generators_are_followed(record_run: RecordRun) -> None:
    async def uses() -> list[int]:
        return [await Server().serve(), *[each async for each in Server.count()]]

    run = record_run(uses(), backend="simulated")
    assert run.value == [1, 1, 2]
    assert run.states("serve") == run.states("Server.serve") != []
    assert run.states("count") == ["yield 1", "yield 2", "returned"]


def test_coroutines_of_another_file_are_followed_if_that_is_asked_for(
    record_run: RecordRun,
) -> None:
    async def uses() -> None:
        await naps.short()

    with pytest.raises(LookupError, match=r"no coroutine function 'short' ran; there ran .*uses"):
        record_run(uses(), backend="simulated").states("short")
    for other in (naps, naps.short):
        run = record_run(uses(), other, backend="simulated")
        assert run.states("short") == ["await wakepoint.sleep(0.01)", "returned"]


def test_a_future_is_run_as_well(record_run: RecordRun) -> None:
    run = record_run(wakepoint.sleep(1), backend="simulated")
    assert run.figures.timers == 1


def test_what_it_raises_is_raised_unless_it_is_expected(record_run: RecordRun) -> None:
    with pytest.raises(ValueError, match="no"):
        record_run(fails(), backend="simulated")
    run = record_run(fails(), backend="simulated", expect_error=ValueError)
    assert run.states("fails") == ["await wakepoint.sleep(1)", "raised"]
    assert isinstance(run.error, ValueError)
    assert repr(run).startswith("<RecordedRun: raised ValueError('no'); ")
    with pytest.raises(AssertionError, match="KeyError was expected, and nothing was raised"):
        record_run(nap(1), backend="simulated", expect_error=KeyError)
    with pytest.raises(ValueError, match="no"):
        record_run(fails(), backend="simulated", expect_error=KeyError)


def test_a_question_about_what_did_not_run_names_what_did(record_run: RecordRun) -> None:
    run = record_run(nap(1), backend="simulated")
    with pytest.raises(LookupError, match="no coroutine function 'twice' ran; there ran nap"):
        run.states("twice")
    with pytest.raises(LookupError, match="nap was called 1 times; there is no call 2"):
        run.states("nap", call=2)
    with pytest.raises(LookupError, match="nap keeps no 'speed' in a state that it reached"):
        run.saved("nap", "speed")


def test_runs_do_not_know_of_each_other(record_run: RecordRun) -> None:
    first, second = (record_run(nap(1), backend="simulated") for _ in range(2))
    assert first.recording == second.recording


@pytest.mark.skipif(sys.platform == "win32", reason="there is no interval timer")
def test_a_time_limit_is_an_ordinary_exception(record_run: RecordRun) -> None:
    async def hangs() -> None:
        while True:
            pass

    with pytest.raises(TimeoutError, match=r"the coroutine was not done after 0\.2 s"):
        record_run(hangs(), timeout=0.2)


def test_it_runs_on_the_platform_s_own_backend_by_default(record_run: RecordRun) -> None:
    run = record_run(nap(0.001))
    assert run.recording.environment.backend == wakepoint.backends.resolve("auto")
    assert run.recording.environment.clock == "real"
