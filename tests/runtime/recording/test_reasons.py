"""A wake by a primitive says which operation it was, and who did it."""

from __future__ import annotations

import re
import threading
from textwrap import dedent, indent
from typing import Any

import pytest

from wakepoint.handle import Task
from wakepoint.recording import Recording, record, record_lowered
from wakepoint.recording.executor import RecordingExecutor

OTHERS = " ended$|^yield_now|^a blocking call"

HEAD = """
from wakepoint import Waker, run, spawn, spawn_blocking, yield_now
from wakepoint.sync import *

async def wait(future):
    return await future

async def locked(mutex):
    async with mutex.lock():
        await yield_now()

async def main():
"""

WAITS = {
    "Mutex.lock": """
        mutex = Mutex(0)
        one, other = spawn(locked(mutex)), spawn(locked(mutex))
        await other
    """,
    "Notify": """
        notify = Notify()
        task = spawn(wait(notify.notified()))
        await yield_now()
        notify.notify_one()
        await task
    """,
    "given up": """
        notify = Notify()
        one, other = spawn(wait(notify.notified())), spawn(wait(notify.notified()))
        await yield_now()
        notify.notify_one()
        one.abort()
        await other
    """,
    "block": """
        mutex = Mutex(0)
        async with mutex:
            task = spawn(wait(mutex.lock()))
            await yield_now()
        await task
    """,
    "guard": """
        mutex = Mutex(0)
        guard = await mutex.lock()
        task = spawn(wait(mutex.lock()))
        await yield_now()
        del guard
        await task
    """,
    "mpsc": """
        sender, receiver = mpsc.channel(1)
        task = spawn(wait(receiver.recv()))
        await yield_now()
        await sender.send(1)
        await task
        sender.try_send(2)
        task = spawn(wait(sender.send(3)))
        await yield_now()
        await receiver.recv()
        await task
    """,
    "with": """
        sender, receiver = oneshot.channel()
        task = spawn(wait(sender.closed()))
        await yield_now()
        with receiver:
            pass
        await task
    """,
    "cell": """
        cell = OnceCell()
        one = spawn(cell.get_or_init(yield_now))
        other = spawn(cell.get_or_init(yield_now))
        await other
    """,
    "thread": """
        notify = Notify()
        task = spawn(wait(notify.notified()))
        await yield_now()
        await spawn_blocking(notify.notify_waiters)
        await task
    """,
    "own waker": """
        notify = Notify()
        await yield_now()
        own = Waker(print)
        own.wake()
    """,
}

REASONS = {
    "Mutex.lock": ["the end of async with Mutex.lock in task 2"],
    "Notify": ["Notify.notify_one in task 1"],
    "given up": ["Notify.notify_one in task 1", "giving up Notify.notified in task 2"],
    "block": ["the end of async with Mutex in task 1"],
    "guard": ["letting go of MutexGuard in task 1"],
    "mpsc": ["mpsc.Sender.send in task 1", "mpsc.Receiver.recv in task 1"],
    "with": ["the end of with oneshot.Receiver in task 1"],
    "cell": ["OnceCell.get_or_init in task 2"],
    "thread": ["Notify.notify_waiters in another thread"],
    "own waker": [],
}


def program(name: str) -> str:
    return HEAD + indent(dedent(WAITS[name]).strip(), "    ") + "\n\nrun(main())\n"


def reasons(recording: Recording) -> list[str]:
    """Why wakers were woken, as far as that is the matter of these tests."""
    assert recording.outcome.kind == "finished", recording.outcome
    told = [event["because"] for event in recording.events if event.kind == "waker.woken"]
    return [why for why in told if why and not re.search(OTHERS, why)]


@pytest.mark.parametrize("name", WAITS)
def test_a_wake_says_who_did_what(name: str) -> None:
    assert reasons(record(program(name))) == REASONS[name]


@pytest.mark.parametrize("name", [name for name in WAITS if name != "thread"])
def test_a_wake_of_a_lowered_coroutine_says_the_same(name: str) -> None:
    assert reasons(record_lowered(program(name))) == REASONS[name]


def test_a_wake_by_another_thread_is_told_before_what_comes_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The thread that wakes is held up until the task has been polled."""
    polled = threading.Event()
    wake, poll = Task.wake, RecordingExecutor.poll

    def wakes_slowly(task: Task[Any]) -> bool:
        queued = bool(wake(task))
        if threading.current_thread() is not threading.main_thread():
            assert polled.wait(60)
        return queued

    def polls(executor: RecordingExecutor, task: Task[Any]) -> None:
        poll(executor, task)
        if task.number == 1 and task.done:
            polled.set()

    monkeypatch.setattr(Task, "wake", wakes_slowly)
    monkeypatch.setattr(RecordingExecutor, "poll", polls)
    recording = record("""
import threading
from wakepoint import run, spawn, spawn_blocking, yield_now

async def main():
    gate = threading.Event()
    call = spawn_blocking(gate.wait)
    spawn(opens(gate))
    await call

async def opens(gate):
    gate.set()

run(main())
""")
    told = [event for event in recording.events if event.facts.get("task") == 1]
    kinds = [event.kind for event in told if event.kind in {"task.polled", "waker.woken"}]
    assert kinds == ["task.polled", "waker.woken", "task.polled"]


def test_the_futures_of_primitives_are_leaves() -> None:
    recording = record(program("mpsc"))
    kinds = {event["type"] for event in recording.events if event.kind == "future.polled"}
    assert {"Recv", "Send"} <= kinds
    awaited = [event["awaiting"] for event in recording.events if event.kind == "state.entered"]
    assert {"Recv", "Send"} <= {*awaited}
