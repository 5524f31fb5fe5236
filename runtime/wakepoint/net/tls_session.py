"""What OpenSSL knows of one connection, and whose turn it is to read or write."""

from __future__ import annotations

import ssl

from wakepoint.errors import BusyResourceError, ClosedResourceError
from wakepoint.io.traits import ClosableStream
from wakepoint.net.wire import Wire


class Session:
    """One side of an encrypted connection.

    Args:
        stream: What it goes over.
        context: How.
        server_side: True for the side that accepted.
        server_hostname: Whom the certificate has to be for.

    Attributes:
        stream: See above.
        wire: What goes over it.
        ssl_object: OpenSSL's side.
        leftover: What was decrypted and not read yet, beside what OpenSSL keeps.
        is_shut: True once our close_notify is on its way.
        closed: Closed on this side.
    """

    __slots__ = (
        *("_turns", "closed", "is_shut", "leftover"),
        *("ssl_object", "stream", "wire"),
    )

    def __init__(
        self,
        stream: ClosableStream,
        context: ssl.SSLContext,
        *,
        server_side: bool,
        server_hostname: str | None,
    ) -> None:
        self.stream = stream
        self.wire = Wire(stream)
        self.ssl_object = context.wrap_bio(
            self.wire.incoming,
            self.wire.outgoing,
            server_side=server_side,
            server_hostname=server_hostname,
        )
        self.leftover = bytearray()
        self.is_shut = False
        self.closed = False
        self._turns: dict[str, object] = {}

    def take_turn(self, turn: str, who: object) -> None:
        """Begins to read or to write, or goes on.

        Raises:
            BusyResourceError: If another operation does the same.
            ClosedResourceError: If this side is closed.
        """
        if self.closed:
            raise ClosedResourceError("closed while an operation was pending on it")
        other = self._turns.setdefault(turn, who)
        if other is not who:
            raise BusyResourceError(f"{other!r} already waits to {turn} on this connection")

    def end_turn(self, turn: str, who: object) -> None:
        """The operation is over, or dropped."""
        self.wire.leave(who)
        if self._turns.get(turn) is who:
            del self._turns[turn]

    def say_goodbye(self) -> None:
        """Puts our close_notify into what is to be sent.

        When OpenSSL has said it, it looks at once for the peer's, and takes data that comes instead
        for an error (APPLICATION_DATA_AFTER_CLOSE_NOTIFY). But the peer may go on sending. So what
        has come is kept from it meanwhile.
        """
        if self.is_shut:
            return
        self.is_shut = True
        while pending := self.ssl_object.pending():
            self.leftover += self.ssl_object.read(pending)
        hidden = self.wire.incoming.read()
        try:
            self.ssl_object.unwrap()
        except ssl.SSLWantReadError:
            pass  # it waits for the peer's close_notify, which `read` will see
        except ssl.SSLError:
            if not self.wire.ended:  # of a connection that was cut, reading has told
                raise
        finally:
            if hidden:
                self.wire.incoming.write(hidden)

    def close(self) -> None:
        """Closes the stream; pending operations fail. Twice is fine."""
        self.closed = True
        self.wire.drop()
        self.stream.close()
