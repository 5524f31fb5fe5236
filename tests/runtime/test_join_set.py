"""JoinSet: each end is given once, whatever is dropped when, and dropping the set aborts."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from wakepoint import (
    Context,
    JoinError,
    JoinHandle,
    JoinSet,
    Ready,
    Waker,
    into_future,
    join,
    pending,
    run,
    runtime,
    select,
    sleep,
    spawn,
    yield_now,
)


async def give(number: int, turns: int = 0) -> int:
    for _ in range(turns):
        await yield_now()
    return number


async def nap(seconds: float) -> float:
    await sleep(seconds)
    return seconds


@given(st.lists(st.integers(0, 1000), max_size=12))
def test_tasks_are_given_in_the_order_in_which_they_end(naps: list[int]) -> None:
    async def main() -> list[float]:
        tasks: JoinSet[float] = JoinSet()
        for length in naps:
            tasks.spawn(nap(length))
        return [await ended async for ended in tasks]

    assert run(main(), backend="simulated") == sorted(naps)


class AnyOrder(RuleBasedStateMachine):
    """Spawns, polls, waits and drops in any order: each result comes out exactly once."""

    @initialize()
    def begin(self) -> None:
        self.executor = runtime.build("simulated")
        self.tasks: JoinSet[int] = JoinSet()
        self.stops: dict[int, Waker | None] = {}
        self.released: set[int] = set()
        self.given: list[int] = []
        self.spawned = 0
        self.waits: list[object] = []

    def on_executor(self, call: object) -> object:
        """Calls it in a task of the executor, after which all that is woken has been polled."""
        results: list[object] = []

        async def called() -> None:
            results.append(call())  # type: ignore[operator]

        self.executor.spawn(called())
        while self.executor.try_tick():
            pass
        return results[0]

    @rule()
    def spawn(self) -> None:
        number = self.spawned
        self.spawned += 1

        def spawn_one() -> None:
            self.tasks.spawn(self.work(number))

        self.on_executor(spawn_one)

    async def work(self, number: int) -> int:
        test = self

        class Stop(type(into_future(pending()))):  # type: ignore[misc]
            def poll(self, cx: Context) -> object:
                test.stops[number] = cx.waker.clone()
                return Ready(None) if number in test.released else super().poll(cx)

        await Stop()
        return number

    @rule(index=st.integers(0, 5))
    def let_one_end(self, index: int) -> None:
        held = [number for number in self.stops if number not in self.released]
        if held:
            number = held[index % len(held)]
            self.released.add(number)
            waker = self.stops[number]
            assert waker is not None
            self.on_executor(waker.wake)

    @rule()
    def poll_join_next_and_drop_it(self) -> None:
        """A select in which another branch wins."""

        def polled() -> None:
            future = self.tasks.join_next()
            answer = future.poll(Context(Waker.noop()))
            if isinstance(answer, Ready) and answer.value is not None:
                self.note(answer.value)
            future.drop()

        self.on_executor(polled)

    @rule()
    def wait_in_a_task(self) -> None:
        async def wait() -> None:
            ended = await self.tasks.join_next()
            if ended is not None:
                self.note(ended)

        self.waits.append(self.on_executor(lambda: spawn(wait())))

    @rule()
    def abort_a_waiting_task(self) -> None:
        if self.waits:
            self.on_executor(self.waits.pop().abort)  # type: ignore[attr-defined]

    @rule()
    def try_join_next(self) -> None:
        ended = self.tasks.try_join_next()
        if ended is not None:
            self.note(ended)

    def note(self, ended: JoinHandle[int]) -> None:
        answer = ended.poll(Context(Waker.noop()))
        assert isinstance(answer, Ready)
        self.given.append(answer.value)

    @invariant()
    def each_is_given_once_and_none_is_lost(self) -> None:
        assert len(set(self.given)) == len(self.given)
        assert set(self.given) <= self.released
        assert len(self.tasks) == self.spawned - len(self.given)

    def teardown(self) -> None:
        def drain() -> None:
            while (ended := self.tasks.try_join_next()) is not None:
                self.note(ended)
            self.tasks.abort_all()

        self.on_executor(drain)
        assert set(self.given) == self.released


AnyOrder.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
test_any_order = AnyOrder.TestCase


def test_an_empty_set_has_nothing_to_wait_for() -> None:
    async def main() -> None:
        tasks: JoinSet[int] = JoinSet()
        assert await tasks.join_next() is None
        assert tasks.try_join_next() is None
        assert await tasks.join_all() == []
        assert len(tasks) == 0
        await tasks.shutdown()

    run(main())


def test_join_all_gives_results_in_the_order_of_the_ends() -> None:
    async def main() -> list[float]:
        tasks: JoinSet[float] = JoinSet()
        for seconds in (3, 1, 2):
            tasks.spawn(nap(seconds))
        return await tasks.join_all()

    assert run(main(), backend="simulated") == [1, 2, 3]


def test_join_all_tells_every_failure_when_all_have_ended() -> None:
    log: list[str] = []

    async def fail(word: str, turns: int) -> None:
        await give(0, turns)
        log.append(word)
        raise ValueError(word)

    async def main() -> None:
        tasks: JoinSet[object] = JoinSet()
        tasks.spawn(fail("late", 5))
        tasks.spawn(fail("early", 1))
        tasks.spawn(give(7, 2))
        tasks.spawn(sleep(60)).abort()
        with pytest.raises(ExceptionGroup, match="3 of 4 joined tasks failed") as caught:
            await tasks.join_all()
        assert [type(error) for error in caught.value.exceptions] == [
            JoinError,
            ValueError,
            ValueError,
        ]
        assert log == ["early", "late"]
        assert len(tasks) == 0

    run(main())


def test_a_join_all_that_is_given_up_loses_nothing() -> None:
    async def main() -> list[int]:
        tasks: JoinSet[int] = JoinSet()
        tasks.spawn(give(1))
        tasks.spawn(give(2, 3))
        assert await select(tasks.join_all(), yield_now()) == (1, None)
        return await tasks.join_all()

    assert run(main(), backend="simulated") == [1, 2]


def test_several_may_wait_for_the_next() -> None:
    async def later() -> list[int]:
        tasks: JoinSet[int] = JoinSet()
        tasks.spawn(give(1, 2))
        tasks.spawn(give(2, 4))

        async def take() -> int:
            ended = await tasks.join_next()
            return -1 if ended is None else await ended

        return sorted(await join(take(), take(), take()))

    assert run(later()) == [-1, 1, 2]


def test_the_handle_that_spawn_gives_is_ones_own() -> None:
    async def main() -> tuple[int, int]:
        tasks: JoinSet[int] = JoinSet()
        handle = tasks.spawn(give(5, 2))
        into_future(handle).drop()
        handle.drop()
        ended = await tasks.join_next()
        assert ended is not None
        return await handle, await ended

    assert run(main()) == (5, 5)


def test_tasks_are_aborted_in_the_order_in_which_they_were_spawned() -> None:
    order = []

    async def wait(number: int) -> None:
        try:
            await pending()
        finally:
            order.append(number)

    async def main() -> None:
        tasks: JoinSet[None] = JoinSet()
        for number in range(20):
            tasks.spawn(wait(number))
        await yield_now()
        await tasks.shutdown()

    run(main())
    assert order == [*range(20)]


def test_abort_all_lets_them_clean_up_and_stay_in_the_set() -> None:
    log: list[str] = []

    async def cleans_up() -> None:
        try:
            await pending()
        finally:
            await yield_now()
            log.append("clean")

    async def main() -> None:
        tasks: JoinSet[None] = JoinSet()
        tasks.spawn(cleans_up())
        tasks.spawn(cleans_up())
        await yield_now()
        tasks.abort_all()
        assert len(tasks) == 2
        async for ended in tasks:
            with pytest.raises(JoinError):
                await ended

    run(main())
    assert log == ["clean", "clean"]


def test_shutdown_waits_for_the_cleanup_and_tells_what_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log: list[str] = []

    async def cleans_up(error: Exception | None) -> None:
        try:
            await pending()
        finally:
            await sleep(0.001)
            log.append("clean")
            if error is not None:
                raise error

    async def main() -> None:
        tasks: JoinSet[None] = JoinSet()
        tasks.spawn(cleans_up(None))
        tasks.spawn(cleans_up(ValueError("not clean")))
        await yield_now()
        await tasks.shutdown()
        assert len(tasks) == 0
        log.append("shut down")

    run(main(), backend="simulated")
    assert log == ["clean", "clean", "shut down"]
    assert "ValueError: not clean" in capsys.readouterr().err


@pytest.mark.parametrize("in_a_cycle", [False, True])
def test_dropping_the_set_aborts_its_tasks(in_a_cycle: bool) -> None:
    log: list[str] = []

    async def stays() -> None:
        try:
            await sleep(60)
        finally:
            await yield_now()
            log.append("ended")

    async def main() -> None:
        tasks: JoinSet[None] = JoinSet()
        tasks.spawn(stays())
        tasks.spawn(stays())
        await yield_now()
        if in_a_cycle:
            tasks.myself = tasks  # type: ignore[attr-defined]
        del tasks
        gc.collect()
        await sleep(1)
        log.append("a second later")

    run(main(), backend="simulated")
    assert log == ["ended", "ended", "a second later"]


def test_detached_tasks_go_on() -> None:
    log: list[str] = []

    async def work() -> None:
        await sleep(1)
        log.append("done")

    async def main() -> None:
        tasks: JoinSet[None] = JoinSet()
        tasks.spawn(work())
        waiting = spawn(take(tasks))
        await yield_now()
        tasks.detach_all()
        assert await waiting is None
        assert len(tasks) == 0
        del tasks
        await sleep(2)

    async def take(tasks: JoinSet[None]) -> object:
        return await tasks.join_next()

    run(main(), backend="simulated")
    assert log == ["done"]


def test_many_waiters_cost_what_they_are_many() -> None:
    """Counted in looks at wakers: waiting by n handles for one task is no n²."""

    class Counting(Waker):
        looks = 0

        def __init__(self) -> None:
            """It has no function to call."""

        def wake(self) -> None:
            """Nobody is woken; only who looks is counted."""

        def will_wake(self, other: Waker) -> bool:
            Counting.looks += 1
            return other is self

    def looks(count: int) -> Iterator[int]:
        executor = runtime.build("simulated")
        handle = executor.spawn(give(1, 3))
        waiting = [handle.into_future() for _ in range(count)]
        cx = Context(Counting())
        for _ in range(2):
            Counting.looks = 0
            for each in waiting:
                each.poll(cx)
            yield Counting.looks
        for each in waiting[::2]:
            each.drop()
        while executor.try_tick():
            pass
        yield Counting.looks

    small, large = [*looks(100)], [*looks(1000)]
    assert [each * 10 for each in small] == large


def test_a_spawn_outside_of_run_is_refused() -> None:
    coroutine = give(1)
    with pytest.raises(RuntimeError, match="no executor is running"):
        JoinSet[int]().spawn(coroutine)
    coroutine.close()
