"""A handle that several wait by: who gives up takes no other's waker with it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from wakepoint import (
    PENDING,
    Context,
    Future,
    JoinHandle,
    Poll,
    Ready,
    Waker,
    into_future,
    join,
    pending,
    run,
    select,
    sleep,
    spawn,
    timeout,
    yield_now,
)


async def work() -> str:
    await sleep(0.005)
    return "result"


async def wait_for(handle: JoinHandle[str]) -> str:
    return await handle


class Immediately(Future[str]):
    def poll(self, cx: Context) -> Poll[str]:
        return Ready("now")


def drop_unpolled_timeout(handle: JoinHandle[str]) -> None:
    timeout(1, handle).drop()


def drop_unpolled_select(handle: JoinHandle[str]) -> None:
    select(handle, sleep(1)).drop()


def drop_the_handle(handle: JoinHandle[str]) -> None:
    handle.drop()


@pytest.mark.parametrize(
    "drop",
    [drop_unpolled_timeout, drop_unpolled_select, drop_the_handle],
)
@pytest.mark.parametrize("waiters", [1, 2, 3])
def test_one_who_never_waited_drops_it(
    drop: Callable[[JoinHandle[str]], None], waiters: int
) -> None:
    async def main() -> list[str]:
        handle = spawn(work())
        waiting = [spawn(wait_for(handle)) for _ in range(waiters)]
        await yield_now()
        drop(handle)
        return [await each for each in waiting]

    assert run(main(), backend="simulated") == ["result"] * waiters


@pytest.mark.parametrize("waiters", [1, 2, 3])
def test_a_select_whose_other_branch_is_ready_drops_it(waiters: int) -> None:
    async def main() -> list[str]:
        handle = spawn(work())
        waiting = [spawn(wait_for(handle)) for _ in range(waiters)]
        await yield_now()
        assert await select(Immediately(), handle) == (0, "now")
        assert await select(handle, Immediately()) == (1, "now")
        return [await each for each in waiting]

    assert run(main(), backend="simulated") == ["result"] * waiters


@pytest.mark.parametrize(
    "loses",
    [
        lambda handle: timeout(0.001, handle),
        lambda handle: timeout(0.001, wait_for(handle)),
        lambda handle: timeout(0.001, into_future(handle)),
    ],
    ids=["the handle", "a coroutine", "its future"],
)
def test_two_branches_of_one_task_wait_and_one_gives_up(
    loses: Callable[[JoinHandle[str]], Awaitable[Any]],
) -> None:
    async def gives_up(handle: JoinHandle[str]) -> str:
        with pytest.raises(TimeoutError):
            await loses(handle)
        return "gave up"

    async def main() -> tuple[str, str, str]:
        handle = spawn(work())
        return await join(wait_for(handle), gives_up(handle), handle)

    assert run(main(), backend="simulated") == ("result", "gave up", "result")


def test_an_aborted_waiter_wakes_no_other() -> None:
    polls = 0

    class Counts(Future[str]):
        def __init__(self, handle: JoinHandle[str]) -> None:
            self.inner = into_future(handle)

        def poll(self, cx: Context) -> Poll[str]:
            nonlocal polls
            polls += 1
            return self.inner.poll(cx)

    async def main() -> str:
        handle = spawn(work())
        counted, other = spawn(Counts(handle)), spawn(wait_for(handle))
        await yield_now()
        other.abort()
        await yield_now()
        return await counted

    assert run(main(), backend="simulated") == "result"
    assert polls == 2


def test_a_task_is_detached_when_the_last_handle_is_gone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def fails() -> None:
        await sleep(0.001)
        raise ValueError("who hears me")

    async def main() -> str:
        handle: JoinHandle[None] | None = spawn(fails())
        assert handle is not None
        assert await select(handle, yield_now()) == (1, None)
        assert capsys.readouterr().err == ""
        handle = None
        await sleep(0.01)
        return capsys.readouterr().err

    assert "ValueError: who hears me" in run(main(), backend="simulated")


class Counted(Waker):
    """Counts how often any of its kind was asked whether it wakes the same task."""

    asked = 0

    def __init__(self) -> None:
        """It has no function to call."""

    def wake(self) -> None:
        """Nobody is woken."""

    def will_wake(self, other: Waker) -> bool:
        Counted.asked += 1
        return self is other


@pytest.mark.parametrize("waiters", [10, 1000])
def test_who_waits_is_compared_with_no_other_who_does(waiters: int) -> None:
    async def never() -> None:
        await pending()

    async def main() -> None:
        handle = spawn(never())
        waiting = [(into_future(handle), Context(Counted())) for _ in range(waiters)]
        Counted.asked = 0
        for _ in range(3):
            for future, context in waiting:
                assert future.poll(context) is PENDING
        for future, _ in waiting:
            future.drop()
        assert Counted.asked == 2 * waiters  # with its own waker, at each poll after the first
        handle.abort()

    run(main())
