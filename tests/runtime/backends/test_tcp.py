"""TCP, on every backend: what connects, arrives, ends and breaks."""

from __future__ import annotations

import pytest
from tools.peers import BIG, connected, read_to_end, reset, settle
from tools.rig import Rig

from wakepoint import (
    BusyResourceError,
    JoinHandle,
    TcpListener,
    TcpStream,
    join,
    sleep,
    spawn,
)


def test_what_is_sent_arrives(rig: Rig) -> None:
    async def main() -> bytes:
        async with connected() as (client, server):
            assert await client.write(b"ping") == 4
            return await server.read_exact(4)

    assert rig.run(main()) == b"ping"


def test_both_sides_agree_on_their_addresses(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (client, server):
            assert client.local_addr == server.peer_addr
            assert client.peer_addr == server.local_addr

    rig.run(main())


def test_accept_waits_for_a_connection(rig: Rig) -> None:
    async def main() -> tuple[bytes, bool]:
        with TcpListener.bind() as listener:
            accepting = spawn(accept_one(listener))
            await settle()
            waited = not accepting.is_finished()
            with await TcpStream.connect(*listener.local_addr) as client:
                await client.write_all(b"hello")
                return await accepting, waited

    async def accept_one(listener: TcpListener) -> bytes:
        stream, _ = await listener.accept()
        with stream:
            return await stream.read()

    assert rig.run(main()) == (b"hello", True)


def test_several_connections_wait_to_be_accepted(rig: Rig) -> None:
    async def main() -> list[bytes]:
        with TcpListener.bind() as listener:
            clients = [await TcpStream.connect(*listener.local_addr) for _ in range(5)]
            for number, client in enumerate(clients):
                await client.write_all(b"%d" % number)
            data = []
            for _ in clients:
                stream, _ = await listener.accept()
                with stream:
                    data.append(await stream.read_exact(1))
            for client in clients:
                client.close()
            return data

    assert rig.run(main()) == [b"0", b"1", b"2", b"3", b"4"]


def test_connecting_where_nobody_listens_is_refused(rig: Rig) -> None:
    async def main() -> None:
        with TcpListener.bind() as listener:
            address = listener.local_addr
        with pytest.raises(ConnectionRefusedError):
            await TcpStream.connect(*address)

    rig.run(main())


def test_a_read_waits_until_something_arrives(rig: Rig) -> None:
    async def main() -> list[bytes]:
        async with connected() as (client, server):
            data = []
            for word in (b"one", b"two", b"three"):
                reading = spawn(server.read())
                await settle()
                assert not reading.is_finished()
                await client.write_all(word)
                data.append(await reading)
            return data

    assert rig.run(main()) == [b"one", b"two", b"three"]


def test_reading_less_than_there_is_loses_nothing(rig: Rig) -> None:
    async def main() -> list[bytes]:
        async with connected() as (client, server):
            await client.write_all(b"abcdefgh")
            client.close()
            parts = [await server.read(3)]
            while parts[-1]:
                parts.append(await server.read(3))
            return parts

    assert b"".join(rig.run(main())) == b"abcdefgh"


def test_a_full_connection_takes_part_and_then_waits(rig: Rig) -> None:
    async def main() -> int:
        async with connected() as (client, server):
            taken = 0
            writing = spawn(client.write(BIG))
            while await finished(writing):
                taken += await writing
                writing = spawn(client.write(BIG))
            reader = spawn(read_exactly(server, taken))
            taken_later = await writing
            assert len(await reader) == taken
            await server.read_exact(taken_later)
            return taken

    async def finished(writing: JoinHandle[int]) -> bool:
        # Where the kernel tells when it has taken the data, that takes a wait to hear.
        for _ in range(20):
            if writing.is_finished():
                return True
            await sleep(0.005)
        return False

    async def read_exactly(stream: TcpStream, size: int) -> bytes:
        return await stream.read_exact(size)

    assert rig.run(main()) > 0


def test_more_than_the_buffers_hold_arrives_whole(rig: Rig) -> None:
    async def main() -> bytes:
        async with connected() as (client, server):
            reading = spawn(read_to_end(server))
            await client.write_all(BIG)
            client.shutdown()
            return await reading

    assert rig.run(main()) == BIG


def test_both_directions_at_once(rig: Rig) -> None:
    async def main() -> tuple[bytes, bytes]:
        async with connected() as (client, server):
            to_server, to_client, _, _ = await join(
                server.read_exact(len(BIG)),
                client.read_exact(len(BIG)),
                client.write_all(BIG),
                server.write_all(BIG[::-1]),
            )
            return to_server, to_client

    assert rig.run(main()) == (BIG, BIG[::-1])


def test_after_a_half_close_the_other_half_goes_on(rig: Rig) -> None:
    async def main() -> tuple[bytes, bytes]:
        async with connected() as (client, server):
            answering = spawn(answer(server))
            await client.write_all(b"question")
            client.shutdown()
            return await read_to_end(client), await answering

    async def answer(server: TcpStream) -> bytes:
        question = await read_to_end(server)
        await server.write_all(question.upper())
        server.shutdown()
        return question

    assert rig.run(main()) == (b"QUESTION", b"question")


def test_the_end_of_the_stream_stays_the_end(rig: Rig) -> None:
    async def main() -> list[bytes]:
        async with connected() as (client, server):
            client.close()
            return [await server.read() for _ in range(3)]

    assert rig.run(main()) == [b"", b"", b""]


def test_data_and_end_that_come_together_are_both_read(rig: Rig) -> None:
    async def main() -> list[bytes]:
        async with connected() as (client, server):
            reading = spawn(twice(server))
            await settle()  # the reader waits, so the kernel tells of both at once
            await client.write(b"last words")
            client.close()
            return await reading

    async def twice(server: TcpStream) -> list[bytes]:
        return [await server.read(4096), await server.read(4096)]

    assert rig.run(main()) == [b"last words", b""]


def test_a_reset_reaches_who_reads(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (client, server):
            reading = spawn(server.read())
            await settle()
            reset(client)
            with pytest.raises(ConnectionResetError):
                await reading

    rig.run(main())


def test_a_reset_reaches_who_waits_to_write(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (client, server):
            writing = spawn(server.write_all(BIG))
            await settle()
            assert not writing.is_finished()
            reset(client)
            with pytest.raises((ConnectionResetError, BrokenPipeError, ConnectionAbortedError)):
                await writing

    rig.run(main())


def test_writing_to_a_peer_that_is_gone_breaks(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (client, server):
            client.close()
            with pytest.raises((ConnectionResetError, BrokenPipeError, ConnectionAbortedError)):
                await write_until_it_breaks(server)

    async def write_until_it_breaks(server: TcpStream) -> None:
        for _ in range(100):  # the first write only provokes the peer's answer
            await server.write_all(b"anybody there?")
            await sleep(0.001)

    rig.run(main())


def test_two_readers_of_one_stream_are_one_too_many(rig: Rig) -> None:
    async def main() -> bytes:
        async with connected() as (client, server):
            first = spawn(server.read())
            await settle()
            with pytest.raises(BusyResourceError):
                await server.read()
            await client.write_all(b"for the first")
            return await first

    assert rig.run(main()) == b"for the first"


@pytest.mark.usefixtures("many_descriptors")
def test_a_thousand_sockets(rig: Rig) -> None:
    pairs = 500

    async def main() -> int:
        with TcpListener.bind(backlog=pairs) as listener:
            serving = spawn(serve(listener))
            talking = [spawn(talk(listener, number)) for number in range(pairs)]
            lengths = [await each for each in talking]
            await serving
            return sum(lengths)

    async def serve(listener: TcpListener) -> None:
        streams = [(await listener.accept())[0] for _ in range(pairs)]
        # All thousand sockets are open now; echo in the opposite order of their arrival.
        for stream in reversed(streams):
            with stream:
                await stream.write_all(await stream.read_exact(4))

    async def talk(listener: TcpListener, number: int) -> int:
        with await TcpStream.connect(*listener.local_addr) as stream:
            await stream.write_all(number.to_bytes(4, "big"))
            return int.from_bytes(await stream.read_exact(4), "big")

    assert rig.run(main()) == sum(range(pairs))
