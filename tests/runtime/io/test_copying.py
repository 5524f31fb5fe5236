"""From one stream to another: everything, in order, at the pace of the slower side."""

from __future__ import annotations

import pytest
from tools.peers import BIG, connected, read_to_end, reset, settle
from tools.pieces import NOBODY, Pieces, finished
from tools.rig import Rig

from wakepoint import PENDING, Future, TcpStream, into_future, join, run, spawn
from wakepoint.io import copy, copy_bidirectional, split
from wakepoint.io import join as joined


def test_everything_is_copied(rig: Rig) -> None:
    async def main() -> tuple[int, bytes]:
        async with connected() as (client, near), connected() as (far, server):

            async def carry() -> int:
                copied = await copy(near, far)
                far.shutdown()
                return copied

            async def send() -> None:
                await client.write_all(BIG)
                client.shutdown()

            copied, _, received = await join(carry(), send(), read_to_end(server))
            return copied, received

    copied, received = rig.run(main())
    assert (copied, received == BIG) == (len(BIG), True)


def test_nothing_more_is_read_until_what_was_read_is_written(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (client, near), connected() as (far, server):
            copying = spawn(copy(near, far))
            sending = spawn(client.write_all(BIG))
            await settle()
            assert not sending.is_finished()  # nobody reads at the end of the line
            received = spawn(server.read_exact(len(BIG)))
            await sending
            assert await received == BIG
            client.shutdown()
            assert await copying == len(BIG)

    rig.run(main())


def test_a_proxy_carries_both_ways_and_passes_each_end_on(rig: Rig) -> None:
    async def serve(server: TcpStream) -> bytes:
        question = await read_to_end(server)
        await server.write_all(question[::-1])
        server.shutdown()
        return question

    async def ask(client: TcpStream) -> bytes:
        await client.write_all(BIG)
        client.shutdown()
        return await read_to_end(client)

    async def main() -> tuple[tuple[int, int], bytes, bytes]:
        async with connected() as (client, near), connected() as (far, server):
            return await join(copy_bidirectional(near, far), ask(client), serve(server))

    copied, answer, question = rig.run(main())
    assert copied == (len(BIG), len(BIG))
    assert (answer, question) == (BIG[::-1], BIG)


def test_an_error_on_either_way_ends_both(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (client, near), connected() as (far, server):
            proxy = spawn(copy_bidirectional(near, far))
            await settle()
            reset(server)
            with pytest.raises(ConnectionResetError):
                await proxy
            await client.write_all(b"late")
            assert await near.read() == b"late"  # nobody else reads there any more

    rig.run(main())


class Discard:
    """Takes everything at once."""

    def write(self, data: bytes | memoryview) -> Future[int]:
        return into_future(self._taken(len(data)))

    def write_all(self, data: bytes) -> Future[None]:
        return into_future(self._nothing())

    def shutdown(self) -> Future[None]:
        return into_future(self._nothing())

    async def _taken(self, size: int) -> int:
        return size

    async def _nothing(self) -> None:
        return None


def test_an_endless_source_lets_others_have_their_turn() -> None:
    async def main() -> int:
        copying = spawn(copy(Pieces([b"x"] * 1_000), Discard()))
        await settle()
        assert not copying.is_finished()
        return await copying

    assert run(main()) == 1_000


def test_what_is_dropped_lets_go_of_its_read() -> None:
    streams = [Pieces([b"data"], waits=1) for _ in range(2)]
    one, other = (joined(stream, Discard()) for stream in streams)
    for copying in (copy(one, other), copy_bidirectional(one, other)):
        assert copying.poll(NOBODY) is PENDING
        assert streams[0].reading is not None
        copying.drop()
        copying.drop()
        assert [stream.reading for stream in streams] == [None, None]
    assert finished(copy_bidirectional(one, other)) == (4, 4)


def test_halves_of_any_stream_and_a_stream_of_any_halves(rig: Rig) -> None:
    async def main() -> tuple[bytes, bytes, bytes]:
        async with connected() as (client, server):
            (_, writer), (reader, _) = split(client), split(server)
            together = joined(reader, writer)
            await together.write_all(b"to and fro")
            assert await writer.write(b"!") == 1
            await together.shutdown()
            return await reader.read_exact(3), await together.read_exact(8), await together.read()

    assert rig.run(main()) == (b"to ", b"and fro!", b"")


def test_descriptions() -> None:
    loop = joined(Pieces([]), Discard.__new__(Discard))
    assert repr(loop).startswith("join(Pieces(), ")
    assert repr(split(loop)[0]).startswith("ReadHalf(join(Pieces(), ")
    assert repr(split(loop)[1]).startswith("WriteHalf(join(Pieces(), ")
    assert repr(copy(loop, loop)).startswith("copy(join(")
    assert repr(copy_bidirectional(loop, loop)).startswith("copy_bidirectional(join(")
