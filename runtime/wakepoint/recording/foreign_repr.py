"""Calls a ``__repr__`` or a ``__str__`` that somebody else wrote, in the middle of his program.

Plain Python would not call it there, so what it does must make no difference: what it prints is not
shown, what it raises goes nowhere, and it has a moment, not more. One that says in its own code
that it changes an attribute or a variable that is not its own is not called. What it changes in
other ways, by a method of a list for instance, cannot be taken back.
"""

from __future__ import annotations

import dis
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType, FunctionType
from typing import Any

from wakepoint.recording.alarm import alarm

_SECONDS = 0.25
"""How long it may compute."""

_ASLEEP = 2.0
"""How long it may take in all: it may sleep, or the machine be busy with something else."""

_CHANGES = {"STORE_ATTR", "DELETE_ATTR", "STORE_GLOBAL", "DELETE_GLOBAL"}

_name_of = type.__dict__["__name__"].__get__
_bases_of = type.__dict__["__mro__"].__get__
_attributes_of = type.__dict__["__dict__"].__get__


class OutOfTimeError(BaseException):
    """A ``__repr__`` took too long. No Exception, so that it is not swallowed there."""


def type_name(thing: object) -> str:
    """The name of a thing's class; that of a metaclass's ``__name__`` would be its code's."""
    return str(_name_of(type(thing)))


def is_a(thing: object, kind: type | tuple[type, ...]) -> bool:
    """As `isinstance`, but does not ask ``__class__``, which may be code."""
    return issubclass(type(thing), kind)


def call(describe: Callable[[Any], str], value: object) -> str:
    """What ``repr`` or ``str`` gives.

    An alarm ends a loop as well as a sleep; it works also where tracing is off, as it is in the
    recorder's own functions. It is taken from `time_limit`, which may be using it.

    Raises:
        OutOfTimeError: If it does not end; only on the main thread, and where there are interval
            timers. Elsewhere the caller's time limit is all there is.
        BaseException: What it raised.
    """
    with _unheard():
        timed = sys.platform != "win32" and hasattr(signal, "setitimer")  # WebAssembly has none
        if not timed or threading.current_thread() is not threading.main_thread():
            return describe(value)
        with _ctrl_c_waits(), alarm(_Budget().expired, _SECONDS, _SECONDS / 5):
            return describe(value)


class _Budget:
    """The time that one call has."""

    def __init__(self) -> None:
        self._started, self._computed = time.monotonic(), time.process_time()
        self._raised = False

    def expired(self, number: int, frame: FrameType | None) -> None:
        """Raises once, when the time is up."""
        late = time.monotonic() - self._started >= _ASLEEP
        if not self._raised and (late or time.process_time() - self._computed >= _SECONDS):
            self._raised = True
            raise OutOfTimeError


class _Unheard:
    """Stands for a stream; what this thread writes goes nowhere."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._thread = threading.get_ident()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Other threads are heard."""
        if threading.get_ident() != self._thread:
            self._stream.write(text)
        return len(text)


@contextmanager
def _unheard() -> Iterator[None]:
    out, err = sys.stdout, sys.stderr
    unheard = _Unheard(out), _Unheard(err)
    sys.stdout, sys.stderr = unheard
    try:
        yield
    finally:
        if sys.stdout is unheard[0]:
            sys.stdout = out
        if sys.stderr is unheard[1]:
            sys.stderr = err


@contextmanager
def _ctrl_c_waits() -> Iterator[None]:
    """Ctrl-C in the block comes behind it: a KeyboardInterrupt there is the script's own."""
    came = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal came
        came = True

    before = signal.getsignal(signal.SIGINT)
    if not callable(before):
        yield
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)


def method_of(value: object, name: str) -> object:
    """The function of a special method, which the interpreter would call."""
    for base in _bases_of(type(value)):
        function = _attributes_of(base).get(name)
        if function is not None:
            return function
    return None


def changes_something(value: object, name: str) -> bool:
    """True if a method says in its code that it changes more than its own variables."""
    function = method_of(value, name)
    function = getattr(function, "__wrapped__", function)  # reprlib.recursive_repr
    return type(function) is FunctionType and _changes(function.__code__)


def _changes(code: CodeType) -> bool:
    known = _known.get(id(code))
    if known is None or known[0] is not code:
        known = _known[id(code)] = code, _stores(code)
    return known[1]


_known: dict[int, tuple[CodeType, bool]] = {}


def _stores(code: CodeType) -> bool:
    for each in dis.get_instructions(code):
        if each.opname in _CHANGES:
            return True
        if each.opname in {"STORE_DEREF", "DELETE_DEREF"} and each.argval in code.co_freevars:
            return True
    return any(type(each) is CodeType and _stores(each) for each in code.co_consts)
