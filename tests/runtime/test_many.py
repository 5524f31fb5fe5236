"""Much of everything: ten thousand connections at once, a day, a million tasks. Nothing grows."""

from __future__ import annotations

import contextlib
import gc
import os
import subprocess
import sys
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import pytest
from tools.rig import Rig

from wakepoint import (
    JoinError,
    JoinHandle,
    TcpListener,
    TcpStream,
    executor,
    run,
    select,
    sleep,
    spawn,
    timeout,
    yield_now,
)

# What takes seconds takes minutes where ten others want the same processors.
pytestmark = pytest.mark.timeout(400)

CONNECTIONS = 10_000
SPARE = 200
"""Descriptors that this process has besides."""
DAY = 86_400
"""Seconds."""
TASKS, BATCH = 1_000_000, 1000

# It makes all connections before it says anything on one of them.
CLIENT = """
import resource, socket, sys

port, count = int(sys.argv[1]), int(sys.argv[2])
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
streams = []
for _ in range(count):
    stream = socket.create_connection(("127.0.0.1", port))
    assert stream.recv(1) == b"!"
    streams.append(stream)
for first in range(0, count, 50):
    for number in range(first, first + 50):
        streams[number].sendall(number.to_bytes(4, "big"))
    for number in range(first, first + 50):
        answer = streams[number].recv(4, socket.MSG_WAITALL)
        assert int.from_bytes(answer, "big") == number + 1
"""


@pytest.fixture
def enough_descriptors() -> Iterator[None]:
    """Leave to have that many connections open in this process, and as many in a child."""
    if sys.platform == "win32":
        pytest.skip("the client raises a limit that Windows does not have")
    import resource

    needed = CONNECTIONS + SPARE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        pytest.skip(f"a process of this user may open {hard} descriptors, and {needed} are needed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))
    yield
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("enough_descriptors")
def test_ten_thousand_connections_are_open_at_once(real_rig: Rig) -> None:
    if real_rig.double:
        pytest.skip("the double looks at every descriptor in each of its calls")
    open_now = most = 0

    async def serve(stream: TcpStream) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        with stream:
            await stream.write_all(b"!")
            number = int.from_bytes(await stream.read_exact(4), "big")
            await stream.write_all((number + 1).to_bytes(4, "big"))
            assert await stream.read() == b""
        open_now -= 1

    async def main() -> int:
        with TcpListener.bind() as listener:
            port = listener.local_addr[1]
            command = [sys.executable, "-c", CLIENT, str(port), str(CONNECTIONS)]
            with ended(command) as client:
                handles = []
                for _ in range(CONNECTIONS):
                    stream, _ = await listener.accept()
                    handles.append(spawn(serve(stream)))
                for handle in handles:
                    await handle
        return client.wait()

    before = descriptors()
    assert real_rig.run(main()) == 0
    assert most == CONNECTIONS
    assert open_now == 0
    assert descriptors() == before


@contextlib.contextmanager
def ended(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """A child that does not outlive the block if that fails."""
    process = subprocess.Popen(command)
    try:
        yield process
    except BaseException:
        process.kill()
        process.wait()
        raise


def test_a_day_of_virtual_time_keeps_its_order_and_leaves_nothing() -> None:
    day = Day()
    assert run(day.pass_by(), backend="simulated") == pytest.approx(DAY)
    assert list(day.rung) == sorted(day.rung)
    assert len(day.rung) == DAY + DAY // 7
    assert list(day.rung[:9]) == pytest.approx([1, 2, 3, 4, 5, 6, 7, 7, 8])
    assert day.answers == DAY // 60
    noon, midnight = day.held
    # Between them are 60,000 timers, of which 4,000 are dropped, and 720 connections.
    assert midnight.objects - noon.objects < 100


class Day:
    """What goes on all day.

    Attributes:
        rung: When a clock struck, in seconds.
        answers: How often an echo came back.
        held: What the process had at noon and just before midnight.
    """

    def __init__(self) -> None:
        self.rung = array("d")
        self.answers = 0
        self.held: list[Held] = []

    async def pass_by(self) -> float:
        """Returns when it is over, in seconds."""
        assert now() == 0
        with TcpListener.bind() as listener:
            going_on = (
                self.strike(1),
                self.strike(7),
                wait_in_vain(11),
                self.ask(listener, 60),
                self.look_around(),
            )
            for handle in [spawn(each) for each in going_on]:
                await handle
        return now()

    async def strike(self, period: int) -> None:
        for turn in range(1, DAY // period + 1):
            await sleep(turn * period - now())
            self.rung.append(now())

    async def ask(self, listener: TcpListener, period: int) -> None:
        for turn in range(1, DAY // period + 1):
            await sleep(turn * period - now())
            connecting = spawn(TcpStream.connect(*listener.local_addr))
            accepted, _ = await listener.accept()
            server = spawn(echo(accepted))
            with await connecting as stream:
                await stream.write_all(b"still there?")
                self.answers += await stream.read_exact(12) == b"still there?"
            await server

    async def look_around(self) -> None:
        for moment in (DAY / 2 + 0.5, DAY - 0.5):
            await sleep(moment - now())
            self.held.append(Held.now())


async def wait_in_vain(period: int) -> None:
    """By turns it comes in time or not: a timer is dropped in each turn."""
    for turn in range(DAY // period):
        with contextlib.suppress(TimeoutError):
            await timeout(period / 2, sleep(period / 4 if turn % 2 else period))
        await sleep((turn + 1) * period - now())


async def echo(stream: TcpStream) -> None:
    with stream:
        while data := await stream.read():
            await stream.write_all(data)


def now() -> float:
    """The time of the kernel that this runs on, in seconds."""
    return executor.current().reactor.kernel.monotonic()


def test_a_million_tasks_leave_nothing() -> None:
    ended_how: Counter[str] = Counter()
    held: list[Held] = []

    async def main() -> None:
        for made in range(0, TASKS, BATCH):
            if made in (TASKS // 10, TASKS // 2):
                held.append(Held.now())
            handles = [spawn(KINDS[number % len(KINDS)]()) for number in range(BATCH)]
            await yield_now()
            for number, handle in enumerate(handles):
                if KINDS[number % len(KINDS)] is stays:
                    handle.abort()
                ended_how[await end_of(handle)] += 1
        held.append(Held.now())

    run(main())
    each = TASKS // len(KINDS)
    assert ended_how == {"returned": 18 * each, "raised": each, "aborted": each}
    tenth, half, whole = held
    assert whole.descriptors == half.descriptors == tenth.descriptors
    assert half.objects - tenth.objects < 100
    assert whole.objects - half.objects < 100  # of 500,000 tasks
    assert whole.resident - half.resident < TASKS // 2  # less than a byte a task


async def returns() -> int:
    return 1


async def raises() -> NoReturn:
    await yield_now()
    raise LookupError


async def sleeps() -> None:
    await sleep(1e-5)


async def stays() -> None:
    await sleep(3600)


async def loses() -> None:
    await select(sleep(3600), yield_now())


KINDS = [returns] * 16 + [raises, sleeps, stays, loses]


async def end_of(handle: JoinHandle[Any]) -> str:
    try:
        await handle
    except LookupError:
        return "raised"
    except JoinError:
        return "aborted"
    return "returned"


@dataclass(frozen=True)
class Held:
    """What this process has at a moment.

    Attributes:
        objects: Python objects that the collector knows, once it has collected.
        descriptors: Open descriptors.
        resident: Bytes in memory; on anything but Linux, the most there ever were.
    """

    objects: int
    descriptors: int
    resident: int

    @classmethod
    def now(cls) -> Held:
        gc.collect()
        return cls(len(gc.get_objects()), descriptors(), resident())


def descriptors() -> int:
    """How many are open."""
    return 0 if sys.platform == "win32" else len(list(Path("/dev/fd").iterdir()))


def resident() -> int:
    """Bytes in memory."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
