"""A deadlock is told also beside threads and handlers that hold no waker, and never if one does."""

from __future__ import annotations

import _thread
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from tools.rig import Rig

from wakepoint import Deadlock, Handle, run, sleep, spawn
from wakepoint.outsiders import Outsiders
from wakepoint.sync import Notify, RecvError, mpsc, oneshot

Body = Callable[[], Coroutine[Any, Any, object]]


@contextmanager
def idle_thread(work: Callable[[threading.Event], object]) -> Iterator[None]:
    """A thread that does the work, and is told by the event when it is no longer needed."""
    over = threading.Event()
    thread = threading.Thread(target=work, args=(over,))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


async def nobody_sends() -> None:
    _sender, receiver = mpsc.unbounded_channel()
    await receiver.recv()


async def nobody_ends() -> None:
    async def waits() -> None:
        await Notify().notified()

    await spawn(waits())


async def nobody_lets_go() -> None:
    handle = Handle.current()
    _sender, receiver = oneshot.channel()
    await receiver
    del handle


DEAD: list[Body] = [nobody_sends, nobody_ends, nobody_lets_go]


def waits(over: threading.Event) -> None:
    over.wait()


def pool(over: threading.Event) -> None:
    with ThreadPoolExecutor(2) as threads:
        threads.submit(int).result()
        over.wait()


def second_executor(over: threading.Event) -> None:
    async def main() -> None:
        own = Notify()
        while not over.is_set():
            spawn(own.notified())
            await sleep(0.01)

    run(main())


@pytest.mark.parametrize("body", DEAD)
@pytest.mark.parametrize("work", [waits, pool, second_executor])
def test_a_deadlock_is_told_beside_a_thread_that_can_wake_nobody(
    rig: Rig, work: Callable[[threading.Event], object], body: Body
) -> None:
    with idle_thread(work), pytest.raises(Deadlock):
        rig.run(body())


def test_it_is_told_after_a_thread_has_let_go_of_the_waker() -> None:
    sender, receiver = mpsc.unbounded_channel()
    kept = [sender]
    del sender
    looks = Looks(3)

    def has_it_for_a_while(over: threading.Event) -> None:
        own = kept.pop()
        looks.over.wait()
        del own
        over.wait()

    async def main() -> None:
        while kept:
            await sleep(0.001)
        with pytest.raises(RecvError):  # as the last sender is gone
            await receiver.recv()
        await nobody_sends()

    with idle_thread(has_it_for_a_while), looks.counted(), pytest.raises(Deadlock):
        run(main())


Start = Callable[[Callable[[], object]], object]


def by_threading(call: Callable[[], object]) -> None:
    threading.Thread(target=call, daemon=True).start()


def by_start_new_thread(call: Callable[[], object]) -> None:
    _thread.start_new_thread(call, ())


def by_pool(call: Callable[[], object]) -> None:
    threads = ThreadPoolExecutor(1)
    threads.submit(call)
    threads.shutdown(wait=False)


def as_an_operand(call: Callable[[], object]) -> None:
    """Has it nowhere but in the middle of an expression."""

    def evaluate(calls: list[Callable[[], object]]) -> object:
        return calls.pop()() or calls

    by_threading(partial(evaluate, [call]))


STARTS: list[Start] = [by_threading, by_start_new_thread, by_pool, as_an_operand]


@pytest.mark.parametrize("start", STARTS)
def test_who_is_woken_by_a_thread_is_in_no_deadlock(start: Start) -> None:
    """It wakes when the executor has looked for it so often that it would have missed it."""

    async def main() -> str:
        looks = Looks(3)
        notify = Notify()

        def call() -> None:
            looks.over.wait()
            notify.notify_one()

        with looks.counted():
            start(call)
            del call
            await notify.notified()
        return "woken"

    assert run(main()) == "woken"


class Looks:
    """Sets an event when an executor has looked for outsiders some times.

    Args:
        times: How often.
    """

    def __init__(self, times: int) -> None:
        self._left = times
        self.over = threading.Event()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Counts in the block, in which nobody cares how much time the looks take."""
        look = Outsiders.may_wake

        def counting(outsiders: Outsiders, *args: Any) -> bool:
            outsiders.spent = 0.0
            answer = look(outsiders, *args)
            self._left -= 1
            if not self._left:
                self.over.set()
            return answer

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Outsiders, "may_wake", counting)
            yield


def test_a_handle_in_another_thread_may_spawn_who_wakes() -> None:
    async def main() -> str:
        looks, notify = Looks(3), Notify()

        async def tell() -> None:
            notify.notify_one()

        def call(handle: Handle, future: Coroutine[Any, Any, None]) -> None:
            looks.over.wait()
            handle.spawn(future)

        with looks.counted():
            by_threading(partial(call, Handle.current(), tell()))
            del call
            await notify.notified()
        return "woken"

    assert run(main()) == "woken"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no signals")
class TestSignalHandlers:
    """Handlers that `signal.signal` was given; a thread sends the signal after some looks."""

    @staticmethod
    @contextmanager
    def handled(handler: Callable[..., object]) -> Iterator[None]:
        before = signal.signal(signal.SIGTERM, handler)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)

    def test_who_is_woken_by_one_is_in_no_deadlock(self) -> None:
        source = HEAD + (
            "async def main():\n"
            "    notify = Notify()\n"
            "    signal.signal(signal.SIGALRM, lambda *_: notify.notify_one())\n"
            "    signal.setitimer(signal.ITIMER_REAL, 0.3)\n"
            "    await notify.notified()\n"
            "    print('woken')\n"
            "run(main())\n"
        )
        assert printed(source) == "woken\n"

    def test_one_may_spawn_who_wakes(self) -> None:
        source = HEAD + (
            "notify = Notify()\n"
            "async def tell():\n"
            "    notify.notify_one()\n"
            "class App:\n"
            "    def reload(self):\n"
            "        spawn(tell())\n"
            "    def handle(self, *_):\n"
            "        self.reload()\n"
            "signal.signal(signal.SIGALRM, App().handle)\n"
            "signal.setitimer(signal.ITIMER_REAL, 0.3)\n"
            "run(notify.notified())\n"
            "print('woken')\n"
        )
        assert printed(source) == "woken\n"

    def test_one_that_uses_nothing_of_the_runtime_hides_no_deadlock(self) -> None:
        def stop(number: int, frame: object) -> None:
            del number, frame
            sys.exit(0)

        with self.handled(stop), pytest.raises(Deadlock):
            run(nobody_sends())


HEAD = "from wakepoint import *\nfrom wakepoint.sync import *\nimport ctypes, os, signal\n"


def printed(source: str) -> str:
    """What a program prints that has no other thread, as a process of pytest-xdist has."""
    command = [sys.executable, "-c", source]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=60).stdout


@pytest.mark.skipif(sys.platform == "win32", reason="it starts a thread of POSIX")
def test_who_is_woken_by_a_thread_that_python_does_not_know_is_in_no_deadlock() -> None:
    source = HEAD + (
        "async def main():\n"
        "    notify = Notify()\n"
        "    @ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)\n"
        "    def call(_):\n"
        "        notify.notify_one()\n"
        "    @ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)\n"
        "    def late(_):\n"
        "        libc.usleep(300_000)\n"
        "        call(None)\n"
        "    libc = ctypes.CDLL(None)\n"
        "    thread = ctypes.c_ulong()\n"
        "    libc.pthread_create(ctypes.byref(thread), None, late, None)\n"
        "    await notify.notified()\n"
        "    print('woken')\n"
        "run(main())\n"
    )
    assert printed(source) == "woken\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists the threads of C code")
def test_a_thread_of_c_that_can_wake_nobody_hides_no_deadlock() -> None:
    source = HEAD + (
        "libc = ctypes.CDLL(None)\n"
        "thread = ctypes.c_ulong()\n"
        "sleeps = ctypes.cast(libc.sleep, ctypes.c_void_p)\n"
        "libc.pthread_create(ctypes.byref(thread), None, sleeps, ctypes.c_void_p(600))\n"
        "async def main():\n"
        "    await Notify().notified()\n"
        "try:\n"
        "    run(main())\n"
        "except Deadlock:\n"
        "    print('told', flush=True)\n"
        "os._exit(0)\n"
    )
    assert printed(source) == "told\n"


def test_who_waits_for_a_moment_is_not_looked_for() -> None:
    outsiders = Outsiders(now=lambda: 0.0)
    with idle_thread(waits):
        assert outsiders.may_wake(outsiders, [])
        assert not outsiders.may_wake(outsiders, [])


def test_a_look_that_took_long_is_followed_by_none_for_long() -> None:
    times = iter([0.0, 1.0, 2.0, 99.0, 102.0, 102.0])
    outsiders = Outsiders(now=lambda: next(times))
    with idle_thread(waits):
        assert outsiders.may_wake(outsiders, [])
        assert not outsiders.may_wake(outsiders, [])  # which takes one second
        assert outsiders.may_wake(outsiders, [])
        assert not outsiders.may_wake(outsiders, [])
