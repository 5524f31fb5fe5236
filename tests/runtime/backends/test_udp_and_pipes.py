"""Datagrams and pipes, on every backend that has them."""

from __future__ import annotations

import os

import pytest
from tools.peers import BIG, settle
from tools.rig import Rig

from wakepoint import (
    BrokenResourceError,
    ClosedResourceError,
    JoinError,
    PipeReader,
    UdpSocket,
    join,
    pipe,
    select,
    spawn,
    yield_now,
)


def test_a_datagram_arrives_with_its_sender(rig: Rig) -> None:
    async def main() -> None:
        with UdpSocket.bind() as one, UdpSocket.bind() as other:
            assert await one.send_to(b"hello", other.local_addr) == 5
            data, sender = await other.recv_from()
            assert (data, sender) == (b"hello", one.local_addr)
            await other.send_to(b"you too", sender)
            assert await one.recv_from() == (b"you too", other.local_addr)

    rig.run(main())


def test_datagrams_keep_their_borders_and_order(rig: Rig) -> None:
    async def main() -> list[bytes]:
        with UdpSocket.bind() as one, UdpSocket.bind() as other:
            for word in (b"one", b"", b"three"):
                await one.send_to(word, other.local_addr)
            return [(await other.recv_from())[0] for _ in range(3)]

    assert rig.run(main()) == [b"one", b"", b"three"]


def test_receiving_waits_for_a_datagram(rig: Rig) -> None:
    async def main() -> list[bytes]:
        with UdpSocket.bind() as one, UdpSocket.bind() as other:
            datagrams = []
            for word in (b"first", b"second"):
                receiving = spawn(other.recv_from())
                await settle()
                assert not receiving.is_finished()
                await one.send_to(word, other.local_addr)
                datagrams.append((await receiving)[0])
            return datagrams

    assert rig.run(main()) == [b"first", b"second"]


def test_a_connected_socket_hears_its_peer_alone(rig: Rig) -> None:
    async def main() -> bytes:
        with UdpSocket.bind() as one, UdpSocket.bind() as other, UdpSocket.bind() as stranger:
            one.connect(*other.local_addr)
            await stranger.send_to(b"not for you", one.local_addr)
            await one.send(b"ping")
            data, sender = await other.recv_from()
            assert (data, sender) == (b"ping", one.local_addr)
            await other.send_to(b"pong", sender)
            return await one.recv()

    assert rig.run(main()) == b"pong"


def test_a_receive_that_lost_a_select_loses_no_datagram(rig: Rig) -> None:
    async def main() -> bytes:
        with UdpSocket.bind() as one, UdpSocket.bind() as other:
            for _ in range(10):
                index, _ = await select(other.recv_from(), yield_now())
                assert index == 1
            await one.send_to(b"kept", other.local_addr)
            return (await other.recv_from())[0]

    assert rig.run(main()) == b"kept"


def test_closing_ends_a_pending_receive(rig: Rig) -> None:
    async def main() -> None:
        with UdpSocket.bind() as udp:
            receiving = spawn(udp.recv_from())
            await settle()
            udp.close()
            with pytest.raises(ClosedResourceError):
                await receiving

    rig.run(main())


def has_pipes(rig: Rig) -> bool:
    return hasattr(rig.make_kernel(), "pipe")


@pytest.fixture
def piped(rig: Rig) -> Rig:
    """A backend on a platform that has pipes."""
    if not has_pipes(rig):
        pytest.skip(f"{rig.name} has no pipes here")
    return rig


def test_what_is_written_into_a_pipe_can_be_read(piped: Rig) -> None:
    async def main() -> bytes:
        reader, writer = pipe()
        with reader, writer:
            await writer.write_all(b"through the pipe")
            return await reader.read()

    assert piped.run(main()) == b"through the pipe"


def test_a_pipe_read_waits(piped: Rig) -> None:
    async def main() -> list[bytes]:
        reader, writer = pipe()
        with reader, writer:
            data = []
            for word in (b"a", b"b"):
                reading = spawn(reader.read())
                await settle()
                assert not reading.is_finished()
                await writer.write_all(word)
                data.append(await reading)
            return data

    assert piped.run(main()) == [b"a", b"b"]


def test_more_than_a_pipe_holds_arrives_whole(piped: Rig) -> None:
    data = BIG[: 1 << 20]

    async def main() -> bytes:
        reader, writer = pipe()
        with reader, writer:
            received, _ = await join(reader.read_exact(len(data)), writer.write_all(data))
            return received

    assert piped.run(main()) == data


def test_when_the_writer_is_gone_what_it_wrote_comes_first_and_then_the_end(piped: Rig) -> None:
    async def main() -> list[bytes]:
        reader, writer = pipe()
        with reader, writer:
            reading = spawn(twice(reader))
            await settle()
            await writer.write_all(b"last words")
            writer.close()
            return await reading

    async def twice(reader: PipeReader) -> list[bytes]:
        return [await reader.read(), await reader.read()]

    assert piped.run(main()) == [b"last words", b""]


def test_a_pipe_that_ends_early_is_broken(piped: Rig) -> None:
    async def main() -> None:
        reader, writer = pipe()
        with reader, writer:
            await writer.write_all(b"abc")
            writer.close()
            with pytest.raises(BrokenResourceError, match="2 bytes before the 5"):
                await reader.read_exact(5)

    piped.run(main())


def test_writing_where_nobody_reads_breaks(piped: Rig) -> None:
    async def main() -> None:
        reader, writer = pipe()
        with reader, writer:
            reader.close()
            with pytest.raises(BrokenPipeError):
                await writer.write_all(b"x")

    piped.run(main())


def test_a_writer_that_waits_hears_that_the_reader_is_gone(piped: Rig) -> None:
    async def main() -> None:
        reader, writer = pipe()
        with reader, writer:
            writing = spawn(writer.write_all(BIG))
            await settle()
            assert not writing.is_finished()
            reader.close()
            with pytest.raises(BrokenPipeError):
                await writing

    piped.run(main())


def test_closing_ends_a_pending_pipe_read(piped: Rig) -> None:
    async def main() -> None:
        reader, writer = pipe()
        with reader, writer:
            reading = spawn(reader.read())
            await settle()
            reader.close()
            with pytest.raises(ClosedResourceError):
                await reading

    piped.run(main())


def test_an_aborted_pipe_read_takes_nothing_with_it(piped: Rig) -> None:
    async def main() -> bytes:
        reader, writer = pipe()
        with reader, writer:
            reading = spawn(reader.read())
            await settle()
            reading.abort()
            with pytest.raises(JoinError):
                await reading
            await writer.write_all(b"kept")
            return await reader.read()

    assert piped.run(main()) == b"kept"


def test_a_descriptor_of_somebody_elses_can_be_read(piped: Rig) -> None:
    if piped.simulated:
        pytest.skip("the simulated kernel knows no real descriptors")
    if piped.name == "iocp":
        pytest.skip("Windows' descriptors take no overlapped calls")
    read_end, write_end = os.pipe()

    async def main() -> bytes:
        with PipeReader.from_fd(read_end) as reader:
            reading = spawn(reader.read())
            await settle()
            os.write(write_end, b"from outside")
            return await reading

    try:
        assert piped.run(main()) == b"from outside"
    finally:
        os.close(write_end)
