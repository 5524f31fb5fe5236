"""Calls that bring one result after the other: connections of a listener, data of a stream.

Such a call stays with the kernel once it was made. An operation that wants a result takes one that
has arrived, or waits for the next; that it is dropped cancels nothing and loses nothing.
"""

from __future__ import annotations

import errno
import os
import socket
from collections import deque
from typing import Any, Generic, TypeVar

from wakepoint.backends.completion import Operation
from wakepoint.backends.uring.entries import IOSQE_BUFFER_SELECT, Cqe, Sqe
from wakepoint.backends.uring.submission import Submission
from wakepoint.kernel import Address
from wakepoint.source import Source

T = TypeVar("T")

_CLOEXEC: int = getattr(socket, "SOCK_CLOEXEC", 0)

MAX_AHEAD = 16
"""The call is taken back when so many results have arrived that nobody has asked for."""


class Arrivals(Generic[T]):
    """What a multishot call has brought, and who waits for more.

    A kernel that has no multishot does the same call once for each result that is waited for.
    """

    def __init__(self, submission: Submission, source: Source) -> None:
        self._submission = submission
        self._source = source
        self._call: Sqe | None = None
        self._arrived: deque[T | OSError] = deque()
        self._waiting: Operation[Any] | None = None
        self._closed = False

    def entry(self) -> Sqe:
        """The call."""
        raise NotImplementedError

    def result(self, cqe: Cqe) -> T | OSError | None:
        """What a completion brought; None if that is nothing that anybody could want."""
        raise NotImplementedError

    def discard(self, result: T) -> None:
        """Gives back a result that nobody will take."""

    def ask(self, operation: Operation[Any]) -> None:
        """Completes the operation with what has arrived, or does once something arrives."""
        if self._arrived:
            operation.waker = None  # it is being polled
            self._hand_over(operation, self._arrived.popleft())
            return
        self._waiting = operation
        self._call_if_needed()

    def put_back(self, result: T) -> None:
        """The rest of a result of which only a part was wanted."""
        self._arrived.appendleft(result)

    def forget(self, operation: Operation[Any]) -> None:
        """The operation does not wait any more."""
        self._waiting = None
        self._submission.reactor.complete(operation, None, _canceled())

    def completed(self, cqe: Cqe) -> None:
        """The kernel has a result, or ends the call."""
        if not cqe.more:
            self._call = None
        result = self.result(cqe)
        if self._closed:
            self._drop(result)
            return
        if result is not None:
            waiting, self._waiting = self._waiting, None
            if waiting is not None:
                self._hand_over(waiting, result)
            else:
                self._arrived.append(result)
        if self._waiting is not None:
            self._call_if_needed()
        elif len(self._arrived) >= MAX_AHEAD and self._call is not None:
            self._submission.withdraw(self._call)

    def close(self) -> None:
        """Nobody will ask any more."""
        self._closed = True
        if self._call is not None:
            self._submission.withdraw(self._call)
        while self._arrived:
            self._drop(self._arrived.popleft())

    def _call_if_needed(self) -> None:
        if self._call is None:
            self._call = self.entry()
            self._submission.queue(self._call)

    def _hand_over(self, operation: Operation[Any], result: T | OSError) -> None:
        if isinstance(result, OSError):
            self._submission.reactor.complete(operation, None, result)
        else:
            self._submission.reactor.complete(operation, result, None)

    def _drop(self, result: T | OSError | None) -> None:
        if result is not None and not isinstance(result, OSError):
            self.discard(result)


class Data(Arrivals[bytes]):
    """What a stream receives; ``b""`` is its end."""

    def entry(self) -> Sqe:
        fd = self._source.fd
        return Sqe("recv_multishot", fd, (fd, None, 0, 0), self, flags=IOSQE_BUFFER_SELECT)

    def result(self, cqe: Cqe) -> bytes | OSError | None:
        if cqe.res >= 0:
            return cqe.data or b""
        # The buffers were all in use, and are free again by now.
        return None if cqe.res in (-errno.ENOBUFS, -errno.ECANCELED) else error_of(cqe.res)


class Connections(Arrivals[tuple[Any, Address]]):
    """The connections that a listener accepts: each a socket and its peer's address."""

    def entry(self) -> Sqe:
        multishot = self._submission.kernel.features.multishot_accept
        call = "multishot_accept" if multishot else "accept"
        fd = self._source.fd
        return Sqe(call, fd, (fd, None, None, _CLOEXEC), self)

    def result(self, cqe: Cqe) -> tuple[Any, Address] | OSError | None:
        if cqe.res == -errno.ECANCELED:
            return None
        if cqe.res < 0:
            return error_of(cqe.res)
        kernel = self._submission.kernel
        listener = self._source.io
        accepted = socket.socket(listener.family, listener.type, listener.proto, fileno=cqe.res)
        try:
            return accepted, kernel.getpeername(accepted)
        except OSError:  # the peer is gone already
            kernel.close(accepted)
            return None

    def discard(self, result: tuple[Any, Address]) -> None:
        self._submission.kernel.close(result[0])


def error_of(res: int) -> OSError:
    """A negative result as the exception that the system call would raise."""
    return OSError(-res, os.strerror(-res))


def _canceled() -> OSError:
    return error_of(-errno.ECANCELED)
