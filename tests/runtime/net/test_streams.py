"""What connections offer beside reading and writing: looking ahead, several buffers, options."""

from __future__ import annotations

import errno
import sys

import pytest
from tools.peers import BIG, connected, read_to_end, reset, settle
from tools.rig import Rig

from wakepoint import (
    TcpListener,
    TcpStream,
    UdpSocket,
    join,
    pipe,
    select,
    spawn,
    yield_now,
)


def test_what_is_peeked_stays(rig: Rig) -> None:
    async def main() -> list[bytes]:
        async with connected() as (client, server):
            await client.write_all(b"hello")
            seen = [await server.peek(2), await server.peek(), await server.read(3)]
            seen += [await server.peek(1), await server.read(), await join_peek(server, client)]
            return [*seen, await server.read_exact(4)]

    async def join_peek(server: TcpStream, client: TcpStream) -> bytes:
        peeking = spawn(server.peek())
        await settle()
        assert not peeking.is_finished()
        await client.write_all(b"more")
        return await peeking

    seen = rig.run(main())
    assert seen[:3] == [b"he", b"hello", b"hel"]
    assert seen[3:] == [b"l", b"lo", b"more", b"more"]


def test_a_peek_that_is_dropped_loses_nothing(rig: Rig) -> None:
    async def main() -> bytes:
        async with connected() as (client, server):
            index, _ = await select(server.peek(), yield_now())
            assert index == 1
            await client.write_all(b"kept")
            return await server.read_exact(4)

    assert rig.run(main()) == b"kept"


def test_the_end_is_seen_ahead(rig: Rig) -> None:
    async def main() -> list[bytes]:
        async with connected() as (client, server):
            client.shutdown()
            return [await server.peek(), await server.peek(), await server.read()]

    assert rig.run(main()) == [b"", b"", b""]


def test_several_buffers_on_each_backend(rig: Rig) -> None:
    buffers: list[bytes | memoryview] = [b"", b"one", memoryview(b"two"), b"three"]

    async def main() -> tuple[int, bytes, int, bytes]:
        async with connected() as (client, server):
            sent = await client.write_vectored(buffers)
            client.shutdown()
            received = await read_to_end(server)
        reader, writer = pipe()
        with reader, writer:
            written = await writer.write_vectored(buffers)
            return sent, received, written, await reader.read()

    sent, received, written, read = rig.run(main())
    whole = b"onetwothree"
    assert (sent, written) == ((3, 3) if rig.name == "iocp" else (11, 11))
    assert (received, read) == (whole[:sent], whole[:written])


def test_more_buffers_than_the_system_takes_at_once(rig: Rig) -> None:
    async def main() -> int:
        async with connected() as (client, _):
            return await client.write_vectored([b"x"] * 3_000)

    assert rig.run(main()) == (1 if rig.name == "iocp" else 1_024)


def test_a_full_connection_takes_part_of_the_buffers(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (client, server):
            left = [
                memoryview(BIG)[start : start + 100_000] for start in range(0, len(BIG), 100_000)
            ]
            reading = spawn(server.read_exact(len(BIG)))
            while left:
                sent = await client.write_vectored(left)
                while left and sent >= len(left[0]):
                    sent -= len(left.pop(0))
                if left:
                    left[0] = left[0][sent:]
            assert await reading == BIG

    rig.run(main())


def test_options_of_a_connection(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (client, _):
            assert client.nodelay is False
            client.set_nodelay(True)
            assert client.nodelay is True
            assert client.linger is None
            client.set_linger(0)
            assert client.linger == 0
            client.set_linger(None)
            assert client.linger is None
            with pytest.raises(ValueError, match="block the thread for up to 5 s"):
                client.set_linger(5)

    rig.run(main())


def test_without_lingering_the_peer_is_told_of_a_reset(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (client, server):
            reading = spawn(server.read())
            await settle()
            client.set_linger(0)
            client.close()
            with pytest.raises(ConnectionResetError):
                await reading

    rig.run(main())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows shares no ports")
def test_listeners_share_a_port_if_they_want_to(real_rig: Rig) -> None:
    async def main() -> None:
        with TcpListener.bind(reuse_port=True) as one:
            port = one.local_addr[1]
            with TcpListener.bind(port=port, reuse_port=True) as other:
                assert other.local_addr == one.local_addr
            with pytest.raises(OSError, match=r".") as caught:
                TcpListener.bind(port=port)
            assert caught.value.errno == errno.EADDRINUSE

    real_rig.run(main())


def test_shutdown_may_be_awaited(rig: Rig) -> None:
    async def main() -> bytes:
        async with connected() as (client, server):
            done = client.shutdown()
            assert repr(done).startswith("shutdown(TcpStream(fd=")
            await done
            return await server.read()

    assert rig.run(main()) == b""


def test_shutting_a_pipe_down_closes_it(rig: Rig) -> None:
    async def main() -> bytes:
        reader, writer = pipe()
        with reader:
            await writer.write_all(b"last")
            await writer.shutdown()
            assert writer.source.closed
            return await read_to_end(reader)

    assert rig.run(main()) == b"last"


def test_short_datagrams_that_wait_are_all_received(rig: Rig) -> None:
    """However short one is, others may be behind it."""

    async def main() -> list[bytes]:
        with UdpSocket.bind() as one, UdpSocket.bind() as other:
            other.connect(*one.local_addr)
            one.connect(*other.local_addr)
            with_waiting = spawn(other.recv())
            await settle()  # its edges are reported from now on
            for number in range(10):
                await one.send(bytes([number]))
            first = await with_waiting
            return [first, *[await other.recv() for _ in range(9)]]

    assert rig.run(main()) == [bytes([number]) for number in range(10)]


def test_a_reset_is_seen_ahead(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (client, server):
            peeking = spawn(client.peek())
            await settle()
            reset(server)
            with pytest.raises(ConnectionResetError):
                await peeking

    rig.run(main())


def test_two_directions_of_one_stream_at_once(rig: Rig) -> None:
    async def main() -> tuple[bytes, bytes]:
        async with connected() as (client, server):

            async def send(stream: TcpStream, data: bytes) -> None:
                await stream.write_all(data)
                stream.shutdown()

            tasks = [spawn(send(client, BIG)), spawn(send(server, BIG[::-1]))]
            received = await join(read_to_end(client), read_to_end(server))
            for task in tasks:
                await task
            return received

    to_client, to_server = rig.run(main())
    assert (to_client == BIG[::-1], to_server == BIG) == (True, True)
