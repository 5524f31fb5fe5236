"""Connecting to a host that has several addresses: happy eyeballs (RFC 8305).

Its addresses are tried in turn, IPv6 and IPv4 by turns. The next is begun when one has failed, or
when the last has not answered for a quarter of a second. Those that were begun go on; the first
connection wins.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from wakepoint import executor
from wakepoint.dropping import drop_all
from wakepoint.future import Future, polled_after_ready
from wakepoint.kernel import Address
from wakepoint.net.lookup import Found, Lookup, interleaved
from wakepoint.net.sockets import Connection
from wakepoint.reactor import Reactor
from wakepoint.task import PENDING, Context, Poll, Ready
from wakepoint.time import sleep

S = TypeVar("S", bound=Connection)

ATTEMPT_DELAY = 0.25
"""Seconds until the next address is tried as well (RFC 8305's Connection Attempt Delay)."""


class _Attempt(Generic[S]):
    """One address that is being connected to."""

    __slots__ = ("address", "operation", "stream")

    def __init__(self, stream: S, operation: Future[None], address: Address) -> None:
        self.stream = stream
        self.operation = operation
        self.address = address

    def drop(self) -> None:
        """Gives it up."""
        try:
            self.operation.drop()
        finally:
            self.stream.close()


class Connect(Future[S], Generic[S]):
    """A connection being made; made by `TcpStream.connect`.

    Args:
        host: A name, or an address as a number.
        port: The port.
        made_of: Makes the stream of a socket.
    """

    __slots__ = (
        "_attempts",
        "_delay",
        "_errors",
        "_host",
        "_is_over",
        "_lookup",
        "_made_of",
        "_port",
        "_reactor",
        "_waiting",
    )

    def __init__(self, host: str, port: int, made_of: Callable[[Any, Reactor], S]) -> None:
        self._host = host
        self._port = port
        self._made_of = made_of
        self._reactor = executor.current().reactor
        self._lookup: Future[list[Found]] | None = Lookup(host, port)
        self._waiting: list[Found] = []
        self._attempts: list[_Attempt[S]] = []
        self._delay: Future[None] | None = None  # runs while others may still be tried
        self._errors: list[tuple[Address, OSError]] = []
        self._is_over = False

    def __repr__(self) -> str:
        return f"connect({self._host!r}, {self._port})"

    def poll(self, cx: Context) -> Poll[S]:
        """Ready once one address is connected to.

        Raises:
            OSError: If no address of the host answers.
        """
        if self._is_over:
            raise polled_after_ready(self)
        if self._lookup is not None:
            polled = self._lookup.poll(cx)
            if polled is PENDING:
                return PENDING
            self._lookup = None
            self._waiting = interleaved(polled.value)
        try:
            while self._attempts or self._waiting:
                if not self._attempts or (self._waiting and self._is_time(cx)):
                    self._begin_next()
                    continue
                failures = len(self._errors)
                winner = self._poll_attempts(cx)
                if winner is not None:
                    self._is_over = True
                    return Ready(winner)
                if len(self._errors) == failures:
                    return PENDING
                self._end_delay()  # the next is tried at once
        except BaseException:
            self.drop()
            raise
        raise self._failure()

    def _is_time(self, cx: Context) -> bool:
        """True if the next address is to be tried beside those that are."""
        return self._delay is None or self._delay.poll(cx) is not PENDING

    def _begin_next(self) -> None:
        family, address = self._waiting.pop(0)
        self._end_delay()
        try:
            sock = self._reactor.kernel.socket(family, socket.SOCK_STREAM)
        except OSError as error:  # a family that the system does not know
            self._errors.append((address, error))
            return
        stream = self._made_of(sock, self._reactor)
        operation = self._reactor.backend.connect(stream.source, address)
        self._attempts.append(_Attempt(stream, operation, address))
        if self._waiting:
            self._delay = sleep(ATTEMPT_DELAY)

    def _poll_attempts(self, cx: Context) -> S | None:
        """Polls those that go on; the first that is connected ends the others."""
        for attempt in list(self._attempts):
            try:
                polled = attempt.operation.poll(cx)
            except OSError as error:
                self._errors.append((attempt.address, error))
                self._attempts.remove(attempt)
                attempt.drop()
                continue
            if polled is not PENDING:
                self._attempts.remove(attempt)
                self.drop()
                return attempt.stream
        return None

    def _end_delay(self) -> None:
        delay, self._delay = self._delay, None
        if delay is not None:
            delay.drop()

    def _failure(self) -> OSError:
        """What is raised when every address has failed: its error, or all of them in one line."""
        errors = self._errors
        if len(errors) == 1:
            return errors[0][1]
        each = "; ".join(
            f"{_shown(address)}: {error.strerror or error}" for address, error in errors
        )
        text = f"no address of {self._host} takes a connection ({each})"
        failure = OSError(errors[-1][1].errno, text)
        failure.__cause__ = ExceptionGroup(
            f"every address of {self._host} was tried", [error for _, error in errors]
        )
        return failure

    def drop(self) -> None:
        lookup, self._lookup = self._lookup, None
        attempts, self._attempts = self._attempts, []
        self._waiting = []
        self._end_delay()
        drop_all([*attempts, *([] if lookup is None else [lookup])])


def _shown(address: Address) -> str:
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
