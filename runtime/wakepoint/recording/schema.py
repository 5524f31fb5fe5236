"""The kinds of events and the facts that each carries; the reference page is made from this.

Numbers that name things (tasks, instances, timers, futures) count from 1 in order of appearance.
Descriptors are renamed in order of appearance too (``fd 3``, ``fd 4``), so two runs of the same
snippet give the same recording. A *value* is text: the repr of an object, bounded in length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """What an event of one kind says.

    Attributes:
        meaning: One sentence.
        facts: Name of each fact to its type and meaning. A name that ends in ``?`` may be absent.
    """

    meaning: str
    facts: dict[str, str]


KINDS: Final[dict[str, Kind]] = {
    "task.spawned": Kind(
        "A future became a task and was queued.",
        {"task": "int: the task", "name": "text: what it runs"},
    ),
    "task.polled": Kind(
        "The executor took the task from the run queue and calls poll.",
        {"task": "int", "poll": "int: the how-many-eth poll of this task"},
    ),
    "task.pending": Kind("That poll returned Pending.", {"task": "int", "poll": "int"}),
    "task.ready": Kind(
        "That poll returned Ready.", {"task": "int", "poll": "int", "value": "value: the result"}
    ),
    "task.raised": Kind(
        "That poll raised.",
        {"task": "int", "poll": "int", "error": "text: exception type", "message": "text"},
    ),
    "task.dropped": Kind(
        "The task ended without a result.", {"task": "int", "why": "text: aborted or run ended"}
    ),
    "machine.started": Kind(
        "A coroutine ran its first instruction; it left its start state.",
        {
            "instance": "int: this run of the machine",
            "machine": "int: index into the recording's machines",
            "task": "int or null: the task that polls it; null outside any task",
            "parent": "int or null: the instance that awaits it",
            "variables": "list of {name, value}: its arguments",
        },
    ),
    "state.entered": Kind(
        "A coroutine reached a suspension point and polls what it awaits for the first time in "
        "this visit. Whether it suspends there is told by the next event of the instance.",
        {
            "instance": "int",
            "state": "int: index of the state",
            "variables": "list of {name, value}: bound locals and, where known, operands",
            "awaiting": "text: type of the awaited object",
        },
    ),
    "state.suspended": Kind(
        "The awaited future was Pending: the coroutine gave control back and stays in this state.",
        {"instance": "int", "state": "int"},
    ),
    "state.resumed": Kind(
        "The coroutine was polled again in this state.", {"instance": "int", "state": "int"}
    ),
    "machine.returned": Kind(
        "A coroutine returned.", {"instance": "int", "line": "int", "value": "value"}
    ),
    "machine.raised": Kind(
        "An exception left a coroutine.",
        {"instance": "int", "line": "int", "error": "text: exception type", "message": "text"},
    ),
    "machine.dropped": Kind(
        "A coroutine was dropped where it stood.", {"instance": "int", "state": "int"}
    ),
    "future.polled": Kind(
        "A leaf future was polled.",
        {
            "future": "int: this future",
            "type": "text: its class",
            "outcome": "text: pending, ready or raised",
            "value?": "value: result if ready, exception type and text if raised",
            "instance": "int or null: the coroutine that awaits it directly",
        },
    ),
    "waker.cloned": Kind(
        "Somebody keeps the task's waker for later.",
        {"task": "int", "holder": "text: who keeps it"},
    ),
    "waker.woken": Kind(
        "A waker was called.",
        {
            "task": "int: the task it wakes",
            "queued": "bool: True if that put the task into the run queue; False if it was there "
            "already or had ended",
            "because": "text or null: what happened (timer 1 fired, fd 6 readable)",
        },
    ),
    "waker.dropped": Kind("A kept waker was let go unused.", {"task": "int", "holder": "text"}),
    "interest.registered": Kind(
        "A future told the reactor what it waits for.",
        {"task": "int", "source": "text: fd 6", "interest": "text: READ or WRITE"},
    ),
    "interest.removed": Kind(
        "The reactor forgot an interest whose future was dropped.",
        {"task": "int", "source": "text", "interest": "text"},
    ),
    "operation.submitted": Kind(
        "A future handed a call and its buffer to the kernel (IOCP, io_uring).",
        {"operation": "int", "task": "int", "source": "text", "name": "text: recv, send, …"},
    ),
    "operation.completed": Kind(
        "The kernel gave a submitted call back.",
        {"operation": "int", "result": "text", "error": "text or null: errno name"},
    ),
    "operation.cancelled": Kind(
        "The kernel was asked to give a submitted call back early.", {"operation": "int"}
    ),
    "timer.armed": Kind(
        "A future asked to be woken at a deadline.",
        {"timer": "int", "task": "int", "delay": "text: as asked for, 50 ms"},
    ),
    "timer.fired": Kind("A deadline passed.", {"timer": "int", "task": "int"}),
    "timer.cancelled": Kind("A deadline was taken back.", {"timer": "int", "task": "int"}),
    "event.dispatched": Kind(
        "The reactor matched an event from the kernel to those who wait for it.",
        {"source": "text: fd 6", "event": "text: as the kernel names it, EPOLLIN|EPOLLRDHUP"},
    ),
    "executor.parked": Kind(
        "The run queue was empty, so the thread went to sleep in the kernel.",
        {"until": "text: event, or the timer that bounds the sleep (timer 1)"},
    ),
    "executor.unparked": Kind(
        "The kernel gave the thread back.", {"events": "int: how many it returned"}
    ),
    "kernel.called": Kind(
        "A call that left the process.",
        {
            "name": "text: system call or API, epoll_wait",
            "args": "list of text: arguments as named in the recording",
            "result": "text",
            "error": "text or null: errno name, EAGAIN",
            "bytes": "int or null: how many bytes moved between kernel and process",
        },
    ),
    "trace.replaced": Kind(
        "The script put a trace function of its own in the place of the recorder's. What its "
        "coroutines did from then on is told in part or not at all. This event comes last.",
        {"line": "int: the script's line that did so, the first if there are several"},
    ),
}
