"""The futures of `wakepoint.net.tls`: each asks OpenSSL, and carries on with the wire meanwhile."""

from __future__ import annotations

import errno
import ssl
from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from wakepoint.errors import BrokenResourceError
from wakepoint.future import Future, polled_after_ready
from wakepoint.io.traits import ClosableStream
from wakepoint.net.tls_session import Session
from wakepoint.task import PENDING, READY_NONE, Context, Poll, Ready
from wakepoint.whole import in_bytes

T = TypeVar("T")

_CHUNK = 65_536
"""Bytes that are encrypted at a time; TLS makes records of 16 KiB of them."""


class _Operation(Future[T], Generic[T]):
    """Asks OpenSSL until it has what is wanted."""

    __slots__ = ("_failure", "_is_over", "_session")

    turn: ClassVar[str]
    cut: ClassVar[str] = "the connection ended without close_notify, so what came may not be all"

    def __init__(self, session: Session) -> None:
        self._session = session
        self._failure: Exception | None = None
        self._is_over = False

    def step(self, cx: Context) -> Poll[T]:
        """Goes on as far as it can.

        Raises:
            ssl.SSLError: What OpenSSL says; it may have put an alert into what is to be sent.
        """
        raise NotImplementedError

    def poll(self, cx: Context) -> Poll[T]:
        if self._is_over:
            raise polled_after_ready(self)
        session = self._session
        session.take_turn(self.turn, self)
        try:
            if self._failure is None:
                polled = self._attempt(cx)
                if polled is not None:
                    if polled is not PENDING:
                        self._is_over = True
                        self.drop()
                    return polled
            if not self._alerted(cx):
                return PENDING
        except BaseException:
            self.drop()
            raise
        assert self._failure is not None
        self.drop()
        raise self._failure

    def _attempt(self, cx: Context) -> Poll[T] | None:
        """One step; None if it has failed."""
        try:
            return self.step(cx)
        except ssl.SSLEOFError as error:
            self._failure = BrokenResourceError(self.cut)
            self._failure.__cause__ = error
        except ssl.SSLError as error:
            self._failure = error
        return None

    def _alerted(self, cx: Context) -> bool:
        """Tells the peer what is wrong, before we do; True once that is over."""
        try:
            return self._session.wire.send(self, cx)
        except Exception:
            return True  # it hears no more

    def drop(self) -> None:
        self._session.end_turn(self.turn, self)


class Read(_Operation[bytes]):
    """Made by `TlsStream.read`."""

    __slots__ = ("_size",)
    turn = "read"

    def __init__(self, session: Session, size: int) -> None:
        super().__init__(session)
        self._size = size

    def __repr__(self) -> str:
        return f"read({self._session.stream!r}, {self._size})"

    def step(self, cx: Context) -> Poll[bytes]:
        session, wire = self._session, self._session.wire
        if self._size <= 0:
            return Ready(b"")
        while not session.leftover:
            try:
                data = session.ssl_object.read(self._size)
            except ssl.SSLWantReadError:
                wire.send_what_goes(self, cx)
                if wire.is_choked or not wire.receive(self, cx):
                    return PENDING
            except ssl.SSLZeroReturnError:
                return Ready(b"")
            else:
                wire.send_what_goes(self, cx)  # the peer may have asked for a new key
                return Ready(data)
        data = bytes(session.leftover[: self._size])
        del session.leftover[: self._size]
        return Ready(data)


class Write(_Operation[int]):
    """Made by `TlsStream.write`."""

    __slots__ = ("_data", "_encrypted")
    turn = "write"

    def __init__(self, session: Session, data: bytes | memoryview) -> None:
        super().__init__(session)
        self._data = memoryview(in_bytes(data))[:_CHUNK]
        self._encrypted: int | None = None

    def __repr__(self) -> str:
        return f"write({self._session.stream!r}, {len(self._data)} bytes)"

    def step(self, cx: Context) -> Poll[int]:
        session, wire = self._session, self._session.wire
        if session.is_shut:
            raise BrokenPipeError(errno.EPIPE, "nothing can be written after shutdown()")
        while self._encrypted is None:
            if not wire.send(self, cx):  # what was encrypted before: no more than this is kept
                return PENDING
            if not self._data:
                return Ready(0)
            try:
                self._encrypted = session.ssl_object.write(self._data)
            except ssl.SSLWantReadError:
                if not wire.receive(self, cx):
                    return PENDING
        return Ready(self._encrypted) if wire.send(self, cx) else PENDING


class Shutdown(_Operation[None]):
    """Made by `TlsStream.shutdown`."""

    __slots__ = ("_below",)
    turn = "write"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._below: Future[None] | None = None

    def __repr__(self) -> str:
        return f"shutdown({self._session.stream!r})"

    def step(self, cx: Context) -> Poll[None]:
        session, wire = self._session, self._session.wire
        if self._below is None:
            if not wire.send(self, cx):
                return PENDING
            session.say_goodbye()
            if not wire.send(self, cx):
                return PENDING
            self._below = session.stream.shutdown()
        return PENDING if self._below.poll(cx) is PENDING else READY_NONE

    def drop(self) -> None:
        below, self._below = self._below, None
        if below is not None:
            below.drop()
        super().drop()


class _Agreement(_Operation[Session]):
    """The handshake of a session."""

    __slots__ = ()
    turn = "agree"
    cut = "the peer ended the connection during the TLS handshake"

    def __repr__(self) -> str:
        return f"handshake({self._session.stream!r})"

    def step(self, cx: Context) -> Poll[Session]:
        session, wire = self._session, self._session.wire
        while True:
            try:
                session.ssl_object.do_handshake()
            except ssl.SSLWantReadError:
                wire.send_what_goes(self, cx)  # if it cannot be sent, what comes says why
                if not wire.receive(self, cx):
                    return PENDING
            else:
                return Ready(session) if wire.send(self, cx) else PENDING

    def give_up(self) -> None:
        """Closes the stream."""
        self._session.close()


S = TypeVar("S")


class Handshake(Future[S], Generic[S]):
    """Made by `connect` and `accept`.

    Args:
        stream: What the connection goes over; it is closed unless this ends well.
        context: How to encrypt.
        made_of: Makes the stream of a session.
        server_side: True for the side that accepted.
        server_hostname: Whom the certificate has to be for.
    """

    __slots__ = ("_agreement", "_context", "_hostname", "_made_of", "_server_side", "_stream")

    def __init__(
        self,
        stream: ClosableStream,
        context: ssl.SSLContext,
        made_of: Callable[[Session], S],
        *,
        server_side: bool = False,
        server_hostname: str | None = None,
    ) -> None:
        self._stream: ClosableStream | None = stream
        self._context = context
        self._made_of = made_of
        self._server_side = server_side
        self._hostname = server_hostname
        self._agreement: _Agreement | None = None

    def __repr__(self) -> str:
        return f"tls.{'accept' if self._server_side else 'connect'}({self._stream!r})"

    def poll(self, cx: Context) -> Poll[S]:
        try:
            if self._agreement is None:
                self._agreement = _Agreement(self._begin())
            polled = self._agreement.poll(cx)
        except BaseException:
            self.drop()
            raise
        if polled is PENDING:
            return PENDING
        self._stream = None  # it is the session's from now on
        return Ready(self._made_of(polled.value))

    def _begin(self) -> Session:
        assert self._stream is not None
        if self._context.check_hostname and not self._server_side and not self._hostname:
            raise ValueError(
                "this context checks the server's name: pass server_hostname, "
                "the name that the certificate has to be for"
            )
        return Session(
            self._stream,
            self._context,
            server_side=self._server_side,
            server_hostname=self._hostname,
        )

    def drop(self) -> None:
        stream, self._stream = self._stream, None
        if stream is None:
            return
        if self._agreement is not None:
            self._agreement.drop()
            self._agreement.give_up()
        stream.close()
