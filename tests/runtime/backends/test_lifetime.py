"""On every backend: operations that are cancelled, and sockets that are closed under them."""

from __future__ import annotations

import errno

import pytest
from tools.peers import BIG, connected, settle
from tools.rig import Rig

from wakepoint import (
    ClosedResourceError,
    JoinError,
    TcpListener,
    TcpStream,
    join,
    select,
    sleep,
    spawn,
    timeout,
    yield_now,
)


def test_an_aborted_read_takes_nothing_with_it(rig: Rig) -> None:
    async def main() -> bytes:
        async with connected() as (client, server):
            reading = spawn(server.read())
            await settle()
            reading.abort()
            with pytest.raises(JoinError):
                await reading
            await client.write_all(b"still here")
            return await server.read()

    assert rig.run(main()) == b"still here"


def test_a_read_that_lost_a_select_takes_nothing_with_it(rig: Rig) -> None:
    async def main() -> bytes:
        async with connected() as (client, server):
            for _ in range(20):
                index, _ = await select(server.read(), yield_now())
                assert index == 1
            await client.write_all(b"all of it")
            return await server.read_exact(9)

    assert rig.run(main()) == b"all of it"


def test_a_read_dropped_in_the_turn_in_which_data_came_loses_nothing(rig: Rig) -> None:
    async def main() -> bytes:
        async with connected() as (client, server):
            reading = spawn(server.read())
            await settle()
            await client.write_all(b"precious")
            if reading.is_finished():  # one wait has told of the write and of the read
                return await reading
            reading.abort()
            with pytest.raises(JoinError):
                await reading
            return await server.read_exact(8)

    assert rig.run(main()) == b"precious"


def test_a_dropped_accept_loses_no_connection(rig: Rig) -> None:
    async def main() -> bytes:
        with TcpListener.bind() as listener:
            index, _ = await select(listener.accept(), yield_now())
            assert index == 1
            client, (server, _) = await join(
                TcpStream.connect(*listener.local_addr), listener.accept()
            )
            with client, server:
                await client.write_all(b"in")
                return await server.read()

    assert rig.run(main()) == b"in"


def test_a_write_can_be_given_up(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (client, _):
            with pytest.raises(TimeoutError):
                await timeout(0.01, client.write_all(BIG))

    rig.run(main())


def test_a_connect_can_be_given_up(rig: Rig) -> None:
    async def main() -> None:
        with TcpListener.bind() as listener:
            for _ in range(20):
                result = await select(TcpStream.connect(*listener.local_addr), yield_now())
                if isinstance(result[1], TcpStream):
                    result[1].close()

    rig.run(main())


def test_closing_ends_a_pending_read(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (_, server):
            reading = spawn(server.read())
            await settle()
            server.close()
            with pytest.raises(ClosedResourceError):
                await reading

    rig.run(main())


def test_closing_ends_a_pending_write(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (_, server):
            writing = spawn(server.write_all(BIG))
            await settle()
            assert not writing.is_finished()
            server.close()
            with pytest.raises(ClosedResourceError):
                await writing

    rig.run(main())


def test_closing_ends_a_pending_accept(rig: Rig) -> None:
    async def main() -> None:
        with TcpListener.bind() as listener:
            accepting = spawn(listener.accept())
            await settle()
            listener.close()
            with pytest.raises(ClosedResourceError):
                await accepting

    rig.run(main())


def test_closing_ends_a_read_that_data_has_reached(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (client, server):
            reading = spawn(server.read())
            await settle()
            await client.write_all(b"too late")
            if reading.is_finished():  # one wait has told of the write and of the read
                assert await reading == b"too late"
                return
            server.close()
            with pytest.raises(ClosedResourceError):
                await reading

    rig.run(main())


def test_what_is_closed_cannot_be_used(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (client, _):
            client.close()
            client.close()
            for use in (client.read, client.shutdown, lambda: client.write(b"x")):
                with pytest.raises(ClosedResourceError, match="closed"):
                    use()

    rig.run(main())


def test_an_event_for_what_was_closed_in_the_same_batch_is_nobody_elses(rig: Rig) -> None:
    async def main() -> tuple[bytes, bytes]:
        async with connected() as (client_a, server_a), connected() as (client_b, server_b):
            first = spawn(closer(server_a, server_b))
            second = spawn(server_b.read())
            await settle()
            # Both readers wait; one wait in the kernel tells of both.
            await client_a.write_all(b"a")
            await client_b.write_all(b"b")
            with pytest.raises(ClosedResourceError):
                await second
            return await first

    async def closer(mine: TcpStream, other: TcpStream) -> tuple[bytes, bytes]:
        data = await mine.read()
        other.close()
        # The new connection is likely to get the closed one's descriptor.
        async with connected() as (client, server):
            reading = spawn(server.read())
            await settle()
            assert not reading.is_finished()
            await client.write_all(b"new")
            return data, await reading

    assert rig.run(main()) == (b"a", b"new")


def test_a_duplicate_of_a_closed_socket_disturbs_nobody(rig: Rig) -> None:
    if rig.simulated:
        pytest.skip("a virtual socket has no descriptor to duplicate")

    async def main() -> tuple[list[bytes], int]:
        async with connected() as (old_client, old_server):
            await receive_one(old_client, old_server)
            with old_server.source.io.dup() as duplicate:
                old_server.close()
                async with connected() as (client, server):
                    await old_client.write_all(b"for the duplicate")
                    data = [await receive_one(client, server) for _ in range(3)]
                    waits = rig.waits
                    await sleep(0.01)
                    waits = rig.waits - waits
                    assert duplicate.recv(100) == b"for the duplicate"
                    return data, waits

    async def receive_one(client: TcpStream, server: TcpStream) -> bytes:
        reading = spawn(server.read())
        await settle()
        assert not reading.is_finished()
        await client.write_all(b"mine")
        return await reading

    data, waits = rig.run(main())
    assert data == [b"mine"] * 3
    assert waits <= 2, "the duplicate's data made the kernel wake us in vain"


def test_a_descriptor_number_is_used_over_and_over(rig: Rig) -> None:
    async def main() -> int:
        numbers = set()
        with TcpListener.bind() as listener:
            for _ in range(50):
                client, (server, _) = await join(
                    TcpStream.connect(*listener.local_addr), listener.accept()
                )
                with client, server:
                    numbers.add(server.source.fd)
                    reading = spawn(server.read())
                    await settle()
                    await client.write_all(b"x")
                    assert await reading == b"x"
        return len(numbers)

    rounds = rig.run(main())
    assert rounds < 50, "the kernel gave no number twice, so this shows nothing"


def test_a_failed_bind_leaves_nothing_open(rig: Rig) -> None:
    async def main() -> None:
        with TcpListener.bind() as listener:
            _, port = listener.local_addr[:2]
            with pytest.raises(OSError, match=r".") as caught:
                TcpListener.bind(port=port)
            assert caught.value.errno == errno.EADDRINUSE

    rig.run(main())
