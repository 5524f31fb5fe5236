"""Several executors in several threads: each its own reactor, and wakes and spawns across."""

from __future__ import annotations

import contextvars
import gc
import signal
import sys
import threading
from typing import Any

import pytest

from wakepoint import (
    Context,
    Future,
    Handle,
    JoinError,
    Poll,
    Ready,
    RemoteHandle,
    join,
    pending,
    run,
    runtime,
    sleep,
    spawn,
    spawn_blocking,
    yield_now,
)

# Windows has neither.
PTHREAD_KILL: Any = getattr(signal, "pthread_kill", None)
SIGUSR1: Any = getattr(signal, "SIGUSR1", None)


async def double(x: int) -> int:
    await yield_now()
    return 2 * x


async def fail(word: str) -> None:
    raise ValueError(word)


class Flag(Future[None]):
    """Ready once it is set, by whatever thread."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.is_set = False
        self.waker: Any = None

    def poll(self, cx: Context) -> Poll[None]:
        with self.lock:
            if self.is_set:
                return Ready(None)
            self.waker = cx.waker.clone()
            return pending().poll(cx)

    def set(self) -> None:
        with self.lock:
            self.is_set = True
            waker = self.waker
        if waker is not None:
            waker.wake()


class Elsewhere:
    """An executor on a thread of its own, until the block ends."""

    def __enter__(self) -> Handle:
        self.handles: list[Handle] = []
        self.stop = Flag()
        self.errors: list[BaseException] = []
        started = threading.Event()

        async def main() -> None:
            self.handles.append(Handle.current())
            started.set()
            await self.stop

        def thread() -> None:
            try:
                run(main())
            except BaseException as error:
                self.errors.append(error)

        self.thread = threading.Thread(target=thread)
        self.thread.start()
        assert started.wait(60)
        return self.handles[0]

    def __exit__(self, *details: object) -> None:
        self.stop.set()
        self.thread.join(60)
        assert not self.thread.is_alive()
        assert self.errors == []


def test_a_thread_without_an_executor_waits_for_a_task() -> None:
    with Elsewhere() as handle:
        assert handle.block_on(double(21)) == 42
        with pytest.raises(ValueError, match="mine"):
            handle.block_on(fail("mine"))


def test_one_executor_awaits_tasks_of_another() -> None:
    async def main(handle: Handle) -> tuple[int, ...]:
        return await join(*(handle.spawn(double(x)) for x in range(20)))

    with Elsewhere() as handle:
        assert run(main(handle)) == tuple(2 * x for x in range(20))


def test_executors_wake_each_other_back_and_forth() -> None:
    async def ping(here: Handle, there: Handle, count: int) -> list[str]:
        if count == 0:
            return [threading.current_thread().name]
        rest = await there.spawn(ping(there, here, count - 1))
        return [threading.current_thread().name, *rest]

    async def main(there: Handle) -> list[str]:
        return await ping(Handle.current(), there, 9)

    with Elsewhere() as there:
        names = run(main(there))
    assert len(set(names)) == 2
    assert names[0::2] == names[:1] * 5
    assert names[1::2] == names[1:2] * 5


def test_several_wait_for_one_remote_task_and_one_gives_up() -> None:
    async def main(handle: Handle) -> list[int]:
        flag = Flag()

        async def waits() -> int:
            await flag
            return 7

        remote = handle.spawn(waits())
        waiting = [spawn(take(remote)) for _ in range(3)]
        await yield_now()
        waiting[1].abort()
        with pytest.raises(JoinError):
            await waiting[1]
        flag.set()
        return [await waiting[0], await waiting[2], await remote]

    async def take(remote: RemoteHandle[int]) -> int:
        return await remote

    with Elsewhere() as handle:
        assert run(main(handle)) == [7, 7, 7]


def test_a_remote_task_is_aborted() -> None:
    log: list[str] = []

    async def stays() -> None:
        try:
            await pending()
        finally:
            await yield_now()
            log.append("clean")

    with Elsewhere() as handle:
        remote = handle.spawn(stays())
        handle.block_on(double(1))
        remote.abort()
        assert remote.wait(60)
        assert remote.is_finished()
        with pytest.raises(JoinError):
            remote.result()
        remote.abort()
    remote.abort()
    assert log == ["clean"]


def test_the_task_sees_the_variables_of_who_spawned_it() -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")

    async def read() -> str:
        return variable.get()

    with Elsewhere() as handle:
        variable.set("mine")
        assert handle.block_on(read()) == "mine"


def test_an_executor_that_ended_refuses() -> None:
    with Elsewhere() as handle:
        pass
    for use in (handle.spawn, handle.block_on):
        with pytest.raises(RuntimeError, match="does not run: nobody would do what it is given"):
            use(double(1))


def test_a_task_that_is_pending_at_the_end_is_told_to_who_waits() -> None:
    with Elsewhere() as handle:
        remote = handle.spawn(pending())
        handle.block_on(double(1))
    assert remote.wait(60)
    with pytest.raises(JoinError):
        remote.result()


def test_blocking_on_ones_own_executor_is_refused() -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError, match="this thread runs that executor already"):
            Handle.current().block_on(double(1))

    run(main())


def test_a_failure_that_nobody_waits_for_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with Elsewhere() as handle:
        handle.spawn(fail("nobody hears me"))
        gc.collect()
        handle.block_on(double(1))
    assert "ValueError: nobody hears me" in capsys.readouterr().err


def test_a_failure_is_told_when_its_handle_is_let_go_of(
    capsys: pytest.CaptureFixture[str],
) -> None:
    gc.disable()
    try:
        with Elsewhere() as handle:
            remote = handle.spawn(fail("nobody hears me"))
            assert remote.wait(60)
            handle.block_on(double(1))  # its thread has let go of it as well
            assert "nobody hears me" not in capsys.readouterr().err
            del remote
            assert "ValueError: nobody hears me" in capsys.readouterr().err
    finally:
        gc.enable()


def test_what_is_no_future_is_told_to_the_caller() -> None:
    with Elsewhere() as handle, pytest.raises(TypeError, match="is not a future"):
        handle.spawn(5)  # type: ignore[arg-type]


def test_a_handle_is_had_within_a_run_only() -> None:
    with pytest.raises(RuntimeError, match="no executor is running"):
        Handle.current()


def test_many_threads_spawn_at_once() -> None:
    async def main() -> int:
        handle = Handle.current()
        total = []

        def work(start: int) -> None:
            remotes = [handle.spawn(double(start + x)) for x in range(100)]
            for remote in remotes:
                remote.wait()
            total.append(sum(remote.result() for remote in remotes))

        await join(*(spawn_blocking(work, start) for start in range(0, 800, 100)))
        return sum(total)

    assert run(main()) == 2 * sum(range(800))


def test_four_executors_run_at_once() -> None:
    results: list[float] = []

    def thread(number: int) -> None:
        async def main() -> float:
            handles = [spawn(double(number)) for _ in range(50)]
            await sleep(0.001)
            return float(sum([await handle for handle in handles]))

        results.append(run(main()))

    threads = [threading.Thread(target=thread, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert sorted(results) == [0.0, 100.0, 200.0, 300.0]


# -- wake-ups from elsewhere -----------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGUSR1")
@pytest.mark.parametrize("backend", ["epoll", "simulated"])
def test_a_signal_handler_wakes_a_task(backend: str) -> None:
    """The handler runs in the main thread, in the middle of the executor's wait."""
    if backend == "epoll" and sys.platform != "linux":
        pytest.skip("Linux has epoll")
    flag = Flag()

    def kill() -> None:
        PTHREAD_KILL(threading.main_thread().ident, SIGUSR1)

    async def main() -> str:
        blocked = spawn_blocking(kill)
        await flag
        await blocked
        return "woken"

    before = signal.signal(SIGUSR1, lambda *_: flag.set())
    try:
        assert run(main(), backend=backend) == "woken"
    finally:
        signal.signal(SIGUSR1, before)


def test_a_thread_that_ends_with_its_wake_up_leaves_no_deadlock() -> None:
    async def main() -> None:
        for _ in range(200):
            flag = Flag()
            threading.Thread(target=flag.set).start()
            await flag

    run(main())


# -- one task after the other ----------------------------------------------------------------


def test_try_tick_polls_one_task() -> None:
    executor = runtime.build("simulated")
    log: list[str] = []

    async def work(name: str) -> None:
        log.append(name)
        await sleep(1)
        log.append(f"{name} again")

    handles = [executor.spawn(work(name)) for name in "ab"]
    assert executor.try_tick()
    assert log == ["a"]
    assert executor.try_tick()
    assert log == ["a", "b"]
    for _ in range(200_000):  # virtual time passes with each look
        executor.try_tick()
        if all(handle.is_finished() for handle in handles):
            break
    assert log == ["a", "b", "a again", "b again"]
    assert not executor.try_tick()


def test_try_tick_within_a_run_is_refused() -> None:
    other = runtime.build("simulated")

    async def main() -> None:
        with pytest.raises(RuntimeError, match="this thread runs an executor already"):
            other.try_tick()

    run(main())


def test_what_other_threads_post_is_done_by_try_tick() -> None:
    executor = runtime.build("simulated")
    executor.try_tick()
    remote = Handle(executor).spawn(double(21))
    while executor.try_tick():
        pass
    assert remote.result() == 42
