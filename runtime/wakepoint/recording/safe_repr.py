"""A repr that cannot hang, raise or flood.

A snippet's values are shown at every state, so their reprs run in the middle of somebody's program,
and a ``__repr__`` is arbitrary code. Built-in values are described here, bounded in depth and
length. Only for other types is their own ``__repr__`` called, and interrupted if it takes long.
"""

from __future__ import annotations

import re
import reprlib
import socket
import sys
import threading
import time
from types import FrameType
from typing import Any

from wakepoint.recording.alarm import alarm

LIMIT = 80
"""Characters of a whole description."""

_SECONDS = 0.25
"""How long a foreign ``__repr__`` may compute."""

_ASLEEP = 2.0
"""How long it may take in all: it may sleep, or the machine be busy with something else."""

_LONG_BYTES = 24

_COROUTINE = re.compile(r"<(?:coroutine|async_generator) object (\S+) at 0x[0-9a-fA-F]+>")
"""What a call of an ``async def`` gives is described by the call; so is its lowered form."""


class _OutOfTimeError(BaseException):
    """A ``__repr__`` took too long. No Exception, so that it is not swallowed there."""


class _Repr(reprlib.Repr):
    """The standard library's bounded repr, with room for what snippets hold."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdeque = 6
        self.maxdict = 4
        self.maxstring = 50
        self.maxlong = 40
        self.maxother = LIMIT

    def repr_bytes(self, value: bytes, level: int) -> str:
        """Long data is told by its size: its content says nothing to a reader."""
        return repr(value) if len(value) <= _LONG_BYTES else f"bytes[{len(value)}]"

    def repr_bytearray(self, value: bytearray, level: int) -> str:
        """As bytes."""
        return repr(value) if len(value) <= _LONG_BYTES else f"bytearray[{len(value)}]"

    def repr_memoryview(self, value: memoryview, level: int) -> str:
        """By size: its own repr is an address."""
        return f"memoryview[{value.nbytes}]"

    def repr_int(self, value: int, level: int) -> str:
        """A number too long for ``str`` by its size, which costs no conversion."""
        if value.bit_length() > 400:
            return f"int of {value.bit_length()} bits"
        return super().repr_int(value, level)

    def repr_socket(self, value: Any, level: int) -> str:
        """Without its addresses: their ports are what the system chose."""
        if not isinstance(value, socket.socket):  # another class of that name
            return self.repr_instance(value, level)
        return f"socket(fd={value.fileno()})" if value.fileno() >= 0 else "socket(closed)"

    def repr_instance(self, value: Any, level: int) -> str:
        """Whatever has a ``__repr__`` of its own."""
        return _within_budget(value)


_REPR = _Repr()


def safe_repr(value: object, limit: int = LIMIT) -> str:
    """Describes a value in at most ``limit`` characters, whatever its ``__repr__`` does.

    A ``__repr__`` that raises, does not return, or returns no text is told as such. Interrupting
    one takes an interval timer and the main thread; elsewhere the time limit of the run ends it.

    Example:
        >>> safe_repr("a" * 50, limit=9)
        "'aaaaaaa…"
    """
    try:
        text = _REPR.repr(value)
    except _OutOfTimeError:
        text = f"<{type(value).__name__}: its __repr__ does not end>"
    except Exception as error:
        text = f"<{type(value).__name__}: its __repr__ raised {type(error).__name__}>"
    return cut(_COROUTINE.sub(r"\1()", " ".join(text.splitlines())), limit)


def cut(text: str, limit: int = LIMIT) -> str:
    """At most so many characters of a text."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _within_budget(value: object) -> str:
    """Calls a foreign ``__repr__``, and interrupts it when its time is up.

    A trace function cannot count its steps: values are described inside the recorder's own trace
    function, where the interpreter has tracing switched off. An interval timer works there, and
    ends a sleep as well as a loop. It is taken from `time_limit`, which may be using it.
    """
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        return repr(value)  # the caller's time limit is all there is
    started, computed = time.monotonic(), time.process_time()
    raised = False

    def expired(number: int, frame: FrameType | None) -> None:
        nonlocal raised
        late = time.monotonic() - started >= _ASLEEP
        if not raised and (late or time.process_time() - computed >= _SECONDS):
            raised = True
            raise _OutOfTimeError

    with alarm(expired, _SECONDS, _SECONDS / 5):
        return repr(value)


def message_of(error: BaseException | None) -> str:
    """An exception's text; empty if its own ``__str__`` is broken."""
    try:
        return str(error)
    except Exception:
        return ""
