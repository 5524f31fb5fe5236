"""Turns what a kernel call is given and gives into text."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from wakepoint.recording.names import Names
from wakepoint.recording.safe_repr import LIMIT, cut, safe_repr

MAX_SHOWN_EVENTS = 4
_SHORT = 10**15
"""Numbers below are told whole."""


def counted(count: int, name: str) -> str:
    """``1 event`` or ``2 events``."""
    return f"{count} {name}" + ("" if count == 1 else "s")


def _size(data: bytes | bytearray | memoryview) -> str:
    return counted(data.nbytes if isinstance(data, memoryview) else len(data), "byte")


class Describer:
    """Turns one argument or result into text, with stable names for what the system chose."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.until = ""
        """What bounds the reactor's wait that is about to happen; set by the recording reactor."""
        self._of_type: dict[int, Callable[[Any], str]] = {
            id(int): self._number,
            id(socket.socket): self._socket,
            id(bytes): _size,
            id(bytearray): _size,
        }

    def __call__(self, thing: Any) -> str:
        """A thing of any type."""
        describe = self._of_type.get(id(type(thing)))
        if describe is not None:
            return describe(thing)
        if thing is None:
            return "0"
        if isinstance(thing, str):
            return thing
        if isinstance(thing, (bytes, bytearray, memoryview)):
            return _size(thing)
        if callable(getattr(thing, "fileno", None)):
            return self.fd(thing)
        if isinstance(thing, tuple):
            if len(thing) >= 2 and isinstance(thing[0], str) and isinstance(thing[1], int):
                return self.address(thing)
            return f"({', '.join(map(self, thing))})"
        return cut(self.names.normalise(safe_repr(thing, limit=10 * LIMIT)))

    def _number(self, number: int) -> str:
        if -_SHORT < number < _SHORT:
            return self.names.normalise(str(number))
        return cut(self.names.normalise(safe_repr(number, limit=10 * LIMIT)))

    def _socket(self, thing: socket.socket) -> str:
        return self.names.fd(thing.fileno()) if thing.fileno() >= 0 else "fd -1"

    def fd(self, thing: Any) -> str:
        """A descriptor, by its number or its object."""
        number = thing if isinstance(thing, int) else thing.fileno()
        return self.names.fd(number) if number >= 0 else "fd -1"

    def address(self, address: Any) -> str:
        """A socket address, ``127.0.0.1:50001``."""
        self.names.learn_address(address)
        if isinstance(address, tuple) and len(address) >= 2:
            host = f"[{address[0]}]" if ":" in str(address[0]) else address[0]
            return self.names.normalise(f"{host}:{address[1]}")
        return self.names.normalise(safe_repr(address))

    def timeout(self, seconds: float | None) -> str:
        """A wait's limit. How long the reactor's was is chance: it is named by what ends it."""
        if seconds is None or seconds < 0:
            return "no timeout"
        return f"until {self.until}" if self.until else f"timeout {seconds:g}"


Arguments: TypeAlias = Callable[[Describer, Sequence[Any]], list[str]]
"""Tells the arguments of a call."""
Event: TypeAlias = Callable[[Any], str]
"""Tells what a readiness backend took from its kernel for one source."""
Result: TypeAlias = Callable[[Describer, Sequence[Any], Any], str]
"""Tells the result of a call, of which the arguments are at hand."""


def shown(texts: Sequence[str]) -> str:
    """The first of several texts, and how many more there are."""
    if len(texts) > MAX_SHOWN_EVENTS:
        texts = [*texts[:MAX_SHOWN_EVENTS], f"and {len(texts) - MAX_SHOWN_EVENTS} more"]
    return ", ".join(texts)
