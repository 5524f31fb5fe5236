"""What the interpreter calls at the events of `sys.monitoring`: it finds who follows the frame.

An error of the recorder's own ends the recorder's work and nothing else. One that a signal handler
of the script raises in here is the script's, as is that there is no room for one more call.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any, TypeAlias

from wakepoint.recording.watched import Failed, Watched, is_closed_unstarted

_frame: Callable[[int], FrameType] = sys._getframe  # noqa: SLF001 - the one way to the frame

Find: TypeAlias = Callable[[CodeType], Watched | None]
Entered: TypeAlias = Callable[[FrameType], bool]
Left: TypeAlias = Callable[[FrameType, Any], object]
OnEntry: TypeAlias = Callable[[CodeType, int], object]
OnValue: TypeAlias = Callable[[CodeType, int, Any], object]


def _never(frame: FrameType, value: object = None) -> bool:
    raise AssertionError("no code is None")


if sys.version_info >= (3, 12):
    _DISABLE = sys.monitoring.DISABLE
    _END_SEND = dis.opmap["END_SEND"]

    # The same code runs again and again, so it is remembered which was last: with whom to call, in
    # one pair, since threads may be in here side by side.

    def on_entered(find: Find, failed: Failed, asks: str, method: str) -> OnEntry:
        """PY_START or PY_RESUME.

        Args:
            find: Finds who follows a code.
            failed: Told of errors.
            asks: Whether that one wants to be called.
            method: What is called.
        """
        last: tuple[CodeType | None, Entered] = None, _never

        def on_entered(code: CodeType, offset: int) -> object:
            nonlocal last
            try:
                known, entered = last
                if known is not code:
                    watched = find(code)
                    if watched is None or not getattr(watched, asks):
                        return _DISABLE
                    entered = getattr(watched, method)
                    last = code, entered
                entered(_frame(1))
            except Exception as error:
                if not failed(error):
                    raise
            return None

        return on_entered

    def on_thrown(find: Find, failed: Failed) -> OnValue:
        """PY_THROW."""

        def on_thrown(code: CodeType, offset: int, error: BaseException) -> object:
            try:
                watched = find(code)
                if watched is not None:
                    frame = _frame(1)
                    watched.resumed(frame)
                    if is_closed_unstarted(frame, error):
                        watched.never_started(frame)
            except Exception as failure:
                if not failed(failure):
                    raise
            return None

        return on_thrown

    def on_left(followed: dict[int, Watched], failed: Failed, method: str) -> OnValue:
        """PY_YIELD or PY_RETURN.

        Args:
            followed: Who follows which code, by its address.
            failed: Told of errors.
            method: What is called.
        """
        last: tuple[CodeType | None, Left] = None, _never

        def on_left(code: CodeType, offset: int, value: Any) -> object:
            nonlocal last
            try:
                known, left = last
                if known is not code:
                    watched = followed.get(id(code))
                    if watched is None:
                        return None
                    left = getattr(watched, method)
                    last = code, left
                left(_frame(1), value)
            except Exception as error:
                if not failed(error):
                    raise
            return None

        return on_left

    def on_error(followed: dict[int, Watched], failed: Failed, method: str) -> OnValue:
        """PY_UNWIND or RAISE, which come from all code there is; the arguments are `on_left`'s."""

        def on_error(code: CodeType, offset: int, error: BaseException) -> object:
            watched = followed.get(id(code))
            if watched is not None:
                try:
                    getattr(watched, method)(_frame(1), error)
                except Exception as failure:
                    if not failed(failure):
                        raise
            return None

        return on_error

    def on_instruction(followed: dict[int, Watched], failed: Failed) -> OnEntry:
        """INSTRUCTION, for who asks for the ends of awaits."""

        def on_instruction(code: CodeType, offset: int) -> object:
            try:
                watched = followed.get(id(code))
                if watched is None or code.co_code[offset] != _END_SEND:
                    return _DISABLE
                watched.await_ended(_frame(1))
            except Exception as error:
                if not failed(error):
                    raise
            return None

        return on_instruction
