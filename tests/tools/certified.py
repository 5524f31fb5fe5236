"""TLS contexts of both sides, and blocking peers of Python's own `ssl` on a thread."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from tools.peers import connected

from wakepoint import join
from wakepoint.net.tls import TlsStream, accept, connect

FOLDER = Path(__file__).parents[1] / "runtime/net/certificates"
VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


def client_context(version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
    """Believes the tests' authority."""
    context = ssl.create_default_context(cafile=str(FOLDER / "authority.pem"))
    context.minimum_version = context.maximum_version = version
    return context


def server_context() -> ssl.SSLContext:
    """Has the certificate of ``localhost``."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(FOLDER / "server.pem", FOLDER / "server.key")
    return context


@asynccontextmanager
async def encrypted(
    version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
) -> AsyncIterator[tuple[TlsStream, TlsStream]]:
    """Two ends of one encrypted connection: the client's and the server's."""
    async with connected() as (one, other):
        client, server = await join(
            connect(one, client_context(version), "localhost"), accept(other, server_context())
        )
        with client, server:
            yield client, server


@contextmanager
def blocking_server(serve: Callable[[ssl.SSLSocket], None]) -> Iterator[int]:
    """A server that blocks, for one connection; gives its port, and raises what it raised."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(60)

    def work() -> None:
        sock, _ = listener.accept()
        sock.settimeout(60)
        with sock, server_context().wrap_socket(sock, server_side=True) as encrypted_socket:
            serve(encrypted_socket)

    with listener, _thread(work):
        yield listener.getsockname()[1]


@contextmanager
def blocking_client(port: int, work: Callable[[ssl.SSLSocket], None]) -> Iterator[None]:
    """A client that blocks."""

    def connect_and_work() -> None:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=60) as sock,
            client_context().wrap_socket(sock, server_hostname="localhost") as encrypted_socket,
        ):
            work(encrypted_socket)

    with _thread(connect_and_work):
        yield


@contextmanager
def _thread(work: Callable[[], None]) -> Iterator[None]:
    errors: queue.Queue[BaseException] = queue.Queue()

    def told() -> None:
        try:
            work()
        except BaseException as error:
            errors.put(error)

    thread = threading.Thread(target=told)
    thread.start()
    try:
        yield
    finally:
        thread.join(60)
        assert not thread.is_alive(), "the blocking peer does not end"
    if not errors.empty():
        raise errors.get()
