"""What a kernel refuses is one clear error: nothing hangs, and no descriptor or task is left."""

from __future__ import annotations

import errno
import gc
import os
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from tools.rig import Rig

from wakepoint import (
    Executor,
    Reactor,
    TcpListener,
    TcpStream,
    backends,
    join,
    sleep,
    spawn,
    timeout,
)

DESCRIPTORS = Path("/proc/self/fd")


def open_descriptors() -> int:
    """How many this process has; 0 where nobody tells."""
    return len(list(DESCRIPTORS.iterdir())) if DESCRIPTORS.exists() else 0


class FaultyKernel:
    """Passes every call on, but for those that are to fail.

    Attributes:
        faults: By the call's name the error numbers with which its next calls fail.
        ahead: Seconds by which the clock is set forward.
    """

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        self.faults: dict[str, list[int]] = {}
        self.ahead = 0.0

    def monotonic(self) -> float:
        """See `wakepoint.kernel.Kernel`."""
        return float(self._kernel.monotonic()) + self.ahead

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._kernel, name)
        if not callable(attribute):
            return attribute

        def call(*args: Any) -> Any:
            planned = self.faults.get(name)
            if planned:
                number = planned.pop(0)
                raise OSError(number, os.strerror(number))
            return attribute(*args)

        return call


Program = Callable[[FaultyKernel], Coroutine[Any, Any, None]]


def run_with_faults(rig: Rig, program: Program) -> None:
    """Runs a program, and sees that it leaves nothing behind."""
    if rig.name in {"io_uring", "iocp"}:
        pytest.skip("its operations are no calls")
    kernel = FaultyKernel(rig.make_kernel())
    gc.collect()
    before = open_descriptors()
    reactor = Reactor(backends.factory(rig.name), kernel)  # type: ignore[arg-type]
    executor = Executor(reactor)
    try:
        executor.block_on(program(kernel))
    finally:
        reactor.shut_down()
    assert not executor.tasks
    assert reactor.interests == 0
    assert open_descriptors() <= before
    if rig.simulated:
        assert not reactor.kernel.world.descriptors  # type: ignore[attr-defined]


async def connected(listener: TcpListener) -> tuple[TcpStream, TcpStream]:
    """Both ends of a connection."""
    stream, (accepted, _) = await join(TcpStream.connect(*listener.local_addr), listener.accept())
    return stream, accepted


LOST = [errno.ECONNRESET, errno.ENOBUFS, errno.ETIMEDOUT]


@pytest.mark.parametrize("number", LOST)
def test_who_cannot_receive_is_told_while_it_waits_and_may_try_again(rig: Rig, number: int) -> None:
    async def program(kernel: FaultyKernel) -> None:
        with TcpListener.bind("127.0.0.1", 0) as listener:
            stream, accepted = await connected(listener)
            with stream, accepted:
                waiting = spawn(stream.read(4))
                await sleep(0.001)
                kernel.faults["recv"] = [number]
                await accepted.write_all(b"data")
                with pytest.raises(OSError, match=os.strerror(number)):
                    await timeout(10, waiting)
                assert await timeout(10, stream.read_exact(4)) == b"data"

    run_with_faults(rig, program)


@pytest.mark.parametrize("number", LOST)
def test_who_cannot_send_is_told_and_may_try_again(rig: Rig, number: int) -> None:
    async def program(kernel: FaultyKernel) -> None:
        with TcpListener.bind("127.0.0.1", 0) as listener:
            stream, accepted = await connected(listener)
            with stream, accepted:
                kernel.faults["send"] = [number]
                with pytest.raises(OSError, match=os.strerror(number)):
                    await accepted.write_all(b"data")
                await accepted.write_all(b"data")
                assert await timeout(10, stream.read_exact(4)) == b"data"

    run_with_faults(rig, program)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS])
def test_who_cannot_accept_is_told_and_may_try_again(rig: Rig, number: int) -> None:
    async def program(kernel: FaultyKernel) -> None:
        with TcpListener.bind("127.0.0.1", 0) as listener:
            kernel.faults["accept"] = [number]
            with await TcpStream.connect(*listener.local_addr) as stream:
                with pytest.raises(OSError, match=os.strerror(number)):
                    await timeout(10, listener.accept())
                accepted, _ = await timeout(10, listener.accept())
                with accepted:
                    await accepted.write_all(b"x")
                    assert await stream.read_exact(1) == b"x"

    run_with_faults(rig, program)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOBUFS])
def test_who_gets_no_socket_is_told(rig: Rig, number: int) -> None:
    async def program(kernel: FaultyKernel) -> None:
        with TcpListener.bind("127.0.0.1", 0) as listener:
            kernel.faults["socket"] = [number]
            with pytest.raises(OSError, match=os.strerror(number)):
                await TcpStream.connect(*listener.local_addr)
            (await TcpStream.connect(*listener.local_addr)).close()

    run_with_faults(rig, program)


@pytest.mark.parametrize("jump", [1e6, -0.05])
def test_timers_fire_once_when_the_clock_jumps(rig: Rig, jump: float) -> None:
    async def program(kernel: FaultyKernel) -> None:
        ended: list[int] = []

        async def nap(number: int) -> None:
            await sleep(0.001 * number)
            ended.append(number)

        naps = [spawn(nap(number)) for number in range(1, 6)]
        await sleep(0)
        kernel.ahead = jump
        await join(*naps)
        assert sorted(ended) == [1, 2, 3, 4, 5]

    run_with_faults(rig, program)
