"""What the interpreter says of frames by `sys.monitoring` (PEP 669), from CPython 3.12 on.

What is not worth following costs nothing: the first call of such code is answered with DISABLE, and
the interpreter puts back the instruction that it runs without anybody watching. Of what is followed
only those events are switched on that somebody wants. Exceptions can only be asked for everywhere.

There is no audit hook in here that would see who else uses the tool's id: while there is one, each
look at a frame costs a call of it.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable
from types import CodeType
from typing import TypeAlias

from wakepoint.recording import callbacks
from wakepoint.recording.watched import Failed, Watched

_NAME = "wakepoint"
_IDS = (4, 3, 5, 2, 1, 0)
"""Those that debuggers, coverage tools and profilers take come last."""

Watch: TypeAlias = Callable[[CodeType], Watched | None]


if sys.version_info >= (3, 12):
    _EVENTS = sys.monitoring.events
    _ENTERING = _EVENTS.PY_START | _EVENTS.PY_RESUME
    _EVERYWHERE = _ENTERING | _EVENTS.PY_THROW | _EVENTS.PY_UNWIND | _EVENTS.RAISE

    def free_tool() -> int | None:
        """An id that no tool has; None if each has its tool."""
        return next((each for each in _IDS if sys.monitoring.get_tool(each) is None), None)

    class Monitoring:
        """Follows the frames of one thread as a tool of its own.

        Args:
            watch: Who follows the frames of a code object.
            filename: ``co_filename`` of the script.
            tool: A free id.
            failed: Told of an error in a callback; False if it is not the recorder's.

        Attributes:
            replaced_in: The line of the script that took the tool's place; None if it was left.
        """

        def __init__(self, watch: Watch, filename: str, tool: int, failed: Failed) -> None:
            self.replaced_in: int | None = None
            self._watch = watch
            self._filename = filename
            self._tool = tool
            self._is_on = False
            self._watched: dict[int, Watched] = {}
            find, followed = self._find, self._watched
            self._callbacks: dict[int, Callable[..., object]] = {
                _EVENTS.PY_START: callbacks.on_entered(find, failed, "asks_for_start", "started"),
                _EVENTS.PY_RESUME: callbacks.on_entered(
                    find, failed, "asks_for_resumption", "resumed"
                ),
                _EVENTS.PY_THROW: callbacks.on_thrown(find, failed),
                _EVENTS.PY_YIELD: callbacks.on_left(followed, failed, "yielded"),
                _EVENTS.PY_RETURN: callbacks.on_left(followed, failed, "returned"),
                _EVENTS.PY_UNWIND: callbacks.on_error(followed, failed, "unwound"),
                _EVENTS.RAISE: callbacks.on_error(followed, failed, "raised"),
                _EVENTS.INSTRUCTION: callbacks.on_instruction(followed, failed),
            }

        # -- on and off ------------------------------------------------------------------------

        def start(self) -> None:
            """Begins to follow this thread."""
            if _active:  # a script records another one, whose calls are that one's affair
                _active[-1]._pause()  # noqa: SLF001 - another one of this class
            sys.monitoring.use_tool_id(self._tool, _NAME)
            _active.append(self)
            self._is_on = True
            self._go_on()
            sys.monitoring.restart_events()  # a tool before us may have had this id

        def _go_on(self) -> None:
            if self._is_on:
                for event, callback in self._callbacks.items():
                    sys.monitoring.register_callback(self._tool, event, callback)
                sys.monitoring.set_events(self._tool, _EVERYWHERE)

        def _pause(self) -> None:
            """Lets go of the interpreter for a while."""
            if self._is_ours():
                sys.monitoring.set_events(self._tool, 0)
                for event in self._callbacks:
                    sys.monitoring.register_callback(self._tool, event, None)

        def stop_early(self) -> None:
            """Stops following; from here on no code is slower than without."""
            if not self._is_on:
                return
            self._look()
            self._is_on = False
            if sys.monitoring.get_tool(self._tool) is None:  # the script gave our id back
                sys.monitoring.use_tool_id(self._tool, _NAME)
            self._pause()
            if self._is_ours():
                for watched in self._watched.values():
                    sys.monitoring.set_local_events(self._tool, watched.code, 0)
            self._watched.clear()

        def stop(self) -> None:
            """Stops following, and looks whether somebody was in between."""
            self.stop_early()
            if self._is_ours():
                sys.monitoring.free_tool_id(self._tool)
            _active.remove(self)
            if _active:
                _active[-1]._go_on()  # noqa: SLF001 - another one of this class

        def _is_ours(self) -> bool:
            return sys.monitoring.get_tool(self._tool) == _NAME

        def tell_ends_of_awaits(self, watched: Watched) -> None:
            """Asks for what no frame tells: awaits that are answered by something written in C."""
            if self._watched.get(id(watched.code)) is watched:
                events = sys.monitoring.get_local_events(self._tool, watched.code)
                events |= _EVENTS.INSTRUCTION
                sys.monitoring.set_local_events(self._tool, watched.code, events)

        # -- who else uses the id --------------------------------------------------------------

        def _look(self) -> None:
            kept = self._is_ours() and sys.monitoring.get_events(self._tool) == _EVERYWHERE
            if kept:
                was = {
                    event: sys.monitoring.register_callback(self._tool, event, callback)
                    for event, callback in self._callbacks.items()
                }
                kept = all(was[event] is each for event, each in self._callbacks.items())
            if not kept:
                self.replaced_in = self._suspect()

        def _suspect(self) -> int:
            """The first line that speaks of monitoring; which one did it could only be watched."""
            lines = linecache.getlines(self._filename)
            return next((n for n, line in enumerate(lines, 1) if "monitoring" in line), 1)

        def _find(self, code: CodeType) -> Watched | None:
            """Who follows a code object; for the first time, what is wanted is switched on."""
            watched = self._watched.get(id(code))
            if watched is not None:
                return watched
            watched = self._watch(code)
            if watched is None or not self._is_ours():
                return None
            self._watched[id(code)] = watched
            events = 0
            if watched.wants("yielded"):
                events |= _EVENTS.PY_YIELD
            if watched.wants("returned"):
                events |= _EVENTS.PY_RETURN
            sys.monitoring.set_local_events(self._tool, code, events)
            return watched

    _active: list[Monitoring] = []
