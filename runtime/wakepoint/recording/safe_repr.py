"""A repr that cannot hang, raise or flood.

A snippet's values are shown at every state, so their reprs run in the middle of somebody's program,
and a ``__repr__`` is arbitrary code. Built-in values are described here, bounded in depth and
length. Only for other types is their own ``__repr__`` called, and interrupted if it takes long.
"""

from __future__ import annotations

import operator
import re
import reprlib
import socket
from array import array
from collections import deque
from collections.abc import Callable
from types import AsyncGeneratorType, CoroutineType
from typing import Any

from wakepoint.combinators import YieldNow
from wakepoint.handle import Joining, Task
from wakepoint.net import (
    TcpListener,
    TcpStream,
    UdpSocket,
    UnixDatagram,
    UnixListener,
    UnixStream,
)
from wakepoint.pipe import PipeReader, PipeWriter
from wakepoint.process import Child
from wakepoint.recording.foreign_repr import (
    OutOfTimeError,
    call,
    changes_something,
    method_of,
    type_name,
)

LIMIT = 80
"""Characters of a whole description."""

_LONG_BYTES = 24

_PLAIN = (
    *(bool, type(None), float, complex, range, type(...), CoroutineType, AsyncGeneratorType),
    *(TcpStream, TcpListener, UdpSocket, UnixStream, UnixListener, UnixDatagram),
    *(PipeReader, PipeWriter, Child, Joining, Task, YieldNow),
)
"""Types whose ``__repr__`` runs no code of the script's."""

_OF_OBJECT = vars(object)["__repr__"]
_OF_NO_CODE = {id(kind) for kind in (str, int, float, bool, type(None), bytes)}
_MADE_BY_A_CLASS_STATEMENT = 1 << 9
"""Of a type's flags (``Py_TPFLAGS_HEAPTYPE``)."""

_COROUTINE = re.compile(r"<(?:coroutine|async_generator) object (\S+) at 0x[0-9a-fA-F]+>")
"""What a call of an ``async def`` gives is described by the call; so is its lowered form."""


class _Repr(reprlib.Repr):
    """The standard library's bounded repr, with room for what snippets hold.

    It goes by what a value is, and never by what its class says of itself: that may be code.
    """

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdeque = 6
        self.maxdict = 4
        self.maxstring = 50
        self.maxlong = 40
        self._of_type = {
            id(kind): getattr(self, f"repr_{kind.__name__}")
            for kind in (str, int, tuple, list, dict, set, frozenset, deque, array)
        }
        own = (bytes, self.repr_bytes), (bytearray, self.repr_bytearray)
        views = (memoryview, self.repr_memoryview), (socket.socket, self.repr_socket)
        self._of_type |= {id(kind): describe for kind, describe in (*own, *views)}
        self._of_type |= {id(kind): _plain for kind in _PLAIN}

    def repr1(self, x: Any, level: int) -> str:
        """As what it is told; other types by their own ``__repr__``."""
        describe = self._of_type.get(id(type(x)))
        return self.repr_instance(x, level) if describe is None else describe(x, level)

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

    def repr_dict(self, value: dict[Any, Any], level: int) -> str:
        """Sorted, where its keys can be; none is looked up, since ``__hash__`` may be code."""
        if not value:
            return "{}"
        if level <= 0:
            return f"{{{self.fillvalue}}}"
        items = list(value.items())
        try:
            items.sort(key=operator.itemgetter(0))
        except Exception:
            items = list(value.items())
        shown = [
            f"{self.repr1(key, level - 1)}: {self.repr1(each, level - 1)}"
            for key, each in items[: self.maxdict]
        ]
        if len(items) > self.maxdict:
            shown.append(self.fillvalue)
        return f"{{{', '.join(shown)}}}"

    def repr_socket(self, value: Any, level: int) -> str:
        """Without its addresses: their ports are what the system chose."""
        return f"socket(fd={value.fileno()})" if value.fileno() >= 0 else "socket(closed)"

    def repr_instance(self, value: Any, level: int) -> str:
        """Whatever has a ``__repr__`` of its own."""
        if method_of(value, "__repr__") is _OF_OBJECT:
            return repr(value)
        if changes_something(value, "__repr__"):
            return f"<{type_name(value)}: its __repr__ changes something>"
        return str.__str__(call(repr, value))


def _plain(value: object, level: int) -> str:
    return repr(value)


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
    except OutOfTimeError:
        text = f"<{type_name(value)}: its __repr__ does not end>"
    except BaseException as error:
        text = f"<{type_name(value)}: its __repr__ raised {type_name(error)}>"
    if not text.isprintable():  # only then it may have several lines
        text = " ".join(text.splitlines())
    if "<" in text:
        text = _COROUTINE.sub(r"\1()", text)
    return text if len(text) <= limit else cut(text, limit)


def short_repr(value: object) -> str | None:
    """As `safe_repr`, of what snippets have most and is short; None of everything else."""
    describe = _SHORT.get(id(type(value)))
    try:
        text = None if describe is None else describe(value)
    except Exception:
        return None
    return text if text is not None and len(text) <= _SHORT_TEXT and "<" not in text else None


def _short_bytes(value: bytes) -> str:
    return repr(value) if len(value) <= _LONG_BYTES else f"bytes[{len(value)}]"


def _short_text(value: str) -> str | None:
    return repr(value) if len(value) <= _SHORT_TEXT else None


def _short_int(value: int) -> str | None:
    return str(value) if -_SHORT_INT < value < _SHORT_INT else None


def _short_tuple(value: tuple[object, ...]) -> str | None:
    if len(value) > _REPR.maxtuple:
        return None
    for each in value:
        if id(type(each)) not in _OF_NO_CODE or type(each) is bytes:
            return None
        if type(each) is int and not -_SHORT_INT < each < _SHORT_INT:
            return None
    return repr(value)


_SHORT_TEXT = 50
"""Characters of a text that needs no look at how long it is."""
_SHORT_INT = 10**39

_SHORT: dict[int, Callable[[Any], str | None]] = {
    id(int): _short_int,
    id(str): _short_text,
    id(bytes): _short_bytes,
    id(tuple): _short_tuple,
    **{id(kind): repr for kind in (bool, type(None), TcpStream, TcpListener, UdpSocket)},
    **{id(kind): repr for kind in (PipeReader, PipeWriter, Child, Joining, Task, YieldNow)},
}
"""By type. Each is told as `_Repr` would, if that comes to few characters."""


def cut(text: str, limit: int = LIMIT) -> str:
    """At most so many characters of a text."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def message_of(error: BaseException | None) -> str:
    """An exception's text; empty if its own ``__str__`` is broken."""
    if error is None or _is_builtin(error):
        return str(error)
    if changes_something(error, "__str__"):
        return ""
    try:
        return str.__str__(call(str, error))
    except BaseException:
        return ""


def _is_builtin(error: BaseException) -> bool:
    """True for an exception of Python's own with nothing but texts and numbers in it."""
    plain = all(id(type(each)) in _OF_NO_CODE for each in error.args)
    return plain and not type(error).__flags__ & _MADE_BY_A_CLASS_STATEMENT
