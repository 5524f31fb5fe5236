"""select and race: who wins where several are ready, the same in every run."""

from __future__ import annotations

import io
from collections import Counter
from contextlib import redirect_stdout

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakepoint import (
    Cancelled,
    Context,
    Future,
    Waker,
    pending,
    race,
    ready,
    run,
    select,
    sleep,
    yield_now,
)
from wakepoint.choices import Choices
from wakepoint.recording import record


def winners(fair: bool, count: int, rounds: int) -> list[int]:
    async def main() -> list[int]:
        return [
            (await select(*map(ready, range(count)), biased=not fair))[0] for _ in range(rounds)
        ]

    return run(main())


@given(st.integers(1, 6), st.integers(1, 20))
def test_the_first_that_is_ready_wins_unless_fairness_is_asked_for(count: int, rounds: int) -> None:
    assert winners(False, count, rounds) == [0] * rounds


@pytest.mark.parametrize("count", [2, 3, 5])
def test_a_fair_select_prefers_no_place(count: int) -> None:
    won = Counter(winners(True, count, 300 * count))
    # The numbers are always the same: this is no chance, and the limits are wide.
    assert set(won) == set(range(count))
    assert max(won.values()) < 1.3 * min(won.values())


def test_a_fair_choice_is_the_same_in_every_run() -> None:
    assert winners(True, 3, 50) == winners(True, 3, 50)


SCRIPT = """
from wakepoint import race, ready, run, yield_now

async def main():
    print([await race(ready("a"), ready("b"), ready("c")) for _ in range(20)])

run(main())
"""


def test_a_fair_choice_is_the_same_when_it_is_recorded() -> None:
    plain = io.StringIO()
    with redirect_stdout(plain):
        exec(SCRIPT, {})
    recorded = io.StringIO()
    with redirect_stdout(recorded):
        recording = record(SCRIPT)
    assert recording.outcome.kind == "finished"
    assert recorded.getvalue() == plain.getvalue() != ""


def test_a_branch_that_is_always_ready_starves_nobody_in_a_fair_loop() -> None:
    class Starving(Future[str]):
        """Ready at its tenth poll, over all selects."""

        polls = 0

        def poll(self, cx: Context) -> object:  # type: ignore[override]
            Starving.polls += 1
            return ready("at last").poll(cx) if Starving.polls == 10 else pending().poll(cx)

    async def main() -> int:
        for turn in range(1000):
            _, value = await select(ready("always"), Starving(), biased=False)
            if value == "at last":
                return turn
        return -1

    assert run(main()) >= 0


def test_race_gives_the_result_alone_and_ends_the_rest() -> None:
    log: list[str] = []

    async def stays() -> None:
        try:
            await pending()
        except Cancelled as cancelled:
            await yield_now()
            log.append(str(cancelled))
            raise

    assert run(race(stays(), sleep(0.001))) is None
    assert log == ["race was done without it"]


def test_race_raises_what_the_first_raises() -> None:
    async def fail() -> None:
        raise ValueError("first")

    with pytest.raises(ValueError, match="first"):
        run(race(fail(), pending()))


@pytest.mark.parametrize("make", [select, race])
def test_there_has_to_be_somebody_to_wait_for(make: type) -> None:
    with pytest.raises(ValueError, match=f"{make.__name__} needs at least one future"):
        make()


@pytest.mark.parametrize("make", [select, race])
def test_it_may_be_polled_by_hand_and_gives_its_result_once(make: type) -> None:
    future = make(ready(5))
    cx = Context(Waker.noop())
    assert future.poll(cx).value in (5, (0, 5))
    with pytest.raises(RuntimeError, match="after it was ready"):
        future.poll(cx)


@given(st.integers(0, 2**64), st.integers(1, 100))
def test_choices_are_below_their_limit(seed: int, limit: int) -> None:
    choices = Choices(seed)
    assert all(0 <= choices.below(limit) < limit for _ in range(50))


@given(st.integers(0, 2**64))
def test_choices_do_not_stand_still(seed: int) -> None:
    choices = Choices(seed)
    assert len({choices.below(2**32) for _ in range(20)}) > 15
