"""What lowered code imports: its base class, and what some statements do behind the scenes."""

from __future__ import annotations

import inspect
import sys
from collections.abc import AsyncIterator
from types import CoroutineType
from typing import Any, cast

from wakepoint.coroutine import into_future as any_into_future
from wakepoint.future import Future
from wakepoint.machine.running.cells import Cell
from wakepoint.machine.running.futures import Raises
from wakepoint.machine.running.raising import raise_again
from wakepoint.machine.running.state_machine import StateMachine
from wakepoint.machine.running.stream_machine import DONE, StreamMachine
from wakepoint.task import PENDING, Ready

__all__ = [
    "DONE",
    "PENDING",
    "Cell",
    "Ready",
    "StateMachine",
    "StreamMachine",
    "active",
    "aenter",
    "aiter_of",
    "aleave",
    "anext_of",
    "enter",
    "go_on",
    "into_future",
    "keywords",
    "leave",
    "left",
    "raise_again",
]


def into_future(awaitable: Any) -> Future[Any]:
    """``await``: what to poll.

    Raises:
        TypeError: CPython's own, if it cannot be awaited.
    """
    if isinstance(awaitable, StreamMachine):
        awaitable = _generator()  # which cannot be awaited
    if not inspect.isawaitable(awaitable):
        _await(awaitable).send(None)
    if isinstance(awaitable, (Future, CoroutineType)):
        return any_into_future(awaitable)
    method = _special(awaitable, "__await__")  # whatever else it has
    driven = _await(awaitable if method is None else _Awaited(method()))
    driven.__name__ = driven.__qualname__ = type(awaitable).__name__
    return any_into_future(driven)


async def _generator() -> AsyncIterator[None]:
    yield


class _Awaited:
    """What ``__await__`` gave: it is asked at the ``await``, which it may raise at."""

    def __init__(self, iterator: Any) -> None:
        self._iterator = iterator

    def __await__(self) -> Any:
        return self._iterator


def _await(awaitable: Any) -> CoroutineType[Any, Any, Any]:
    async def drive() -> Any:
        return await awaitable

    return cast("CoroutineType[Any, Any, Any]", drive())


def _type_name(of: Any) -> str:
    """What the type of something is called in the original's errors."""
    return of.type_name() if isinstance(of, StateMachine) else type(of).__name__


def _awaitable(awaitable: Any, method: str) -> Any:
    """What a special method gave, which has to be awaitable."""
    if not inspect.isawaitable(awaitable):
        raise TypeError(
            f"'async with' received an object from {method} that does not implement __await__: "
            f"{_type_name(awaitable)}"
        )
    return awaitable


def enter(manager: Any) -> Any:
    """``with``: enters a context manager."""
    return _entering(manager, "__enter__", "__exit__", "context manager")()


def leave(manager: Any, because: Any, swallowed: Any) -> Any:
    """``with``: leaves a context manager.

    Args:
        manager: The context manager.
        because: The exception that leaves the block, or the state to go on in.
        swallowed: The state to go on in if the manager swallows the exception.

    Returns:
        The state to go on in.
    """
    leaving = _special(manager, "__exit__")
    if not isinstance(because, BaseException):
        leaving(None, None, None)
        return because
    try:
        raise_again(because)  # which is what sys.exception() gives meanwhile
    except BaseException:
        done = leaving(*_details(because))
    return left(done, because, swallowed)


def aenter(manager: Any) -> Any:
    """``async with``: what to await to enter a context manager."""
    entering = _entering(manager, "__aenter__", "__aexit__", "asynchronous context manager")
    return _awaitable(entering(), "__aenter__")


def aleave(manager: Any, because: Any) -> Any:
    """``async with``: what to await to leave a context manager."""
    leaving = _special(manager, "__aexit__")(*_details(because))
    return _awaitable(leaving, "__aexit__")


def left(swallows: Any, because: Any, swallowed: Any) -> Any:
    """The state to go on in after leaving a context manager.

    Raises:
        BaseException: The exception that left the block, if the manager did not swallow it.
    """
    if not isinstance(because, BaseException):
        return because
    if not swallows:
        raise_again(because)
    return swallowed


def go_on(because: Any) -> Any:
    """The state to go on in after ``finally``.

    Raises:
        BaseException: What was raised before it.
    """
    if isinstance(because, BaseException):
        raise_again(because)
    return because


def active(*handled: Any) -> BaseException:
    """What ``raise`` raises again in a ``finally``.

    That may be what somebody handles who polls the machine.

    Args:
        handled: Why the blocks around it were left: exceptions, or states.
    """
    for each in handled:
        if isinstance(each, BaseException):
            return each
    return sys.exception() or RuntimeError("No active exception to reraise")


def keywords(function: Any, before: dict[str, Any], more: Any) -> dict[str, Any]:
    """``function(**more)``: unpacks keywords before what comes behind them is evaluated.

    Args:
        function: What will be called.
        before: The keywords in front of them.
        more: What is unpacked.

    Raises:
        TypeError: CPython's own, if it is no mapping, or has a keyword for the second time.
    """
    try:
        mapping = {**more}
    except TypeError as error:
        if str(error) != f"'{type(more).__name__}' object is not a mapping":
            raise
    else:
        if before.keys().isdisjoint(mapping):
            return mapping
    return _Called(function)(**before, **more)


class _Called:
    """Is called in errors what a function is called, and gives its keywords back."""

    def __init__(self, function: Any) -> None:
        self._function = function
        for name in ("__qualname__", "__module__"):
            if hasattr(function, name):
                setattr(self, name, getattr(function, name))

    def __str__(self) -> str:
        return str(self._function)

    def __call__(self, /, **keywords: Any) -> dict[str, Any]:
        return keywords


def aiter_of(iterable: Any) -> Any:
    """``async for``: the iterator of what is gone over."""
    method = _special(iterable, "__aiter__")
    if method is None:
        raise TypeError(
            f"'async for' requires an object with __aiter__ method, got {_type_name(iterable)}"
        )
    iterator = method()
    if _special(iterator, "__anext__") is None:
        raise TypeError(
            "'async for' received an object from __aiter__ that does not implement __anext__: "
            f"{_type_name(iterator)}"
        )
    return iterator


def anext_of(iterator: Any) -> Any:
    """``async for``: what to await for the next item."""
    method = _special(iterator, "__anext__")
    if method is None:
        raise TypeError(
            f"'async for' requires an iterator with __anext__ method, got {_type_name(iterator)}"
        )
    try:
        awaitable = method()
    except StopAsyncIteration as end:  # it ends the loop all the same
        return Raises(end)
    if not inspect.isawaitable(awaitable):
        try:
            _await(awaitable).send(None)
        except TypeError as error:
            raise TypeError(
                f"'async for' received an invalid object from __anext__: {_type_name(awaitable)}"
            ) from error
    return awaitable


def _details(because: Any) -> tuple[Any, Any, Any]:
    if isinstance(because, BaseException):
        return type(because), because, because.__traceback__
    return None, None, None


def _special(of: Any, name: str) -> Any:
    """A method that the interpreter calls: it is looked for in the class."""
    for each in type(of).__mro__:
        if name in vars(each):
            attribute = vars(each)[name]
            bind = getattr(type(attribute), "__get__", None)
            return attribute if bind is None else bind(attribute, of, type(of))
    return None


def _entering(manager: Any, enter: str, leave: str, protocol: str) -> Any:
    """The method that enters a context manager, which has to have both."""
    method = _special(manager, enter)
    if method is None or _special(manager, leave) is None:
        missed = "" if method is None else f" (missed {leave} method)"
        raise TypeError(
            f"{_type_name(manager)!r} object does not support the {protocol} protocol{missed}"
        )
    return method
