"""The halves of a connection, which two tasks use at once and which close it together."""

from __future__ import annotations

import pytest
from tools.peers import BIG, connected, read_to_end, reset, settle
from tools.rig import Rig

from wakepoint import join, spawn


def test_one_task_reads_while_another_writes(rig: Rig) -> None:
    async def main() -> tuple[bytes, bytes]:
        async with connected() as (client, server):
            reader, writer = client.into_split()
            peer_reader, peer_writer = server.into_split()
            with reader, peer_reader:

                async def send() -> None:
                    with writer:
                        await writer.write_all(BIG)

                async def answer() -> None:
                    with peer_writer:
                        await peer_writer.write_all(BIG[::-1])

                tasks = [spawn(send()), spawn(answer())]
                received = await join(read_to_end(reader), read_to_end(peer_reader))
                for task in tasks:
                    await task
                return received

    received, peer_received = rig.run(main())
    assert (received == BIG[::-1], peer_received == BIG) == (True, True)


def test_the_connection_is_closed_with_the_second_half(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (client, server):
            reader, writer = client.into_split()
            writer.close()
            writer.close()
            assert await server.read() == b""  # the peer is told
            assert not client.source.closed
            await server.write_all(b"still heard")
            assert await reader.read_exact(11) == b"still heard"
            reader.close()
            reader.close()
            assert client.source.closed

    rig.run(main())


def test_closing_the_half_that_reads_tells_the_peer_nothing(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (client, server):
            reader, writer = client.into_split()
            reader.close()
            with writer:
                await writer.write_all(b"goes on")
                assert await server.read_exact(7) == b"goes on"
            assert client.source.closed

    rig.run(main())


def test_a_half_of_a_connection_that_is_gone_can_be_closed(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (client, server):
            reader, writer = client.into_split()
            reading = spawn(reader.read())
            await settle()
            reset(server)
            with pytest.raises(ConnectionResetError):
                await reading
            writer.close()
            reader.close()

    rig.run(main())


def test_halves_can_be_reunited(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (client, server):
            reader, writer = client.into_split()
            other, other_writer = server.into_split()
            with pytest.raises(ValueError, match="halves of different connections"):
                reader.reunite(other_writer)
            assert reader.reunite(writer) is client
            assert other.reunite(other_writer) is server

    rig.run(main())
