"""The options of a fence: what each can be, and what reads it."""

from __future__ import annotations

import re
from dataclasses import fields
from functools import partial
from typing import Final

from mkdocs_wakepoint.fence.question import question
from mkdocs_wakepoint.fence.reader import OptionError, ValueReader, one_of, words
from mkdocs_wakepoint.snippet import Options

VIEWS: Final = {
    "code": "the snippet, without its hidden lines",
    "output": "what it wrote to standard output and standard error",
    "machine": "the state machine of each coroutine function that ran, as a diagram",
    "lifecycle": "the life of a future, one machine for all tasks, with the counts of the run",
    "table": "the same machines as tables of states and saved variables",
    "timeline": "who ran when, and who woke whom",
    "lowered": "the explicit form of its coroutines beside it, both run and compared",
    "kernel": "the kernel calls, folded",
}
"""What `show` can name, and what that draws."""

FIGURES: Final = (
    "tasks",
    "polls",
    "vain",
    "entered",
    "suspended",
    "wakes",
    "idle_wakes",
    "parked",
    "events",
    "timers",
    "received",
    "sent",
    "received_pending",
    "sent_pending",
)
"""What ``expect`` can name: the numbers among the fields of `wakepoint.recording.figures`.

They and the backends stand here once more, since reading a header is to cost no import of the
runtime.
"""

LAYOUTS: Final = ("stepper", "stack")
"""How the views of a snippet can be put together."""

BACKENDS: Final = ("auto", "epoll", "kqueue", "iocp", "io_uring", "simulated")
"""What ``backend`` can name: the platform's own, and `wakepoint.backends.NAMES`."""


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 3600:
        raise OptionError('give seconds, such as timeout="5"')
    return seconds


def _yes_or_no(value: str) -> bool:
    if value not in ("yes", "no"):
        raise OptionError("write yes or no")
    return value == "yes"


def _figures(value: str) -> dict[str, int]:
    figures = {}
    for part in value.split():
        name, _, number = part.partition("=")
        if name not in FIGURES or not re.fullmatch("[0-9]{1,15}", number):
            raise OptionError(f"write figures such as polls=6; there are {', '.join(FIGURES)}")
        figures[name] = int(number)
    return figures


def _matching(pattern: str, advice: str) -> ValueReader:
    def read(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise OptionError(advice)
        return value

    return read


def _lines(value: str) -> str:
    for part in value.split():
        range_ = re.fullmatch("([1-9][0-9]{0,4})(?:-([1-9][0-9]{0,4}))?", part)
        if not range_ or int(range_[2] or range_[1]) < int(range_[1]):
            raise OptionError('give lines, such as hl_lines="2 4-6"')
    return value


READERS: Final[dict[str, ValueReader]] = {
    "title": str,
    "id": _matching(r"[a-z][a-z0-9-]*", "begin with a small letter; use small letters, digits, -"),
    "show": words(VIEWS, "view"),
    "layout": one_of(LAYOUTS),
    "backend": one_of(BACKENDS),
    "timeout": _seconds,
    "expect_error": _matching(r"[A-Za-z_][\w.]*", "name one exception type"),
    "expect": _figures,
    "ask": partial(question, figures=FIGURES),
    "machine": _matching(r"[A-Za-z_][\w.]*", "name one coroutine function of the snippet"),
    "run": _yes_or_no,
    "session": _matching(r"\w[\w.-]*", "name it with letters, digits, - and _"),
    "hl_lines": _lines,
    "linenums": _matching(r"([1-9][0-9]{0,5})?", "give the first line number, from 1 up"),
}
"""What reads each field of `mkdocs_wakepoint.snippet.Options`."""

assert set(READERS) == {field.name for field in fields(Options)}
