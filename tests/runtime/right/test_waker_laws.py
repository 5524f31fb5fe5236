"""A waker may be cloned, dropped and woken from any thread, any number of times, at any time."""

from __future__ import annotations

import threading
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tools.interleavings import run_once

from wakepoint import PENDING, Context, Future, Poll, Ready, Waker, run, sleep, spawn, yield_now


class Countdown(Future[str]):
    """Ready when it was let, by whoever holds its wakers.

    Attributes:
        open: True once it may become ready.
        wakers: A clone of the waker of each poll.
        polls: How often it was polled.
        over: True once it gave its result.
    """

    def __init__(self) -> None:
        self.open = False
        self.wakers: list[Waker] = []
        self.polls = 0
        self.over = False

    def poll(self, cx: Context) -> Poll[str]:
        assert not self.over, "polled after Ready"
        self.polls += 1
        self.wakers.append(cx.waker.clone())
        if not self.open:
            return PENDING
        self.over = True
        return Ready("result")


ACTIONS = st.lists(
    st.sampled_from(["wake", "wake the first", "clone", "forget", "open", "yield", "sleep"]),
    max_size=20,
)


async def act(future: Countdown, action: str) -> None:
    """Does one thing to the wakers that the future has kept, or lets others do something."""
    wakers = future.wakers
    if action.startswith("wake") and wakers:
        wakers[-1 if action == "wake" else 0].wake()
    elif action == "clone" and wakers:
        wakers.append(wakers[-1].clone())
        assert wakers[-1].will_wake(wakers[-2])
    elif action == "forget" and len(wakers) > 1:
        del wakers[0]
    elif action == "open":
        future.open = True
    elif action == "yield":
        await yield_now()
    else:
        await sleep(0.001)


@settings(max_examples=200, deadline=None)
@given(actions=ACTIONS, seed=st.integers(0, 2**32), late=st.integers(0, 3))
def test_in_any_order_it_is_woken_and_ends_once(actions: list[str], seed: int, late: int) -> None:
    future = Countdown()
    ends = 0

    async def program() -> None:
        nonlocal ends

        async def wait() -> None:
            nonlocal ends
            assert await future == "result"
            ends += 1

        task = spawn(wait())
        await yield_now()
        for action in actions:
            await act(future, action)
        while not future.wakers:
            await yield_now()
        future.open = True
        future.wakers[-1].wake()
        await task
        for waker in future.wakers * late:  # the task has ended
            waker.wake()
        await yield_now()

    run_once(program, seed)
    assert ends == 1
    # One poll to begin with, and at most one for each time that it was woken.
    assert future.polls <= 2 + sum(action.startswith("wake") for action in actions)


@settings(max_examples=25, deadline=None)
@given(threads=st.integers(1, 4), times=st.integers(1, 50))
def test_threads_that_wake_at_once_lose_nothing(threads: int, times: int) -> None:
    future = Countdown()
    begun = threading.Barrier(threads)
    done = threading.Event()

    def wake(waker: Waker) -> None:
        begun.wait()
        for _ in range(times):
            waker.wake()
        future.open = True
        waker.wake()
        done.wait()
        for _ in range(times):
            waker.wake()  # the task has ended

    async def main() -> str:
        task = spawn(future)
        while not future.wakers:
            await yield_now()
        workers = [
            threading.Thread(target=wake, args=(future.wakers[0].clone(),)) for _ in range(threads)
        ]
        for worker in workers:
            worker.start()
        try:
            return await task
        finally:
            done.set()
            for worker in workers:
                worker.join()

    assert run(main()) == "result"
    assert future.polls <= 1 + threads * (times + 1)


@settings(max_examples=25, deadline=None)
@given(counts=st.lists(st.integers(1, 30), min_size=1, max_size=3))
def test_every_waking_from_a_thread_is_followed_by_a_poll(counts: list[int]) -> None:
    arrived: list[int] = []

    class Takes(Future[int]):
        """Ready when as many have arrived as were sent."""

        waker: Any = None
        started = threading.Event()

        def poll(self, cx: Context) -> Poll[int]:
            self.waker = cx.waker.clone()
            self.started.set()
            return Ready(len(arrived)) if len(arrived) == sum(counts) else PENDING

    future = Takes()
    future.started = threading.Event()

    def send(count: int) -> None:
        future.started.wait()
        for number in range(count):
            arrived.append(number)
            future.waker.wake()

    workers = [threading.Thread(target=send, args=(count,)) for count in counts]
    for worker in workers:
        worker.start()
    try:
        assert run(future) == sum(counts)
    finally:
        for worker in workers:
            worker.join()
