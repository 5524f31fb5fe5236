"""From one stream to another: `copy` and `copy_bidirectional`, as in ``tokio::io``."""

from __future__ import annotations

from wakepoint.dropping import drop_all
from wakepoint.future import Future, Once, polled_after_ready
from wakepoint.io.traits import AsyncRead, AsyncStream, AsyncWrite
from wakepoint.io.waiting import CHUNK
from wakepoint.task import PENDING, Context, Poll, Ready

_AT_A_TIME = 32
"""Chunks after which others get their turn, if neither side makes us wait meanwhile."""


class Copy(Future[int]):
    """Reads and writes by turns; made by `copy`."""

    __slots__ = ("_chunk", "_copied", "_is_over", "_reader", "_reading", "_writer", "_writing")

    def __init__(self, reader: AsyncRead, writer: AsyncWrite) -> None:
        self._reader = reader
        self._writer = writer
        self._reading: Future[bytes] | None = None
        self._writing: Future[None] | None = None
        self._chunk = 0  # bytes that are being written
        self._copied = 0
        self._is_over = False

    def __repr__(self) -> str:
        return f"copy({self._reader!r}, {self._writer!r})"

    def poll(self, cx: Context) -> Poll[int]:
        if self._is_over:
            raise polled_after_ready(self)
        for _ in range(_AT_A_TIME):
            if self._writing is None:
                if self._reading is None:
                    self._reading = self._reader.read(CHUNK)
                polled = self._reading.poll(cx)
                if polled is PENDING:
                    return PENDING
                self._reading = None
                if not polled.value:
                    self._is_over = True
                    return Ready(self._copied)
                self._chunk = len(polled.value)
                self._writing = self._writer.write_all(polled.value)
            if self._writing.poll(cx) is PENDING:
                return PENDING
            self._writing = None
            self._copied += self._chunk
        cx.waker.wake()
        return PENDING

    def drop(self) -> None:
        pending = [each for each in (self._reading, self._writing) if each is not None]
        self._reading = self._writing = None
        drop_all(pending)


def copy(reader: AsyncRead, writer: AsyncWrite) -> Copy:
    """Writes to one stream what the other brings, until that ends (``tokio::io::copy``).

    Nothing more is read until what was read is written, so a slow writer slows the reader down.
    Neither is closed. Not cancel safe: what was read when it is dropped and not written is lost.

    Example:
        >>> from wakepoint import join, pipe, run
        >>> async def main():
        ...     (first, source), (second, sink) = pipe(), pipe()
        ...     with first, second, sink:
        ...         with source:
        ...             await source.write_all(b"hello")
        ...         return await copy(first, sink), await second.read()
        >>> run(main())
        (5, b'hello')

    Returns:
        A future of how many bytes were copied.

    Raises:
        OSError: What reading or writing raises.
    """
    return Copy(reader, writer)


class _OneWay(Future[int]):
    """Copies one way, then passes the end on."""

    __slots__ = ("_copied", "_copy", "_shutdown", "_writer")

    def __init__(self, reader: AsyncRead, writer: AsyncWrite) -> None:
        self._copy: Copy | None = Copy(reader, writer)
        self._writer = writer
        self._shutdown: Future[None] | None = None
        self._copied = 0

    def poll(self, cx: Context) -> Poll[int]:
        if self._copy is not None:
            polled = self._copy.poll(cx)
            if polled is PENDING:
                return PENDING
            self._copied = polled.value
            self._copy = None
            self._shutdown = self._writer.shutdown()
        if self._shutdown is not None:
            if self._shutdown.poll(cx) is PENDING:
                return PENDING
            self._shutdown = None
        return Ready(self._copied)

    def drop(self) -> None:
        pending = [each for each in (self._copy, self._shutdown) if each is not None]
        self._copy = self._shutdown = None
        drop_all(pending)


class CopyBidirectional(Once[tuple[int, int]]):
    """Copies both ways at once; made by `copy_bidirectional`."""

    __slots__ = ("_a", "_b", "_copied", "_ways")

    def __init__(self, a: AsyncStream, b: AsyncStream) -> None:
        self._a = a
        self._b = b
        self._ways = {0: _OneWay(a, b), 1: _OneWay(b, a)}
        self._copied = [0, 0]

    def __repr__(self) -> str:
        return f"copy_bidirectional({self._a!r}, {self._b!r})"

    def advance(self, cx: Context) -> Poll[tuple[int, int]]:
        for number, way in list(self._ways.items()):
            polled = way.poll(cx)
            if polled is not PENDING:
                self._copied[number] = polled.value
                del self._ways[number]
        return PENDING if self._ways else Ready((self._copied[0], self._copied[1]))

    def drop(self) -> None:
        ways, self._ways = self._ways, {}
        drop_all(ways.values())


def copy_bidirectional(a: AsyncStream, b: AsyncStream) -> CopyBidirectional:
    """Connects two streams with each other, as a proxy does (``tokio::io::copy_bidirectional``).

    Where one ends, the other is shut down; it is done when both have ended. Neither is closed. Not
    cancel safe: what was read when it is dropped and not written is lost.

    Example:
        >>> from wakepoint import UnixStream, join, run
        >>> async def main():
        ...     client, near = UnixStream.pair()
        ...     far, server = UnixStream.pair()
        ...     with client, near, far, server:
        ...         await join(client.write_all(b"request"), server.write_all(b"answer"))
        ...         client.shutdown(), server.shutdown()
        ...         copied = await copy_bidirectional(near, far)
        ...         return copied, await client.read(), await server.read()
        >>> run(main())
        ((7, 6), b'answer', b'request')

    Returns:
        A future of the bytes copied from ``a`` to ``b``, and from ``b`` to ``a``.

    Raises:
        OSError: What reading or writing raises; then nothing goes either way any more.
    """
    return CopyBidirectional(a, b)
