"""A thread without an executor polls one future, and sleeps meanwhile."""

from __future__ import annotations

import threading

import pytest

from wakepoint import Handle, block_on, ready, run, sleep, spawn
from wakepoint.sync import mpsc


def test_a_thread_talks_with_the_tasks_of_another_thread() -> None:
    questions, asked = mpsc.unbounded_channel()
    answers, answered = mpsc.unbounded_channel()

    async def tasks() -> None:
        async for number in asked:
            answers.send(number * 2)
        answers.close()

    async def ask() -> list[int]:
        doubled = []
        for number in range(100):
            questions.send(number)
            doubled.append(await answered.recv())
        questions.close()
        return doubled

    thread = threading.Thread(target=run, args=(tasks(),))
    thread.start()
    try:
        assert block_on(ask()) == [number * 2 for number in range(100)]
    finally:
        thread.join()


def test_a_thread_waits_for_a_task_of_another_thread() -> None:
    tell, handles = mpsc.unbounded_channel()
    stop, stopped = mpsc.unbounded_channel()

    async def other() -> None:
        tell.send(Handle.current())
        await stopped.recv()

    async def work() -> str:
        await sleep(0)
        return "done"

    thread = threading.Thread(target=run, args=(other(),))
    thread.start()
    try:
        handle = block_on(handles.recv())
        assert block_on(handle.spawn(work())) == "done"
    finally:
        stop.send(None)
        thread.join()


def test_what_is_ready_needs_no_waiting() -> None:
    assert block_on(ready(5)) == 5


def test_what_the_future_raises_is_raised() -> None:
    async def fails() -> None:
        raise LookupError("no such thing")

    with pytest.raises(LookupError, match="no such thing"):
        block_on(fails())


def test_what_needs_a_reactor_is_refused() -> None:
    async def sleeps() -> None:
        await sleep(1)

    with pytest.raises(RuntimeError, match="no executor is running on this thread"):
        block_on(sleeps())


def test_a_task_that_would_stop_its_executor_is_refused() -> None:
    cleaned = []

    async def never_begun() -> None:
        cleaned.append("begun")

    async def main() -> None:
        with pytest.raises(RuntimeError, match=r"stop every task.*await it instead"):
            block_on(never_begun())
        await spawn(never_begun())

    run(main())
    assert cleaned == ["begun"]
