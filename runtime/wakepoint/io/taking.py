"""The futures of `BufReader`, each with what it wants of the buffer."""

from __future__ import annotations

from typing import Generic, TypeVar

from wakepoint.errors import BrokenResourceError, LimitExceeded
from wakepoint.io.waiting import Buffer, Taking

T = TypeVar("T")


class FillBuf(Taking[bytes]):
    """Made by `BufReader.fill_buf`."""

    __slots__ = ()
    name = "fill_buf"

    def take(self) -> bytes | None:
        return bytes(self.buffer.data) or None

    def at_end(self) -> bytes:
        return b""


class Read(Taking[bytes]):
    """Made by `BufReader.read`."""

    __slots__ = ("_size",)
    name = "read"

    def __init__(self, buffer: Buffer, size: int) -> None:
        super().__init__(buffer)
        self._size = size

    def take(self) -> bytes | None:
        if self._size <= 0:
            return b""
        return self.buffer.take(self._size) or None

    def at_end(self) -> bytes:
        return b""


class ReadExact(Taking[bytes]):
    """Made by `BufReader.read_exact`."""

    __slots__ = ("_size",)
    name = "read_exact"

    def __init__(self, buffer: Buffer, size: int) -> None:
        super().__init__(buffer)
        self._size = size

    def take(self) -> bytes | None:
        if len(self.buffer.data) < self._size:
            return None
        return self.buffer.take(self._size)

    def at_end(self) -> bytes:
        missing = self._size - len(self.buffer.data)
        raise BrokenResourceError(
            f"the stream ended {missing} bytes before the {self._size} that were due"
        )


class ReadUntil(Taking[bytes]):
    """Made by `BufReader.read_until`."""

    __slots__ = ("_delimiter", "_limit", "_searched")
    name = "read_until"

    def __init__(self, buffer: Buffer, delimiter: bytes, limit: int) -> None:
        super().__init__(buffer)
        if not delimiter:
            raise ValueError("a delimiter has at least one byte")
        self._delimiter = delimiter
        self._limit = limit
        self._searched = 0  # no delimiter begins before

    def take(self) -> bytes | None:
        data = self.buffer.data
        start = data.find(self._delimiter, self._searched, self._limit)
        if start >= 0:
            return self.buffer.take(start + len(self._delimiter))
        if len(data) > self._limit:
            raise LimitExceeded(
                f"there is no {self._delimiter!r} in the first {self._limit} bytes; "
                "read what there is with read(), or give the BufReader another limit"
            )
        self._searched = max(0, len(data) - len(self._delimiter) + 1)
        return None

    def at_end(self) -> bytes:
        return self.buffer.take(len(self.buffer.data))


class ReadLine(Taking[str]):
    """Made by `BufReader.read_line`."""

    __slots__ = ("_bytes",)
    name = "read_line"

    def __init__(self, buffer: Buffer, limit: int) -> None:
        super().__init__(buffer)
        self._bytes = ReadUntil(buffer, b"\n", limit)

    def take(self) -> str | None:
        line = self._bytes.take()
        return None if line is None else decoded(self.buffer, line)

    def at_end(self) -> str:
        return decoded(self.buffer, self._bytes.at_end())


class _Line(Taking[T], Generic[T]):
    """The next line without its end."""

    __slots__ = ("_line",)
    name = "next_line"

    def __init__(self, buffer: Buffer, limit: int) -> None:
        super().__init__(buffer)
        self._line = ReadLine(buffer, limit)

    def take(self) -> str | None:  # type: ignore[override]  # a line is what every T has
        line = self._line.take()
        return None if line is None else line.removesuffix("\n").removesuffix("\r")


class NextLine(_Line[str | None]):
    """Made by `Lines.next_line`."""

    __slots__ = ()

    def at_end(self) -> str | None:
        return self._line.at_end() or None


class NextItem(_Line[str]):
    """What ``async for`` waits for."""

    __slots__ = ()

    def at_end(self) -> str:
        line = self._line.at_end()
        if not line:
            raise StopAsyncIteration
        return line


class ReadToEnd(Taking[bytes]):
    """Made by `BufReader.read_to_end`."""

    __slots__ = ("_limit",)
    name = "read_to_end"

    def __init__(self, buffer: Buffer, limit: int | None) -> None:
        super().__init__(buffer)
        self._limit = limit

    def take(self) -> bytes | None:
        if self._limit is not None and len(self.buffer.data) > self._limit:
            raise LimitExceeded(f"there are more than {self._limit} bytes until the end")
        return None

    def at_end(self) -> bytes:
        return self.buffer.take(len(self.buffer.data))


class ReadToString(Taking[str]):
    """Made by `BufReader.read_to_string`."""

    __slots__ = ("_bytes",)
    name = "read_to_string"

    def __init__(self, buffer: Buffer, limit: int | None) -> None:
        super().__init__(buffer)
        self._bytes = ReadToEnd(buffer, limit)

    def take(self) -> str | None:
        self._bytes.take()
        return None

    def at_end(self) -> str:
        return decoded(self.buffer, self._bytes.at_end())


def decoded(buffer: Buffer, data: bytes) -> str:
    """What was taken as text; what is no text goes back."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        buffer.data[:0] = data
        raise
