"""Cancelling futures and driving each to its end, before an answer is given.

Dropping a future is Rust's cancellation: at once, and nothing in it can wait any more. Python's
``async with`` and ``finally`` may have to wait on their way out, so `select`, `timeout` and `join`
do what trio and asyncio do: raise `Cancelled` where the future is suspended, poll it until it has
ended, and give their answer then. What the future raises meanwhile is told beside the answer and
never takes its place.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from typing import Any, TypeAlias, TypeVar

from wakepoint.dropping import drop_all
from wakepoint.errors import Cancelled
from wakepoint.failure import report
from wakepoint.future import Cancellable, Future
from wakepoint.lingering import watching
from wakepoint.task import PENDING, Poll, Ready

T = TypeVar("T")

Answer: TypeAlias = Ready[Any] | BaseException
"""What is given once the others have ended: a result, or what is raised."""

ENDS_THE_OTHERS = (Exception, Cancelled, KeyboardInterrupt, SystemExit)
"""After these the other futures are driven to their end. What else there is (a time limit that the
interpreter enforces, GeneratorExit) waits for nobody."""


class Ending:
    """Futures that were cancelled, until the last of them has ended; then the answer.

    A future that cannot be cancelled, since none of its code would notice, is dropped at once.

    Args:
        futures: Those that still run.
        answer: What is given when all have ended.
        why: What the `Cancelled` says that is raised in each.

    Attributes:
        futures: Those that have not ended yet, with their description when they were cancelled.
        why: See above.
        before: What others had raised before, with the description of each.
        is_over: True once the answer was given.
        in_group: If it is set, what takes the place of a cancellation is a group, which says this;
            otherwise a single exception goes on as it is.
    """

    __slots__ = ("_answer", "_errors", "before", "futures", "in_group", "is_over", "why")

    def __init__(self, futures: Iterable[Future[Any]], answer: Answer, why: str) -> None:
        self._answer = answer
        self._errors: list[tuple[str, Exception]] = []
        self.before: list[tuple[str, Exception]] = []
        self.is_over = False
        self.in_group = ""
        self.why = why
        self.futures: list[tuple[Future[Any], str]] = []
        for future in futures:
            name = repr(future)
            if isinstance(future, Cancellable):
                future.cancel(Cancelled(why))
                self.futures.append((future, name))
                # If we are cancelled ourselves, whoever cancelled us is asked, and finds these.
                if watching.lingering is not None and not isinstance(answer, Cancelled):
                    what = f"{name} was cancelled ({why})"
                    watching.lingering.begin((self, future), future, what)
            else:
                self.let_go(future, name)

    def cancel(self, cancellation: BaseException) -> None:
        """Is cancelled itself: the answer is the cancellation now.

        What still runs is told again, and hears of it once it is done with what it was told before.
        """
        self._answer = cancellation
        for future, _ in self.futures:
            assert isinstance(future, Cancellable)
            # Each is given its own: a traceback tells how far one came.
            future.cancel(Cancelled(*cancellation.args))

    def drive(self, cx: Any) -> Poll[Any]:
        """Polls those that have not ended, and gives the answer when none is left.

        Raises:
            BaseException: The answer, if that is an exception.
        """
        for entry in list(self.futures):
            future, name = entry
            try:
                if future.poll(cx) is PENDING:
                    continue
            except Cancelled:
                pass
            except Exception as error:
                self._errors.append((name, error))
            self.futures.remove(entry)
            self._forget(future)
            self.let_go(future, name)
        return PENDING if self.futures else self._outcome()

    def drop(self) -> None:
        """Drops what has not ended, at once."""
        futures, self.futures = self.futures, []
        for future, _ in futures:
            self._forget(future)
        drop_all(future for future, _ in futures)

    def _forget(self, future: Future[Any]) -> None:
        if watching.lingering is not None:
            watching.lingering.end((self, future))

    def let_go(self, future: Future[Any], name: str | None = None) -> None:
        """Drops a future that has ended, or has no end to be driven to."""
        try:
            future.drop()
        except Exception as error:
            self._errors.append((name or repr(future), error))

    def _outcome(self) -> Ready[Any]:
        self.is_over = True
        answer, errors = self._answer, self._errors
        if isinstance(answer, Ready):
            for name, error in errors:
                report(f"{name} raised after it was cancelled ({self.why}):", error)
            return answer
        if isinstance(answer, Cancelled) and (errors or self.before):
            # A coroutine whose cleanup fails raises that, too, in place of its cancellation.
            raise _one_of([error for _, error in (*self.before, *errors)], self.in_group)
        tell_beside(answer, self.before, "before")
        tell_beside(answer, errors)
        raise answer


def _one_of(errors: list[Exception], in_group: str = "") -> Exception:
    if len(errors) == 1 and not in_group:
        return errors[0]
    return ExceptionGroup(in_group or "ending several futures failed", errors)


def tell_beside(
    answer: BaseException,
    errors: list[tuple[str, Exception]],
    when: str = "after it was cancelled",
) -> None:
    """Adds to an exception what was raised beside it: as notes, and as its context."""
    others = [(name, error) for name, error in errors if error is not answer]
    for name, error in others:
        answer.add_note(f"{name} raised {_in_words(error)} {when}")
    if others and answer.__context__ is None:
        answer.__context__ = _one_of([error for _, error in others])


def _in_words(error: Exception) -> str:
    return "".join(traceback.format_exception_only(error)).strip()
