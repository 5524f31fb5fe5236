"""Exceptions as CPython raises them at an ``await`` or a ``yield``."""

from __future__ import annotations

from typing import Any, NoReturn

from wakepoint.task import Future, Resumable


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
