"""Follows what a coroutine of the snippet awaits, if that is not the snippet's."""

from __future__ import annotations

import inspect
import os
from types import CodeType, FrameType
from typing import Any

from wakepoint.recording.foreign_repr import type_name
from wakepoint.recording.leaf_names import LIBRARY, leaf_name
from wakepoint.recording.states import AWAIT_CODE, States, awaiting
from wakepoint.recording.watched import GENERATES, Watched, address

_ITERATORS = frozenset({"send", "__next__"})
_MACHINES = f"{LIBRARY}machine{os.sep}"
_STANDARD = inspect.getfile(inspect).removesuffix("inspect.py")
_INSTALLED = f"{_STANDARD}site-packages"
_STEP = "async_generator_wrapped_value"
"""The type of what an async generator yields, other than what it waits for."""


class AwaitedCode(Watched):
    """What an await can call; a ``__del__`` for instance runs beside it."""

    def __init__(self, code: CodeType, states: States) -> None:
        super().__init__(code)
        self._states = states
        # What was suspended in an await of its own cannot be awaited by another.
        self.asks_for_resumption = not code.co_flags & inspect.CO_COROUTINE

    def started(self, frame: FrameType) -> bool:
        return self._states.reached(frame, frame.f_back, is_new=True)

    def resumed(self, frame: FrameType) -> bool:
        return self._states.reached(frame, frame.f_back, is_new=False)


class FutureCode(AwaitedCode):
    """``Future.__await__``, in which every future is awaited that has no frames of its own."""

    def __init__(self, code: CodeType, states: States) -> None:
        super().__init__(code, states)
        self.asks_for_resumption = False  # it goes on with the coroutine that it was suspended in
        self._find = states.instances.get

    def started(self, frame: FrameType) -> bool:
        caller = awaiting(frame)
        instance = self._find(caller)  # type: ignore[arg-type]  # nobody's is None
        if instance is None or caller is None:
            return False
        states = self._states
        places = instance.places if caller is instance.frame else states.places_of(caller)
        state = places.states.get(caller.f_lasti)
        if state is None:  # an ordinary call between two awaits
            instance.awaits = 0
            return True
        instance.awaited = awaited = leaf_name(frame.f_locals["self"])
        instance.awaits = address(frame)
        instance.future = None
        states.entered(instance, state, awaited)
        return True


class IteratorCode(Watched):
    """A method that an await calls again and again: ``send`` or ``__next__``."""

    def __init__(self, code: CodeType, states: States) -> None:
        super().__init__(code)
        self._states = states

    def started(self, frame: FrameType) -> bool:
        return self._states.reached(frame, frame.f_back, is_new=False)

    def unwound(self, frame: FrameType, error: BaseException | None) -> None:
        self._states.visit_over(frame.f_back)


class StreamCode(AwaitedCode):
    """An async generator that is not the snippet's."""

    def yielded(self, frame: FrameType, value: Any) -> None:
        if type_name(value) == _STEP:
            self._states.visit_over(frame.f_back)


def watch_awaited(code: CodeType, states: States) -> Watched | None:
    """Who follows code that an await may call; None if none calls it."""
    if code is AWAIT_CODE:
        return FutureCode(code, states)
    if code.co_flags & inspect.CO_ASYNC_GENERATOR:
        return StreamCode(code, states)
    if code.co_flags & inspect.CO_COROUTINE:
        return AwaitedCode(code, states)
    if _is_never_awaited(code):
        return None
    if code.co_flags & GENERATES:
        return AwaitedCode(code, states)
    return IteratorCode(code, states) if code.co_name in _ITERATORS else None


def _is_never_awaited(code: CodeType) -> bool:
    """True for other generators of the runtime's, and for generator expressions of Python's."""
    file = code.co_filename
    if file.startswith(LIBRARY):
        return not file.startswith(_MACHINES)
    is_standard = file.startswith(_STANDARD) and not file.startswith(_INSTALLED)
    return is_standard and code.co_name == "<genexpr>"
