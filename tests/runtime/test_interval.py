"""Intervals: their ticks under each policy, against a model; deadlines."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakepoint import (
    Interval,
    MissedTickBehavior,
    interval,
    interval_at,
    now,
    pending,
    run,
    select,
    sleep,
    sleep_until,
    time,
    timeout,
    timeout_at,
    yield_now,
)

# Eighths of a second are exact, so the model and the clock agree to the last digit but for the
# moments that the simulated kernel takes to look.
EIGHTHS = st.integers(1, 40).map(lambda count: Fraction(count, 8))
SLACK = 0.004


def model(period: Fraction, work: list[Fraction], missed: MissedTickBehavior) -> list[Fraction]:
    """When each tick was due, if so much work is done after each."""
    clock = due = Fraction(0)
    ticks = []
    for busy in work:
        clock = max(clock, due)
        ticks.append(due)
        late = clock - due
        if not late or missed is MissedTickBehavior.BURST:
            due += period
        elif missed is MissedTickBehavior.DELAY:
            due = clock + period
        else:
            due += (late // period + 1) * period
        clock += busy
    return ticks


@pytest.mark.parametrize("missed", MissedTickBehavior)
@given(period=EIGHTHS, work=st.lists(st.one_of(st.just(Fraction(0)), EIGHTHS), max_size=12))
def test_ticks_come_as_the_policy_says(
    missed: MissedTickBehavior, period: Fraction, work: list[Fraction]
) -> None:
    async def main() -> list[float]:
        ticks = interval(float(period), missed)
        began = now()
        due = []
        for busy in work:
            due.append(await ticks.tick() - began)
            assert now() - began >= due[-1] - 1e-9
            await sleep(float(busy))
        return due

    expected = [float(each) for each in model(period, work, missed)]
    assert run(main(), backend="simulated") == pytest.approx(expected, abs=SLACK)


@given(st.lists(st.booleans(), max_size=20))
def test_a_tick_that_is_given_up_is_not_taken(gives_up: list[bool]) -> None:
    """Each tick comes once, however often somebody stopped waiting for it."""

    async def main() -> list[int]:
        ticks = interval(1.0)
        began = await ticks.tick()
        taken = []
        for give_up in gives_up:
            if give_up:
                assert (await select(ticks.tick(), yield_now()))[0] == 1
            else:
                taken.append(round(await ticks.tick() - began))
        return taken

    assert run(main(), backend="simulated") == list(range(1, gives_up.count(False) + 1))


def test_an_interval_is_iterated_over() -> None:
    async def main() -> list[int]:
        seen = []
        began = now()
        async for due in interval(0.25):
            seen.append(round(4 * (due - began)))
            if len(seen) == 4:
                return seen
        return []

    assert run(main(), backend="simulated") == [0, 1, 2, 3]


def test_a_reset_moves_the_next_tick() -> None:
    async def main() -> list[int]:
        began = now()
        ticks = interval_at(began + 10, 10)

        async def next_tick() -> int:
            due = round(await ticks.tick() - began)
            await sleep(1)
            return due

        due = [await next_tick()]
        ticks.reset()
        due.append(await next_tick())
        ticks.reset_immediately()
        due.append(await next_tick())
        ticks.reset_after(3)
        due.append(await next_tick())
        ticks.reset_at(began + 100)
        return [*due, await next_tick()]

    assert run(main(), backend="simulated") == [10, 21, 22, 26, 100]


def test_the_policy_may_be_changed_later() -> None:
    async def main() -> list[int]:
        ticks = interval(1)
        began = await ticks.tick()
        ticks.missed_tick_behavior = MissedTickBehavior.SKIP
        await sleep(3.5)
        return [round(await ticks.tick() - began) for _ in range(3)]

    assert run(main(), backend="simulated") == [1, 4, 5]


@pytest.mark.parametrize("wrong", [0, -1, math.nan, math.inf])
def test_a_period_is_above_0(wrong: float) -> None:
    with pytest.raises(ValueError, match="period of an interval is a time above 0"):
        interval(wrong)
    with pytest.raises(ValueError, match="period of an interval is a time above 0"):
        interval_at(0.0, wrong)


def test_intervals_say_what_they_are() -> None:
    ticks: Interval = interval(0.5)
    assert (repr(ticks), repr(ticks.tick())) == ("interval(0.5)", "interval(0.5).tick()")


# -- deadlines -------------------------------------------------------------------------------


@given(st.lists(st.integers(-1000, 10**6), max_size=10))
def test_sleep_until_wakes_in_the_order_of_deadlines(offsets: list[int]) -> None:
    async def main() -> list[int]:
        began = now()
        woken: list[int] = []

        async def nap(offset: int) -> None:
            await sleep_until(began + offset)
            assert now() >= began + offset
            woken.append(offset)

        from wakepoint import join

        await join(*map(nap, offsets))
        return woken

    woken = run(main(), backend="simulated")
    late = [each for each in woken if each > 0]
    assert late == sorted(each for each in offsets if each > 0)
    assert sorted(woken) == sorted(offsets)


def test_a_deadline_is_shared_by_several_calls() -> None:
    async def main() -> list[str]:
        deadline = now() + 1
        log = []
        for seconds in (0.4, 0.4, 0.4):
            try:
                await timeout_at(deadline, sleep(seconds))
                log.append("in time")
            except TimeoutError as error:
                log.append(str(error))
        return log

    assert run(main(), backend="simulated") == ["in time", "in time", "not done in time"]


def test_a_deadline_that_has_passed_lets_a_ready_future_win() -> None:
    async def value() -> int:
        return 5

    async def main() -> int:
        with pytest.raises(TimeoutError):
            await timeout_at(now() - 1, pending())
        return await timeout_at(now() - 1, value())

    assert run(main(), backend="simulated") == 5


@pytest.mark.parametrize("make", [sleep_until, lambda wrong: timeout_at(wrong, yield_now())])
def test_a_deadline_is_no_nan(make: object) -> None:
    with pytest.raises(ValueError, match="a deadline is a time of the clock, not nan"):
        make(math.nan)  # type: ignore[operator]


def test_a_timeout_gives_its_result_once() -> None:
    from wakepoint import Context, Waker, ready

    future = timeout(1, ready(5))
    cx = Context(Waker.noop())
    future.poll(cx)
    with pytest.raises(RuntimeError, match="after it was ready"):
        future.poll(cx)


def test_time_has_all_of_it() -> None:
    assert {"pause", "resume", "advance", "now", "sleep_until"} <= set(time.__all__)
