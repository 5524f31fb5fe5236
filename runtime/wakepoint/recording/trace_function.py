"""The trace function of the recorded thread, and whether a script puts another in its place.

Coverage tools, debuggers and home-made tracers call ``sys.settrace``, or its C twin. Each such call
raises an audit event (`sys.addaudithook`, PEP 578), also one that is made in C.
"""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

TraceFunction = Callable[[FrameType, str, Any], Any]


class Tracing:
    """A trace function while it is set.

    Args:
        function: What the interpreter calls.
        filename: ``co_filename`` of the script that is traced.

    Attributes:
        replaced_in: The line of the script that put another trace function in the place of this
            one, the first if there are several; None if it stayed.
    """

    def __init__(self, function: TraceFunction, filename: str) -> None:
        self.replaced_in: int | None = None
        self._function = function
        self._filename = filename
        self._before: Any = None
        self._is_set = False
        self._thread = threading.get_ident()
        self._line: int | None = None  # of the last call that set one for this thread
        self._line_elsewhere: int | None = None  # of a call on another thread, perhaps for all

    def set(self) -> None:
        """Begins to trace this thread."""
        _watch()
        self._before = sys.gettrace()
        _active.append(self)
        sys.settrace(self._function)
        self._is_set = True

    def restore(self) -> None:
        """Stops tracing; called on the same thread."""
        self._look()
        self._is_set = False
        sys.settrace(self._before)
        _active.remove(self)

    def before_another_is_set(self, caller: FrameType | None) -> None:
        """Somebody is about to set a trace function; which one is seen only afterwards."""
        if not self._is_set:
            return
        line = self._script_line(caller)
        if threading.get_ident() != self._thread:
            self._line_elsewhere = line
            return
        self._look()
        self._line = line

    def _look(self) -> None:
        """Sees what the call before this one has set."""
        if self.replaced_in is None and sys.gettrace() != self._function:
            self.replaced_in = self._line or self._line_elsewhere or 1

    def _script_line(self, frame: FrameType | None) -> int | None:
        while frame is not None and frame.f_code.co_filename != self._filename:
            frame = frame.f_back
        return None if frame is None else frame.f_lineno


# A script may record another one. Then the inner one's calls are its own affair.
_active: list[Tracing] = []
_watching = False


def _watch() -> None:
    """Adds the audit hook. It stays until the process ends: there is no way to remove one."""
    global _watching  # noqa: PLW0603 - one hook for the process
    if not _watching:
        _watching = True
        sys.addaudithook(_on_event)


def _on_event(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "sys.settrace" and _active:
        frame = inspect.currentframe()
        _active[-1].before_another_is_set(None if frame is None else frame.f_back)
