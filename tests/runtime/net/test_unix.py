"""Unix sockets: connections and datagrams by path, by abstract name, and without a name."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from tools.peers import BIG, read_to_end, settle
from tools.rig import Rig

from wakepoint import (
    ClosedResourceError,
    UnixDatagram,
    UnixListener,
    UnixStream,
    backends,
    join,
    run,
    select,
    spawn,
    yield_now,
)
from wakepoint.net import UCred

pytestmark = pytest.mark.skipif(
    not hasattr(socket, "AF_UNIX"), reason="Windows has no Unix sockets in Python"
)
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has abstract names")


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A path, short enough for an address."""
    monkeypatch.chdir(tmp_path)
    return "socket"


def test_a_connection_by_path(real_rig: Rig, path: str) -> None:
    async def main() -> bytes:
        with UnixListener.bind(path) as listener:
            assert listener.local_addr == path
            client, (server, address) = await join(UnixStream.connect(path), listener.accept())
            with client, server:
                assert address == ""
                assert (client.peer_addr, server.local_addr) == (path, path)

                async def send() -> None:
                    await client.write_all(BIG)
                    client.shutdown()

                _, received = await join(send(), read_to_end(server))
                return received

    assert real_rig.run(main()) == BIG
    assert Path(path).is_socket()  # it stays, as tokio's


@on_linux
def test_a_connection_by_abstract_name(real_rig: Rig) -> None:
    name = f"\0wakepoint-{os.getpid()}-{real_rig.name}"

    async def main() -> bytes:
        with UnixListener.bind(name) as listener:
            assert listener.local_addr == name.encode()
            client, (server, _) = await join(UnixStream.connect(name), listener.accept())
            with client, server:
                await server.write_all(b"hello")
                return await client.read()

    assert real_rig.run(main()) == b"hello"


@on_linux
def test_the_peer_is_known(real_rig: Rig) -> None:
    async def main() -> None:
        one, other = UnixStream.pair()
        with one, other:
            system: Any = os
            ours = UCred(os.getpid(), system.getuid(), system.getgid())
            assert (one.peer_cred(), other.peer_cred()) == (ours, ours)

    real_rig.run(main())


def test_both_directions_of_a_pair_at_once(real_rig: Rig) -> None:
    async def send(stream: UnixStream, data: bytes) -> None:
        await stream.write_all(data)
        await stream.shutdown()

    async def main() -> tuple[bytes, bytes]:
        one, other = UnixStream.pair()
        with one, other:
            _, _, there, back = await join(
                send(one, BIG), send(other, BIG[::-1]), read_to_end(other), read_to_end(one)
            )
            return there, back

    there, back = real_rig.run(main())
    assert (there == BIG, back == BIG[::-1]) == (True, True)


def test_the_halves_of_a_pair(real_rig: Rig) -> None:
    async def main() -> bytes:
        one, other = UnixStream.pair()
        reader, writer = one.into_split()
        with other, reader:
            with writer:
                await writer.write_all(b"hello")
            return await read_to_end(other)

    assert real_rig.run(main()) == b"hello"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has connections wait for room")
def test_a_full_queue_of_connections_is_waited_for(real_rig: Rig, path: str) -> None:
    async def main() -> int:
        with UnixListener.bind(path, backlog=1) as listener:
            connecting = [spawn(UnixStream.connect(path)) for _ in range(6)]
            await settle()
            accepted = [(await listener.accept())[0] for _ in connecting]
            clients = [await each for each in connecting]
            for stream in [*accepted, *clients]:
                stream.close()
            return len(accepted)

    assert real_rig.run(main()) == 6


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has connections wait for room")
def test_connecting_can_be_given_up_while_the_queue_is_full(real_rig: Rig, path: str) -> None:
    async def main() -> None:
        with UnixListener.bind(path, backlog=1) as listener:
            waiting = []
            while True:
                index, stream = await select(UnixStream.connect(path), settle())
                if index == 1:
                    break
                waiting.append(stream)
            for _ in waiting:
                stream, _ = await listener.accept()
                stream.close()
            for stream in waiting:
                stream.close()

    if real_rig.name == "io_uring":
        pytest.skip("there a call may take longer than anything of ours")
    real_rig.run(main())  # pytest fails on a socket that is left open


def test_nobody_there(real_rig: Rig, path: str) -> None:
    async def main() -> None:
        with pytest.raises(FileNotFoundError):
            await UnixStream.connect(path)
        UnixListener.bind(path).close()
        with pytest.raises(ConnectionRefusedError):
            await UnixStream.connect(path)
        with pytest.raises(OSError, match="Address already in use"):
            UnixListener.bind(path)
        with pytest.raises(OSError, match="AF_UNIX path too long"):
            await UnixStream.connect("x" * 200)
        with pytest.raises(OSError, match="AF_UNIX path too long"):
            UnixDatagram.bind("x" * 200)

    real_rig.run(main())


def test_a_connection_that_nobody_waits_for_makes_no_socket(path: str) -> None:
    async def main() -> None:
        UnixStream.connect(path).drop()

    run(main())


def test_a_listener_that_is_closed_tells_who_waits(real_rig: Rig, path: str) -> None:
    async def main() -> None:
        listener = UnixListener.bind(path)
        accepting = spawn(listener.accept())
        await settle()
        listener.close()
        with pytest.raises(ClosedResourceError):
            await accepting

    real_rig.run(main())


@pytest.mark.usefixtures("path")
def test_datagrams_by_path(real_rig: Rig) -> None:
    async def main() -> None:
        with UnixDatagram.bind("one") as one, UnixDatagram.bind("other") as other:
            assert await one.send_to(b"hello", "other") == 5
            assert await other.recv_from() == (b"hello", "one")
            other.connect("one")
            await other.send(b"back")
            assert await one.recv() == b"back"
            with UnixDatagram.unbound() as nameless:
                await nameless.send_to(b"whose?", "one")
                assert await one.recv_from(3) == (b"who", None)

    real_rig.run(main())


@on_linux
def test_datagrams_by_abstract_name(real_rig: Rig) -> None:
    name = f"\0wakepoint-{os.getpid()}-datagrams-{real_rig.name}"

    async def main() -> tuple[bytes, object]:
        with UnixDatagram.bind(name) as one, UnixDatagram.unbound() as other:
            other.connect(name)
            await one.send_to(b"to myself", name)
            return await one.recv_from()

    assert real_rig.run(main()) == (b"to myself", name.encode())


def test_none_is_lost_however_slowly_they_are_read(real_rig: Rig, path: str) -> None:
    """A full queue is waited for, also where the kernel tells nobody that there is room."""

    async def main() -> list[bytes]:
        with UnixDatagram.bind(path) as receiver, UnixDatagram.unbound() as sender:
            expected = [bytes([number]) for number in range(200)]

            async def send() -> None:
                for each in expected:
                    await sender.send_to(each, path)

            sending = spawn(send())
            await settle()
            assert not sending.is_finished()
            received = [await receiver.recv() for _ in expected]
            await sending
            assert received == expected
            return received

    assert len(real_rig.run(main())) == 200


def test_a_pair_of_datagram_sockets(real_rig: Rig) -> None:
    async def main() -> list[bytes]:
        one, other = UnixDatagram.pair()
        with one, other:

            async def send() -> None:
                for number in range(1_000):
                    await one.send(bytes([number % 256]))
                one.shutdown()

            sending = spawn(send())
            received = [await other.recv() for _ in range(1_000)]
            await sending
            with pytest.raises(BrokenPipeError):
                await one.send(b"too late")
            return received

    assert real_rig.run(main()) == [bytes([number % 256]) for number in range(1_000)]


def test_a_receive_that_is_dropped_loses_no_datagram(real_rig: Rig) -> None:
    async def main() -> bytes:
        one, other = UnixDatagram.pair()
        with one, other:
            index, _ = await select(other.recv(), yield_now())
            assert index == 1
            await one.send(b"kept")
            return await other.recv()

    assert real_rig.run(main()) == b"kept"


def test_the_simulated_kernel_says_that_it_has_none() -> None:
    async def main() -> None:
        for make in (UnixStream.pair, UnixDatagram.pair, UnixDatagram.unbound):
            with pytest.raises(NotImplementedError, match="no Unix sockets on Simulated"):
                make()
        with pytest.raises(NotImplementedError, match="no Unix sockets on Simulated"):
            await UnixStream.connect("socket")

    Rig("simulated", False, lambda: backends.make_kernel("simulated")).run(main())
