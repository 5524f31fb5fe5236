"""No descriptor, or no thread, is left: one clear error, and nothing hangs."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from wakepoint import (
    PENDING,
    Command,
    Context,
    Future,
    Poll,
    Ready,
    TcpListener,
    Waker,
    blocking,
    executor,
    pipe,
    run,
    sleep,
    spawn_blocking,
    watch,
)
from wakepoint.signals import signal

if sys.platform == "win32":
    pytest.skip("Windows counts no descriptors", allow_module_level=True)

import resource
import signal as signals


@contextmanager
def none_left(spare: int = 0) -> Iterator[None]:
    """No descriptor but ``spare`` more can be made in the block."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.open("/dev/null", os.O_RDONLY)
    os.close(free)
    taken: list[int] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + spare, hard))
    try:
        while len(taken) < free:  # the numbers below that are free
            taken.append(os.open("/dev/null", os.O_RDONLY))
    except OSError:
        for _ in range(spare):
            if taken:
                os.close(taken.pop())
    try:
        yield
    finally:
        for each in taken:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_blocking_call_says_that_it_cannot_wake_the_executor() -> None:
    async def main() -> str:
        await sleep(0)
        executor_needs = pytest.raises(OSError, match="none is left for the executor")
        with none_left(), executor_needs as caught:
            spawn_blocking(int)
        assert caught.value.errno == errno.EMFILE
        return await spawn_blocking(str)

    assert run(main(), backend="epoll" if sys.platform == "linux" else "auto") == ""


def test_the_executor_itself_finds_none() -> None:
    with none_left(), pytest.raises(OSError, match="none is left for the executor to wait"):
        run(sleep(0.001))


@pytest.mark.parametrize("ours", [False, True], ids=["only the thread", "a timer, too"])
def test_a_thread_of_the_programs_own_wakes_in_any_case(ours: bool) -> None:
    wakers: list[Waker] = []
    ready = threading.Event()

    class Kept(Future[str]):
        woken = False

        def poll(self, cx: Context) -> Poll[str]:
            if self.woken:
                return Ready("woken")
            wakers.append(cx.waker.clone())
            ready.set()
            return PENDING

    future = Kept()

    def thread() -> None:
        ready.wait()
        future.woken = True
        wakers[0].wake()

    async def main() -> str:
        from wakepoint import select

        await sleep(0.001)
        waking = threading.Thread(target=thread)
        waking.start()
        with none_left():
            result = (await select(future, sleep(60)))[1] if ours else await future
            waking.join()
        return str(result)

    assert run(main()) == "woken"


MADE: dict[str, Callable[[], Any]] = {
    "pipe": pipe,
    "listener": TcpListener.bind,
    "signal": lambda: signal(signals.SIGUSR1),
    "watch": lambda: watch("/"),
    "child": lambda: Command("cat", stdin=-1, stdout=-1, stderr=-1).spawn(),
}


@pytest.mark.parametrize("spare", range(6))
@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_what_fails_half_made_gives_everything_back(make: Callable[[], Any], spare: int) -> None:
    async def main() -> None:
        await sleep(0.001)
        before = descriptors()
        with none_left(spare):
            try:
                made = make()
            except OSError:
                made = None
        if made is not None:
            if hasattr(made, "reap"):
                made.reap()
            for each in made if isinstance(made, tuple) else (made,):
                each.close()
        assert descriptors() == before

    run(main())


def test_a_child_that_cannot_be_waited_for_is_killed_and_reaped() -> None:
    def refuse(pid: int) -> int:
        raise OSError(errno.EMFILE, "Too many open files")

    async def main() -> None:
        await sleep(0.001)
        before = descriptors()
        kernel: Any = executor.current().reactor.kernel
        kernel.pidfd_open = refuse
        for run_it in (Command("sleep", "60").output, Command("sleep", "60").status):
            with pytest.raises(OSError, match=r"Too many.*none is left to wait for child"):
                await run_it()
        assert descriptors() == before

    if sys.platform != "linux":
        pytest.skip("only Linux has pidfd_open")
    run(main(), backend="epoll")
    assert_no_child()


def descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def assert_no_child() -> None:
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_no_thread_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(blocking, "pool", blocking.Pool())

    async def main() -> int:
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", refuse)
            with pytest.raises(RuntimeError, match="needs a thread, and can't start"):
                spawn_blocking(int)
        first = await spawn_blocking(lambda: 1)
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", refuse)
            blocked = threading.Event()
            waiting, queued = spawn_blocking(blocked.wait), spawn_blocking(lambda: 2)
            blocked.set()
            await waiting
            return first + await queued

    assert run(main()) == 3
