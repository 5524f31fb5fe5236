"""TaskGroup: nobody outlives the block, and everything that failed is told."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wakepoint import (
    Cancelled,
    Context,
    Future,
    JoinError,
    JoinHandle,
    Poll,
    Ready,
    TaskGroup,
    Waker,
    into_future,
    join,
    pending,
    run,
    sleep,
    spawn,
    timeout,
    yield_now,
)


def leaves(error: BaseException) -> list[str]:
    """What a group has at its ends, sorted."""
    if isinstance(error, BaseExceptionGroup):
        return sorted(leaf for each in error.exceptions for leaf in leaves(each))
    return [str(error)]


async def work(log: list[str], name: str, turns: int = 1) -> str:
    try:
        for _ in range(turns):
            await yield_now()
    except Cancelled:
        log.append(f"{name} is cancelled")
        await yield_now()
        raise
    log.append(name)
    return name


async def fail(word: str, turns: int = 1) -> None:
    for _ in range(turns):
        await yield_now()
    raise ValueError(word)


def test_the_block_ends_when_every_task_has_ended() -> None:
    log: list[str] = []

    async def main() -> tuple[str, str]:
        async with TaskGroup() as group:
            a = group.spawn(work(log, "a", 5))
            b = group.spawn(work(log, "b", 2), name="second")
            log.append("body")
        log.append("after")
        return await a, await b

    assert run(main()) == ("a", "b")
    assert log == ["body", "b", "a", "after"]


def test_a_failure_cancels_the_others_and_the_body() -> None:
    log: list[str] = []

    async def main() -> None:
        async def grouped() -> None:
            async with TaskGroup() as group:
                group.spawn(work(log, "a", 100))
                group.spawn(fail("broken", 2))
                await work(log, "body", 100)

        with pytest.raises(ExceptionGroup) as caught:
            await grouped()
        assert leaves(caught.value) == ["broken"]
        assert caught.value.__context__ is None
        await yield_now()
        log.append("after")

    run(main())
    assert sorted(log[:2]) == ["a is cancelled", "body is cancelled"]
    assert log[2:] == ["after"]


def test_the_reason_of_the_cancellation_names_who_failed() -> None:
    reasons: list[str] = []

    async def main() -> None:
        with contextlib.suppress(ExceptionGroup):
            async with TaskGroup() as group:
                group.spawn(fail("broken"))
                try:
                    await pending()
                except Cancelled as cancelled:
                    reasons.append(str(cancelled))
                    raise

    run(main())
    assert reasons == ["task 2 (fail) of the same group failed"]


def test_an_error_of_the_body_cancels_the_tasks_and_is_in_the_group() -> None:
    log: list[str] = []

    async def main() -> None:
        async def grouped() -> None:
            async with TaskGroup() as group:
                group.spawn(work(log, "a", 100))
                await yield_now()
                raise KeyError("body")

        with pytest.raises(ExceptionGroup) as caught:
            await grouped()
        assert leaves(caught.value) == ["'body'"]

    run(main())
    assert log == ["a is cancelled"]


def test_several_failures_are_all_told() -> None:
    async def cleans_up_badly() -> None:
        try:
            await pending()
        finally:
            await yield_now()
            raise OSError("cleanup")

    async def main() -> None:
        async def grouped() -> None:
            async with TaskGroup() as group:
                group.spawn(fail("one", 2))
                group.spawn(cleans_up_badly())
                await cleans_up_badly()

        with pytest.raises(ExceptionGroup) as caught:
            await grouped()
        assert leaves(caught.value) == ["cleanup", "cleanup", "one"]

    run(main())


def test_an_aborted_body_cancels_all_and_lets_them_clean_up() -> None:
    log: list[str] = []

    async def grouped() -> None:
        async with TaskGroup() as group:
            group.spawn(work(log, "a", 100))
            group.spawn(work(log, "b", 100))
            await work(log, "body", 100)

    async def main() -> None:
        handle = spawn(grouped())
        await yield_now()
        await yield_now()
        handle.abort()
        with pytest.raises(JoinError):
            await handle
        log.append("joined")

    run(main())
    assert sorted(log[:3]) == ["a is cancelled", "b is cancelled", "body is cancelled"]
    assert log[3:] == ["joined"]


def test_an_abort_while_the_block_waits_for_its_tasks_cancels_them() -> None:
    log: list[str] = []

    async def grouped() -> None:
        async with TaskGroup() as group:
            group.spawn(work(log, "a", 100))

    async def main() -> None:
        handle = spawn(grouped())
        for _ in range(3):
            await yield_now()
        handle.abort()
        with pytest.raises(JoinError):
            await handle

    run(main())
    assert log == ["a is cancelled"]


def test_only_the_branch_is_cancelled_in_which_the_body_is() -> None:
    log: list[str] = []

    async def grouped() -> None:
        try:
            async with TaskGroup() as group:
                group.spawn(fail("broken", 2))
                await pending()
        except* ValueError:
            log.append("handled")

    async def main() -> None:
        await join(grouped(), work(log, "beside", 10))

    run(main())
    assert log == ["handled", "beside"]


def test_a_block_deep_inside_awaits_and_timeouts() -> None:
    async def inner() -> None:
        async with TaskGroup() as group:
            group.spawn(fail("broken", 2))
            await timeout(60, pending())

    async def outer() -> None:
        await inner()

    async def main() -> None:
        with pytest.raises(ExceptionGroup) as caught:
            await timeout(60, outer())
        assert leaves(caught.value) == ["broken"]

    run(main(), backend="simulated")


def test_a_timeout_around_a_block() -> None:
    log: list[str] = []

    async def grouped() -> None:
        async with TaskGroup() as group:
            group.spawn(sleeper("task"))
            await sleeper("body")

    async def sleeper(name: str) -> None:
        try:
            await sleep(60)
        finally:
            await sleep(0.001)
            log.append(name)

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await timeout(0.01, grouped())
        log.append("after")

    run(main(), backend="simulated")
    assert sorted(log[:2]) == ["body", "task"]
    assert log[2:] == ["after"]


def test_an_abort_is_not_lost_if_a_task_failed_at_the_same_time() -> None:
    log: list[str] = []

    async def grouped() -> None:
        try:
            async with TaskGroup() as group:
                group.spawn(fail("broken"))
                try:
                    await pending()
                finally:
                    handles[0].abort()  # while the body ends because of the failure
                    await yield_now()
                    log.append("body is clean")
        except* ValueError:
            log.append("handled")
        await sleep(60)
        log.append("too far")

    async def main() -> None:
        handles.append(spawn(grouped()))
        with pytest.raises(JoinError):
            await handles[0]

    handles: list[JoinHandle[None]] = []
    run(main(), backend="simulated")
    assert log == ["body is clean", "handled"]


def test_an_abort_with_a_failing_cleanup_goes_on_after_the_errors_are_handled() -> None:
    log: list[str] = []

    async def cleans_up_badly() -> None:
        try:
            await pending()
        finally:
            raise OSError("cleanup")

    async def grouped() -> None:
        try:
            async with TaskGroup() as group:
                group.spawn(cleans_up_badly())
                await pending()
        except* OSError:
            log.append("handled")
        await sleep(60)
        log.append("too far")

    async def main() -> None:
        handle = spawn(grouped())
        await yield_now()
        await yield_now()
        handle.abort()
        with pytest.raises(JoinError):
            await handle

    run(main(), backend="simulated")
    assert log == ["handled"]


def test_the_cancellation_of_a_group_does_not_leak_out_of_its_block() -> None:
    """It was asked for while the body ran, and the body did not wait again."""

    class FailsWhenDropped(Future[None]):
        def poll(self, cx: Context) -> Poll[None]:
            return pending().poll(cx)

        def drop(self) -> None:
            raise ValueError("cannot be dropped")

    async def main() -> str:
        with contextlib.suppress(ExceptionGroup):
            async with TaskGroup() as group:
                handle = group.spawn(FailsWhenDropped())
                await yield_now()
                handle.abort()
        await sleep(0.001)
        await yield_now()
        return "goes on"

    assert run(main(), backend="simulated") == "goes on"


def test_a_task_that_is_aborted_alone_is_no_failure() -> None:
    log: list[str] = []

    async def main() -> None:
        async with TaskGroup() as group:
            a = group.spawn(work(log, "a", 100))
            group.spawn(work(log, "b", 3))
            await yield_now()
            a.abort()

    run(main())
    assert log == ["a is cancelled", "b"]


def test_abort_ends_the_block_without_an_error() -> None:
    log: list[str] = []

    async def main() -> None:
        async with TaskGroup() as group:
            group.spawn(work(log, "server", 10**6))
            await yield_now()
            group.abort()
            await pending()
            log.append("too far")
        log.append("after")

    run(main())
    assert log == ["server is cancelled", "after"]


def test_tasks_may_spawn_in_their_group() -> None:
    log: list[str] = []

    async def main() -> None:
        async def spawns(depth: int) -> None:
            if depth:
                group.spawn(spawns(depth - 1))
            await yield_now()
            log.append(str(depth))

        async with TaskGroup() as group:
            group.spawn(spawns(3))

    run(main())
    assert sorted(log) == ["0", "1", "2", "3"]


def test_a_group_is_used_in_its_block_and_only_once() -> None:
    async def main() -> None:
        group = TaskGroup()
        with pytest.raises(RuntimeError, match="spawns in its block"):
            group.spawn(fail("never"))
        group.abort()
        async with group:
            pass
        with pytest.raises(RuntimeError, match="is over: its block was left"):
            group.spawn(fail("never"))
        with pytest.raises(RuntimeError, match="has one block"):
            async with group:
                pass

    run(main())


def test_a_group_that_ends_takes_no_more_tasks() -> None:
    async def main() -> None:
        with contextlib.suppress(ExceptionGroup):
            async with TaskGroup() as group:
                group.spawn(fail("broken"))
                try:
                    await pending()
                finally:
                    with pytest.raises(RuntimeError, match=r"no more tasks: task 2 \(fail\)"):
                        group.spawn(fail("never"))

    run(main())


def test_a_dropped_coroutine_aborts_its_tasks_and_waits_for_nobody() -> None:
    log: list[str] = []

    async def main() -> None:
        async def grouped() -> None:
            async with TaskGroup() as group:
                group.spawn(work(log, "a", 100))
                await pending()

        future = into_future(grouped())
        await poll_once(future)
        await yield_now()
        future.drop()
        assert log == []
        for _ in range(3):
            await yield_now()
        assert log == ["a is cancelled"]

    class poll_once(Future[None]):  # noqa: N801
        def __init__(self, future: Future[Any]) -> None:
            self.future = future

        def poll(self, cx: Context) -> Poll[None]:
            self.future.poll(cx)
            return Ready(None)

    run(main())


def test_an_async_generator_with_a_block_is_closed() -> None:
    log: list[str] = []

    async def numbers() -> Any:
        async with TaskGroup() as group:
            group.spawn(work(log, "a", 100))
            yield 1
            yield 2

    async def main() -> None:
        iterator = numbers()
        assert await anext(iterator) == 1
        await yield_now()
        await iterator.aclose()
        log.append("closed")

    run(main())
    assert log == ["a is cancelled", "closed"]


def test_ctrl_c_in_the_body_is_not_wrapped() -> None:
    log: list[str] = []

    async def main() -> None:
        async with TaskGroup() as group:
            group.spawn(work(log, "a", 100))
            await yield_now()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(main())
    assert log == ["a is cancelled"]


def test_outside_of_an_async_function_it_is_refused() -> None:
    class ByHand(Future[None]):
        def poll(self, cx: Context) -> Poll[None]:
            TaskGroup().__aenter__().poll(Context(Waker.noop()))
            return Ready(None)

    with pytest.raises(TypeError, match="stands in an async function"):
        run(ByHand())


# -- random trees ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Leaf:
    """A task without a group: how many turns it takes, and how it ends."""

    turns: int
    how: str


@dataclass(frozen=True)
class Tree:
    """A task with a group: its children, and what its body does besides."""

    children: tuple[Leaf | Tree, ...]
    body: Leaf


LEAVES = st.builds(
    Leaf, st.integers(0, 6), st.sampled_from(["returns", "raises", "aborts itself", "cleans badly"])
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.builds(Tree, st.lists(inner, max_size=4).map(tuple), LEAVES),
    max_leaves=12,
)


@dataclass
class Forest:
    """Runs a tree and notes who runs and who raised."""

    running: set[int] = field(default_factory=set)
    raised: list[str] = field(default_factory=list)
    count: int = 0

    async def leaf(self, leaf: Leaf) -> None:
        self.count += 1
        me = self.count
        self.running.add(me)
        try:
            for _ in range(leaf.turns):
                await yield_now()
            if leaf.how == "raises":
                self.raise_one()
            if leaf.how == "aborts itself":
                raise Cancelled("by itself")
        except Cancelled:
            await yield_now()
            if leaf.how == "cleans badly":
                self.raise_one()
            raise
        finally:
            self.running.discard(me)

    def raise_one(self) -> None:
        word = f"error {len(self.raised)}"
        self.raised.append(word)
        raise ValueError(word)

    async def grow(self, tree: Leaf | Tree) -> None:
        if isinstance(tree, Leaf):
            await self.leaf(tree)
            return
        own: set[int] = set()
        try:
            async with TaskGroup() as group:
                for child in tree.children:
                    group.spawn(self.member(child, own))
                await self.leaf(tree.body)
        finally:
            assert not own, "a task outlives its block"

    async def member(self, tree: Leaf | Tree, own: set[int]) -> None:
        """A task of a group, which is in ``own`` while it runs."""
        self.count += 1
        me = self.count
        own.add(me)
        try:
            await self.grow(tree)
        finally:
            own.discard(me)


@settings(max_examples=300)
@given(TREES, st.integers(0, 12))
def test_in_random_trees_nobody_outlives_and_every_error_is_told(
    tree: Leaf | Tree, abort_after: int
) -> None:
    forest = Forest()
    told: list[str] = []

    async def main() -> None:
        handle = spawn(forest.grow(tree))
        for _ in range(abort_after):
            await yield_now()
        handle.abort()
        try:
            await handle
        except JoinError:
            pass
        except Exception as error:
            told.extend(leaves(error))
        assert not forest.running, "a task outlives its block"

    run(main(), backend="simulated")
    assert sorted(told) == sorted(forest.raised)


Children = list[tuple[int, str]]


async def child(number: int, turns: int, how: str, log: set[str], turn: Any) -> None:
    try:
        for _ in range(turns):
            await turn()
    except BaseException:
        log.add(f"{number} cancelled")
        raise
    log.add(f"{number} {how}")
    if how == "raises":
        raise ValueError(number)


async def grouped(
    children: Children, group: Any, make: str, turn: Any
) -> tuple[set[str], list[str]]:
    log: set[str] = set()
    errors: list[str] = []
    try:
        async with group:
            for number, (turns, how) in enumerate(children):
                getattr(group, make)(child(number, turns, how, log, turn))
    except ExceptionGroup as error:
        errors = leaves(error)
    return log, errors


@settings(max_examples=150)
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["returns", "raises"])), max_size=6))
def test_it_is_as_in_asyncio(children: Children) -> None:
    async def theirs() -> tuple[set[str], list[str]]:
        turn = functools.partial(asyncio.sleep, 0)
        return await grouped(children, asyncio.TaskGroup(), "create_task", turn)

    ours = grouped(children, TaskGroup(), "spawn", yield_now)
    log, errors = run(ours, backend="simulated")
    their_log, their_errors = asyncio.run(theirs())
    assert bool(errors) == bool(their_errors)
    # asyncio hears of a failure a turn later: until then others of the same turn may fail, too.
    assert set(errors) <= set(their_errors)
    if not errors:
        assert log == their_log
