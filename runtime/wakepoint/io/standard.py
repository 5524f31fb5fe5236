"""Standard input and output, as in ``tokio::io``: `stdin` and `stdout`.

A program shares them with the shell that started it: a terminal's input and output are one open
file (one "description", open(2)), and whether its calls block is a property of that, not of the
descriptor. A program that makes its standard input non-blocking makes the shell's so, and that of
whatever it starts; when it ends, they find out. So it is left as it is:

* On Linux a terminal or pipe is opened a second time, through ``/proc/self/fd/0``. The second
  description is ours, and waits as any descriptor does.
* A file, a socket, and anything on other systems, is read on a thread, as tokio does everywhere. A
  thread that sits in a read cannot be called back: what it reads when nobody waits any more is kept
  for the next read, and lost with the program.

Standard output is written on a thread everywhere, through ``sys.stdout``: so its order with
``print`` is kept, and whoever has redirected that has redirected this.
"""

from __future__ import annotations

import os
import stat
import sys
from typing import Any

from wakepoint import executor
from wakepoint.future import Future
from wakepoint.io.immediate import Shutdown
from wakepoint.io.threaded import Call, ReadCall, Threaded
from wakepoint.kernel import Kernel
from wakepoint.reactor import Reactor
from wakepoint.streams import Closing, Resource
from wakepoint.whole import ReadExact

_INPUT = 0
_OWN = f"/proc/self/fd/{_INPUT}"


class Stdin(Closing):
    """Standard input; made by `stdin`. Close it, or use it in ``with``.

    Closing it leaves the program's own standard input open, and as it was.
    """

    def __init__(self, inner: _Own | _OnThread) -> None:
        self._inner = inner

    def __repr__(self) -> str:
        return "stdin()"

    def read(self, size: int = 65536) -> Future[bytes]:
        """What there is, at most ``size`` bytes: of a terminal, a line; ``b""`` at the end.

        Cancel safe: if it is dropped, no data is lost.

        Raises:
            ClosedResourceError: If this is or gets closed.
        """
        return self._inner.read(size)

    def read_exact(self, size: int) -> Future[bytes]:
        """Exactly ``size`` bytes. Not cancel safe: what was read when it is dropped is lost.

        Raises:
            BrokenResourceError: If the input ends before.
        """
        return ReadExact(self, size)

    def close(self) -> None:
        """Reads no more. Twice is fine."""
        self._inner.close()


def stdin() -> Stdin:
    """The program's standard input (``tokio::io::stdin``), for one reader at a time.

    For lines, put a `BufReader` before it. What Python's own ``sys.stdin`` has read ahead by then
    is not seen here.

    Example:
        >>> from wakepoint import run
        >>> from wakepoint.io import BufReader
        >>> async def main():
        ...     with stdin() as source:
        ...         async for line in BufReader(source).lines():
        ...             print(line)
        >>> run(main())  # doctest: +SKIP

    Raises:
        RuntimeError: Outside of `run`.
    """
    reactor = executor.current().reactor
    fd = _opened_again(reactor.kernel)
    return Stdin(_OnThread() if fd is None else _Own(fd, reactor))


def _opened_again(kernel: Kernel) -> int | None:
    """A descriptor of our own for what standard input is; None if it has to be read on a thread."""
    if sys.platform != "linux" or kernel.system != "Linux":
        return None
    mode = os.fstat(_INPUT).st_mode
    if not (stat.S_ISFIFO(mode) or os.isatty(_INPUT)):
        return None
    try:
        return os.open(_OWN, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError:  # without /proc, or not ours to open
        return None


class _Own(Resource):
    """A second description of what standard input is."""

    def __init__(self, fd: int, reactor: Reactor) -> None:
        super().__init__(fd, reactor)

    def __repr__(self) -> str:
        return "stdin()"

    def read(self, size: int) -> Future[bytes]:
        """As any descriptor."""
        return self._reactor.backend.read(self._open(), size)

    def _release(self, io: Any) -> None:
        os.close(io)


class _Descriptor:
    """Standard input, called on a thread."""

    def read(self, size: int) -> bytes:
        """At most ``size`` bytes."""
        return os.read(_INPUT, size)

    def close(self) -> None:
        """It is not ours to close."""


class _OnThread(Closing):
    """Standard input, read on a thread."""

    def __init__(self) -> None:
        self._thing = Threaded(_Descriptor(), "stdin()")

    def read(self, size: int) -> Future[bytes]:
        """Reads on a thread, once."""
        return ReadCall(self._thing, size)

    def close(self) -> None:
        self._thing.close()


class Stdout:
    """Standard output; made by `stdout`."""

    def __init__(self) -> None:
        self._thing = Threaded(_Printer(), "stdout()")

    def __repr__(self) -> str:
        return "stdout()"

    def write(self, data: bytes | memoryview) -> Future[int]:
        """Writes the data, behind what was printed before, and flushes it.

        Not cancel safe: when it is dropped, it is written all the same.

        Raises:
            BrokenPipeError: If nobody reads it any more.
            TypeError: If ``sys.stdout`` was replaced by something that takes no bytes.
        """
        return Call(self._thing, "write", lambda printer: printer.write(data))

    def write_all(self, data: bytes | memoryview) -> Future[None]:
        """As `write`, which writes everything; as cancel safe as that."""
        return Call(self._thing, "write_all", lambda printer: printer.write_all(data))

    def shutdown(self) -> Shutdown:
        """Nothing: everything is flushed, and the output is not ours alone. Cancel safe."""
        return Shutdown("shutdown(stdout())")


def stdout() -> Stdout:
    """The program's standard output (``tokio::io::stdout``).

    Whoever reads it may be slow, and ``print`` would hold up every task meanwhile.

    Example:
        >>> from wakepoint import run
        >>> async def main():
        ...     await stdout().write_all(b"hello")
        >>> run(main())  # doctest: +SKIP
        hello
    """
    return Stdout()


class _Printer:
    """``sys.stdout``, whatever that is when something is written."""

    def write(self, data: bytes | memoryview) -> int:
        """Writes and flushes everything."""
        buffer = getattr(sys.stdout, "buffer", None)
        if buffer is None:
            kind = type(sys.stdout).__name__
            raise TypeError(f"sys.stdout was replaced by a {kind}, which takes no bytes: use print")
        sys.stdout.flush()
        buffer.write(data)
        buffer.flush()
        return memoryview(data).nbytes

    def write_all(self, data: bytes | memoryview) -> None:
        """The same."""
        self.write(data)

    def close(self) -> None:
        """It is not ours to close."""
