"""What may happen to code that is watched; nobody here knows by which means that is learned."""

from __future__ import annotations

import dis
import inspect
import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any, TypeAlias

GENERATES = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR | inspect.CO_GENERATOR
"""Of a code object's flags: its frames can be suspended."""

Amend: TypeAlias = Callable[[BaseException], None]
Failed: TypeAlias = Callable[[Exception], bool]
"""Told of an error while a frame is followed; False if it is the script's."""

address: Callable[[object], int] = id if sys.version_info >= (3, 12) else object.__hash__
"""Which object it is. `id` raises an audit event, for which the trace function has a hook."""

_RESUME = dis.opmap["RESUME"]
_FIRST = 0
"""What the instruction at the start of a frame has for an argument, in the lower bits."""


def is_at_start(frame: FrameType, bytecode: bytes) -> bool:
    """True if a frame that is entered has not run before."""
    at = frame.f_lasti
    return bytecode[at] == _RESUME and bytecode[at + 1] & 3 == _FIRST


def is_closed_unstarted(frame: FrameType, error: BaseException) -> bool:
    """True if nothing of a frame has run, and what is raised there closes it.

    Coroutines (on 3.11) and async generators are resumed even for that.
    """
    if type(error) is not GeneratorExit:
        return False
    instructions = dis.get_instructions(frame.f_code)
    return frame.f_lasti <= next(each.offset for each in instructions if each.opcode == _RESUME)


class Watched:
    """A code object whose frames are worth following.

    A source of events (`monitoring`, `settrace`) calls these for each frame of the code. Those that
    a subclass leaves as they are here are not asked for.
    """

    amends = False
    """True if an exception that is raised in its frames shows what left the frame before."""
    asks_for_start = asks_for_resumption = True
    """False if `started` or `resumed` need not be called: it does nothing."""
    tells_errors = False
    """True if it tells which exception leaves its frames."""

    def __init__(self, code: CodeType) -> None:
        self.code = code

    def wants(self, method: str) -> bool:
        """True if a method is not left as it is here."""
        return getattr(type(self), method) is not getattr(Watched, method)

    def started(self, frame: FrameType) -> bool:
        """A frame is called.

        Returns:
            True if the rest is to be told, until the frame is left.
        """
        raise NotImplementedError

    def resumed(self, frame: FrameType) -> bool:
        """A frame goes on, perhaps with something that is thrown in; else as `started`."""
        return self.started(frame)

    def yielded(self, frame: FrameType, value: Any) -> None:
        """It is suspended."""

    def returned(self, frame: FrameType, value: Any) -> None:
        """It is over."""

    def unwound(self, frame: FrameType, error: BaseException | None) -> Amend | None:
        """An exception leaves it: the one that was raised last, as far as that is known.

        Returns:
            What to call if it turns out to be another.
        """
        return None

    def raised(self, frame: FrameType, error: BaseException) -> None:
        """An exception is raised in it, or comes into it."""

    def gives(self, frame: FrameType) -> bool:
        """True if a StopIteration that is raised here is how an await gives its value."""
        return False

    def never_started(self, frame: FrameType) -> None:
        """It was closed before its start, and nothing of it has run."""

    def await_ended(self, frame: FrameType) -> None:
        """What it awaits has given its value."""
