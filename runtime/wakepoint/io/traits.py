"""What a stream is: `AsyncRead` and `AsyncWrite`, by the names of tokio's traits.

Whatever has these methods is one; nothing has to be inherited.
"""

from __future__ import annotations

from typing import Protocol

from wakepoint.future import Future


class AsyncRead(Protocol):
    """Whatever can be read (``tokio::io::AsyncRead``)."""

    def read(self, size: int = ...) -> Future[bytes]:
        """What has arrived, at most ``size`` bytes; ``b""`` at the end.

        Every stream's here is cancel safe; one of your own should be.
        """


class AsyncWrite(Protocol):
    """Whatever can be written to (``tokio::io::AsyncWrite``)."""

    def write(self, data: bytes | memoryview) -> Future[int]:
        """Hands over what is taken now; the value says how many bytes.

        Cancel safety is the stream's matter: its own `write` says it.
        """

    def write_all(self, data: bytes) -> Future[None]:
        """Hands over everything. Not cancel safe: part of it may be written when it is dropped."""

    def shutdown(self) -> Future[None]:
        """Tells the other side that nothing more will come.

        Cancel safety is the stream's matter: its own `shutdown` says it.
        """


class AsyncStream(AsyncRead, AsyncWrite, Protocol):
    """Whatever can be read and written to: a connection."""


class ClosableStream(AsyncStream, Protocol):
    """A stream that has to be closed."""

    def close(self) -> None:
        """Gives it back. Twice is fine."""
