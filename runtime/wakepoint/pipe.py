"""Pipes, as in ``std::io::pipe``: one end writes, the other reads."""

from __future__ import annotations

import os
import sys
from typing import Any, cast

from wakepoint import executor
from wakepoint.contract import Buffers
from wakepoint.future import Future
from wakepoint.io.immediate import Shutdown
from wakepoint.reactor import Reactor
from wakepoint.streams import Resource


class _End(Resource):
    """One end of a pipe."""

    def _release(self, io: Any) -> None:
        self._reactor.kernel.close_fd(io)


class PipeReader(_End):
    """The end that reads."""

    @classmethod
    def from_fd(cls, fd: int) -> PipeReader:
        """Takes over a pipe's descriptor, such as a child's stdout; it becomes non-blocking.

        Raises:
            NotImplementedError: On Windows, whose descriptors take no overlapped calls.
        """
        return cls(_unblocked(fd), executor.current().reactor)

    def read(self, size: int = 65536) -> Future[bytes]:
        """What is in the pipe, at most ``size`` bytes; ``b""`` once every writer is gone.

        Cancel safe: if it is dropped, no data is lost.

        Raises:
            ClosedResourceError: If this end is or gets closed.
        """
        return self._reactor.backend.read(self._open(), size)

    def read_exact(self, size: int) -> Future[bytes]:
        """Exactly ``size`` bytes. Not cancel safe: what was read when it is dropped is lost.

        Raises:
            BrokenResourceError: If the pipe ends before.
        """
        return self._reactor.backend.read_exact(self._open(), size)


class PipeWriter(_End):
    """The end that writes."""

    @classmethod
    def from_fd(cls, fd: int) -> PipeWriter:
        """Takes over a pipe's descriptor, such as a child's stdin; it becomes non-blocking.

        Raises:
            NotImplementedError: On Windows, whose descriptors take no overlapped calls.
        """
        return cls(_unblocked(fd), executor.current().reactor)

    def write(self, data: bytes | memoryview) -> Future[int]:
        """Puts into the pipe what fits now; the value says how many bytes.

        Cancel safe where readiness is reported: if it is dropped, nothing was written. With
        io_uring and completion ports it is not: the call may have been carried out by then.

        Raises:
            BrokenPipeError: If every reader is gone.
        """
        return self._reactor.backend.write(self._open(), data)

    def write_vectored(self, buffers: Buffers) -> Future[int]:
        """As `write`, of several buffers in order, as if they were one (writev(2)).

        Where the system has no such call (completion ports in CPython), the first that has data is
        written; the value tells what was taken, here and there. As cancel safe as `write`.

        Args:
            buffers: Up to 1,024 are looked at.
        """
        return self._reactor.backend.write_vectored(self._open(), buffers)

    def write_all(self, data: bytes | memoryview) -> Future[None]:
        """Writes everything. Not cancel safe: part of it may be written when it is dropped."""
        return self._reactor.backend.write_all(self._open(), data)

    def shutdown(self) -> Shutdown:
        """Closes this end, by which the reader learns that nothing more will come.

        It is done when this returns. It may be awaited all the same, as any stream's, and is cancel
        safe.
        """
        self.close()
        return Shutdown(f"shutdown({self!r})")


def _unblocked(fd: int) -> int:
    if sys.platform == "win32":
        raise NotImplementedError("a descriptor of Windows' C library takes no overlapped calls")
    os.set_blocking(fd, False)
    return fd


def pipe() -> tuple[PipeReader, PipeWriter]:
    """Makes a pipe (pipe(2)).

    Example:
        >>> from wakepoint import run
        >>> async def main():
        ...     reader, writer = pipe()
        ...     with reader, writer:
        ...         await writer.write_all(b"hello")
        ...         return await reader.read()
        >>> run(main())
        b'hello'
    """
    reactor: Reactor = executor.current().reactor
    kernel = cast(Any, reactor.kernel)  # on Windows, only that of completion ports has pipes
    reader, writer = kernel.pipe()
    return PipeReader(reader, reactor), PipeWriter(writer, reactor)
