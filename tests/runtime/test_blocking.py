"""Calls that block, on threads."""

from __future__ import annotations

import contextvars
import threading
import time

import pytest

from wakepoint import (
    join,
    run,
    select,
    set_max_blocking_threads,
    sleep,
    spawn,
    spawn_blocking,
    yield_now,
)
from wakepoint.blocking import MAX_THREADS


def test_the_call_runs_on_another_thread() -> None:
    async def main() -> int:
        return await spawn_blocking(threading.get_ident)

    assert run(main()) != threading.get_ident()


def test_arguments_and_result_go_through() -> None:
    async def main() -> str:
        return await spawn_blocking("{}-{name}".format, 1, name="x")

    assert run(main()) == "1-x"


def test_what_it_raises_is_raised_where_it_is_awaited() -> None:
    def fail() -> None:
        raise OSError("no disk")

    async def main() -> None:
        with pytest.raises(OSError, match="no disk"):
            await spawn_blocking(fail)

    run(main())


def test_other_tasks_run_meanwhile() -> None:
    released = threading.Event()

    async def main() -> bool:
        waiting = spawn(spawn_blocking(released.wait, 10))
        await yield_now()
        released.set()  # from the thread that would be blocked if the call ran here
        return await waiting

    assert run(main())


def test_calls_that_need_each_other_run_at_the_same_time() -> None:
    async def main() -> None:
        for size in (2, 3, 5, 8):
            meeting = threading.Barrier(size)
            await join(*(spawn_blocking(meeting.wait, 10) for _ in range(size)))

    run(main())


def test_more_calls_than_threads_are_all_made() -> None:
    async def main() -> int:
        return sum(await join(*(spawn_blocking(abs, -1) for _ in range(300))))

    assert run(main()) == 300


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_calls_run_at_once_than_are_allowed(most: int) -> None:
    running, seen = 0, []
    lock = threading.Lock()

    def call() -> None:
        nonlocal running
        with lock:
            running += 1
            seen.append(running)
        time.sleep(0)
        with lock:
            running -= 1

    async def main() -> None:
        await join(*(spawn_blocking(call) for _ in range(100)))

    set_max_blocking_threads(most)
    try:
        run(main())  # threads that were idle before end first
        seen.clear()
        run(main())
    finally:
        set_max_blocking_threads(MAX_THREADS)
    assert len(seen) == 100
    assert max(seen) <= most


def test_a_higher_limit_starts_what_waits() -> None:
    """These calls need each other: with one thread they would wait for ever."""
    meeting = threading.Barrier(4)

    async def main() -> None:
        set_max_blocking_threads(1)
        try:
            calls = [spawn_blocking(meeting.wait, 60) for _ in range(4)]
            set_max_blocking_threads(4)
            await join(*calls)
        finally:
            set_max_blocking_threads(MAX_THREADS)

    run(main())


@pytest.mark.parametrize("wrong", [0, -1])
def test_there_is_at_least_one_thread(wrong: int) -> None:
    with pytest.raises(ValueError, match="at least one thread"):
        set_max_blocking_threads(wrong)


def test_a_call_that_nobody_waits_for_any_more_harms_nobody() -> None:
    released = threading.Event()
    ended = threading.Event()

    def call() -> None:
        released.wait(10)
        ended.set()

    async def main() -> int:
        index, _ = await select(spawn_blocking(call), sleep(0.001))
        return index

    assert run(main()) == 1
    released.set()  # its answer comes after the run is over
    assert ended.wait(10)
    assert run(main()) in (0, 1)


def test_waiting_for_a_call_is_no_deadlock() -> None:
    async def main() -> str:
        await spawn_blocking(time.sleep, 0.02)
        return "no deadlock"

    assert run(main()) == "no deadlock"


def test_outside_of_a_run_it_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"call wakepoint\.run first"):
        spawn_blocking(abs, 1)


def test_the_call_sees_the_variables_of_who_makes_it_and_keeps_its_own() -> None:
    who: contextvars.ContextVar[str] = contextvars.ContextVar("who", default="nobody")

    def work() -> str:
        value = who.get()
        who.set("the thread")
        return value

    async def request(name: str) -> tuple[str, str]:
        who.set(name)
        return await spawn_blocking(work), who.get()

    async def main() -> object:
        return await join(spawn(request("a")), spawn(request("b")), spawn_blocking(work))

    assert run(main()) == (("a", "a"), ("b", "b"), "nobody")
