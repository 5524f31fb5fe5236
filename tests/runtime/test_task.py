"""What a future is: polled, awaited, dropped; what can be turned into one."""

from __future__ import annotations

import types
from collections.abc import Generator
from contextlib import suppress
from typing import Any

import pytest

from wakepoint import (
    PENDING,
    Context,
    Future,
    Poll,
    Ready,
    Waker,
    into_future,
    run,
    select,
    sleep,
    spawn,
    yield_now,
)


class Steps(Future[str]):
    """Pending a number of times, then ready; remembers what was done to it."""

    def __init__(self, pendings: int) -> None:
        self.left = pendings
        self.log: list[str] = []

    def poll(self, cx: Context) -> Poll[str]:
        if self.left == 0:
            self.log.append("ready")
            return Ready("done")
        self.left -= 1
        self.log.append("pending")
        cx.waker.wake()
        return PENDING

    def drop(self) -> None:
        self.log.append("dropped")


def nobody() -> Context:
    """A context whose waker wakes nobody."""
    return Context(Waker(lambda: None))


def test_a_hand_written_future_can_be_run_awaited_and_spawned() -> None:
    async def main() -> list[str]:
        return [await Steps(2), await spawn(Steps(1))]

    assert run(Steps(3)) == "done"
    assert run(main()) == ["done", "done"]


def test_an_awaited_future_is_dropped_once_it_is_ready() -> None:
    steps = Steps(1)

    async def main() -> None:
        await steps

    run(main())
    assert steps.log == ["pending", "ready", "dropped"]


def test_an_object_with_a_poll_is_a_future_without_deriving_from_one() -> None:
    class Plain:
        def poll(self, cx: Context) -> Poll[int]:
            return Ready(7)

    future: Any = Plain()
    assert run(future) == 7


def test_a_coroutine_is_a_future_that_can_be_polled_by_hand() -> None:
    async def work() -> int:
        await yield_now()
        return 5

    future = into_future(work())
    assert future.poll(nobody()) is PENDING
    assert future.poll(nobody()) == Ready(5)


def test_any_awaitable_can_be_run() -> None:
    class Awaitable:
        def __await__(self) -> Generator[Any, Any, int]:
            yield from yield_now().__await__()
            return 3

    @types.coroutine
    def old_style() -> Generator[Any, Any, int]:
        yield from yield_now().__await__()
        return 4

    assert run(Awaitable()) == 3
    assert run(old_style()) == 4


@pytest.mark.parametrize("wrong", [5, None, "text", object()])
def test_what_is_no_future_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match="is not a future"):
        run(wrong)


def test_a_coroutine_function_that_was_not_called_is_refused_with_a_hint() -> None:
    async def main() -> None: ...

    wrong: Any = main
    with pytest.raises(TypeError, match="call it first"):
        run(wrong)


@pytest.mark.parametrize("wrong", [None, 5, True, ("Ready", 5)])
def test_a_poll_that_returns_something_else_is_named(wrong: Any) -> None:
    class Forgetful(Future[int]):
        def poll(self, cx: Context) -> Poll[int]:
            answer: Any = wrong
            return answer  # type: ignore[no-any-return]

        def __repr__(self) -> str:
            return "Forgetful()"

    async def main() -> int:
        return await Forgetful()

    for future in (Forgetful(), main(), select(Forgetful())):
        with pytest.raises(TypeError, match=r"poll\(\) of Forgetful\(\) returned .*return Ready"):
            run(future)


def test_a_future_without_poll_is_named() -> None:
    class Empty(Future[int]):
        pass

    with pytest.raises(NotImplementedError, match="Empty has no poll"):
        run(Empty())


def test_an_await_outside_of_a_task_says_so() -> None:
    async def work() -> None:
        await sleep(0)

    coroutine = work()
    with pytest.raises(RuntimeError, match="outside of a task"):
        coroutine.send(None)


def test_what_cannot_be_closed_changes_nothing_for_the_next() -> None:
    over = False

    async def stubborn() -> None:
        while not over:
            with suppress(BaseException):
                await Steps(1)

    async def work() -> None:
        await sleep(0)

    dropped, closed = into_future(stubborn()), stubborn()
    assert dropped.poll(Context(Waker(lambda: None))) is PENDING
    with pytest.raises(RuntimeError, match=r"stubborn\(\) cannot be dropped"):
        dropped.drop()
    closed.send(None)
    with pytest.raises(RuntimeError, match="ignored GeneratorExit"):
        closed.close()  # which is what Python does with one that it collects
    coroutine = work()
    with pytest.raises(RuntimeError, match="outside of a task"):
        coroutine.send(None)
    over = True
    dropped.drop()
    closed.close()


def test_something_made_for_another_runtime_is_named() -> None:
    @types.coroutine
    def foreign() -> Generator[str, None, None]:
        yield "a trap of another runtime"

    async def main() -> None:
        await foreign()

    with pytest.raises(RuntimeError, match="another runtime"):
        run(main())


def test_dropping_a_future_that_was_never_polled_runs_none_of_its_code() -> None:
    ran: list[str] = []

    async def work() -> None:
        try:
            ran.append("body")
        finally:
            ran.append("finally")

    into_future(work()).drop()  # pytest fails on "never awaited" warnings
    assert ran == []


def test_dropping_runs_finally_and_may_be_repeated() -> None:
    ran: list[str] = []

    async def work() -> None:
        try:
            await yield_now()
        finally:
            ran.append("finally")

    future = into_future(work())
    future.poll(nobody())
    future.drop()
    future.drop()
    assert ran == ["finally"]


def test_dropping_cannot_wait() -> None:
    async def work() -> None:
        try:
            await yield_now()
        finally:
            await sleep(0)

    future = into_future(work())
    future.poll(nobody())
    with pytest.raises(RuntimeError, match="being dropped, which cannot wait"):
        future.drop()


def test_dropping_cannot_wait_inside_of_another_task_either() -> None:
    async def dropped() -> None:
        try:
            await sleep(1)
        finally:
            await yield_now()

    class Drops(Future[None]):
        def __init__(self) -> None:
            self.future = into_future(dropped())

        def poll(self, cx: Context) -> Poll[None]:
            assert self.future.poll(cx) is PENDING
            self.future.drop()
            return Ready(None)

    with pytest.raises(RuntimeError, match="being dropped, which cannot wait"):
        run(Drops())


def test_two_wakers_of_one_task_wake_the_same() -> None:
    class Look(Future[tuple[bool, bool]]):
        def poll(self, cx: Context) -> Poll[tuple[bool, bool]]:
            other = Waker(lambda: None)
            return Ready((cx.waker.will_wake(cx.waker.clone()), cx.waker.will_wake(other)))

    assert run(Look()) == (True, False)


def test_ready_compares_and_matches_by_value() -> None:
    match Ready([1]):
        case Ready(value):
            assert value == [1]
    assert Ready(1) == Ready(1) != Ready(2)
    assert hash(Ready(1)) == hash(Ready(1))
    assert repr(Ready("x")) == "Ready('x')"
    assert repr(PENDING) == "PENDING"
