"""What the stepper says of an event is what happened."""

from __future__ import annotations

from mkdocs_wakepoint.snippet import Location, Options, Snippet
from mkdocs_wakepoint.views.source_lines import SourceLines
from mkdocs_wakepoint.views.stepper.sentences import sentences
from wakepoint.recording import record


def said(source: str) -> list[str]:
    snippet = Snippet(source, Options(backend="simulated"), Location("docs/a.md", 3), "a")
    run = record(source, backend="simulated")
    return [sentence.striptags() for sentence in sentences(run, SourceLines(snippet, run.source))]


def test_a_generator_that_yields_hands_over_and_is_not_what_the_task_waits_in() -> None:
    told = said("""\
import wakepoint


async def numbers():
    yield 1


async def main():
    async for number in numbers():
        await wakepoint.sleep(number)


wakepoint.run(main())
""")
    assert "numbers comes to line 5, yield 1: it hands over a value." in told
    pending = [sentence for sentence in told if "answers Pending:" in sentence]
    assert pending == ["Task 1 answers Pending: main stays in line 10, until timer 1 fires."]


def test_what_no_event_brings_is_told_by_what_is_awaited_and_who_makes_it_ready() -> None:
    told = said("""\
import wakepoint
from wakepoint.sync import Mutex


async def hold(lock):
    async with lock:
        await wakepoint.yield_now()


async def main():
    lock = Mutex(None)
    wakepoint.spawn(hold(lock))
    await hold(lock)


wakepoint.run(main())
""")
    pending = [sentence for sentence in told if "answers Pending:" in sentence]
    assert pending == [
        "Task 1 answers Pending: hold stays in line 7, until YieldNow is ready.",
        "Task 2 answers Pending: hold stays in line 6, until Lock is ready.",
    ]
    woken = [sentence for sentence in told if "is woken" in sentence]
    queued = ": the task goes into the run queue."
    assert woken == [
        f"The waker of task 1 is woken (yield_now in task 1){queued}",
        f"The waker of task 2 is woken (the end of async with Mutex in task 1){queued}",
    ]


def test_who_wakes_is_told_if_it_is_nobody_we_know() -> None:
    told = said("""\
import threading

import wakepoint


class Bell(wakepoint.Future):
    ringing = None

    def poll(self, cx):
        if self.ringing:
            return wakepoint.Ready(None)
        self.ringing = threading.Thread(target=cx.waker.clone().wake)
        self.ringing.start()
        return wakepoint.PENDING


wakepoint.run(Bell())
""")
    woken = [sentence for sentence in told if "is woken" in sentence]
    assert woken == [
        "The waker of task 1 is woken by another thread: the task goes into the run queue."
    ]


def test_an_aborted_task_is_not_taken_from_the_queue() -> None:
    told = said("""\
import wakepoint


async def wait():
    await wakepoint.sleep(60)


async def main():
    task = wakepoint.spawn(wait())
    await wakepoint.sleep(1)
    task.abort()


wakepoint.run(main())
""")
    polls = [sentence for sentence in told if "polls" in sentence and "ask 2" in sentence]
    assert polls == [
        "The executor takes task 2 from the run queue and polls it for the first time.",
        "The executor polls task 2 for the 2nd time, though nobody has woken it: it is aborted.",
    ]


def test_a_wake_by_a_primitive_says_who_did_what() -> None:
    told = said("""\
import wakepoint
from wakepoint.sync import mpsc


async def send(sender):
    await sender.send("message")


async def main():
    sender, receiver = mpsc.channel(1)
    wakepoint.spawn(send(sender))
    print(await receiver.recv())


wakepoint.run(main())
""")
    (woken,) = [sentence for sentence in told if "woken" in sentence]
    assert woken == (
        "The waker of task 1 is woken (mpsc.Sender.send in task 2): "
        "the task goes into the run queue."
    )
    assert "The future Recv is polled and answers Pending." in told
