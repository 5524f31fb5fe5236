"""ready, pending, poll_fn: the smallest futures."""

from __future__ import annotations

from typing import Any

import pytest

from wakepoint import (
    PENDING,
    Context,
    Deadlock,
    Poll,
    Ready,
    Waker,
    pending,
    poll_fn,
    ready,
    run,
    select,
    sleep,
)


def test_ready_gives_its_value_once() -> None:
    future = ready([1])
    assert repr(future) == "ready([1])"
    assert future.poll(Context(Waker.noop())) == Ready([1])
    with pytest.raises(RuntimeError, match=r"ready\(\) was polled after it was ready"):
        future.poll(Context(Waker.noop()))


def test_pending_alone_is_a_deadlock_that_names_it() -> None:
    with pytest.raises(Deadlock, match=r"waits for pending\(\)"):
        run(pending())


def test_pending_loses_every_select() -> None:
    assert run(select(pending(), sleep(0.001), pending())) == (1, None)


def test_poll_fn_is_polled_with_the_context_of_who_awaits_it() -> None:
    wakers: list[Waker] = []

    def step(cx: Context) -> Poll[str]:
        wakers.append(cx.waker.clone())
        cx.waker.wake()
        return Ready("done") if len(wakers) == 3 else PENDING

    async def main() -> str:
        return await poll_fn(step)

    assert run(main()) == "done"
    assert all(waker.will_wake(wakers[0]) for waker in wakers)


def test_poll_fn_names_its_function_where_it_waits() -> None:
    def never(cx: Context) -> Poll[None]:
        return PENDING

    with pytest.raises(Deadlock, match=r"waits for poll_fn\(never\)"):
        run(poll_fn(never))


@pytest.mark.parametrize("wrong", [5, None, "f"])
def test_poll_fn_takes_a_function(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"poll_fn takes a function of a context, and .* is none"):
        poll_fn(wrong)


def test_a_function_that_returns_something_else_is_told() -> None:
    def wrong(cx: Context) -> Any:
        return 5

    with pytest.raises(TypeError, match=r"poll\(\) of poll_fn\(wrong\) returned 5; return Ready"):
        run(poll_fn(wrong))
