"""A wake by a primitive says which operation it was, and who did it."""

from __future__ import annotations

import errno
import re
import sys
import threading
from collections.abc import Callable
from textwrap import dedent, indent
from typing import Any

import pytest

from wakepoint.backends.epoll.kernel import EpollKernel
from wakepoint.handle import Task
from wakepoint.recording import Recording, record, record_lowered
from wakepoint.recording.executor import RecordingExecutor, RecordingTask

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


WOKEN_BY_A_THREAD = """
import threading
from wakepoint import run
from wakepoint.executor import current
from wakepoint.sync import oneshot

async def main():
    sender, receiver = oneshot.channel()
    threading.Thread(target=send, args=(sender, current().reactor)).start()
    await receiver

def send(sender, reactor):
    reactor._sleeping.wait()  # from then on it looks at no queue before it sleeps
    sender.send("from a thread")

run(main())
"""


@pytest.fixture
def polled_again(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Is set once a task that is recorded has been polled for the second time."""
    happened = threading.Event()
    poll = RecordingExecutor.poll

    def polls(executor: RecordingExecutor, task: RecordingTask[Any]) -> None:
        poll(executor, task)
        if task.polls == 2:
            happened.set()

    monkeypatch.setattr(RecordingExecutor, "poll", polls)
    return happened


def elsewhere_late(call: Callable[..., Any], awaited: threading.Event) -> Callable[..., Any]:
    """The same call, but on another thread it returns only after that has happened."""

    def calls(*arguments: Any) -> Any:
        value = call(*arguments)
        if threading.current_thread() is not threading.main_thread():
            assert awaited.wait(60)
        return value

    return calls


def test_a_wake_by_another_thread_is_told_before_what_comes_of_it(
    monkeypatch: pytest.MonkeyPatch, polled_again: threading.Event
) -> None:
    monkeypatch.setattr(Task, "wake", elsewhere_late(Task.wake, polled_again))
    recording = record(WOKEN_BY_A_THREAD)
    told = [event for event in recording.events if event.facts.get("task") == 1]
    kinds = [event.kind for event in told if event.kind in {"task.polled", "waker.woken"}]
    assert kinds == ["task.polled", "waker.woken", "task.polled"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has epoll")
def test_the_call_that_ends_a_sleep_is_told_before_what_comes_of_it(
    monkeypatch: pytest.MonkeyPatch, polled_again: threading.Event
) -> None:
    kernel: Any = EpollKernel  # only Linux has that call
    slow = staticmethod(elsewhere_late(kernel.eventfd_write, polled_again))
    monkeypatch.setattr(EpollKernel, "eventfd_write", slow)
    recording = record(WOKEN_BY_A_THREAD, backend="epoll")
    told = [(event.kind, event.facts.get("name")) for event in recording.events]
    notified = told.index(("kernel.called", "write"))
    assert told[notified - 1][0] == "waker.woken"
    assert "executor.unparked" in [kind for kind, _ in told[notified:]]
    assert recording.events[notified].facts["result"] == "0"
    assert recording.events[notified].facts["error"] is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has epoll")
def test_a_call_that_could_not_end_a_sleep_is_told_with_its_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kernel: Any = EpollKernel
    write = kernel.eventfd_write

    def fails(fd: int, value: int) -> None:
        write(fd, value)
        if threading.current_thread() is not threading.main_thread():
            raise OSError(errno.EAGAIN, "full")

    monkeypatch.setattr(EpollKernel, "eventfd_write", staticmethod(fails))
    events = record(WOKEN_BY_A_THREAD, backend="epoll").events
    written = [event.facts for event in events if event.facts.get("name") == "write"]
    assert {each["error"] for each in written} == {"EAGAIN"}
    assert {each["result"] for each in written} == {"-1"}


def test_the_futures_of_primitives_are_leaves() -> None:
    recording = record(program("mpsc"))
    kinds = {event["type"] for event in recording.events if event.kind == "future.polled"}
    assert {"Recv", "Send"} <= kinds
    awaited = [event["awaiting"] for event in recording.events if event.kind == "state.entered"]
    assert {"Recv", "Send"} <= {*awaited}
