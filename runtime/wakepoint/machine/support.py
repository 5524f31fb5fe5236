"""What lowered code imports: its base class, and what some statements do behind the scenes."""

from __future__ import annotations

from typing import Any

from wakepoint.machine.state_machine import StateMachine
from wakepoint.machine.stream_machine import DONE, StreamMachine
from wakepoint.task import PENDING, Ready, into_future

__all__ = [
    "DONE",
    "PENDING",
    "Ready",
    "StateMachine",
    "StreamMachine",
    "active",
    "aenter",
    "aleave",
    "anext_of",
    "enter",
    "go_on",
    "into_future",
    "leave",
    "left",
]


def enter(manager: Any) -> Any:
    """``with``: enters a context manager."""
    return _method(manager, "__enter__", "context manager")(manager)


def leave(manager: Any, because: Any, swallowed: Any) -> Any:
    """``with``: leaves a context manager.

    Args:
        manager: The context manager.
        because: The exception that leaves the block, or the state to go on in.
        swallowed: The state to go on in if the manager swallows the exception.

    Returns:
        The state to go on in.
    """
    done = _method(manager, "__exit__", "context manager")(manager, *_details(because))
    return left(done, because, swallowed)


def aenter(manager: Any) -> Any:
    """``async with``: what to await to enter a context manager."""
    return _method(manager, "__aenter__", "asynchronous context manager")(manager)


def aleave(manager: Any, because: Any) -> Any:
    """``async with``: what to await to leave a context manager."""
    leaving = _method(manager, "__aexit__", "asynchronous context manager")
    return leaving(manager, *_details(because))


def left(swallows: Any, because: Any, swallowed: Any) -> Any:
    """The state to go on in after leaving a context manager.

    Raises:
        BaseException: The exception that left the block, if the manager did not swallow it.
    """
    if not isinstance(because, BaseException):
        return because
    if not swallows:
        raise because
    return swallowed


def go_on(because: Any) -> Any:
    """The state to go on in after ``finally``.

    Raises:
        BaseException: What was raised before it.
    """
    if isinstance(because, BaseException):
        raise because
    return because


def active(because: Any) -> BaseException:
    """What ``raise`` raises again in a ``finally``."""
    if isinstance(because, BaseException):
        return because
    return RuntimeError("No active exception to reraise")


def anext_of(iterator: Any) -> Any:
    """``async for``: what to await for the next item."""
    return _method(iterator, "__anext__", "async iterator")(iterator)


def _details(because: Any) -> tuple[Any, Any, Any]:
    if isinstance(because, BaseException):
        return type(because), because, because.__traceback__
    return None, None, None


def _method(of: Any, name: str, protocol: str) -> Any:
    found = getattr(type(of), name, None)
    if found is None:
        raise TypeError(f"{type(of).__name__!r} object does not support the {protocol} protocol")
    return found
