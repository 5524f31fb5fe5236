"""Coroutines and futures that were made and that nobody awaited.

Python itself warns of a coroutine, when it is collected, and says where that was. Since it can note
where each was made (`sys.set_coroutine_origin_tracking_depth`), this is said instead. A future is
an object like any other; but one that is thrown away by the statement that has made it, as by the
line ``sleep(1)``, was awaited by nobody.
"""

from __future__ import annotations

import opcode
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import CoroutineType, FrameType
from typing import Any

from wakepoint.debugging.warning import NeverAwaitedWarning, Place, Reports
from wakepoint.failure import is_of_the_runtime
from wakepoint.future import Future

DEPTH = 10
"""How many callers are noted of who makes a coroutine: those of the runtime are passed over."""

_RUNTIME = str(Path(__file__).parent.parent)
_REMEDY = "await it, or spawn it"

_POP_TOP = opcode.opmap["POP_TOP"]
_CACHE = opcode.opmap["CACHE"]
_CALLS = {number for name, number in opcode.opmap.items() if name.startswith("CALL")}

_HOOK = "_warn_unawaited_coroutine"
"""What CPython's destructor of coroutines calls, of the module `warnings`. A Python that calls
something else warns as it does by itself."""


class _Listening:
    """What is put into the interpreter as long as somebody watches."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners = 0
        self._by_itself: Callable[[Any], None] | None = None
        self._reports = Reports()

    @contextmanager
    def on(self) -> Iterator[None]:
        """Hears of what nobody awaits until the block ends."""
        before = sys.get_coroutine_origin_tracking_depth()  # of this thread
        sys.set_coroutine_origin_tracking_depth(max(DEPTH, before))
        with self._lock:
            self._listeners += 1
            if self._listeners == 1:
                self._begin()
        try:
            yield
        finally:
            sys.set_coroutine_origin_tracking_depth(before)
            with self._lock:
                self._listeners -= 1
                if self._listeners == 0:
                    self._end()

    def _begin(self) -> None:
        self._reports = Reports()
        self._by_itself = getattr(warnings, _HOOK, None)
        setattr(warnings, _HOOK, self._coroutine_is_gone)
        # Not in the class from the beginning: every future would be slower to free.
        Future.__del__ = _future_is_gone(self._reports)  # type: ignore[attr-defined]

    def _end(self) -> None:
        if self._by_itself is not None:
            setattr(warnings, _HOOK, self._by_itself)
        del Future.__del__  # type: ignore[attr-defined]

    def _coroutine_is_gone(self, coroutine: CoroutineType[Any, Any, Any]) -> None:
        place = _made_at(coroutine.cr_origin or ())
        if place is None:  # it was made before anybody watched
            if self._by_itself is not None:
                self._by_itself(coroutine)
            return
        # It begins as Python's own does: filters go by that.
        text = (
            f"coroutine '{coroutine.__qualname__}' was never awaited, so it did nothing; {_REMEDY}"
        )
        self._reports.say(NeverAwaitedWarning, place, text)


def _future_is_gone(reports: Reports) -> Callable[[Future[Any]], None]:
    """What is called when a future is freed, on whichever thread that is."""

    def is_gone(future: Future[Any]) -> None:
        frame = sys._getframe(1)  # noqa: SLF001 - documented so
        if not (future.starts_at_once or is_of_the_runtime(frame)) and _throws_away(frame):
            place = Place(frame.f_code.co_filename, frame.f_lineno or 1)
            text = f"{future!r} was never awaited, so it did nothing; {_REMEDY}"
            reports.say(NeverAwaitedWarning, place, text)

    return is_gone


def _made_at(callers: Sequence[tuple[str, int, str]]) -> Place | None:
    """The program's line among those that have made a coroutine, innermost first."""
    for filename, line, _ in callers:
        if not filename.startswith(_RUNTIME):
            return Place(filename, line)
    return None


def _throws_away(frame: FrameType) -> bool:
    """True if the frame ends a statement that is a call, and lets go of what that returned."""
    code, at = frame.f_code.co_code, frame.f_lasti
    if code[at] != _POP_TOP:
        return False
    at -= 2
    while at >= 0 and code[at] == _CACHE:
        at -= 2
    return at >= 0 and code[at] in _CALLS


listening = _Listening()
"""There is one for all executors of the process, as there is one interpreter."""
