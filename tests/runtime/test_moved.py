"""A future that was polled in one task and is polled in another from then on wakes that one."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from wakepoint import (
    PENDING,
    Context,
    Future,
    Poll,
    TcpStream,
    Waker,
    into_future,
    run,
    sleep,
    spawn,
    timeout,
    yield_now,
)
from wakepoint.executor import current
from wakepoint.sync import Mutex, Notify, Semaphore, mpsc


class Once(Future[None]):
    """Polls a future once, and leaves it to others."""

    def __init__(self, future: Future[Any]) -> None:
        self._future = future
        self._polls = 0

    def poll(self, cx: Context) -> Poll[Any]:
        self._polls += 1
        if self._polls == 1:
            assert self._future.poll(cx) is PENDING
        return PENDING


def by_hand(future: Future[Any]) -> None:
    """Polls it where no task is: with a waker of nobody's."""
    assert future.poll(Context(Waker.noop())) is PENDING


async def in_a_task(future: Future[Any]) -> None:
    """Polls it in a task, which goes on and is never done."""
    spawn(Once(future))
    await yield_now()
    await yield_now()


async def reading() -> Any:
    """A read, and who makes it ready."""
    near, far = socket.socketpair()
    for end in (near, far):
        end.setblocking(False)
    streams = [TcpStream(end, current().reactor) for end in (near, far)]
    return streams[0].read(), lambda: far.send(b"x"), streams


async def read_exact() -> Any:
    near, far = socket.socketpair()
    for end in (near, far):
        end.setblocking(False)
    streams = [TcpStream(end, current().reactor) for end in (near, far)]
    return streams[0].read_exact(2), lambda: far.send(b"xy"), streams


async def sleeping() -> Any:
    return sleep(0.02), lambda: None, []


async def joining() -> Any:
    notify = Notify()
    return spawn(notify.notified()), notify.notify_one, []


async def locking() -> Any:
    mutex: Mutex[None] = Mutex(None)
    guard = await mutex.lock()
    return mutex.lock(), guard.release, []


async def acquiring() -> Any:
    semaphore = Semaphore(0)
    return semaphore.acquire(), lambda: semaphore.add_permits(1), []


async def receiving() -> Any:
    sender, receiver = mpsc.channel(1)
    return receiver.recv(), lambda: sender.try_send(1), [sender, receiver]


LEAVES = [reading, read_exact, sleeping, joining, locking, acquiring, receiving]


@pytest.mark.parametrize("is_awaited", [False, True], ids=["polled", "awaited"])
@pytest.mark.parametrize("first", [by_hand, in_a_task])
@pytest.mark.parametrize("leaf", LEAVES)
def test_the_waker_of_the_latest_poll_is_woken(
    leaf: Callable[[], Awaitable[Any]], first: Callable[[Future[Any]], Any], is_awaited: bool
) -> None:
    async def wait_for(future: Awaitable[Any]) -> Any:
        return await future

    async def main() -> None:
        future, make_ready, closed = await leaf()
        moved: Future[Any] = into_future(wait_for(future) if is_awaited else future)
        if (begun := first(moved)) is not None:
            await begun
        other = spawn(moved)
        await yield_now()
        make_ready()
        await timeout(5, other)
        for each in closed:
            each.close()

    run(main())
