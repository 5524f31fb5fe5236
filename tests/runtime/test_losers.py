"""What loses a timeout, select or try_join: it is cancelled, driven to its end, told beside."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakepoint import (
    PENDING,
    Cancelled,
    Context,
    Future,
    JoinError,
    Poll,
    Ready,
    into_future,
    join,
    run,
    select,
    sleep,
    spawn,
    timeout,
    try_join,
    yield_now,
)

TICK = 0.001


class Guest:
    """Says goodbye when it is left, and that takes a while."""

    def __init__(self, log: list[str], name: str = "guest", error: Exception | None = None) -> None:
        self.log = log
        self.name = name
        self.error = error

    async def __aenter__(self) -> None:
        self.log.append(f"{self.name} comes")

    async def __aexit__(self, *details: object) -> None:
        await sleep(TICK)
        await yield_now()
        self.log.append(f"{self.name} goes")
        if self.error is not None:
            raise self.error


async def stay(guest: Guest) -> str:
    async with guest:
        await sleep(60)
    return "done"


def lose_to_time(loser: Awaitable[Any]) -> Future[Any]:
    return timeout(TICK, loser)


def lose_to_winner(loser: Awaitable[Any]) -> Future[Any]:
    return select(loser, sleep(TICK))


def lose_to_error(loser: Awaitable[Any]) -> Future[Any]:
    return try_join(loser, fail())


async def fail() -> None:
    await sleep(TICK)
    raise KeyError("sibling")


WAYS = pytest.mark.parametrize(
    ("lose", "answer"),
    [
        (lose_to_time, "TimeoutError"),
        (lose_to_winner, (1, None)),
        (lose_to_error, "KeyError"),
    ],
)
Lose = Callable[[Awaitable[Any]], Future[Any]]


async def outcome(future: Awaitable[Any]) -> Any:
    try:
        return await future
    except Exception as error:
        return type(error).__name__


@WAYS
def test_a_loser_may_wait_in_its_async_with(lose: Lose, answer: object) -> None:
    log: list[str] = []

    async def main() -> Any:
        answer = await outcome(lose(stay(Guest(log))))
        log.append("answer")
        return answer

    assert run(main()) == answer
    assert log == ["guest comes", "guest goes", "answer"]


@WAYS
def test_a_loser_may_wait_in_its_except_and_finally(lose: Lose, answer: object) -> None:
    log: list[str] = []

    async def loser() -> None:
        try:
            await sleep(60)
        except Cancelled:
            await yield_now()
            log.append("except")
            raise
        finally:
            await sleep(TICK)
            log.append("finally")

    assert run(outcome(lose(loser()))) == answer
    assert log == ["except", "finally"]


@WAYS
def test_it_may_be_deep_inside(lose: Lose, answer: object) -> None:
    log: list[str] = []

    async def within() -> None:
        async with Guest(log, "outer"):
            await join(timeout(60, stay(Guest(log, "a"))), select(stay(Guest(log, "b"))))

    assert run(outcome(lose(within()))) == answer
    assert log[-1] == "outer goes"
    assert sorted(log[3:-1]) == ["a goes", "b goes"]


@WAYS
def test_a_loser_that_is_another_kind_of_awaitable(lose: Lose, answer: object) -> None:
    log: list[str] = []

    class Custom:
        def __await__(self) -> Any:
            return stay(Guest(log)).__await__()

    assert run(outcome(lose(Custom()))) == answer
    assert log == ["guest comes", "guest goes"]


@WAYS
def test_a_result_of_the_loser_comes_too_late(lose: Lose, answer: object) -> None:
    async def loser() -> str:
        try:
            await sleep(60)
        except Cancelled:
            await yield_now()
        return "late"

    assert run(outcome(lose(loser()))) == answer


@WAYS
def test_the_answer_of_a_spawned_one_is_the_same(lose: Lose, answer: object) -> None:
    log: list[str] = []

    async def main() -> Any:
        return await outcome(spawn(lose(stay(Guest(log)))))

    assert run(main()) == answer
    assert log == ["guest comes", "guest goes"]


@pytest.mark.parametrize("lose", [lose_to_time, lose_to_error])
def test_what_the_cleanup_raises_is_told_beside_the_error(lose: Lose) -> None:
    async def main() -> None:
        await lose(stay(Guest([], error=ValueError("no goodbye"))))

    with pytest.raises((TimeoutError, KeyError)) as caught:
        run(main())
    assert caught.value.__notes__ == ["stay() raised ValueError: no goodbye after it was cancelled"]
    assert "in __aexit__" in "".join(traceback.format_exception(caught.value))


def test_what_the_cleanup_raises_is_told_beside_the_result(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(lose_to_winner(stay(Guest([], error=ValueError("no goodbye"))))) == (1, None)
    stderr = capsys.readouterr().err
    assert stderr.startswith("stay() raised after it was cancelled (select was done without it):\n")
    assert "in __aexit__" in stderr
    assert stderr.endswith("ValueError: no goodbye\n")


def test_the_own_context_of_an_error_is_kept() -> None:
    async def main() -> None:
        async def sibling() -> None:
            await sleep(TICK)
            try:
                raise KeyError("first")
            except KeyError:
                raise ValueError("then")  # noqa: B904 - its context is the point

        await try_join(stay(Guest([], error=OSError("no goodbye"))), sibling())

    with pytest.raises(ValueError, match="then") as caught:
        run(main())
    assert isinstance(caught.value.__context__, KeyError)
    assert "OSError: no goodbye" in caught.value.__notes__[0]


def test_several_losers_end_side_by_side() -> None:
    log: list[str] = []

    async def loser(name: str, turns: int) -> None:
        try:
            await sleep(60)
        finally:
            for _ in range(turns):
                await yield_now()
            log.append(name)

    assert run(select(loser("slow", 5), sleep(TICK), loser("quick", 2))) == (1, None)
    assert log == ["quick", "slow"]


def test_several_cleanups_that_fail_are_all_told() -> None:
    async def main() -> None:
        guests = [Guest([], error=error) for error in (ValueError("a"), OSError("b"))]
        await timeout(TICK, join(*map(stay, guests)))

    with pytest.raises(TimeoutError) as caught:
        run(main())
    context = caught.value.__context__
    assert isinstance(context, ExceptionGroup)
    assert list(map(type, context.exceptions)) == [ValueError, OSError]


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from("vre")), min_size=1, max_size=6))
def test_whatever_losers_do_the_answer_comes_after_the_last_of_them(
    losers: list[tuple[int, str]],
) -> None:
    ended: list[int] = []

    async def loser(number: int, turns: int, how: str) -> str:
        try:
            await sleep(60)
        except Cancelled:
            for _ in range(turns):
                await yield_now()
            ended.append(number)
            if how == "r":
                raise
            if how == "e":
                raise ValueError(str(number)) from None
        return "late"

    async def main() -> None:
        futures = [loser(number, *each) for number, each in enumerate(losers)]
        with pytest.raises(KeyError) as caught:
            await try_join(*futures, fail())
        assert sorted(ended) == list(range(len(losers)))
        notes = getattr(caught.value, "__notes__", [])
        assert len(notes) == sum(how == "e" for _, how in losers)

    run(main(), backend="simulated")


# -- cancelled from outside ------------------------------------------------------------------


@WAYS
def test_an_abort_while_the_loser_ends_lets_it_clean_up(lose: Lose, answer: object) -> None:
    log: list[str] = []

    async def loser() -> None:
        try:
            await sleep(60)
        finally:
            log.append("begins")
            await sleep(10 * TICK)
            log.append("ends")

    async def main() -> None:
        handle = spawn(lose(loser()))
        while not log:
            await sleep(TICK)
        handle.abort()
        with pytest.raises(JoinError):
            await handle

    run(main(), backend="simulated")
    assert log == ["begins", "ends"]


@pytest.mark.parametrize(
    "combine",
    [lambda each: timeout(60, each), select, join, try_join],
    ids=["timeout", "select", "join", "try_join"],
)
def test_an_abort_of_what_has_not_lost_lets_it_wait(
    combine: Callable[[Awaitable[Any]], Future[Any]],
) -> None:
    log: list[str] = []

    async def waits() -> None:
        await combine(stay(Guest(log)))

    async def main() -> None:
        for work in (waits(), combine(stay(Guest(log)))):
            handle = spawn(work)
            await yield_now()
            handle.abort()
            with pytest.raises(JoinError):
                await handle

    run(main())
    assert log == ["guest comes", "guest goes"] * 2


def test_once_a_timeout_is_cancelled_its_time_does_not_count() -> None:
    async def cleans_up() -> None:
        try:
            await sleep(60)
        finally:
            await sleep(10 * TICK)
            log.append("in peace")

    async def main() -> None:
        handle = spawn(timeout(5 * TICK, cleans_up()))
        await yield_now()
        handle.abort()
        with pytest.raises(JoinError):
            await handle

    log: list[str] = []
    run(main(), backend="simulated")
    assert log == ["in peace"]


def test_the_timeout_around_does_not_cut_a_cleanup_short() -> None:
    log: list[str] = []

    async def long_goodbye() -> None:
        try:
            await sleep(60)
        finally:
            await sleep(60)
            log.append("goodbye")

    async def main() -> None:
        with pytest.raises(TimeoutError, match=r"not done after 0\.002 s"):
            await timeout(2 * TICK, timeout(TICK, long_goodbye()))

    run(main(), backend="simulated")
    assert log == ["goodbye"]


def test_a_timeout_within_a_cleanup_bounds_it() -> None:
    log: list[str] = []

    async def cleans_up() -> None:
        try:
            await sleep(60)
        finally:
            try:
                await timeout(TICK, sleep(60))
            except TimeoutError:
                log.append("enough")

    async def main() -> None:
        with pytest.raises(TimeoutError, match=r"not done after 0\.002 s"):
            await timeout(2 * TICK, cleans_up())

    run(main(), backend="simulated")
    assert log == ["enough"]


def test_an_error_while_a_join_is_aborted_is_the_tasks_result() -> None:
    async def main() -> None:
        work = join(stay(Guest([], error=ValueError("no goodbye"))), stay(Guest([])))
        handle = spawn(work)
        await yield_now()
        handle.abort()
        with pytest.raises(ExceptionGroup) as caught:
            await handle
        assert [str(error) for error in caught.value.exceptions] == ["no goodbye"]

    run(main())


# -- at once --------------------------------------------------------------------------------


def test_a_loser_that_ends_at_once_costs_no_turn() -> None:
    polls = []

    class Counts(Future[Any]):
        def __init__(self) -> None:
            self.inner = select(into_future(stay_a_moment()), yield_now())

        def poll(self, cx: Context) -> Poll[Any]:
            polls.append(1)
            return self.inner.poll(cx)

    async def stay_a_moment() -> None:
        await sleep(60)

    assert run(Counts()) == (1, None)
    assert len(polls) == 2  # yield_now's two


def test_a_loser_that_was_never_polled_runs_nothing() -> None:
    async def never_polled() -> None:
        pytest.fail("it ran")

    assert run(select(yield_now(), sleep(0), stay(Guest([])))) in [(0, None), (1, None)]
    assert run(select(Immediately(), never_polled())) == (0, "now")


class Immediately(Future[str]):
    def poll(self, cx: Context) -> Poll[str]:
        return Ready("now")


class Held(Future[None]):
    """Cannot be told that it is cancelled."""

    def __init__(self, error: Exception | None = None) -> None:
        self.drops = 0
        self.error = error

    def poll(self, cx: Context) -> Poll[None]:
        assert not self.drops
        return PENDING

    def drop(self) -> None:
        self.drops += 1
        if self.error is not None:
            raise self.error


@WAYS
def test_a_hand_written_loser_is_dropped(lose: Lose, answer: object) -> None:
    held = Held()
    assert run(outcome(lose(held))) == answer
    assert held.drops


def test_a_hand_written_loser_that_cannot_be_dropped_is_told_beside() -> None:
    with pytest.raises(TimeoutError) as caught:
        run(timeout(TICK, Held(ValueError("stuck"))))
    assert "ValueError: stuck" in caught.value.__notes__[0]


def test_dropping_is_at_once_as_in_rust() -> None:
    log: list[str] = []

    class Drops(Future[None]):
        def __init__(self) -> None:
            self.inner = timeout(60, join(stay(Guest(log)), Held()))

        def poll(self, cx: Context) -> Poll[None]:
            assert self.inner.poll(cx) is PENDING
            with pytest.raises(RuntimeError, match="being dropped, which cannot wait"):
                self.inner.drop()
            return Ready(None)

    run(Drops())
    assert log == ["guest comes"]


def test_a_hard_stop_waits_for_nobody() -> None:
    class Stop(BaseException):
        pass

    log: list[str] = []

    async def stops() -> None:
        await sleep(TICK)
        raise Stop

    async def loser() -> None:
        try:
            await sleep(60)
        finally:
            log.append("begins")
            await sleep(60)

    with pytest.raises(Stop):
        run(try_join(loser(), stops()))
    assert log == ["begins"]
