r"""TLS over any stream, by Python's `ssl` (as ``tokio-rustls`` and ``tokio-native-tls``).

A client of HTTPS, which ends the connection in order::

    context = ssl.create_default_context()
    tcp = await TcpStream.connect("www.python.org", 443)
    with await tls.connect(tcp, context, "www.python.org") as stream:
        await stream.write_all(b"GET / HTTP/1.0\r\nHost: www.python.org\r\n\r\n")
        answer = await io.BufReader(stream).read_to_end()
        await stream.shutdown()

Which versions and ciphers are allowed, whose certificates are believed, and what `ALPN` offers, is
the matter of the `ssl.SSLContext`.
"""

from __future__ import annotations

import ssl

from wakepoint.future import Future
from wakepoint.io.traits import ClosableStream
from wakepoint.net.tls_operations import Handshake, Read, Shutdown, Write
from wakepoint.net.tls_session import Session
from wakepoint.streams import Closing
from wakepoint.whole import ReadExact, WriteAll

__all__ = ["TlsStream", "accept", "connect"]


class TlsStream(Closing):
    """An encrypted connection; made by `connect` or `accept`. Close it, or use it in ``with``.

    One task may read while another writes. Two that read at once, or two that write, are told so by
    a `BusyResourceError`.

    Attributes:
        stream: What it goes over.
        ssl_object: Python's `ssl.SSLObject`, which knows the peer's certificate (``getpeercert``),
            the version, the cipher and what ALPN selected. It is not to be read from or written to.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.stream = session.stream
        self.ssl_object = session.ssl_object

    def __repr__(self) -> str:
        return f"TlsStream({self.ssl_object.version()} over {self.stream!r})"

    def read(self, size: int = 65536) -> Future[bytes]:
        """What has arrived, at most ``size`` bytes; ``b""`` once the peer has said close_notify.

        Cancel safe: if it is dropped, no data is lost.

        Raises:
            BrokenResourceError: If the connection ends without close_notify: an attacker may have
                cut it, so what came need not be all.
            ssl.SSLError: If what comes is no TLS, or was tampered with.
            ClosedResourceError: If this side is or gets closed.
            ConnectionResetError: If the peer reset the connection.
        """
        return Read(self._session, size)

    def read_exact(self, size: int) -> Future[bytes]:
        """Exactly ``size`` bytes. Not cancel safe: what was read when it is dropped is lost.

        Raises:
            BrokenResourceError: If the stream ends before.
        """
        return ReadExact(self, size)

    def write(self, data: bytes | memoryview) -> Future[int]:
        """Encrypts and sends the beginning of the data; the value says how many bytes.

        It is ready when the stream below has taken all that was encrypted, so there is nothing to
        flush. Not cancel safe: what is encrypted when it is dropped is sent by the next operation.

        Raises:
            BrokenPipeError: If the peer reads no more, or after `shutdown`.
            ClosedResourceError: If this side is or gets closed.
        """
        return Write(self._session, data)

    def write_all(self, data: bytes | memoryview) -> Future[None]:
        """Sends everything. Not cancel safe: part of it may have been sent when it is dropped."""
        return WriteAll(self, data)

    def shutdown(self) -> Future[None]:
        """Tells the peer that nothing more will come (close_notify); reading goes on.

        Without it, the peer of a connection that is closed takes it for one that was cut. To hear
        that the peer has come to its own end, read until ``b""``. Cancel safe: it can be called
        again, and goes on.

        Raises:
            BrokenPipeError: If the peer reads no more.
        """
        return Shutdown(self._session)

    def close(self) -> None:
        """Closes the stream below, and tells the peer nothing: see `shutdown`. Twice is fine."""
        self._session.close()


def connect(
    stream: ClosableStream, context: ssl.SSLContext, server_hostname: str | None
) -> Future[TlsStream]:
    """Makes an encrypted connection of one that was connected, as its client.

    Not cancel safe: it takes the stream over, and if the handshake fails or is dropped, the stream
    is closed.

    Args:
        stream: Any connection; an encrypted one, too.
        context: As a rule ``ssl.create_default_context()``.
        server_hostname: Whom the certificate has to be for, and whom the server is told that we
            want (SNI). None only with a context that checks no names.

    Raises:
        ssl.SSLCertVerificationError: If the server's certificate is not believed, or is not for
            that host; its text says which.
        ssl.SSLError: If the handshake fails otherwise.
        BrokenResourceError: If the server ends the connection during the handshake.
        ValueError: If the context checks the host's name and none is given.
    """
    return Handshake(stream, context, TlsStream, server_hostname=server_hostname)


def accept(stream: ClosableStream, context: ssl.SSLContext) -> Future[TlsStream]:
    """Makes an encrypted connection of one that was accepted, as its server.

    Not cancel safe: it takes the stream over, and if the handshake fails or is dropped, the stream
    is closed.

    Args:
        stream: Any connection; an encrypted one, too.
        context: ``ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)`` with a certificate loaded.

    Raises:
        ssl.SSLError: If the handshake fails; a client that does not believe our certificate may
            tell so with the first `TlsStream.read` only (TLS 1.3).
        BrokenResourceError: If the client ends the connection during the handshake.
    """
    return Handshake(stream, context, TlsStream, server_side=True)
