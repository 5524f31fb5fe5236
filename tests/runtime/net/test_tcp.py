"""What sockets add to a backend's operations: names, addresses, lengths, and the end of life."""

from __future__ import annotations

import errno
import gc
import socket
import warnings
from typing import Any

import pytest
from tools.peers import connected

from wakepoint import (
    BrokenResourceError,
    TcpListener,
    TcpStream,
    UdpSocket,
    executor,
    join,
    run,
    select,
    yield_now,
)


def test_a_name_is_looked_up() -> None:
    async def main() -> bytes:
        with TcpListener.bind() as listener:
            port = listener.local_addr[1]
            client, (server, _) = await join(
                TcpStream.connect("localhost", port), listener.accept()
            )
            with client, server:
                await client.write_all(b"by name")
                return await server.read_exact(7)

    assert run(main()) == b"by name"


def test_a_name_that_nobody_knows_is_an_error() -> None:
    async def main() -> None:
        with pytest.raises(socket.gaierror):
            await TcpStream.connect("no-such-host.invalid", 80)

    run(main())


def test_every_address_of_a_name_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        with TcpListener.bind() as listener, TcpListener.bind() as closed:
            dead = closed.local_addr
            closed.close()
            stream = socket.SOCK_STREAM
            answers = [
                (12345, stream, 0, "", dead),  # a family that the system does not know
                (socket.AF_INET, stream, 0, "", dead),
                (socket.AF_INET, stream, 0, "", listener.local_addr),
            ]
            kernel: Any = executor.current().reactor.kernel
            monkeypatch.setattr(kernel, "getaddrinfo", lambda *args: answers, raising=False)
            with await TcpStream.connect("three.example", 80) as client:
                assert client.peer_addr == listener.local_addr

    run(main())


def test_a_lookup_can_be_given_up() -> None:
    async def main() -> None:
        index, _ = await select(TcpStream.connect("localhost", 9), yield_now())
        assert index == 1

    run(main())


@pytest.mark.skipif(not socket.has_ipv6, reason="there is no IPv6 here")
def test_ipv6() -> None:
    async def main() -> str:
        try:
            listener = TcpListener.bind("::1")
        except OSError as error:
            pytest.skip(f"there is no IPv6 loopback here: {error}")
        with listener:
            host, port = listener.local_addr[:2]
            client, (server, _) = await join(TcpStream.connect(host, port), listener.accept())
            with client, server:
                return str(client.peer_addr[0])

    assert run(main()) == "::1"


def test_a_stream_that_ends_early_is_broken() -> None:
    async def main() -> None:
        async with connected() as (client, server):
            await client.write_all(b"abc")
            client.shutdown()
            with pytest.raises(BrokenResourceError, match="7 bytes before the 10"):
                await server.read_exact(10)

    run(main())


def test_reading_or_writing_nothing_is_ready() -> None:
    async def main() -> None:
        async with connected() as (client, server):
            assert await server.read_exact(0) == b""
            await client.write_all(b"")

    run(main())


def test_a_closed_resource_says_so_in_its_repr() -> None:
    async def main() -> None:
        for resource in (TcpListener.bind(), UdpSocket.bind()):
            assert repr(resource).startswith(f"{type(resource).__name__}(fd=")
            resource.close()
            assert repr(resource) == f"{type(resource).__name__}(closed)"

    run(main())


def test_what_is_forgotten_is_closed_with_a_warning() -> None:
    async def main() -> None:
        listener = TcpListener.bind()
        sock = listener.source.io
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            del listener
            gc.collect()
        assert [warning.category for warning in caught] == [ResourceWarning]
        assert "was never closed" in str(caught[0].message)
        assert sock.fileno() == -1

    run(main())


def test_an_address_that_is_taken_is_an_error() -> None:
    async def main() -> None:
        with UdpSocket.bind() as udp, pytest.raises(OSError, match=r".") as caught:
            UdpSocket.bind(port=udp.local_addr[1])
        assert caught.value.errno == errno.EADDRINUSE

    run(main())


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_out_of_range_leaves_nothing_open(port: int) -> None:
    async def main() -> None:
        with pytest.raises(OverflowError):
            await TcpStream.connect("127.0.0.1", port)
        with pytest.raises(OverflowError):
            TcpListener.bind(port=port)

    run(main())  # pytest fails on a socket that is left open
