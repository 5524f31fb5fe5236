"""On every backend: who ends a wait in the kernel, and when."""

from __future__ import annotations

import math
import threading
import time

import pytest
from tools.alarm import on_alarm
from tools.peers import connected, settle
from tools.rig import Rig

from wakepoint import (
    PENDING,
    Context,
    Deadlock,
    Future,
    Poll,
    Ready,
    TcpStream,
    Waker,
    executor,
    join,
    select,
    sleep,
    spawn,
    spawn_blocking,
    timeout,
    yield_now,
)


class Flag(Future[str]):
    """Ready once somebody has set it, from whichever thread."""

    def __init__(self) -> None:
        self.set = False
        self.waker: Waker | None = None
        self.polled = threading.Event()

    def poll(self, cx: Context) -> Poll[str]:
        self.waker = cx.waker.clone()
        self.polled.set()
        return Ready("set") if self.set else PENDING

    def raise_(self) -> None:
        """Sets it and wakes who waits."""
        self.set = True
        if self.waker is not None:
            self.waker.wake()


def test_sleepers_wake_in_the_order_of_their_deadlines(rig: Rig) -> None:
    async def main() -> list[int]:
        order: list[int] = []

        async def sleeper(number: int, seconds: float) -> None:
            await sleep(seconds)
            order.append(number)

        kernel = executor.current().reactor.kernel
        now = kernel.monotonic()
        with pytest.MonkeyPatch.context() as patch:
            # The clock stands still while they start, however long that takes.
            patch.setattr(kernel, "monotonic", lambda: now)
            sleepers = [spawn(sleeper(1, 0.03)), spawn(sleeper(2, 0.01)), spawn(sleeper(3, 0.02))]
            await settle()
        await join(*sleepers)
        return order

    assert rig.run(main()) == [2, 3, 1]


def test_nobody_sleeps_too_short(rig: Rig) -> None:
    async def main() -> None:
        now = executor.current().reactor.kernel.monotonic
        for seconds in (0.0, 0.0001, 0.001, 0.0105):
            due = now() + seconds
            await sleep(seconds)
            assert now() >= due

    rig.run(main())


def test_a_deadline_at_infinity_never_comes(rig: Rig) -> None:
    async def main() -> int:
        index, _ = await select(sleep(math.inf), sleep(1e12), sleep(0.001))
        return index

    assert rig.run(main()) == 2


def test_a_timer_fires_while_a_read_waits(rig: Rig) -> None:
    async def main() -> bytes:
        async with connected() as (client, server):
            for _ in range(3):
                with pytest.raises(TimeoutError):
                    await timeout(0.002, server.read())
            await client.write_all(b"in time")
            return await timeout(10, server.read())

    assert rig.run(main()) == b"in time"


def test_data_comes_while_a_timer_runs(rig: Rig) -> None:
    async def main() -> int:
        async with connected() as (client, server):
            reading = spawn(server.read())
            await settle()
            await client.write_all(b"now")
            index, _ = await select(reading, sleep(60))
            return index

    assert rig.run(main()) == 0


def test_a_busy_task_does_not_keep_others_from_their_events(rig: Rig) -> None:
    async def main() -> bytes:
        async with connected() as (client, server):
            reading = spawn(server.read())
            sleeping = spawn(sleep(0.001))
            await settle()
            await client.write_all(b"heard")
            while not (reading.is_finished() and sleeping.is_finished()):
                await yield_now()  # the queue is never empty
            return await reading

    assert rig.run(main()) == b"heard"


def test_a_thread_wakes_a_sleeping_executor(rig: Rig) -> None:
    flag = Flag()

    def wake() -> None:
        flag.polled.wait()
        flag.raise_()

    thread = threading.Thread(target=wake)
    thread.start()
    assert rig.run(flag) == "set"
    thread.join()


def test_no_wake_is_lost_whenever_it_comes(rig: Rig) -> None:
    async def main() -> int:
        for number in range(200):
            flag = Flag()
            thread = threading.Thread(target=flag.raise_)
            if number % 2:
                thread.start()
            waiting = spawn(flag)
            if not number % 2:
                await yield_now()
                thread.start()
            # Whoever set the flag before the first poll found no waker: then poll sees it.
            assert await waiting == "set"
            thread.join()
        return number

    assert rig.run(main()) == 199


def test_many_threads_wake_one_task_many_times(rig: Rig) -> None:
    class Counter(Future[int]):
        def __init__(self) -> None:
            self.count = 0
            self.lock = threading.Lock()
            self.waker: Waker | None = None

        def poll(self, cx: Context) -> Poll[int]:
            with self.lock:
                if self.count == 800:
                    return Ready(self.count)
                if self.waker is None:
                    self.waker = cx.waker.clone()
                    for thread in threads:
                        thread.start()
                return PENDING

        def add(self) -> None:
            for _ in range(100):
                with self.lock:
                    self.count += 1
                assert self.waker is not None
                self.waker.wake()

    counter = Counter()
    threads = [threading.Thread(target=counter.add) for _ in range(8)]
    assert rig.run(counter) == 800
    for thread in threads:
        thread.join()


def test_a_blocking_call_wakes_who_waits_for_it(rig: Rig) -> None:
    async def main() -> tuple[int, int]:
        both: tuple[int, int] = await join(
            spawn_blocking(sum, [1, 2, 3]), spawn_blocking(max, 4, 5)
        )
        return both

    assert rig.run(main()) == (6, 5)


def test_data_and_a_thread_in_one_wait(rig: Rig) -> None:
    async def main() -> tuple[bytes, str]:
        async with connected() as (client, server):
            flag = Flag()
            both = spawn(join(server.read(), flag))
            await settle()
            thread = threading.Thread(target=flag.raise_)
            thread.start()
            await client.write_all(b"data")
            data, word = await both
            thread.join()
            return data, word

    assert rig.run(main()) == (b"data", "set")


def test_a_signal_handler_wakes_the_thread_that_it_interrupts(rig: Rig) -> None:
    async def main() -> str:
        async with connected() as (_, server):
            flag = Flag()
            reading = spawn(server.read())  # an open read makes the kernel wait worth while
            with on_alarm(flag.raise_) as alarm_in:
                alarm_in(0.02)
                word = await flag
            reading.abort()
            return word

    if rig.simulated:
        pytest.skip("virtual time would pass before a real signal came")
    assert rig.run(main()) == "set"


def test_when_nobody_is_left_to_wake_anybody_it_says_so(rig: Rig) -> None:
    async def main() -> None:
        await Flag()

    with pytest.raises(Deadlock, match="task 1"):
        rig.run(main())


def test_the_kernel_is_given_everything_back(rig: Rig) -> None:
    opened: list[TcpStream] = []

    async def main() -> None:
        async with connected() as (client, server):
            opened.extend((client, server))
            reading = spawn(server.read())
            await settle()
            reading.abort()

    rig.run(main())
    assert all(stream.source.closed for stream in opened)


def test_time_stands_still_for_nobody(rig: Rig) -> None:
    if rig.simulated:
        pytest.skip("its clock is virtual")
    start = time.perf_counter()  # Windows' monotonic clock goes in steps of 16 ms
    rig.run(sleep(0.02))
    assert time.perf_counter() - start >= 0.02
