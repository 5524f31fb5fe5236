"""What the reactor asks of a backend and of a call in flight, said once for all of them.

A backend is one mechanism of one operating system. There are two kinds, told apart by when the
kernel speaks up:

* *Readiness* (epoll, kqueue): a call on this descriptor would not block now. Such a backend
  derives from `wakepoint.backends.readiness.ReadinessBackend`.
* *Completion* (IOCP, io_uring): the call that you handed over is done. Such a backend derives
  from `wakepoint.backends.completion.CompletionBackend`.

A leaf future asks for an operation (``backend.recv(source, size)``) and gets a future; it does
not know which kind it is on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol, TypeAlias

from wakepoint.future import Future
from wakepoint.kernel import Address
from wakepoint.source import Source
from wakepoint.task import Waker

Buffers: TypeAlias = Sequence[bytes | memoryview]
"""What is sent in one call, in order (writev(2)); at most `MAX_BUFFERS` of them."""

MAX_BUFFERS = 1024
"""IOV_MAX of Linux, macOS and the BSDs; what exceeds it is left for the next call."""


class InFlight(Protocol):
    """A call in the kernel's hands, as a completion backend gives it to the reactor."""

    @property
    def name(self) -> str:
        """Which call, for the recording: ``recv``, ``accept``."""

    @property
    def source(self) -> Source:
        """What it is made on."""

    @property
    def waker(self) -> Waker | None:
        """Who is woken when it is done; None if nobody waits."""

    def start(self) -> None:
        """Hands the call to the kernel.

        Raises:
            OSError: If the kernel refuses it at once; then nothing will come back.
        """

    def stop(self) -> None:
        """Asks the kernel to give the call back early; its result still comes."""

    def finish(self, result: Any, error: OSError | None) -> None:
        """Keeps what the kernel said and wakes who waits."""


class SignalFeed(Protocol):
    """Where the numbers of signals come from."""

    def listen(self, number: int) -> None:
        """Tells of that signal, from now on."""

    def ignore(self, number: int) -> None:
        """Does not tell of it any more."""

    def numbers(self) -> Future[list[int]]:
        """The signals that came since the last time, once one has."""

    def close(self) -> None:
        """Nobody listens any more."""


class FileFeed(Protocol):
    """Where a file's changes come from."""

    @property
    def source(self) -> Source:
        """What is waited on; `Reactor.close` ends it."""

    def notes(self) -> Future[int]:
        """What happened since the last time (``NOTE_*``, or-ed), once something has."""


class Filters(Protocol):
    """What a kernel reports beside descriptors: kqueue's filters.

    Other kernels have descriptors for some of it, which are read or waited for like any.
    """

    def process(self, pid: int) -> Source:
        """A child; the source gets ready when it has ended."""

    def file(self, fd: int, notes: int) -> FileFeed:
        """A file's changes, of the kinds that are given (``NOTE_*``), from now on."""

    def signals(self) -> SignalFeed:
        """Signals; to begin with, none."""


class Backend(Protocol):
    """One mechanism. All methods run on the executor's thread, except `notify`."""

    name: ClassVar[str]
    """``epoll``, ``kqueue``, ``iocp``, ``io_uring`` or ``simulated``."""
    model: ClassVar[str]
    """``readiness`` or ``completion``."""

    @property
    def filters(self) -> Filters | None:
        """Signals, processes and files, if the mechanism reports those; an optional part."""

    # -- operations: each returns a future that has not started ------------------------------

    def recv(self, source: Source, size: int) -> Future[bytes]:
        """At most ``size`` bytes; ``b""`` at the end of the stream."""

    def send(self, source: Source, data: bytes | memoryview) -> Future[int]:
        """Sends what the kernel takes; the value says how many bytes that was."""

    def peek(self, source: Source, size: int) -> Future[bytes]:
        """What `recv` would give, and will still give."""

    def recv_datagram(self, source: Source, size: int) -> Future[bytes]:
        """One datagram, of which what exceeds ``size`` is lost."""

    def send_vectored(self, source: Source, buffers: Buffers) -> Future[int]:
        """As `send`, of several buffers, in order; if the system cannot, of the first with data."""

    def accept(self, source: Source) -> Future[tuple[Any, Address]]:
        """The next connection: a non-blocking socket and the peer's address."""

    def connect(self, source: Source, address: Address) -> Future[None]:
        """Connects; raises the OSError that the kernel reports."""

    def recv_from(self, source: Source, size: int) -> Future[tuple[bytes, Address]]:
        """One datagram and its sender."""

    def send_to(self, source: Source, data: bytes, address: Address) -> Future[int]:
        """Sends one datagram."""

    def read(self, source: Source, size: int) -> Future[bytes]:
        """As `recv`, on a descriptor that is no socket (a pipe)."""

    def write(self, source: Source, data: bytes | memoryview) -> Future[int]:
        """As `send`, on a descriptor that is no socket."""

    def write_vectored(self, source: Source, buffers: Buffers) -> Future[int]:
        """As `send_vectored`, on a descriptor that is no socket."""

    def read_exact(self, source: Source, size: int) -> Future[bytes]:
        """`recv` or `read` until so many bytes are there.

        Raises BrokenResourceError if the stream ends before.
        """

    def write_all(self, source: Source, data: bytes | memoryview) -> Future[None]:
        """`send` or `write` until nothing is left."""

    # -- registration and waiting ------------------------------------------------------------

    def add(self, source: Source) -> None:
        """Makes the source known to the kernel."""

    def remove(self, source: Source) -> None:
        """Forgets the source; it is about to be closed. Pending operations on it are ended."""

    def wait(self, timeout: float | None) -> int:
        """Sleeps until an event, ``timeout`` seconds or `notify`, and hands events to the reactor.

        Returns:
            How many events the kernel gave.
        """

    def prepare_notify(self) -> None:
        """Makes what `notify` needs of the kernel, if that was not done: then it cannot fail.

        Raises:
            OSError: If no descriptor is left (EMFILE).
        """

    def notify(self) -> None:
        """Ends a running or the next `wait`. Any thread, and signal handlers, may call it."""

    @property
    def quiet(self) -> bool:
        """True if it knows that no event will come unless the program does something.

        A real kernel cannot know; the simulated one can, and so tells a deadlock from a wait.
        """

    def close(self) -> None:
        """Gives everything back to the kernel."""
