"""Sleeping and time limits; the laws hold in virtual time, which does not jitter."""

from __future__ import annotations

import gc
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakepoint import (
    PENDING,
    Context,
    Future,
    Poll,
    executor,
    join,
    run,
    select,
    sleep,
    spawn,
    timeout,
    yield_now,
)
from wakepoint.reactor import MAX_DISARMED, Timer

seconds = st.integers(0, 10**9).map(lambda milliseconds: milliseconds / 1000)


@given(st.lists(seconds, max_size=20))
def test_sleepers_wake_in_the_order_of_their_deadlines_and_never_early(naps: list[float]) -> None:
    woken: list[tuple[float, float]] = []

    async def nap(length: float) -> None:
        start = now()
        await sleep(length)
        woken.append((length, now() - start))

    def now() -> float:
        return executor.current().reactor.kernel.monotonic()

    run(join(*map(nap, naps)), backend="simulated")
    assert [length for length, _ in woken] == sorted(naps)
    # A nanosecond is what virtual time counts; the rest is how exact a float is.
    assert all(slept >= length or math.isclose(slept, length) for length, slept in woken)


@given(seconds, seconds)
def test_the_shorter_of_sleep_and_limit_wins(nap: float, limit: float) -> None:
    async def main() -> str:
        try:
            await timeout(limit, sleep(nap))
        except TimeoutError:
            return "limit"
        return "sleep"

    if abs(nap - limit) > 0.001:
        assert run(main(), backend="simulated") == ("sleep" if nap < limit else "limit")


def test_a_result_that_is_there_wins_over_a_deadline_that_has_passed() -> None:
    async def value() -> int:
        return 5

    assert run(timeout(0, value())) == 5


def test_what_takes_too_long_is_dropped() -> None:
    dropped: list[str] = []

    class Forever(Future[None]):
        def poll(self, cx: Context) -> Poll[None]:
            return PENDING

        def drop(self) -> None:
            dropped.append("dropped")

    async def main() -> None:
        with pytest.raises(TimeoutError, match=r"not done after 0\.001 s"):
            await timeout(0.001, Forever())

    run(main())
    assert dropped


def test_an_error_within_the_limit_goes_through() -> None:
    async def fail() -> None:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        run(timeout(1, fail()))


@pytest.mark.parametrize("wrong", [-1, -0.001, math.nan])
def test_time_does_not_run_backwards(wrong: float) -> None:
    with pytest.raises(ValueError, match="seconds from 0 up"):
        sleep(wrong)
    with pytest.raises(ValueError, match="seconds from 0 up"):
        timeout(wrong, yield_now())


def test_a_sleep_counts_from_its_first_poll() -> None:
    async def main() -> float:
        kernel = executor.current().reactor.kernel
        nap = sleep(5)
        await sleep(10)
        start = kernel.monotonic()
        await nap
        return kernel.monotonic() - start

    assert run(main(), backend="simulated") == pytest.approx(5)


def test_a_sleep_that_moves_to_another_task_wakes_that_one() -> None:
    async def main() -> str:
        nap = sleep(1)
        await select(nap_once(nap), yield_now())
        return await spawn(finish(nap))

    async def nap_once(nap: Future[None]) -> None:
        class Once(Future[None]):
            def poll(self, cx: Context) -> Poll[None]:
                nap.poll(cx)
                return PENDING

        await Once()

    async def finish(nap: Future[None]) -> str:
        await nap
        return "woken"

    assert run(main(), backend="simulated") == "woken"


def test_limits_that_were_not_needed_are_not_kept() -> None:
    async def main() -> int:
        for _ in range(50 * MAX_DISARMED):
            await timeout(3600, yield_now())
        return sum(isinstance(each, Timer) for each in gc.get_objects())

    assert run(main()) <= 2 * MAX_DISARMED
