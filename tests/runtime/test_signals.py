"""Signals, awaited: on every backend that talks to a real kernel."""

from __future__ import annotations

import os
import signal as signals
import sys
import threading
from pathlib import Path

import pytest
from tools.peers import connected, settle
from tools.rig import Rig

from wakepoint import (
    PENDING,
    ClosedResourceError,
    Context,
    Deadlock,
    Future,
    Poll,
    ctrl_c,
    join,
    run,
    select,
    spawn,
    yield_now,
)
from wakepoint.signals import signal

if sys.platform == "win32":
    pytest.skip("Windows sends no signals", allow_module_level=True)


@pytest.fixture
def rig(real_rig: Rig, request: pytest.FixtureRequest) -> Rig:
    """Each backend; libkqueue only where it can hear a signal at all."""
    if "libkqueue" in request.node.name and others_that_take(signals.SIGUSR1):
        pytest.skip("libkqueue hears a signal only if no other thread takes it; run without -n")
    return real_rig


def others_that_take(number: int) -> int:
    """How many other threads of this process do not block a signal (proc(5))."""
    taking = 0
    for thread in Path("/proc/self/task").iterdir():
        try:
            status = (thread / "status").read_text()
        except FileNotFoundError:  # ended meanwhile
            continue
        blocked = int(next(each for each in status.splitlines() if "SigBlk" in each).split()[1], 16)
        taking += int(thread.name) != os.getpid() and not blocked >> (number - 1) & 1
    return taking


def send(number: int) -> None:
    """Sends this process a signal, as another process would."""
    os.kill(os.getpid(), number)


def test_a_signal_wakes_who_waits_for_it(rig: Rig) -> None:
    async def main() -> int:
        with signal(signals.SIGUSR1) as listener:
            waiting = spawn(listener.recv())
            await settle()
            assert not waiting.is_finished()
            send(signals.SIGUSR1)
            return await waiting

    assert rig.run(main()) == 1


def test_a_signal_ends_the_sleep_of_the_executor(rig: Rig) -> None:
    async def main() -> int:
        with signal(signals.SIGALRM) as listener:
            signals.setitimer(signals.ITIMER_REAL, 0.02)
            return await listener.recv()

    assert rig.run(main()) == 1


def test_a_signal_that_came_before_somebody_waits_is_not_lost(rig: Rig) -> None:
    async def main() -> int:
        with signal(signals.SIGUSR1) as listener:
            send(signals.SIGUSR1)
            await settle()
            return await listener.recv()

    assert rig.run(main()) == 1


def test_it_comes_again_and_again(rig: Rig) -> None:
    async def main() -> list[int]:
        with signal(signals.SIGUSR1) as listener:
            counts = []
            for _ in range(20):
                send(signals.SIGUSR1)
                counts.append(await listener.recv())
            return counts

    assert rig.run(main()) == [1] * 20


def test_each_listener_hears_each_signal_of_its_own(rig: Rig) -> None:
    async def main() -> None:
        with (
            signal(signals.SIGUSR1) as one,
            signal(signals.SIGUSR1) as same,
            signal(signals.SIGUSR2) as other,
        ):
            waiting = spawn(other.recv())
            both = spawn(join(one.recv(), same.recv()))
            await settle()
            send(signals.SIGUSR1)
            assert await both == (1, 1)
            assert not waiting.is_finished()
            send(signals.SIGUSR2)
            assert await waiting == 1

    rig.run(main())


def test_a_recv_that_lost_a_select_loses_no_signal(rig: Rig) -> None:
    async def main() -> int:
        with signal(signals.SIGUSR1) as listener:
            for _ in range(20):
                index, _ = await select(listener.recv(), yield_now())
                assert index == 1
            send(signals.SIGUSR1)
            index, _ = await select(listener.recv(), Never())
            assert index == 0
            send(signals.SIGUSR1)
            return await listener.recv()

    assert rig.run(main()) == 1


class Never(Future[None]):
    def poll(self, cx: Context) -> Poll[None]:
        return PENDING


def test_signals_and_data_in_one_wait(rig: Rig) -> None:
    async def main() -> tuple[int, bytes]:
        async with connected() as (client, server):
            with signal(signals.SIGUSR1) as listener:
                both = spawn(join(listener.recv(), server.read()))
                await settle()
                send(signals.SIGUSR1)
                await client.write_all(b"data")
                count, data = await both
                return count, data

    assert rig.run(main()) == (1, b"data")


def test_a_thread_beside_takes_no_signal_away(rig: Rig, request: pytest.FixtureRequest) -> None:
    if "libkqueue" in request.node.name:
        pytest.skip("libkqueue's signalfd hears nothing of what another thread may take")
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()

    async def main() -> int:
        with signal(signals.SIGUSR1) as listener:
            signals.pthread_kill(thread.ident or 0, signals.SIGUSR1)
            return await listener.recv()

    try:
        assert rig.run(main()) == 1
    finally:
        done.set()
        thread.join()


def test_closing_ends_a_pending_recv(rig: Rig) -> None:
    async def main() -> None:
        listener = signal(signals.SIGUSR1)
        waiting = spawn(listener.recv())
        await settle()
        listener.close()
        listener.close()
        with pytest.raises(ClosedResourceError):
            await waiting
        with pytest.raises(ClosedResourceError):
            await listener.recv()

    rig.run(main())


def test_afterwards_the_signal_has_its_usual_effect(rig: Rig) -> None:
    numbers = []
    before = signals.signal(signals.SIGUSR1, lambda number, frame: numbers.append(number))

    async def main() -> None:
        with signal(signals.SIGUSR1) as listener:
            send(signals.SIGUSR1)
            await listener.recv()
        assert numbers == []
        send(signals.SIGUSR1)
        assert numbers == [signals.SIGUSR1]

    try:
        rig.run(main())
        wakeup_fd = signals.set_wakeup_fd(-1)
        assert wakeup_fd == -1
    finally:
        signals.signal(signals.SIGUSR1, before)


def test_ctrl_c_is_heard_and_interrupts_nothing(rig: Rig) -> None:
    before = signals.getsignal(signals.SIGINT)

    async def main() -> str:
        waiting = spawn(ctrl_c())
        await settle()
        send(signals.SIGINT)
        await waiting
        return "asked to stop"

    assert rig.run(main()) == "asked to stop"
    assert signals.getsignal(signals.SIGINT) is before


def test_an_open_listener_that_nobody_waits_for_hides_no_deadlock(rig: Rig) -> None:
    async def main() -> None:
        with signal(signals.SIGUSR1) as listener:
            await select(listener.recv(), yield_now())
            await Never()

    with pytest.raises(Deadlock):
        rig.run(main())


def test_a_signal_that_nobody_may_handle(rig: Rig) -> None:
    async def main() -> None:
        with pytest.raises(OSError, match="Invalid argument"):
            signal(signals.SIGKILL)

    rig.run(main())


def test_only_the_main_thread_hears_signals() -> None:
    errors = []

    async def main() -> None:
        with pytest.raises(RuntimeError, match="main thread"):
            signal(signals.SIGUSR1)
        errors.append("told")

    thread = threading.Thread(target=run, args=(main(),))
    thread.start()
    thread.join()
    assert errors == ["told"]


def test_the_simulated_kernel_has_none() -> None:
    async def main() -> None:
        with pytest.raises(NotImplementedError, match="simulated"):
            signal(signals.SIGUSR1)

    run(main(), backend="simulated")
