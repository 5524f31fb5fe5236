"""Linux: io_uring(7), completions through two queues that are shared with the kernel.

What tasks ask for during a turn is gathered and goes to the kernel in one io_uring_enter(2), which
also waits for the first result. Where the kernel has it, accepting and receiving are asked for once
and bring results again and again (multishot), data in buffers that are registered with the ring.

The operations are in `wakepoint.backends.uring_operations`, Linux' calls in
`wakepoint.backends.uring_kernel`.
"""

from __future__ import annotations

import os
import socket
from typing import Any, cast

from wakepoint.backends import uring_operations as operations
from wakepoint.backends.completion import CompletionBackend
from wakepoint.backends.uring_entries import IOSQE_CQE_SKIP_SUCCESS, POLLIN, Cqe, Sqe
from wakepoint.backends.uring_memory import Incoming
from wakepoint.backends.uring_multishot import Arrivals, Connections, Data
from wakepoint.kernel import Address
from wakepoint.reactor import Reactor
from wakepoint.source import Interest, Source
from wakepoint.task import Future

ENTRIES = 256
BUFFERS = 64
BUFFER_SIZE = 16384

# Linux has all of it; type checkers are told of other platforms too.
_linux: Any = os


class UringBackend(CompletionBackend):
    """One ring, which only the executor's thread uses."""

    name = "io_uring"

    def __init__(self, reactor: Reactor) -> None:
        super().__init__(reactor)
        self.kernel = cast(Any, reactor.kernel)
        self._ring = self.kernel.io_uring_setup(ENTRIES)
        self._queued: list[Sqe] = []
        self._in_flight: dict[int, Sqe] = {}
        self._arrivals: dict[Source, Arrivals[Any]] = {}
        self._polls: dict[Source, Sqe] = {}
        self._has_buffers = False
        self._alarm = None if self.kernel.features.message else _Alarm(self)

    # -- operations --------------------------------------------------------------------------

    def recv(self, source: Source, size: int) -> Future[bytes]:
        # A datagram may be larger than the ring's buffers.
        multishot = self.kernel.features.multishot_recv and source.io.type == socket.SOCK_STREAM
        return (operations.Recv if multishot else operations.RecvOnce)(self, source, size)

    def send(self, source: Source, data: bytes | memoryview) -> Future[int]:
        return operations.Send(self, source, data)

    def accept(self, source: Source) -> Future[tuple[Any, Address]]:
        return operations.Accept(self, source)

    def connect(self, source: Source, address: Address) -> Future[None]:
        return operations.Connect(self, source, address)

    def recv_from(self, source: Source, size: int) -> Future[tuple[bytes, Address]]:
        return operations.RecvFrom(self, source, size)

    def send_to(self, source: Source, data: bytes, address: Address) -> Future[int]:
        return operations.SendTo(self, source, data, address)

    def read(self, source: Source, size: int) -> Future[bytes]:
        return operations.Read(self, source, size)

    def write(self, source: Source, data: bytes | memoryview) -> Future[int]:
        return operations.Write(self, source, data)

    # -- what operations need ----------------------------------------------------------------

    def prepare(self, source: Source) -> None:
        """Before the first call on a source: io_uring is to wait for it, not to say EAGAIN."""
        if not source.registered:
            source.registered = True
            if not _linux.get_blocking(source.fd):
                self.kernel.make_blocking(source.fd)

    def queue(self, sqe: Sqe) -> None:
        """Gives the kernel a call with the next io_uring_enter."""
        self._ring.number(sqe)
        self._queued.append(sqe)

    def withdraw(self, sqe: Sqe) -> bool:
        """Takes a call back; True if the kernel has not seen it, else its completion will come."""
        if sqe in self._queued:
            self._queued.remove(sqe)
            return True
        if sqe.withdrawn:
            return False
        sqe.withdrawn = True
        self.queue(
            Sqe(
                "cancel64",
                -1,
                (sqe.user_data, 0),
                None,
                subject=sqe.user_data,
                flags=IOSQE_CQE_SKIP_SUCCESS,
            )
        )
        return False

    def connections(self, source: Source) -> Connections:
        """What a listener accepts."""
        arrivals = self._arrivals.get(source)
        if arrivals is None:
            arrivals = self._arrivals[source] = Connections(self, source)
        return cast(Connections, arrivals)

    def data(self, source: Source) -> Data:
        """What a stream receives."""
        arrivals = self._arrivals.get(source)
        if arrivals is None:
            if not self._has_buffers:
                self.kernel.io_uring_register_buffers(self._ring, BUFFERS, BUFFER_SIZE)
                self._has_buffers = True
            arrivals = self._arrivals[source] = Data(self, source)
        return cast(Data, arrivals)

    # -- registration ------------------------------------------------------------------------

    def add(self, source: Source) -> None:
        """Waits until there is something to read; for descriptors that only tell that (pidfd)."""
        poll = Sqe("poll_add", source.fd, (source.fd, POLLIN), _Readable(self, source))
        self._polls[source] = poll
        self.queue(poll)

    def polled(self, source: Source) -> None:
        """There is something to read. That was told once; who wants to know more, asks again."""
        source.registered = False
        if self._polls.pop(source, None) is not None:
            self.reactor.dispatch(source, Interest.READ, hung_up=False, event="POLLIN")

    def remove(self, source: Source) -> None:
        before = len(self._queued)
        super().remove(source)
        arrivals = self._arrivals.pop(source, None)
        if arrivals is not None:
            arrivals.close()
        poll = self._polls.pop(source, None)
        if poll is not None:
            self.withdraw(poll)
        if len(self._queued) > before:
            # A pending call keeps the file open behind close(2): the peer would hear of its end,
            # and the port be free, only at the next turn.
            self.kernel.io_uring_submit(self._ring, self._launched())

    # -- waiting -----------------------------------------------------------------------------

    def wait(self, timeout: float | None) -> int:
        room = self.reactor.completions_per_wait
        sqes = self._launched()
        cqes: list[Cqe] = self.kernel.io_uring_enter(self._ring, sqes, room, timeout)
        for cqe in cqes:
            sqe = self._in_flight.get(cqe.user_data)
            if sqe is not None and sqe.owner is not None:
                if not cqe.more:
                    del self._in_flight[cqe.user_data]
                sqe.owner.completed(cqe)
        return len(cqes)

    def _launched(self) -> list[Sqe]:
        """What was queued; from now on the kernel has it."""
        sqes, self._queued = self._queued, []
        for sqe in sqes:
            if sqe.owner is not None:
                self._in_flight[sqe.user_data] = sqe
        return sqes

    def notify(self) -> None:
        if self._alarm is None:
            self.kernel.io_uring_message(self._ring)
        else:
            self._alarm.ring()

    def close(self) -> None:
        # The kernel writes into the memory of a call until its completion; only then may it go.
        self._queued.clear()
        for arrivals in self._arrivals.values():
            arrivals.close()
        if self._alarm is not None:
            self._alarm.closed = True
        for sqe in list(self._in_flight.values()):
            self.withdraw(sqe)
        while self._in_flight:
            self.wait(None)
        for lane in self._lanes.values():
            lane.close()
        if self._alarm is not None:
            self._alarm.close()
        self.kernel.io_uring_close(self._ring)


class _Readable:
    """Takes the completion of a poll."""

    def __init__(self, backend: UringBackend, source: Source) -> None:
        self._backend = backend
        self._source = source

    def completed(self, cqe: Cqe) -> None:
        if cqe.res > 0:
            self._backend.polled(self._source)


class _Alarm:
    """An eventfd, always being read: how another thread ends a wait on kernels before 6.13."""

    def __init__(self, backend: UringBackend) -> None:
        self._backend = backend
        self._fd = backend.kernel.eventfd(0)
        _linux.set_blocking(self._fd, True)
        self._count = Incoming(8)
        self.closed = False
        self._listen()

    def _listen(self) -> None:
        self._backend.queue(
            Sqe("read", self._fd, (self._fd, self._count.address, 8, 0), self, subject=8)
        )

    def completed(self, cqe: Cqe) -> None:
        if not self.closed and cqe.res > 0:
            self._listen()

    def ring(self) -> None:
        """Ends the wait."""
        self._backend.kernel.eventfd_write(self._fd, 1)

    def close(self) -> None:
        """Gives the eventfd back; nobody reads it any more."""
        self._backend.kernel.close_fd(self._fd)
