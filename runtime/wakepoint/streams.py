"""What sockets, pipes and their futures have in common."""

from __future__ import annotations

import warnings
from types import TracebackType
from typing import Any, Protocol, Self

from wakepoint.errors import BrokenResourceError, ClosedResourceError
from wakepoint.reactor import Reactor
from wakepoint.source import Source
from wakepoint.task import PENDING, READY_NONE, Context, Future, Poll, Ready


class Closing:
    """Whatever is closed where a ``with`` ends."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives it back. Twice is fine."""
        raise NotImplementedError


class Resource(Closing):
    """Something of the kernel's with its reactor. Close it, or use it in ``with``.

    Attributes:
        source: What the reactor and the backend know it by.
    """

    def __init__(self, io: Any, reactor: Reactor) -> None:
        self._reactor = reactor
        self.source = Source(io)

    def __repr__(self) -> str:
        state = "closed" if self.source.closed else f"fd={self.source.fd}"
        return f"{type(self).__name__}({state})"

    def __del__(self) -> None:
        source = getattr(self, "source", None)
        if source is not None and not source.closed:
            warnings.warn(f"{self!r} was never closed", ResourceWarning, stacklevel=2, source=self)
            self.close()

    def close(self) -> None:
        """Closes it; operations pending on it raise `ClosedResourceError`. Twice is fine."""
        if not self.source.closed:
            self._reactor.close(self.source)
            self._release(self.source.io)

    def _release(self, io: Any) -> None:
        """Gives the socket or descriptor back to the kernel."""
        self._reactor.kernel.close(io)

    def _open(self) -> Source:
        if self.source.closed:
            raise ClosedResourceError(f"{self!r} cannot be used any more")
        return self.source


class Readable(Protocol):
    """Whatever has ``read``."""

    def read(self, size: int = ...) -> Future[bytes]:
        """What has arrived, at most ``size`` bytes; ``b""`` at the end of the stream."""


class Writable(Protocol):
    """Whatever has ``write``."""

    def write(self, data: bytes | memoryview) -> Future[int]:
        """Hands over what is taken now; the value says how many bytes."""


class ReadExact(Future[bytes]):
    """Reads until a number of bytes is there; made by ``read_exact``."""

    __slots__ = ("_buffer", "_operation", "_size", "_stream")

    def __init__(self, stream: Readable, size: int) -> None:
        self._stream = stream
        self._size = size
        self._buffer = bytearray()
        self._operation: Future[bytes] | None = None

    def __repr__(self) -> str:
        return f"read_exact({self._stream!r}, {self._size})"

    def poll(self, cx: Context) -> Poll[bytes]:
        while (missing := self._size - len(self._buffer)) > 0:
            if self._operation is None:
                self._operation = self._stream.read(missing)
            polled = self._operation.poll(cx)
            if polled is PENDING:
                return PENDING
            self._operation = None
            if not polled.value:
                raise BrokenResourceError(
                    f"the stream ended {missing} bytes before the {self._size} that were due"
                )
            self._buffer += polled.value
        return Ready(bytes(self._buffer))

    def drop(self) -> None:
        operation, self._operation = self._operation, None
        if operation is not None:
            operation.drop()


class WriteAll(Future[None]):
    """Sends until nothing is left; made by ``write_all``."""

    __slots__ = ("_left", "_operation", "_stream")

    def __init__(self, stream: Writable, data: bytes | memoryview) -> None:
        self._stream = stream
        self._left = data
        self._operation: Future[int] | None = None

    def __repr__(self) -> str:
        return f"write_all({self._stream!r}, {len(self._left)} bytes left)"

    def poll(self, cx: Context) -> Poll[None]:
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
