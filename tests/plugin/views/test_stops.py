"""Where a run that is walked through halts."""

from __future__ import annotations

from mkdocs_wakepoint.views.stepper.stops import halts_at, story
from wakepoint.recording import record


def test_a_run_of_one_poll_halts_at_its_kernel_calls() -> None:
    source = """\
import wakepoint
from wakepoint.executor import current


async def main():
    kernel = current().reactor.kernel
    reader, writer = kernel.pipe()
    kernel.write(writer, b"x")
    kernel.read(reader, 1)
    kernel.close_fd(reader)
    kernel.close_fd(writer)


wakepoint.run(main())
"""
    events = record(source, backend="epoll").events
    named = [events[n - 1] for n in story(events) if n]
    calls = [event["name"] for event in named if event.kind == "kernel.called"]
    assert calls == ["write", "read"]  # what sets up and what closes is no story
    assert halts_at(events) == "poll, kernel call"


def test_a_run_of_several_polls_halts_at_polls_parks_and_wakes() -> None:
    source = """\
import wakepoint


async def main():
    await wakepoint.sleep(0.001)


wakepoint.run(main())
"""
    events = record(source, backend="epoll").events
    kinds = [events[n - 1].kind for n in story(events) if n]
    assert kinds == [
        *("task.polled", "task.pending", "executor.parked", "waker.woken"),
        *("task.polled", "task.ready"),
        "kernel.called",  # the end of the run: epoll is closed
    ]
    assert halts_at(events) == "poll, park, wake"
