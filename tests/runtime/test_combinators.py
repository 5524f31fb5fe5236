"""join, select and yield_now: in which order they poll, and what they drop when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakepoint import (
    PENDING,
    Context,
    Future,
    Poll,
    Ready,
    into_future,
    join,
    run,
    select,
    sleep,
    try_join,
    yield_now,
)


class Counted(Future[int]):
    """Ready with its number after so many polls that were pending."""

    def __init__(self, number: int, pendings: int) -> None:
        self.number = number
        self.left = pendings
        self.drops = 0

    def poll(self, cx: Context) -> Poll[int]:
        assert not self.drops, "polled after it was dropped"
        assert self.left >= 0, "polled after it was ready"
        self.left -= 1
        if self.left < 0:
            return Ready(self.number)
        cx.waker.wake()
        return PENDING

    def drop(self) -> None:
        self.drops += 1


@given(st.lists(st.integers(0, 5), max_size=8))
def test_join_gives_every_result_in_order_and_drops_each_future(pendings: list[int]) -> None:
    futures = [Counted(number, count) for number, count in enumerate(pendings)]
    assert run(join(*futures)) == tuple(range(len(pendings)))
    assert all(future.drops for future in futures)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=8))
def test_select_takes_the_first_that_is_ready_and_drops_each_future(pendings: list[int]) -> None:
    futures = [Counted(number, count) for number, count in enumerate(pendings)]
    first = pendings.index(min(pendings))
    assert run(select(*futures)) == (first, first)
    assert all(future.drops for future in futures)


def test_join_polls_in_the_order_given() -> None:
    log: list[str] = []

    async def work(name: str) -> None:
        for _ in range(2):
            log.append(name)
            await yield_now()

    run(join(work("a"), work("b")))
    assert log == ["a", "b", "a", "b"]


def test_when_one_raises_the_others_are_dropped() -> None:
    other = Counted(1, 100)

    async def fail() -> None:
        await yield_now()
        raise ValueError("broken")

    async def main() -> None:
        with pytest.raises(ValueError, match="broken"):
            await try_join(other, fail())
        assert other.drops

    run(main())


def test_a_loser_that_was_never_polled_is_dropped_too() -> None:
    async def never_polled() -> None:
        pytest.fail("it ran")

    # pytest fails if the coroutine is left behind unawaited.
    assert run(select(Counted(0, 0), never_polled())) == (0, 0)


def test_a_select_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        select()


def test_a_join_of_nothing_is_ready() -> None:
    assert run(join()) == ()


def test_combinators_nest_and_can_be_polled_as_they_are() -> None:
    async def value(number: int) -> int:
        await sleep(0.001)
        return number

    both = run(join(select(value(1), sleep(60)), join(value(2), value(3))))
    assert both == ((0, 1), (2, 3))
    assert into_future(join()).poll is not None
