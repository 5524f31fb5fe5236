"""The kinds of events and the facts that each carries; the reference page is made from this.

Numbers that name things (tasks, instances, timers, futures) count from 1 in order of appearance.
Descriptors are renamed in order of appearance too (``fd 3``, ``fd 4``), so two runs of the same
snippet give the same recording. A *value* is text: the repr of an object, bounded in length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from wakepoint.recording.reading import (
    BOOLEAN,
    Type,
    listed,
    number,
    one_of,
    optional,
    record,
    text,
)


@dataclass(frozen=True, slots=True)
class Fact:
    """What an event says: of which type, and what it means."""

    type: Type[Any]
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What an event of one kind says.

    Attributes:
        meaning: One sentence.
        facts: By their names. One whose name ends in ``?`` may be absent.
    """

    meaning: str
    facts: dict[str, Fact]


_COUNT: Final = number()
_COUNT_OR_NULL: Final = optional(_COUNT)
_NUMBER: Final = number(1)
_NUMBER_OR_NULL: Final = optional(_NUMBER)
_TEXT: Final = text()
_TEXT_OR_NULL: Final = optional(_TEXT)
_TEXTS: Final = listed(_TEXT, "item")
_VALUE: Final = text(name="value")
_VARIABLE: Final[Type[dict[str, str]]] = record(dict, name=_TEXT, value=_VALUE)
_VARIABLES: Final = Type("list of {name, value}", listed(_VARIABLE, "variable").read)
_OUTCOME: Final[Type[str]] = one_of(("pending", "ready", "raised"))

KINDS: Final[dict[str, Kind]] = {
    "task.spawned": Kind(
        "A future became a task and was queued.",
        {"task": Fact(_NUMBER, "the task"), "name": Fact(_TEXT, "what it runs")},
    ),
    "task.polled": Kind(
        "The executor took the task from the run queue and calls poll.",
        {"task": Fact(_NUMBER), "poll": Fact(_NUMBER, "the how-many-eth poll of this task")},
    ),
    "task.pending": Kind(
        "That poll returned Pending.", {"task": Fact(_NUMBER), "poll": Fact(_NUMBER)}
    ),
    "task.ready": Kind(
        "That poll returned Ready.",
        {"task": Fact(_NUMBER), "poll": Fact(_NUMBER), "value": Fact(_VALUE, "the result")},
    ),
    "task.raised": Kind(
        "That poll raised.",
        {
            "task": Fact(_NUMBER),
            "poll": Fact(_NUMBER),
            "error": Fact(_TEXT, "exception type"),
            "message": Fact(_TEXT),
        },
    ),
    "task.dropped": Kind(
        "The task ended without a result.",
        {"task": Fact(_NUMBER), "why": Fact(_TEXT, "aborted or run ended")},
    ),
    "machine.started": Kind(
        "A coroutine ran its first instruction; it left its start state.",
        {
            "instance": Fact(_NUMBER, "this run of the machine"),
            "machine": Fact(_COUNT, "index into the recording's machines"),
            "task": Fact(_NUMBER_OR_NULL, "the task that polls it; null outside any task"),
            "parent": Fact(_NUMBER_OR_NULL, "the instance that awaits it"),
            "variables": Fact(_VARIABLES, "its arguments"),
        },
    ),
    "state.entered": Kind(
        "A coroutine reached a suspension point and polls what it awaits for the first time in "
        "this visit. Whether it suspends there is told by the next event of the instance.",
        {
            "instance": Fact(_NUMBER),
            "state": Fact(_COUNT_OR_NULL, "index of the state"),
            "variables": Fact(_VARIABLES, "bound locals and, where known, operands"),
            "awaiting": Fact(
                _TEXT, "what is awaited: the type of a future, the name of a coroutine"
            ),
        },
    ),
    "state.suspended": Kind(
        "The awaited future was Pending: the coroutine gave control back and stays in this state.",
        {"instance": Fact(_NUMBER), "state": Fact(_COUNT_OR_NULL)},
    ),
    "state.resumed": Kind(
        "The coroutine was polled again in this state.",
        {"instance": Fact(_NUMBER), "state": Fact(_COUNT)},
    ),
    "machine.returned": Kind(
        "A coroutine returned.",
        {"instance": Fact(_NUMBER), "line": Fact(_COUNT), "value": Fact(_VALUE)},
    ),
    "machine.raised": Kind(
        "An exception left a coroutine.",
        {
            "instance": Fact(_NUMBER),
            "line": Fact(_COUNT),
            "error": Fact(_TEXT, "exception type"),
            "message": Fact(_TEXT),
        },
    ),
    "machine.dropped": Kind(
        "A coroutine was dropped where it stood.",
        {"instance": Fact(_NUMBER), "state": Fact(_COUNT)},
    ),
    "future.polled": Kind(
        "A leaf future was polled.",
        {
            "future": Fact(_NUMBER, "this future"),
            "type": Fact(_TEXT, "its class"),
            "outcome": Fact(_OUTCOME, "pending, ready or raised"),
            "value?": Fact(_VALUE, "result if ready, exception type and text if raised"),
            "instance": Fact(_NUMBER_OR_NULL, "the coroutine that awaits it directly"),
        },
    ),
    "waker.cloned": Kind(
        "Somebody keeps the task's waker for later.",
        {"task": Fact(_NUMBER), "holder": Fact(_TEXT, "who keeps it")},
    ),
    "waker.woken": Kind(
        "A waker was called.",
        {
            "task": Fact(_NUMBER, "the task it wakes"),
            "queued": Fact(
                BOOLEAN,
                "True if that put the task into the run queue; False if it was there "
                "already or had ended",
            ),
            "because": Fact(
                _TEXT_OR_NULL, "what happened (timer 1 fired, mpsc.Sender.send in task 2)"
            ),
        },
    ),
    "waker.dropped": Kind(
        "A kept waker was let go unused.", {"task": Fact(_NUMBER), "holder": Fact(_TEXT)}
    ),
    "interest.registered": Kind(
        "A future told the reactor what it waits for.",
        {
            "task": Fact(_NUMBER_OR_NULL),
            "source": Fact(_TEXT, "fd 6"),
            "interest": Fact(_TEXT, "READ or WRITE"),
        },
    ),
    "interest.removed": Kind(
        "The reactor forgot an interest whose future was dropped.",
        {"task": Fact(_NUMBER_OR_NULL), "source": Fact(_TEXT), "interest": Fact(_TEXT)},
    ),
    "operation.submitted": Kind(
        "A future handed a call and its buffer to the kernel (IOCP, io_uring).",
        {
            "operation": Fact(_NUMBER),
            "task": Fact(_NUMBER_OR_NULL),
            "source": Fact(_TEXT),
            "name": Fact(_TEXT, "recv, send, …"),
        },
    ),
    "operation.completed": Kind(
        "The kernel gave a submitted call back.",
        {
            "operation": Fact(_NUMBER),
            "result": Fact(_TEXT),
            "error": Fact(_TEXT_OR_NULL, "errno name"),
        },
    ),
    "operation.cancelled": Kind(
        "The kernel was asked to give a submitted call back early.", {"operation": Fact(_NUMBER)}
    ),
    "timer.armed": Kind(
        "A future asked to be woken at a deadline.",
        {
            "timer": Fact(_NUMBER),
            "task": Fact(_NUMBER_OR_NULL),
            "delay": Fact(_TEXT, "as asked for, 50 ms"),
        },
    ),
    "timer.fired": Kind(
        "A deadline passed.", {"timer": Fact(_NUMBER), "task": Fact(_NUMBER_OR_NULL)}
    ),
    "timer.cancelled": Kind(
        "A deadline was taken back.", {"timer": Fact(_NUMBER), "task": Fact(_NUMBER_OR_NULL)}
    ),
    "event.dispatched": Kind(
        "The reactor matched an event from the kernel to those who wait for it.",
        {
            "source": Fact(_TEXT, "fd 6"),
            "event": Fact(_TEXT, "as the kernel names it, EPOLLIN|EPOLLRDHUP"),
        },
    ),
    "executor.parked": Kind(
        "The run queue was empty, so the thread went to sleep in the kernel.",
        {"until": Fact(_TEXT, "event, or the timer that bounds the sleep (timer 1)")},
    ),
    "executor.unparked": Kind(
        "The kernel gave the thread back.", {"events": Fact(_COUNT, "how many it returned")}
    ),
    "kernel.called": Kind(
        "A call that left the process.",
        {
            "name": Fact(_TEXT, "system call or API, epoll_wait"),
            "args": Fact(_TEXTS, "arguments as named in the recording"),
            "result": Fact(_TEXT),
            "error": Fact(_TEXT_OR_NULL, "errno name, EAGAIN"),
            "bytes": Fact(_COUNT_OR_NULL, "how many bytes moved between kernel and process"),
        },
    ),
    "trace.failed": Kind(
        "The recorder made a mistake, or found no memory. What coroutines did from then on is not "
        "told, or in part if this event comes last. The script does what it does without that.",
        {"error": Fact(_TEXT, "the type of the exception"), "message": Fact(_TEXT)},
    ),
    "trace.replaced": Kind(
        "The script put something of its own in the place of the recorder's: its trace function on "
        "Python 3.11, its tool of `sys.monitoring` from 3.12 on. What its coroutines did from then "
        "on is told in part or not at all. This event comes last.",
        {
            "line": Fact(
                _COUNT,
                "the script's line that did so, the first if there are several; from 3.12 on the "
                "first that speaks of monitoring",
            )
        },
    ),
}
