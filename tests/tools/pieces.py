"""Streams of given pieces, and polling by hand."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import TypeVar

from wakepoint import PENDING, Context, Future, Poll, Ready, Waker

T = TypeVar("T")

NOBODY = Context(Waker(lambda: None))
"""For polls of who will be polled again anyway."""


class Pieces:
    """What can be read comes in the pieces that it is given, then the end; nothing gets lost.

    Args:
        pieces: What arrives at a time.
        waits: How often a read is pending before each piece.
    """

    def __init__(self, pieces: Iterable[bytes], waits: int = 0) -> None:
        self.pieces = deque(piece for piece in pieces if piece)
        self.waits = waits
        self.reading: Future[bytes] | None = None

    def __repr__(self) -> str:
        return "Pieces()"

    def read(self, size: int = 65536) -> Future[bytes]:
        return _NextPiece(self, size)


class _NextPiece(Future[bytes]):
    def __init__(self, stream: Pieces, size: int) -> None:
        self._stream = stream
        self._size = size
        self._waits = stream.waits

    def poll(self, cx: Context) -> Poll[bytes]:
        assert self._stream.reading in (None, self), "two read at once"
        self._stream.reading = self
        if self._waits:
            self._waits -= 1
            return PENDING
        self._stream.reading = None
        if not self._stream.pieces:
            return Ready(b"")
        piece = self._stream.pieces.popleft()
        if len(piece) > self._size:
            self._stream.pieces.appendleft(piece[self._size :])
        return Ready(piece[: self._size])

    def drop(self) -> None:
        if self._stream.reading is self:
            self._stream.reading = None


def finished(future: Future[T]) -> T:
    """The result of a future that is polled again and again."""
    while (polled := future.poll(NOBODY)) is PENDING:
        pass
    future.drop()
    return polled.value


def insisted(make: Callable[[], Future[T]], patience: Callable[[], int]) -> T:
    """The result of an operation that is dropped and begun anew whenever patience is over.

    Args:
        make: Begins the operation.
        patience: How often each is polled at most.
    """
    while True:
        future = make()
        for _ in range(patience()):
            polled = future.poll(NOBODY)
            if polled is not PENDING:
                future.drop()
                return polled.value
        future.drop()


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    """Data in pieces that begin at the given places."""
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in pairwise(edges)]
