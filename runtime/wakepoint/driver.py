"""Who resumes coroutines, and with which context."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from wakepoint.task import Context


class Driver:
    """Who resumes coroutines: an executor, or somebody who polls by hand.

    Attributes:
        context: Of the poll that goes on just now; None between polls.
    """

    __slots__ = ("context",)

    def __init__(self) -> None:
        self.context: Context | None = None


NOBODY = Driver()
"""Where there is no other; its context stays None."""


driver: ContextVar[Driver] = ContextVar("wakepoint", default=NOBODY)
"""Who resumes the coroutine that runs here.

A variable of the context, since that is the quickest look-up by far, and each ``await`` makes one.
Every task has it among its own variables.
"""


current_driver = driver.get


def current_context() -> Context | None:
    """The context of the poll that goes on here, if a coroutine is polled."""
    return current_driver().context


@contextmanager
def polled_with(cx: Context | None) -> Iterator[None]:
    """Coroutines that are resumed in the block are polled with this context; None: by nobody."""
    resuming, token = current_driver(), None
    if resuming is NOBODY:
        if cx is None:
            yield
            return
        resuming = Driver()
        token = driver.set(resuming)
    outer, resuming.context = resuming.context, cx
    try:
        yield
    finally:
        resuming.context = outer
        if token is not None:
            driver.reset(token)
