"""What the interpreter says of frames by `sys.settrace`: on 3.11, and if no tool id is free.

It calls a function at each call on the thread, whatever is called; for code that is not worth
following that returns at once. Line events are switched off.

A script may set a trace function of its own, and there is one for a thread. Coverage tools,
debuggers and home-made tracers call ``sys.settrace``, or its C twin. Each such call raises an audit
event (`sys.addaudithook`, PEP 578), also one that is made in C.
"""

from __future__ import annotations

import dis
import inspect
import sys
import threading
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any, TypeAlias

from wakepoint.coroutine import CoroutineFuture
from wakepoint.recording.watched import (
    GENERATES,
    Amend,
    Failed,
    Watched,
    address,
    is_at_start,
    is_closed_unstarted,
)

_YIELD = dis.opmap["YIELD_VALUE"]
_RESUME = dis.opmap["RESUME"]
_RETURNS = {op for name, op in dis.opmap.items() if name in ("RETURN_VALUE", "RETURN_CONST")}
_LEAVING = ("yielded", "returned", "unwound", "raised")

Local: TypeAlias = Callable[[FrameType, str, Any], Any]
Watch: TypeAlias = Callable[[CodeType], Watched | None]
_Known: TypeAlias = tuple[CodeType, Watched | None, Local | None, bytes | None]


class Settrace:
    """Follows the frames of one thread as its trace function.

    Args:
        watch: Who follows the frames of a code object.
        filename: ``co_filename`` of the script.
        failed: Told of an error in a trace function; False if it is not the recorder's.

    Attributes:
        replaced_in: The line of the script that put another trace function in the place of this
            one, the first if there are several; None if it stayed.
    """

    def __init__(self, watch: Watch, filename: str, failed: Failed) -> None:
        self.replaced_in: int | None = None
        self._watch = watch
        self._filename = filename
        self._failed = failed
        self._is_lost = False  # the interpreter takes away a function that raises
        self._thread = threading.get_ident()
        self._before: Any = None
        self._is_set = False
        self._line: int | None = None  # of the last call that set one for this thread
        self._line_elsewhere: int | None = None  # of a call on another thread, perhaps for all
        # By code object; its address is another's only if it does not live any more.
        self._followed: dict[int, _Known] = {}
        self._raised: dict[FrameType, BaseException] = {}
        self._uncertain: Amend | None = None  # not sure yet which exception it was
        self._function = self._trace_function()

    # -- on and off ----------------------------------------------------------------------------

    def start(self) -> None:
        """Begins to trace this thread."""
        _watch_for_others()
        self._before = sys.gettrace()
        _active.append(self)
        sys.settrace(self._function)
        self._is_set = True

    def stop_early(self) -> None:
        """Follows nothing any more. This thread goes on without a trace function."""
        self._look()
        self._is_set = False
        self._watch = _nothing
        self._followed.clear()
        if threading.get_ident() == self._thread and sys.gettrace() == self._function:
            sys.settrace(self._before)

    def stop(self) -> None:
        """Stops tracing; called on the same thread."""
        if self._is_set:
            self._look()
            self._is_set = False
            sys.settrace(self._before)
        _active.remove(self)
        if self._is_lost:
            self._failed(RuntimeError("an exception came out of the trace function"))

    def tell_ends_of_awaits(self, watched: Watched) -> None:
        """Each StopIteration is told anyway."""

    # -- who else sets a trace function --------------------------------------------------------

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
        if threading.get_ident() != self._thread:
            return
        if self._is_lost:
            return
        if self.replaced_in is None and sys.gettrace() != self._function:
            self.replaced_in = self._line or self._line_elsewhere or 1

    def _script_line(self, frame: FrameType | None) -> int | None:
        while frame is not None and frame.f_code.co_filename != self._filename:
            frame = frame.f_back
        return None if frame is None else frame.f_lineno

    # -- what the interpreter calls ------------------------------------------------------------

    def _trace_function(self) -> Local:
        followed, find, failed = self._followed, self._find, self._failed
        quiet = {address(sys.modules[name].__dict__) for name in sys.modules if _is_quiet(name)}

        def trace(frame: FrameType, event: str, arg: Any) -> Local | None:
            try:
                self._uncertain = None
                if address(frame.f_globals) in quiet:
                    return None
                code = frame.f_code
                _, watched, local, bytecode = followed.get(address(code)) or find(code)
                if watched is None:
                    return local
                if local is not None:
                    frame.f_trace_lines = False
                if bytecode is None or is_at_start(frame, bytecode):
                    follow = not watched.asks_for_start or watched.started(frame)
                else:
                    follow = not watched.asks_for_resumption or watched.resumed(frame)
            except Exception as error:
                self._is_lost = True
                if not failed(error):
                    raise
                self._is_lost = False
                return None
            return local if follow else None

        return trace

    def _find(self, code: CodeType) -> _Known:
        watched = self._watch(code)
        local: Local | None = None
        if watched is not None:
            if watched.amends or any(map(watched.wants, _LEAVING)):
                local = self._local(watched)
        elif code is _POLL_COROUTINE:
            local = self._on_caller_event
        bytecode = code.co_code if watched is not None and code.co_flags & GENERATES else None
        known = self._followed[address(code)] = code, watched, local, bytecode
        return known

    def _on_caller_event(self, frame: FrameType, event: str, arg: Any) -> Local:
        if event == "exception":
            self._amend(arg[1])
        elif event == "return":
            self._uncertain = None
        frame.f_trace_lines = False
        return self._on_caller_event

    def _amend(self, error: BaseException) -> None:
        """Learns from the caller what really left a coroutine.

        The coroutine's own frame is not told of an exception that is raised again, at the end of
        a ``finally`` for instance; what it was told of last may have been handled.
        """
        amend, self._uncertain = self._uncertain, None
        if amend is not None:
            amend(error)

    def _local(self, watched: Watched) -> Local:
        """What follows the frames of a code object, once it has been entered."""
        bytecode = watched.code.co_code  # made anew at each access
        returned, yielded, failed = watched.returned, watched.yielded, self._failed

        def follow(frame: FrameType, event: str, arg: Any) -> Local:
            try:
                if event == "return":
                    if bytecode[frame.f_lasti] in _RETURNS:
                        self._raised.pop(frame, None)
                        returned(frame, arg)
                    elif _is_yielded(frame, bytecode, arg):
                        yielded(frame, arg)
                    else:
                        raised = self._raised.pop(frame, None)
                        self._uncertain = watched.unwound(frame, raised) or self._uncertain
                elif event == "exception":
                    self._exception(watched, frame, arg[1])
            except Exception as error:
                self._is_lost = True
                if not failed(error):
                    raise
                self._is_lost = False
            return follow

        return follow

    def _exception(self, watched: Watched, frame: FrameType, error: BaseException) -> None:
        if watched.amends:
            self._amend(error)
            if is_closed_unstarted(frame, error):
                watched.never_started(frame)
                return
            # A StopIteration is how an await gives its value. Where it awaits in a cleanup, the
            # frame itself is told of one from 3.12 on, behind what has brought it there.
            gives = frame in self._raised or watched.gives(frame)
            if type(error) is not StopIteration or not gives:
                self._raised[frame] = error
        elif watched.tells_errors:
            self._raised[frame] = error
        watched.raised(frame, error)


def _is_quiet(module: str) -> bool:
    """True for a module of ours in which nothing is ever followed.

    Which code a frame has is an audit event, for which there is a hook; its globals are none. So
    this is asked first, of what makes two thirds of all calls.
    """
    return module in _QUIET or module.startswith(_RECORDER)


_RECORDER = __name__.removesuffix("settrace")
_QUIET = frozenset(
    f"wakepoint.{each}"
    for each in ("executor", "generators", "interrupts", "kernel", "lingering", "reactor")
) | {"enum"}


def _nothing(code: CodeType) -> None:
    return None


_POLL_COROUTINE = CoroutineFuture.poll.__code__


def _is_yielded(frame: FrameType, code: bytes, value: object) -> bool:
    """True if a frame that is left and does not return is suspended; else it raises."""
    # An exception that is thrown in while the frame is suspended leaves it at the same place, and
    # the tracer is given None. What is yielded is never None: a future, or a generator's value,
    # which the interpreter wraps.
    if value is None:
        return False
    at = frame.f_lasti
    return code[at] == _YIELD or (code[at] == _RESUME and at >= 2 and code[at - 2] == _YIELD)


# A script may record another one. Then the inner one's calls are its own affair.
_active: list[Settrace] = []
_watching = False


def _watch_for_others() -> None:
    """Adds the audit hook. It stays until the process ends: there is no way to remove one."""
    global _watching  # noqa: PLW0603 - one hook for the process
    if not _watching:
        _watching = True
        sys.addaudithook(_on_event)


def _on_event(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "sys.settrace" and _active:
        frame = inspect.currentframe()
        _active[-1].before_another_is_set(None if frame is None else frame.f_back)
