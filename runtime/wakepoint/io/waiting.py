"""A buffer in front of a stream, and futures that wait until it has what they want."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from wakepoint.future import Future, polled_after_ready
from wakepoint.io.traits import AsyncRead
from wakepoint.task import PENDING, Context, Poll, Ready

T = TypeVar("T")

CHUNK = 65_536
"""Bytes that are asked for at a time."""


class Buffer:
    """What was read of a stream and nobody took yet.

    Attributes:
        stream: Where it comes from.
        data: What there is.
    """

    __slots__ = ("data", "stream")

    def __init__(self, stream: AsyncRead) -> None:
        self.stream = stream
        self.data = bytearray()

    def take(self, size: int) -> bytes:
        """The first bytes, as many as there are; they are gone from here."""
        taken = bytes(self.data[:size])
        del self.data[:size]  # costs what is left at most, and is mere counting as a rule
        return taken


class Taking(Future[T], Generic[T]):
    """Reads into the buffer until what is wanted is there, and takes it out in one step.

    So it holds nothing itself while it waits: dropping it loses nothing.
    """

    __slots__ = ("_is_over", "_operation", "buffer")

    name: ClassVar[str]

    def __init__(self, buffer: Buffer) -> None:
        self.buffer = buffer
        self._operation: Future[bytes] | None = None
        self._is_over = False

    def __repr__(self) -> str:
        return f"{self.name}({self.buffer.stream!r})"

    def take(self) -> T | None:
        """Takes it out of the buffer; None if it is not there yet."""
        raise NotImplementedError

    def at_end(self) -> T:
        """What it is if nothing more comes."""
        raise NotImplementedError

    def poll(self, cx: Context) -> Poll[T]:
        if self._is_over:
            raise polled_after_ready(self)
        while True:
            if self._operation is None:
                taken = self.take()
                if taken is not None:
                    self._is_over = True
                    return Ready(taken)
                self._operation = self.buffer.stream.read(CHUNK)
            polled = self._operation.poll(cx)
            if polled is PENDING:
                return PENDING
            self._operation = None
            if not polled.value:
                self._is_over = True
                return Ready(self.at_end())
            self.buffer.data += polled.value

    def drop(self) -> None:
        operation, self._operation = self._operation, None
        if operation is not None:
            operation.drop()
