"""Exceptions that there is nobody to raise to: they are printed."""

from __future__ import annotations

import sys
import traceback
from types import TracebackType

_PACKAGE = __name__.partition(".")[0]


def users_part(trace: TracebackType | None) -> TracebackType | None:
    """A traceback without the frames of the runtime that it begins with; all, if it has no others.

    They say nothing about the program. And each keeps what it worked on: the task that has raised.
    """
    part = trace
    while part is not None:
        name: str = part.tb_frame.f_globals.get("__name__", "")
        if name.partition(".")[0] != _PACKAGE:
            return part
        part = part.tb_next
    return trace


def report(heading: str, error: BaseException) -> None:
    """Prints an exception that there is nobody to raise it to."""
    sys.stderr.write(f"{heading}\n")
    traceback.print_exception(error, file=sys.stderr)


class Failure:
    """What a task raised; said on stderr if nobody is given it before it is gone with the task.

    Args:
        task: Number and name of the task.
        error: What it raised.
    """

    __slots__ = ("__weakref__", "_error", "_observed", "_task", "_trace")

    def __init__(self, task: str, error: BaseException) -> None:
        self._task = task
        self._error = error
        self._trace = error.__traceback__
        self._observed = False

    @property
    def error(self) -> BaseException:
        """The exception, for somebody who is given it; what others did with it does not show."""
        self._observed = True
        return self._error.with_traceback(self._trace)

    def report(self) -> None:
        """Prints it, unless somebody was given it."""
        if not self._observed:
            self._observed = True
            report(f"{self._task} raised and nobody awaited it:", self._error)

    def __del__(self) -> None:
        self.report()
