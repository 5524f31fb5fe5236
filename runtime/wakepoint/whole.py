"""Operations that go on until all is done, on whatever can read or write some of it."""

from __future__ import annotations

from typing import Protocol

from wakepoint.errors import BrokenResourceError
from wakepoint.future import Future, Once
from wakepoint.task import PENDING, READY_NONE, Context, Poll, Ready


def ended_early(missing: int, size: int) -> BrokenResourceError:
    """The error of a stream that ends in the middle of what was asked for."""
    return BrokenResourceError(f"the stream ended {missing} bytes before the {size} that were due")


class Readable(Protocol):
    """Whatever has ``read``."""

    def read(self, size: int = ...) -> Future[bytes]:
        """What has arrived, at most ``size`` bytes; ``b""`` at the end of the stream."""


class Writable(Protocol):
    """Whatever has ``write``."""

    def write(self, data: bytes | memoryview) -> Future[int]:
        """Hands over what is taken now; the value says how many bytes."""


class ReadExact(Once[bytes]):
    """Reads until a number of bytes is there; made by ``read_exact``."""

    __slots__ = ("_buffer", "_operation", "_size", "_stream")

    def __init__(self, stream: Readable, size: int) -> None:
        self._stream = stream
        self._size = size
        self._buffer = bytearray()
        self._operation: Future[bytes] | None = None

    def __repr__(self) -> str:
        return f"read_exact({self._stream!r}, {self._size})"

    def advance(self, cx: Context) -> Poll[bytes]:
        while (missing := self._size - len(self._buffer)) > 0:
            if self._operation is None:
                self._operation = self._stream.read(missing)
            polled = self._operation.poll(cx)
            if polled is PENDING:
                return PENDING
            self._operation = None
            if not polled.value:
                raise ended_early(missing, self._size)
            self._buffer += polled.value
        return Ready(bytes(self._buffer))

    def drop(self) -> None:
        operation, self._operation = self._operation, None
        if operation is not None:
            operation.drop()


def in_bytes(data: bytes | memoryview) -> bytes | memoryview:
    """The same data, whose length is in bytes: the items of a view may have several.

    Raises:
        TypeError: If the data does not lie in one piece.
    """
    if type(data) is bytes:
        return data
    view = memoryview(data)
    if view.itemsize == 1 and view.ndim == 1:
        return view
    return view.cast("B") if view.nbytes else b""


class WriteAll(Once[None]):
    """Sends until nothing is left; made by ``write_all``."""

    __slots__ = ("_left", "_operation", "_stream")

    def __init__(self, stream: Writable, data: bytes | memoryview) -> None:
        self._stream = stream
        self._left = in_bytes(data)
        self._operation: Future[int] | None = None

    def __repr__(self) -> str:
        return f"write_all({self._stream!r}, {len(self._left)} bytes left)"

    def advance(self, cx: Context) -> Poll[None]:
        while self._left:
            if self._operation is None:
                self._operation = self._stream.write(self._left)
            polled = self._operation.poll(cx)
            if polled is PENDING:
                return PENDING
            self._operation = None
            if polled.value == len(self._left):
                self._left = b""
            else:
                self._left = memoryview(self._left)[polled.value :]
        return READY_NONE

    def drop(self) -> None:
        operation, self._operation = self._operation, None
        if operation is not None:
            operation.drop()
