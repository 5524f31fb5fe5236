"""A stream in two parts, and two parts as a stream: `split` and `join`, as in ``tokio::io``.

Here two tasks may use one stream at the same time, one reading and one writing, so nothing has to
be split for that. Halves are for handing out no more than the half that somebody needs.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from wakepoint.future import Future
from wakepoint.io.traits import AsyncRead, AsyncStream, AsyncWrite
from wakepoint.whole import ReadExact

R = TypeVar("R", bound=AsyncRead)
W = TypeVar("W", bound=AsyncWrite)


class ReadHalf(Generic[R]):
    """The half that reads; made by `split`."""

    def __init__(self, stream: R) -> None:
        self._stream = stream

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._stream!r})"

    def read(self, size: int = 65536) -> Future[bytes]:
        """As the stream's; as cancel safe as that."""
        return self._stream.read(size)

    def read_exact(self, size: int) -> Future[bytes]:
        """Exactly ``size`` bytes. Not cancel safe: what was read when it is dropped is lost.

        Raises:
            BrokenResourceError: If the stream ends before.
        """
        return ReadExact(self._stream, size)


class WriteHalf(Generic[W]):
    """The half that writes; made by `split`."""

    def __init__(self, stream: W) -> None:
        self._stream = stream

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._stream!r})"

    def write(self, data: bytes | memoryview) -> Future[int]:
        """As the stream's; as cancel safe as that."""
        return self._stream.write(data)

    def write_all(self, data: bytes) -> Future[None]:
        """As the stream's. Not cancel safe: part of it may have been sent when it is dropped."""
        return self._stream.write_all(data)

    def shutdown(self) -> Future[None]:
        """As the stream's: nothing more will come; as cancel safe as that."""
        return self._stream.shutdown()


S = TypeVar("S", bound=AsyncStream)


def split(stream: S) -> tuple[ReadHalf[S], WriteHalf[S]]:
    """The halves of any stream (``tokio::io::split``); it is closed where it was opened.

    A socket's own ``into_split`` gives halves that close it.

    Example:
        >>> from wakepoint import UnixStream, run
        >>> async def main():
        ...     one, other = UnixStream.pair()
        ...     with one, other:
        ...         _, writer = split(one)
        ...         reader, _ = split(other)
        ...         await writer.write_all(b"hello")
        ...         return await reader.read()
        >>> run(main())
        b'hello'
    """
    return ReadHalf(stream), WriteHalf(stream)


class Joined(Generic[R, W]):
    """What reads from one thing and writes to another; made by `join`."""

    def __init__(self, reader: R, writer: W) -> None:
        self._reader = reader
        self._writer = writer

    def __repr__(self) -> str:
        return f"join({self._reader!r}, {self._writer!r})"

    def read(self, size: int = 65536) -> Future[bytes]:
        """As the reader's; as cancel safe as that."""
        return self._reader.read(size)

    def read_exact(self, size: int) -> Future[bytes]:
        """Exactly ``size`` bytes. Not cancel safe: what was read when it is dropped is lost.

        Raises:
            BrokenResourceError: If the stream ends before.
        """
        return ReadExact(self._reader, size)

    def write(self, data: bytes | memoryview) -> Future[int]:
        """As the writer's; as cancel safe as that."""
        return self._writer.write(data)

    def write_all(self, data: bytes) -> Future[None]:
        """As the writer's. Not cancel safe: part of it may have been sent when it is dropped."""
        return self._writer.write_all(data)

    def shutdown(self) -> Future[None]:
        """As the writer's: nothing more will come; as cancel safe as that."""
        return self._writer.shutdown()


def join(reader: R, writer: W) -> Joined[R, W]:
    """One stream of something to read and something to write to (``tokio::io::join``).

    Both are closed where they were opened.

    Example:
        >>> from wakepoint import pipe, run
        >>> async def main():
        ...     reader, writer = pipe()
        ...     with reader, writer:
        ...         loop = join(reader, writer)
        ...         await loop.write_all(b"hello")
        ...         return await loop.read()
        >>> run(main())
        b'hello'
    """
    return Joined(reader, writer)
