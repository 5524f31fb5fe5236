"""A future that is pending and has kept no waker is told, and no other."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.watched import as_errors, line_of, watch

from wakepoint import (
    PENDING,
    Context,
    Deadlock,
    Future,
    Poll,
    Ready,
    Waker,
    join,
    pending,
    poll_fn,
    run,
    sleep,
    spawn,
    timeout,
    yield_now,
)
from wakepoint.debugging import (
    LostWakerWarning,
)
from wakepoint.sync import Notify


class Forgetful(Future[None]):
    """Asks nobody to be woken."""

    def __repr__(self) -> str:
        return "Forgetful()"

    def poll(self, cx: Context) -> Poll[None]:
        return PENDING


class Letter(Future[str]):
    """Ready once it is delivered; keeps the waker as it is told to."""

    def __init__(self, keep: Callable[[Waker], Waker]) -> None:
        self._keep = keep
        self._waker: Waker | None = None
        self._word: str | None = None

    def deliver(self, word: str) -> None:
        self._word = word
        assert self._waker is not None
        self._waker.wake()

    def poll(self, cx: Context) -> Poll[str]:
        if self._word is not None:
            return Ready(self._word)
        if self._waker is None:
            self._waker = self._keep(cx.waker)
        return PENDING


async def work() -> str:
    await yield_now()
    return "done"


def test_a_future_that_keeps_no_waker() -> None:
    async def main() -> None:
        await Forgetful()  # here

    result, told = watch(main())
    assert isinstance(result, Deadlock)
    assert [*told] == [
        (
            LostWakerWarning,
            line_of(main, "# here"),
            (
                "task 1 (main) waits for Forgetful(), whose poll has returned PENDING and kept no "
                "waker, so nothing can wake the task; have it keep cx.waker.clone(), and call "
                "wake() of that once it can go on"
            ),
        )
    ]


@pytest.mark.parametrize("others", [[lambda: sleep(0.001)], [work, lambda: Notify().notified()]])
def test_one_of_several_that_keeps_none(others: list[Callable[[], Awaitable[Any]]]) -> None:
    async def forgets() -> None:
        await Forgetful()  # here

    async def main() -> None:
        await join(forgets(), *(each() for each in others))

    result, told = watch(main())
    assert isinstance(result, Deadlock)
    assert told.kinds == [LostWakerWarning]
    assert told[0][1] == line_of(forgets, "# here")


def test_one_that_no_coroutine_awaits_is_told_at_its_poll() -> None:
    _, told = watch(Forgetful())
    assert told.kinds == [LostWakerWarning]
    assert told[0][1] == Forgetful.poll.__code__.co_firstlineno


def test_a_function_that_is_polled() -> None:
    async def main() -> None:
        await poll_fn(lambda cx: PENDING)  # here

    _, told = watch(main())
    assert told.kinds == [LostWakerWarning]
    assert told[0][1] == line_of(main, "# here")


def cloned(waker: Waker) -> Waker:
    return waker.clone()


def in_a_box(waker: Waker) -> Waker:
    return Waker(waker.clone().wake)


@pytest.mark.parametrize("keep", [cloned, lambda waker: waker, in_a_box])
@pytest.mark.parametrize("beside", [False, True])
def test_whoever_keeps_a_waker_in_any_way_is_not_told(
    keep: Callable[[Waker], Waker], beside: bool
) -> None:
    letter = Letter(keep)

    async def read() -> str:
        return await letter

    async def main() -> Any:
        spawn(deliver())
        return await (join(read(), work()) if beside else read())

    async def deliver() -> None:
        await join(yield_now(), work())
        letter.deliver("hello")

    assert watch(main()) == (("hello", "done") if beside else "hello", [])


def test_the_waker_is_with_a_thread() -> None:
    def later(waker: Waker, ready: threading.Event) -> None:
        ready.wait()
        waker.wake()

    ready = threading.Event()
    polls: list[int] = []

    def poll(cx: Context) -> Poll[str]:
        polls.append(1)
        if len(polls) == 2:
            return Ready("woken")
        threading.Thread(target=later, args=(cx.waker, ready)).start()
        return PENDING

    async def main() -> Any:
        return await join(poll_fn(poll), let_go())

    async def let_go() -> None:
        await yield_now()
        ready.set()

    # It may be polled a second time for its neighbour's sake.
    result, told = watch(main())
    assert (result[0], told) == ("woken", [])


LEAVES: dict[str, Callable[[], Awaitable[Any]]] = {
    "clone": lambda: Letter(cloned),
    "boxed": lambda: Letter(in_a_box),
    "sleep": lambda: sleep(9),
    "notified": lambda: Notify().notified(),
    "pending": pending,
    "forgetful": Forgetful,
}


@given(
    st.recursive(
        st.sampled_from(sorted(LEAVES)), lambda inner: st.lists(inner, min_size=1, max_size=4)
    )
)
def test_wherever_a_forgetful_one_is_it_is_told_and_no_other_is(tree: Any) -> None:
    async def grow(tree: Any) -> None:
        if isinstance(tree, str):
            await LEAVES[tree]()
        else:
            await join(*(grow(each) for each in tree))

    async def main() -> None:
        with suppress(TimeoutError):
            await timeout(1, grow(tree))

    _, told = watch(main(), backend="simulated", slow_poll=60)
    assert told.kinds == [LostWakerWarning] * ("forgetful" in str(tree))


def test_pending_is_meant_so() -> None:
    async def main() -> None:
        await timeout(0.001, pending())

    with as_errors(), pytest.raises(TimeoutError):
        run(main(), debug=True)


def test_an_error_ends_the_run() -> None:
    ended = []

    async def main() -> None:
        try:
            await Forgetful()
        finally:
            ended.append(1)

    with as_errors(), pytest.raises(LostWakerWarning, match="task 1"):
        run(main(), debug=True)
    assert ended
