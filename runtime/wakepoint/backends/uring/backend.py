"""Linux: io_uring(7), completions through two queues that are shared with the kernel.

What tasks ask for during a turn is gathered and goes to the kernel in one io_uring_enter(2), which
also waits for the first result. Where the kernel has it, accepting and receiving are asked for once
and bring results again and again (multishot), data in buffers that are registered with the ring.

The operations are in `wakepoint.backends.uring.operations`, Linux' calls in
`wakepoint.backends.uring.kernel`.
"""

from __future__ import annotations

import os
from typing import Any, ClassVar, cast

from wakepoint.backends.completion import Calls, CompletionBackend, Operation
from wakepoint.backends.uring import operations
from wakepoint.backends.uring.entries import POLLIN, Cqe, Sqe
from wakepoint.backends.uring.memory import Incoming
from wakepoint.backends.uring.multishot import Arrivals, Connections, Data
from wakepoint.backends.uring.submission import Submission
from wakepoint.future import Future
from wakepoint.kernel import Address
from wakepoint.reactor import Reactor
from wakepoint.source import Source

BUFFERS = 64
BUFFER_SIZE = 16384

# Linux has all of it; type checkers are told of other platforms too.
_linux: Any = os


class UringBackend(CompletionBackend):
    """Accepting and receiving ask for what a multishot call brings; the rest is one call each."""

    name: ClassVar[str] = "io_uring"
    calls = Calls(
        recv=operations.RecvOnce,
        send=operations.Send,
        accept=operations.Accept,
        connect=operations.Connect,
        recv_from=operations.RecvFrom,
        send_to=operations.SendTo,
        send_vectored=operations.SendVectored,
        write_vectored=operations.WriteVectored,
        read=operations.Read,
        write=operations.Write,
    )

    def __init__(self, reactor: Reactor) -> None:
        self.submission = Submission(reactor)
        super().__init__(reactor, self.submission)
        self.kernel = self.submission.kernel
        self._arrivals: dict[Source, Arrivals[Any]] = {}
        self._polls: dict[Source, Sqe] = {}
        self._has_buffers = False
        self._alarm = None if self.kernel.features.message else _Alarm(self.submission)

    # -- what a multishot call brings ----------------------------------------------------------

    def recv(self, source: Source, size: int) -> Operation[bytes]:
        # Not for datagrams, which may be larger than the ring's buffers.
        if self.kernel.features.multishot_recv:
            lane = self._incoming(source)
            return operations.Recv(self.submission, lane, lambda: self._data(source), size)
        return super().recv(source, size)

    def accept(self, source: Source) -> Future[tuple[Any, Address]]:
        lane = self._incoming(source)
        return operations.Accept(self.submission, lane, lambda: self._connections(source))

    def _connections(self, source: Source) -> Connections:
        """What a listener accepts."""
        arrivals = self._arrivals.get(source)
        if arrivals is None:
            arrivals = self._arrivals[source] = Connections(self.submission, source)
        return cast(Connections, arrivals)

    def _data(self, source: Source) -> Data:
        """What a stream receives."""
        arrivals = self._arrivals.get(source)
        if arrivals is None:
            if not self._has_buffers:
                ring = self.submission.ring
                self.kernel.io_uring_register_buffers(ring, BUFFERS, BUFFER_SIZE)
                self._has_buffers = True
            arrivals = self._arrivals[source] = Data(self.submission, source)
        return cast(Data, arrivals)

    # -- registration ------------------------------------------------------------------------

    def add(self, source: Source) -> None:
        """Waits until there is something to read; for descriptors that only tell that (pidfd)."""
        poll = Sqe("poll_add", source.fd, (source.fd, POLLIN), _Readable(self, source))
        self._polls[source] = poll
        self.submission.queue(poll)

    def polled(self, source: Source, mask: int) -> None:
        """There is something to read. That was told once; who wants to know more, asks again."""
        source.registered = False
        if self._polls.pop(source, None) is not None:
            self.reactor.dispatch(source, True, False, hung_up=False, event=mask)

    def remove(self, source: Source) -> None:
        submission = self.submission
        before = len(submission.queued)
        super().remove(source)
        arrivals = self._arrivals.pop(source, None)
        if arrivals is not None:
            arrivals.close()
        poll = self._polls.pop(source, None)
        if poll is not None:
            submission.withdraw(poll)
        if len(submission.queued) > before:
            # A pending call keeps the file open behind close(2): the peer would hear of its end,
            # and the port be free, only at the next turn.
            submission.submit()

    # -- waiting -----------------------------------------------------------------------------

    def wait(self, timeout: float | None) -> int:
        return self.submission.wait(timeout)

    def notify(self) -> None:
        if self._alarm is None:
            self.kernel.io_uring_message(self.submission.ring)
        else:
            self._alarm.ring()

    def close(self) -> None:
        self.submission.forget_new()
        for arrivals in self._arrivals.values():
            arrivals.close()
        if self._alarm is not None:
            self._alarm.closed = True
        self.submission.drain()
        self.close_lanes()
        if self._alarm is not None:
            self._alarm.close()
        self.submission.close()


class _Readable:
    """Takes the completion of a poll."""

    def __init__(self, backend: UringBackend, source: Source) -> None:
        self._backend = backend
        self._source = source

    def completed(self, cqe: Cqe) -> None:
        if cqe.res > 0:
            self._backend.polled(self._source, cqe.res)


class _Alarm:
    """An eventfd, always being read: how another thread ends a wait on kernels before 6.13."""

    def __init__(self, submission: Submission) -> None:
        self._submission = submission
        self._fd = submission.kernel.eventfd(0)
        _linux.set_blocking(self._fd, True)
        self._count = Incoming(8)
        self.closed = False
        self._listen()

    def _listen(self) -> None:
        self._submission.queue(
            Sqe("read", self._fd, (self._fd, self._count.address, 8, 0), self, subject=8)
        )

    def completed(self, cqe: Cqe) -> None:
        if not self.closed and cqe.res > 0:
            self._listen()

    def ring(self) -> None:
        """Ends the wait."""
        self._submission.kernel.eventfd_write(self._fd, 1)

    def close(self) -> None:
        """Gives the eventfd back; nobody reads it any more."""
        self._submission.kernel.close_fd(self._fd)
