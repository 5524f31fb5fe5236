"""Exceptions as CPython raises them at an ``await`` or a ``yield``."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

from wakepoint.future import Cancellable, Future, Resumable


def comes_out(error: StopIteration, awaiting: Future[Any]) -> NoReturn:
    """Raises what the original's ``await`` raises if what it waits for raises StopIteration.

    It awaits a leaf by a generator, `Future.__await__` (PEP 479).
    """
    if isinstance(awaiting, Resumable):
        raise error
    raise RuntimeError("generator raised StopIteration") from error


def raise_again(error: BaseException) -> NoReturn:
    """Raises an exception that has been raised before, as if it had never been caught.

    ``raise`` would give it another ``__context__``: what whoever polls handles just now.
    """
    context, traceback = error.__context__, error.__traceback__
    try:
        raise error
    finally:
        error.__context__, error.__traceback__ = context, traceback


def raise_thrown(error: BaseException, outside: BaseException | None) -> NoReturn:
    """Raises an exception that was thrown in, as a generator's ``throw`` does.

    Args:
        error: The exception.
        outside: What whoever throws it handles. That is not its ``__context__``; what is handled
            where it is raised is.
    """
    context = error.__context__
    is_outside = sys.exception() is outside
    try:
        raise error
    finally:
        if is_outside:
            error.__context__ = context
        del error  # whose traceback holds this frame


def cancel(awaiting: Future[Any], cancellation: BaseException) -> None:
    """Tells a future that whoever awaits it is cancelled; raises that if it need not know."""
    try:
        if not isinstance(awaiting, Cancellable):
            raise cancellation
        awaiting.cancel(cancellation)
    finally:
        del cancellation  # whose traceback holds this frame


def as_exception(kind: Any, value: Any, traceback: Any) -> BaseException:
    """The exception that the three arguments of ``throw`` stand for."""
    if isinstance(kind, BaseException):
        error = kind
    elif isinstance(value, BaseException):
        error = value
    elif isinstance(kind, type) and issubclass(kind, BaseException):
        error = (
            kind() if value is None else kind(*value) if isinstance(value, tuple) else kind(value)
        )
    else:
        raise TypeError(
            "exceptions must be classes or instances deriving from BaseException, not "
            f"{type(kind).__name__}"
        )
    return error if traceback is None else error.with_traceback(traceback)
