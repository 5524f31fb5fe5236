"""Follows what a coroutine of the snippet awaits, if that is not the snippet's."""

from __future__ import annotations

import inspect
from types import CodeType, FrameType
from typing import Any

from wakepoint.recording.foreign_repr import type_name
from wakepoint.recording.states import AWAIT_CODE, States
from wakepoint.recording.watched import Watched

_STEP = "async_generator_wrapped_value"
"""The type of what an async generator yields, other than what it waits for."""


class AwaitedCode(Watched):
    """What an await can call; a ``__del__`` for instance runs beside it."""

    def __init__(self, code: CodeType, states: States) -> None:
        super().__init__(code)
        self._states = states
        # What was suspended in an await of its own cannot be awaited by another.
        is_coroutine = bool(code.co_flags & inspect.CO_COROUTINE)
        self.asks_for_resumption = not is_coroutine and code is not AWAIT_CODE

    def started(self, frame: FrameType) -> bool:
        return self._states.reached(frame, frame.f_back, is_new=True)

    def resumed(self, frame: FrameType) -> bool:
        return self._states.reached(frame, frame.f_back, is_new=False)


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
