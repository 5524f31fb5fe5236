"""The halves of a connection, which close it together: tokio's ``into_split``."""

from __future__ import annotations

import contextlib
from typing import Generic, TypeVar

from wakepoint.io.halves import ReadHalf, WriteHalf
from wakepoint.io.traits import ClosableStream
from wakepoint.streams import Closing

S = TypeVar("S", bound=ClosableStream)


class _Shared(Generic[S]):
    """A connection, and which of its halves are open."""

    __slots__ = ("open", "stream")

    def __init__(self, stream: S) -> None:
        self.stream = stream
        self.open: set[object] = set()

    def leave(self, half: object) -> None:
        """One half is closed; the second takes the connection with it."""
        self.open.discard(half)
        if not self.open:
            self.stream.close()


class OwnedReadHalf(ReadHalf[S], Closing):
    """The half that reads (tokio's ``OwnedReadHalf``). Close it, or use it in ``with``."""

    def __init__(self, shared: _Shared[S]) -> None:
        super().__init__(shared.stream)
        self._shared = shared
        shared.open.add(self)

    def close(self) -> None:
        """Closes this half; the connection too, if the other half is closed. Twice is fine."""
        self._shared.leave(self)

    def reunite(self, other: OwnedWriteHalf[S]) -> S:
        """The connection that both are halves of; they are not to be used any more.

        Raises:
            ValueError: If they are halves of different ones.
        """
        return reunited(self, other)


class OwnedWriteHalf(WriteHalf[S], Closing):
    """The half that writes (tokio's ``OwnedWriteHalf``). Close it, or use it in ``with``."""

    def __init__(self, shared: _Shared[S]) -> None:
        super().__init__(shared.stream)
        self._shared = shared
        shared.open.add(self)

    def close(self) -> None:
        """Tells the peer that nothing more will come, and closes this half. Twice is fine."""
        if self in self._shared.open:
            with contextlib.suppress(OSError):  # the connection is gone, and its peer knows
                self._stream.shutdown()
            self._shared.leave(self)


def halves(stream: S) -> tuple[OwnedReadHalf[S], OwnedWriteHalf[S]]:
    """Both halves of a connection."""
    shared = _Shared(stream)
    return OwnedReadHalf(shared), OwnedWriteHalf(shared)


def reunited(reader: OwnedReadHalf[S], writer: OwnedWriteHalf[S]) -> S:
    """The connection of two halves."""
    if reader._shared is not writer._shared:  # noqa: SLF001 - the halves know each other
        raise ValueError(f"{reader!r} and {writer!r} are halves of different connections")
    return reader._shared.stream  # noqa: SLF001
