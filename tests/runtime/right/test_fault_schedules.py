"""Under any schedule of faults the bytes of an echo arrive as they were, or an OSError says why.

What is injected is what a kernel may do: a call that fails, readiness of which nothing comes, sends
that take a part, a clock that is set. Nothing hangs, and no descriptor, task or interest is left.
"""

from __future__ import annotations

import errno
import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tools.rig import Rig

from wakepoint import Executor, Reactor, TcpListener, TcpStream, backends, timeout, try_join

READY_FOR_ALL = 0x001 | 0x004  # EPOLLIN, EPOLLOUT

FATAL = [errno.ECONNRESET, errno.ENOBUFS, errno.EPIPE, errno.ETIMEDOUT, errno.EINTR]

PASSES = "passes"
PART = "part"
STORM = "storm"


class ScheduledKernel:
    """Passes calls on as a schedule says; when that is over, all of them.

    Args:
        kernel: The kernel.
        schedule: What becomes of each receive and send in turn: it passes, a part of it is sent, or
            the number of the error with which it fails.
        waits: What becomes of each wait in turn: it passes, or everything is ready.
        jumps: Seconds by which the clock is set, forward or back, at each look at it in turn.
    """

    def __init__(
        self, kernel: Any, schedule: list[str | int], waits: list[str], jumps: list[float]
    ) -> None:
        self._kernel = kernel
        self._schedule = iter(schedule)
        self._waits = iter(waits)
        self._jumps = iter(jumps)
        self._set = 0.0
        self._watched: dict[int, None] = {}
        self.failed: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kernel, name)

    def monotonic(self) -> float:
        """The time, and what the clock was set by."""
        self._set += next(self._jumps, 0.0)
        return float(self._kernel.monotonic()) + self._set

    def recv(self, sock: Any, size: int) -> bytes:
        """Receives, if it does not fail."""
        self._fail_if_due()
        data: bytes = self._kernel.recv(sock, size)
        return data

    def send(self, sock: Any, data: bytes | memoryview) -> int:
        """Sends all of it or a part, if it does not fail."""
        part = self._fail_if_due() == PART and len(data) > 1
        sent: int = self._kernel.send(sock, data[: len(data) // 2] if part else data)
        return sent

    def _fail_if_due(self) -> str:
        due = next(self._schedule, PASSES)
        if isinstance(due, str):
            return due
        self.failed.append(due)
        raise OSError(due, os.strerror(due))

    def epoll_ctl(self, epoll: int, how: str, fd: int, *mask: int) -> None:
        """Remembers what is watched."""
        self._kernel.epoll_ctl(epoll, how, fd, *mask)
        if how == "ADD":
            self._watched[fd] = None
        elif how == "DEL":
            self._watched.pop(fd, None)

    def epoll_wait(self, epoll: int, timeout: float) -> list[tuple[int, int]]:
        """Waits; in a storm everything seems to be ready as well, of which nothing need come."""
        if next(self._waits, PASSES) != STORM:
            events: list[tuple[int, int]] = self._kernel.epoll_wait(epoll, timeout)
            return events
        real = dict(self._kernel.epoll_wait(epoll, 0))
        return [(fd, real.get(fd, 0) | READY_FOR_ALL) for fd in self._watched]


def descriptors() -> int:
    """How many this process has; 0 where nobody tells."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


async def echo(data: bytes, pieces: list[int], outcome: list[bytes | OSError]) -> None:
    """Sends data to who sends it back, reads it in pieces, and keeps what came of it."""

    async def serve(listener: TcpListener) -> None:
        stream, _ = await listener.accept()
        with stream:
            while part := await stream.read(1000):
                await stream.write_all(part)

    async def send(stream: TcpStream) -> None:
        await stream.write_all(data)
        await stream.shutdown()

    async def receive(stream: TcpStream) -> None:
        sizes: Iterator[int] = iter(pieces)
        received = b""
        while part := await stream.read(next(sizes, 4096)):
            received += part
        outcome.append(received)

    async def ask(listener: TcpListener) -> None:
        with await TcpStream.connect(*listener.local_addr) as stream:
            await try_join(send(stream), receive(stream))

    with TcpListener.bind("127.0.0.1", 0) as listener:
        try:
            await timeout(30, try_join(serve(listener), ask(listener)))
        except OSError as error:
            outcome.append(error)


CALLS = st.lists(st.one_of(st.sampled_from([PASSES, PART]), st.sampled_from(FATAL)), max_size=12)
GENTLE = st.lists(st.sampled_from([PASSES, PART]), max_size=40)
WAITS = st.lists(st.sampled_from([PASSES, STORM]), max_size=40)
JUMPS = st.lists(st.sampled_from([0.0, 0.0, 0.01, -0.01]), max_size=20)
DATA = st.integers(0, 300_000)
PIECES = st.lists(st.integers(1, 5000), max_size=20)


def outcome_of(
    rig: Rig, size: int, pieces: list[int], kernel: ScheduledKernel
) -> tuple[bytes, list[bytes | OSError]]:
    """What was sent and what came of it; and sees that nothing is left."""
    data = bytes(number % 251 for number in range(size))
    outcome: list[bytes | OSError] = []
    before = descriptors()
    reactor = Reactor(backends.factory(rig.name), kernel)  # type: ignore[arg-type]
    executor = Executor(reactor)
    try:
        executor.block_on(echo(data, pieces, outcome))
    finally:
        reactor.shut_down()
    gc.collect()
    assert not executor.tasks
    assert reactor.interests == 0
    assert descriptors() <= before
    return data, outcome


def skip_without_calls(rig: Rig) -> None:
    if rig.name in {"io_uring", "iocp"}:
        pytest.skip("its operations are no calls")


ANY = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ANY
@given(size=DATA, pieces=PIECES, calls=GENTLE, times=st.tuples(WAITS, JUMPS))
def test_parts_storms_and_clocks_that_are_set_change_nothing(
    rig: Rig,
    size: int,
    pieces: list[int],
    calls: list[str | int],
    times: tuple[list[str], list[float]],
) -> None:
    skip_without_calls(rig)
    kernel = ScheduledKernel(rig.make_kernel(), calls, *times)
    data, outcome = outcome_of(rig, size, pieces, kernel)
    assert outcome == [data]


@ANY
@given(size=DATA, pieces=PIECES, calls=CALLS, waits=WAITS)
def test_a_call_that_fails_is_told_and_ends_nothing_but_its_connection(
    rig: Rig, size: int, pieces: list[int], calls: list[str | int], waits: list[str]
) -> None:
    skip_without_calls(rig)
    kernel = ScheduledKernel(rig.make_kernel(), calls, waits, [])
    data, outcome = outcome_of(rig, size, pieces, kernel)
    if not kernel.failed:
        assert outcome == [data]
        return
    *received, error = outcome
    assert isinstance(error, OSError)
    assert all(data.startswith(each) for each in received if isinstance(each, bytes))
