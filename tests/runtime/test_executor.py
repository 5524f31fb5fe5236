"""Tasks: spawned, polled in turns, joined, and what becomes of their errors."""

from __future__ import annotations

import contextvars
import gc
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.alarm import on_alarm

from wakepoint import (
    PENDING,
    Context,
    Deadlock,
    Future,
    JoinHandle,
    Poll,
    Ready,
    Waker,
    executor,
    join,
    run,
    sleep,
    spawn,
    yield_now,
)
from wakepoint.outsiders import Outsiders
from wakepoint.sync import Notify


def test_the_result_of_the_future_is_the_result_of_the_run() -> None:
    async def main() -> int:
        return 42

    assert run(main()) == 42


def test_tasks_take_turns() -> None:
    log: list[str] = []

    async def work(name: str) -> None:
        for step in range(3):
            log.append(f"{name}{step}")
            await yield_now()

    async def main() -> None:
        await join(spawn(work("a")), spawn(work("b")))

    run(main())
    assert log == ["a0", "b0", "a1", "b1", "a2", "b2"]


def test_a_task_that_wakes_itself_does_not_shut_out_the_others() -> None:
    async def main() -> int:
        turns = 0
        other = spawn(yield_now())
        while not other.is_finished():
            turns += 1
            await yield_now()
        return turns

    assert run(main()) < 5


@given(st.lists(st.integers(0, 4), min_size=1, max_size=30))
def test_however_often_a_task_is_woken_it_is_polled_once(wakes: list[int]) -> None:
    class Polled(Future[int]):
        def __init__(self) -> None:
            self.polls = 0
            self.rounds = iter(wakes)

        def poll(self, cx: Context) -> Poll[int]:
            self.polls += 1
            count = next(self.rounds, None)
            if count is None:
                return Ready(self.polls)
            for _ in range(count + 1):
                cx.waker.wake()
            return PENDING

    assert run(Polled()) == len(wakes) + 1


@given(st.permutations(range(6)))
def test_results_come_in_the_order_asked_for_whatever_the_order_of_the_ends(
    ends: list[int],
) -> None:
    async def work(number: int, turns: int) -> int:
        for _ in range(turns):
            await yield_now()
        return number

    async def main() -> list[int]:
        handles = [spawn(work(number, turns)) for number, turns in enumerate(ends)]
        return [await handle for handle in handles]

    assert run(main()) == list(range(6))


def test_a_wake_after_the_end_changes_nothing() -> None:
    wakers: list[Waker] = []

    class Keep(Future[str]):
        def poll(self, cx: Context) -> Poll[str]:
            wakers.append(cx.waker.clone())
            return Ready("kept")

    async def main() -> str:
        word = await spawn(Keep())
        wakers[0].wake()
        await yield_now()
        return word

    assert run(main()) == "kept"
    wakers[0].wake()  # the executor is gone, too


def test_two_tasks_may_wait_for_one() -> None:
    async def work() -> str:
        await sleep(0.001)
        return "result"

    async def wait_for(handle: JoinHandle[str]) -> str:
        return await handle

    async def main() -> tuple[str, str]:
        handle = spawn(work())
        first, second = spawn(wait_for(handle)), spawn(wait_for(handle))
        return await first, await second

    assert run(main()) == ("result", "result")


def test_one_of_two_who_wait_may_give_up() -> None:
    async def work() -> str:
        await sleep(0.002)
        return "result"

    async def wait_for(handle: JoinHandle[str]) -> str:
        return await handle

    async def main() -> str:
        handle = spawn(work())
        first, second = spawn(wait_for(handle)), spawn(wait_for(handle))
        await yield_now()
        first.abort()
        return await second

    assert run(main()) == "result"


def test_an_exception_reaches_who_joins() -> None:
    async def work() -> None:
        raise ValueError("broken")

    async def main() -> str:
        handle = spawn(work())
        with pytest.raises(ValueError, match="broken"):
            await handle
        return "handled"

    assert run(main()) == "handled"


def test_an_exception_that_nobody_awaits_is_shown_at_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def work() -> None:
        raise ValueError("nobody sees me")

    async def main() -> str:
        spawn(work())
        await yield_now()
        gc.collect()
        return capsys.readouterr().err

    stderr = run(main())
    assert "task 2 (work) raised and nobody awaited it" in stderr
    assert "ValueError: nobody sees me" in stderr


def test_an_exception_whose_handle_goes_unused_is_shown_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    handles: list[JoinHandle[None]] = []

    async def work() -> None:
        raise ValueError("nobody asked")

    async def main() -> None:
        handles.append(spawn(work()))
        await yield_now()

    run(main())
    assert "ValueError: nobody asked" in capsys.readouterr().err


def test_an_exception_that_was_awaited_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    async def work() -> None:
        raise ValueError("seen")

    async def main() -> None:
        with pytest.raises(ValueError, match="seen"):
            await spawn(work())

    run(main())
    gc.collect()
    assert capsys.readouterr().err == ""


def test_a_task_has_context_variables_of_its_own() -> None:
    name: contextvars.ContextVar[str] = contextvars.ContextVar("name", default="nobody")

    async def work(mine: str) -> str:
        name.set(mine)
        await yield_now()
        return name.get()

    async def main() -> tuple[str, str, str]:
        name.set("main")
        a, b = await join(spawn(work("a")), spawn(work("b")))
        return a, b, name.get()

    assert run(main()) == ("a", "b", "main")
    assert name.get() == "nobody"


def test_run_inside_of_run_is_refused() -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError, match="runs an executor already"):
            run(yield_now())

    run(main())


def test_one_run_after_another_and_in_other_threads() -> None:
    async def main() -> int:
        await sleep(0.001)
        return threading.get_ident()

    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(run(main()))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == sorted(thread.ident or 0 for thread in threads)
    assert run(main()) == threading.get_ident()


def test_spawning_outside_of_a_run_is_refused() -> None:
    with pytest.raises(RuntimeError, match=r"call wakepoint\.run first"):
        spawn(yield_now())


def test_an_unknown_backend_is_refused_with_the_choice() -> None:
    with pytest.raises(ValueError, match=r"no backend 'epol'; choose auto, epoll"):
        run(yield_now(), backend="epol")


def test_an_interrupt_during_a_poll_drops_every_task() -> None:
    log: list[str] = []

    async def other() -> None:
        try:
            await sleep(60)
        finally:
            log.append("other dropped")

    async def main() -> None:
        spawn(other())
        await yield_now()
        try:
            raise KeyboardInterrupt
        finally:
            log.append("main left")

    with pytest.raises(KeyboardInterrupt):
        run(main())
    assert log == ["main left", "other dropped"]


def test_an_interrupt_during_the_wait_drops_every_task() -> None:
    log: list[str] = []

    def interrupt() -> None:
        raise KeyboardInterrupt

    async def work(name: str) -> None:
        try:
            await sleep(60)
        finally:
            log.append(name)

    async def main() -> None:
        spawn(work("child"))
        alarm_in(0.02)
        await work("main")

    with on_alarm(interrupt) as alarm_in, pytest.raises(KeyboardInterrupt):
        run(main())
    assert log == ["main", "child"]
    assert run(spawn_later()) == "a new run works"


async def spawn_later() -> str:
    await sleep(0)
    return "a new run works"


def test_system_exit_ends_the_run() -> None:
    async def work() -> None:
        raise SystemExit(3)

    async def main() -> None:
        spawn(work())
        await sleep(60)

    with pytest.raises(SystemExit, match="3"):
        run(main())


# -- deadlock --------------------------------------------------------------------------------


class Never(Future[None]):
    """Forgets the waker."""

    def __init__(self, name: str) -> None:
        self.name = name

    def poll(self, cx: Context) -> Poll[None]:
        return PENDING

    def __repr__(self) -> str:
        return f"Never({self.name})"


def test_a_deadlock_names_each_task_its_line_and_what_it_waits_for() -> None:
    async def work() -> None:
        await Never("child's")

    async def main() -> None:
        handle = spawn(work())
        await yield_now()
        await handle

    with pytest.raises(Deadlock) as caught:
        run(main())
    first, second = caught.value.waiting
    start = main.__code__.co_firstlineno
    assert (first.name, first.line, first.waits_for) == ("main", start + 3, "JoinHandle(task 2)")
    assert (second.name, second.line) == ("work", work.__code__.co_firstlineno + 1)
    assert second.waits_for == "Never(child's)"
    assert first.filename == second.filename == __file__
    assert "task 2 (work), line" in str(caught.value)


def test_a_deadlock_runs_the_finally_blocks() -> None:
    log: list[str] = []

    async def main() -> None:
        try:
            await Never("mine")
        finally:
            log.append("finally")

    with pytest.raises(Deadlock):
        run(main())
    assert log == ["finally"]


def test_a_thread_that_wakes_and_ends_at_the_last_moment_makes_no_deadlock(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    notify = Notify()

    def nobody_is_left(*_: object) -> bool:
        notify.notify_one()  # as its last deed, after the executor had looked at its queue
        return False

    monkeypatch.setattr(Outsiders, "may_wake", nobody_is_left)
    run(notify.notified())


def test_while_a_thread_might_hold_a_waker_there_is_no_deadlock() -> None:
    release = threading.Event()
    wakers: list[Waker] = []

    class Kept(Future[str]):
        def poll(self, cx: Context) -> Poll[str]:
            if wakers:
                return Ready("woken")
            wakers.append(cx.waker.clone())
            release.set()
            return PENDING

    def thread() -> None:
        release.wait()
        threading.Event().wait(executor.Executor.thread_check_interval * 2)
        wakers[0].wake()

    waking = threading.Thread(target=thread)
    waking.start()
    assert run(Kept()) == "woken"
    waking.join()
