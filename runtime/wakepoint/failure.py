"""Exceptions on their way to whoever reads them; those that nobody is given are printed."""

from __future__ import annotations

import sys
import traceback
from types import FrameType, TracebackType

from wakepoint.errors import Deadlock, JoinError

_PACKAGE = __name__.partition(".")[0]


_TELL_OF_TASKS = (Deadlock, JoinError, KeyboardInterrupt)
"""Raised by no call of the user's innermost function, but by what became of tasks: what their
tracebacks end with is the way from the executor's loop to where it noticed."""


def begin_at_users(error: BaseException) -> None:
    """Leaves the runtime's frames out of the tracebacks of an exception, where it is told why.

    That is: before the user's first, and between those. They say nothing about the program, and
    each keeps what it worked on: the task that has raised. What is behind the user's last frame
    stays, as with any library: there something in the runtime was called and has failed. The
    exceptions that are printed with this one (its cause, its context, those in a group) are done
    likewise.
    """
    todo: list[BaseException | None] = [error]
    seen = set[int]()
    while todo:
        each = todo.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        tail = not isinstance(each, _TELL_OF_TASKS)
        each.__traceback__ = users_part(each.__traceback__, tail=tail)
        todo += (each.__cause__, each.__context__)
        if isinstance(each, BaseExceptionGroup):
            todo += each.exceptions


def show_users_part() -> None:
    """Does that with the traceback of the exception that is handled now, and with no other.

    For what is awaited: the function that catches its exception may print it.
    """
    error = sys.exception()
    assert error is not None
    error.__traceback__ = users_part(error.__traceback__)


def users_part(trace: TracebackType | None, *, tail: bool = True) -> TracebackType | None:
    """A traceback without the runtime's frames before the user's, and between those.

    Args:
        trace: The traceback. It stays as it is.
        tail: Whether to keep the runtime's frames behind the user's last; if the user has none,
            those are all.
    """
    entries: list[TracebackType] = []
    while trace is not None:
        entries.append(trace)
        trace = trace.tb_next
    kept: TracebackType | None = None
    in_tail = True
    for entry in reversed(entries):
        of_runtime = is_of_the_runtime(entry.tb_frame)
        in_tail = in_tail and of_runtime
        if in_tail and tail:
            kept = entry
        elif not of_runtime:
            whole = entry.tb_next is kept
            kept = entry if whole else _entry(entry, kept)
    return kept


def _entry(like: TracebackType, following: TracebackType | None) -> TracebackType:
    return TracebackType(following, like.tb_frame, like.tb_lasti, like.tb_lineno)


def is_of_the_runtime(frame: FrameType | None) -> bool:
    """True of a function of this package."""
    name: str = "" if frame is None else frame.f_globals.get("__name__", "")
    return name.partition(".")[0] == _PACKAGE


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
