"""A clock that is paused: on every backend it jumps when everybody waits, and stands otherwise."""

from __future__ import annotations

import math
import threading

import pytest
from tools.rig import Rig

from wakepoint import (
    Handle,
    JoinSet,
    TcpListener,
    TcpStream,
    join,
    now,
    pending,
    select,
    sleep,
    spawn,
    spawn_blocking,
    time,
    timeout,
    yield_now,
)

HOUR = 3600.0


def test_it_jumps_while_somebody_waits_for_what_does_not_come(rig: Rig) -> None:
    async def main() -> float:
        with TcpListener.bind() as listener:
            waits = spawn(listener.accept())
            await yield_now()
            time.pause()
            began = now()
            await sleep(HOUR)
            waits.abort()
            return now() - began

    assert rig.run(main()) == pytest.approx(HOUR, rel=1e-6)


def test_sleeps_take_no_time_and_come_in_order(rig: Rig) -> None:
    async def main() -> list[float]:
        time.pause()
        began = now()
        naps: JoinSet[float] = JoinSet()

        async def nap(hours: float) -> float:
            await sleep(hours * HOUR)
            return now() - began

        for hours in (3, 1, 24 * 365, 2):
            naps.spawn(nap(hours))
        return await naps.join_all()

    expected = [HOUR, 2 * HOUR, 3 * HOUR, 24 * 365 * HOUR]
    assert rig.run(main()) == pytest.approx(expected, rel=1e-6)


def test_time_passes_in_waits_alone(rig: Rig) -> None:
    async def main() -> float:
        time.pause()
        began = now()
        for _ in range(500):
            await yield_now()
        return now() - began

    # The simulated kernel counts what it takes to look for news.
    assert rig.run(main()) == pytest.approx(0, abs=0.01)


def test_a_timeout_of_an_hour(rig: Rig) -> None:
    async def main() -> None:
        time.pause()
        with pytest.raises(TimeoutError):
            await timeout(HOUR, pending())

    rig.run(main())


def test_what_is_on_its_way_through_the_kernel_comes_before_a_timer(rig: Rig) -> None:
    async def main() -> tuple[int, bytes]:
        listener = TcpListener.bind("127.0.0.1", 0)
        with listener:
            client, (server, _) = await join(
                TcpStream.connect(*listener.local_addr), listener.accept()
            )
            with client, server:
                time.pause()

                async def answer() -> None:
                    await server.write_all(await server.read(100))

                answering = spawn(answer())
                await client.write_all(b"hello")
                index, data = await select(client.read(100), sleep(HOUR))
                await answering
                return index, data

    assert rig.run(main()) == (0, b"hello")


def test_the_clock_stands_while_a_thread_works(rig: Rig) -> None:
    """The sleeper could only be overtaken if the clock jumped meanwhile."""

    async def main() -> list[str]:
        time.pause()
        log: list[str] = []
        began = now()
        may_end = threading.Event()

        async def sleeper() -> None:
            await sleep(HOUR)
            log.append("sleeper")

        napping = spawn(sleeper())
        await yield_now()
        blocked = spawn_blocking(may_end.wait, 60)
        # Many looks at the kernel, as an executor that waits makes them.
        for _ in range(200):
            await yield_now()
        handle = Handle.current()

        def release() -> None:
            handle.block_on(nothing())  # the executor is woken from its wait, and waits again
            may_end.set()

        releasing = threading.Thread(target=release)
        releasing.start()
        assert await blocked
        log.append(f"thread after {now() - began:.0f} s")
        await napping
        releasing.join()
        return log

    async def nothing() -> None:
        await yield_now()

    assert rig.run(main()) == ["thread after 0 s", "sleeper"]


def test_advance_is_a_jump_that_makes_timers_late(rig: Rig) -> None:
    async def main() -> list[tuple[str, float]]:
        time.pause()
        began = now()
        log: list[tuple[str, float]] = []

        async def alarm(hours: float) -> None:
            await sleep(hours * HOUR)
            log.append((f"after {hours}", round((now() - began) / HOUR, 3)))

        for hours in (2, 1, 5):
            spawn(alarm(hours))
        await yield_now()
        await time.advance(3 * HOUR)
        log.append(("advanced", round((now() - began) / HOUR, 3)))
        return log

    assert rig.run(main()) == [("after 1", 3.0), ("after 2", 3.0), ("advanced", 3.0)]


def test_a_clock_that_was_paused_goes_on_from_where_it_stands(rig: Rig) -> None:
    async def main() -> tuple[float, float]:
        time.pause()
        began = now()
        await time.advance(HOUR)
        time.resume()
        resumed = now()
        await sleep(0.001)
        return resumed - began, now() - resumed

    ahead, slept = rig.run(main())
    assert ahead == pytest.approx(HOUR, abs=60)
    assert slept >= 0.001 or math.isclose(slept, 0.001)


def test_timers_that_were_armed_before_a_pause_are_kept(rig: Rig) -> None:
    async def main() -> float:
        began = now()
        napping = spawn(sleep(HOUR))
        await yield_now()
        time.pause()
        await napping
        return now() - began

    assert rig.run(main()) == pytest.approx(HOUR, abs=60)


def test_what_makes_no_sense_is_refused(rig: Rig) -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError, match="nobody has paused it"):
            time.resume()
        with pytest.raises(RuntimeError, match="pause it first"):
            await time.advance(1)
        time.pause()
        with pytest.raises(RuntimeError, match="paused already"):
            time.pause()
        with pytest.raises(ValueError, match="from 0 up"):
            await time.advance(-1)

    rig.run(main())


def test_each_run_has_a_clock_of_its_own(rig: Rig) -> None:
    async def main() -> float:
        return now()

    async def paused() -> None:
        time.pause()
        await time.advance(HOUR * 10**6)

    before = rig.run(main())
    rig.run(paused())
    assert rig.run(main()) - before < HOUR * 10**5


def test_a_day_of_ticks_takes_a_moment(rig: Rig) -> None:
    async def main() -> int:
        time.pause()
        ticks = time.interval(60)
        began = await ticks.tick()
        count = 0
        while await ticks.tick() - began < 24 * HOUR - 1:
            count += 1
        return count

    assert rig.run(main()) == 24 * 60 - 1
