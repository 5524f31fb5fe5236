"""TLS against Python's own blocking `ssl`, and against itself on every backend."""

from __future__ import annotations

import shutil
import ssl
import sys
from typing import Any

import pytest
from tools.certified import (
    VERSIONS,
    blocking_client,
    blocking_server,
    client_context,
    encrypted,
    server_context,
)
from tools.peers import BIG, connected, read_to_end, reset, settle
from tools.rig import Rig

from wakepoint import (
    BrokenResourceError,
    BusyResourceError,
    Child,
    ClosedResourceError,
    Command,
    JoinHandle,
    TcpListener,
    TcpStream,
    join,
    run,
    select,
    spawn,
    try_join,
    yield_now,
)
from wakepoint.io import BufReader, copy_bidirectional
from wakepoint.net import tls
from wakepoint.net.tls import TlsStream
from wakepoint.process import PIPE

MEGABYTE = BIG[: 2**20]


async def connected_to(port: int) -> TlsStream:
    """An encrypted connection to a server that blocks."""
    tcp = await TcpStream.connect("127.0.0.1", port)
    return await tls.connect(tcp, client_context(), "localhost")


# -- against Python's own ----------------------------------------------------------------------


def test_a_client_of_a_blocking_server(real_rig: Rig) -> None:
    def serve(peer: ssl.SSLSocket) -> None:
        data = b""
        while part := peer.recv(65536):
            data += part
        assert data == MEGABYTE
        peer.sendall(MEGABYTE[::-1])
        peer.unwrap()  # says close_notify; ours has come already

    async def main(port: int) -> bytes:
        with await connected_to(port) as stream:
            assert stream.ssl_object.version() == "TLSv1.3"
            await stream.write_all(MEGABYTE)
            await stream.shutdown()
            return await read_to_end(stream)

    with blocking_server(serve) as port:
        assert real_rig.run(main(port)) == MEGABYTE[::-1]


def test_a_server_of_a_blocking_client(real_rig: Rig) -> None:
    def work(peer: ssl.SSLSocket) -> None:
        peer.sendall(b"one\ntwo\n")
        assert peer.recv(100) == b"2 lines"
        assert peer.recv(100) == b""
        peer.unwrap()

    async def serve(listener: TcpListener) -> int:
        tcp, _ = await listener.accept()
        with await tls.accept(tcp, server_context()) as stream:
            lines = BufReader(stream)
            count = len([await lines.read_line() for _ in range(2)])
            await stream.write_all(f"{count} lines".encode())
            await stream.shutdown()
            assert await lines.read() == b""
            return count

    async def main() -> int:
        with TcpListener.bind() as listener, blocking_client(listener.local_addr[1], work):
            return await serve(listener)

    assert real_rig.run(main()) == 2


def test_a_blocking_peer_takes_a_connection_that_is_not_shut_down_for_cut(real_rig: Rig) -> None:
    def serve(peer: Any) -> None:
        assert peer.recv(100) == b"hello"
        peer.sendall(b"heard")
        peer.suppress_ragged_eofs = False
        with pytest.raises(ssl.SSLEOFError):
            peer.recv(100)

    async def main(port: int) -> None:
        with await connected_to(port) as stream:
            await stream.write_all(b"hello")
            assert await stream.read() == b"heard"

    with blocking_server(serve) as port:
        real_rig.run(main(port))


def test_so_do_we(real_rig: Rig) -> None:
    def serve(peer: ssl.SSLSocket) -> None:
        peer.sendall(b"all of it?")

    async def main(port: int) -> None:
        with await connected_to(port) as stream:
            assert await stream.read() == b"all of it?"
            for _ in range(2):
                with pytest.raises(BrokenResourceError, match="without close_notify"):
                    await stream.read()

    with blocking_server(serve) as port:
        real_rig.run(main(port))


@pytest.mark.skipif(not shutil.which("openssl"), reason="OpenSSL's command is not installed")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows starts programs in another way")
def test_the_peer_asks_for_new_keys() -> None:
    """With TLS 1.3 either side may do so at any time; the other answers with its own."""
    rounds = 3

    async def main() -> str:
        with TcpListener.bind() as listener:
            port = listener.local_addr[1]
            arguments = ("s_client", "-msg", "-connect", f"127.0.0.1:{port}", "-tls1_3")
            child = Command("openssl", *arguments, stdin=PIPE, stdout=PIPE, stderr=PIPE).spawn()
            try:
                return await talk(listener, child)
            finally:
                child.reap()
                child.close()

    async def talk(listener: TcpListener, child: Child) -> str:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        tcp, _ = await listener.accept()
        stream = await tls.accept(tcp, server_context())
        messages, seen = BufReader(child.stderr), BufReader(child.stdout)
        shown = b""
        with stream:
            lines = BufReader(stream)
            for number in range(rounds):
                await child.stdin.write_all(b"K\n")  # its command for new keys, and to ask for ours
                await messages.read_until(b"KEYUPDATE\n")
                await child.stdin.write_all(b"%d hello\n" % number)
                assert await lines.read_line() == f"{number} hello\n"
                await stream.write_all(b"%d answer\n" % number)
                shown += await seen.read_until(b"%d answer\n" % number)
            await stream.shutdown()
            return (shown + await seen.read_to_end()).decode()

    received = "<<< TLS 1.3, Handshake [length 0005], KeyUpdate"
    assert run(main()).count(received) == rounds


# -- against itself, on every backend ----------------------------------------------------------


def test_both_directions_at_once(rig: Rig) -> None:
    async def send(stream: TlsStream, data: bytes) -> None:
        await stream.write_all(data)
        await stream.shutdown()

    async def main() -> tuple[bytes, bytes]:
        async with encrypted() as (client, server):
            tasks = [spawn(send(client, MEGABYTE)), spawn(send(server, MEGABYTE[::-1]))]
            received = await join(read_to_end(client), read_to_end(server))
            for task in tasks:
                await task
            return received

    to_client, to_server = rig.run(main())
    assert (to_client == MEGABYTE[::-1], to_server == MEGABYTE) == (True, True)


def test_who_does_not_read_makes_who_writes_wait(rig: Rig) -> None:
    async def main() -> None:
        async with encrypted() as (client, server):
            writing = spawn(client.write_all(BIG))
            answering = spawn(server.write_all(b"the other way is free"))
            assert await client.read_exact(21) == b"the other way is free"
            await answering
            await settle()
            assert not writing.is_finished()
            assert await server.read_exact(len(BIG)) == BIG
            await writing

    rig.run(main())


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_after_a_shutdown_reading_goes_on(rig: Rig, version: ssl.TLSVersion) -> None:
    async def main() -> None:
        async with encrypted(version) as (client, server):
            await server.write_all(b"0123456789")
            assert await client.read(4) == b"0123"  # the rest is decrypted and waits
            await client.shutdown()
            await client.shutdown()
            assert await server.read() == b""
            assert await client.read(3) == b"456"
            await server.write_all(b"more")
            assert await client.read_exact(7) == b"789more"
            with pytest.raises(BrokenPipeError, match="after shutdown"):
                await client.write_all(b"late")
            await server.shutdown()
            assert [await client.read(), await client.read()] == [b"", b""]

    rig.run(main())


def test_a_connection_that_is_cut_is_an_error(rig: Rig) -> None:
    async def main() -> None:
        async with encrypted() as (client, server):
            await client.write_all(b"part")
            await client.stream.shutdown()  # the end of the stream, without TLS knowing
            assert await server.read() == b"part"
            with pytest.raises(BrokenResourceError, match="without close_notify"):
                await server.read()
            await server.shutdown()  # whether anybody hears it, nobody knows

    rig.run(main())


def test_a_reset_is_an_error(rig: Rig) -> None:
    async def main() -> None:
        async with encrypted() as (client, server):
            below = client.stream
            assert isinstance(below, TcpStream)
            reading = spawn(server.read())
            await settle()
            reset(below)
            with pytest.raises(ConnectionResetError):
                await reading

    rig.run(main())


async def read_once(stream: TlsStream) -> bytes:
    """With TLS 1.3 a server hears of a handshake that failed for the client when it reads."""
    with stream:
        return await stream.read()


def test_a_name_that_the_certificate_is_not_for(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (one, other):
            serving = spawn(tls.accept(other, server_context()))
            with pytest.raises(ssl.SSLCertVerificationError) as caught:
                await tls.connect(one, client_context(), "wrong.example")
            assert "not valid for 'wrong.example'" in str(caught.value)
            assert one.source.closed
            with pytest.raises(ssl.SSLError, match="ALERT"):  # the server is told why
                await read_once(await serving)

    rig.run(main())


def test_a_certificate_that_nobody_vouches_for(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (one, other):
            serving = spawn(tls.accept(other, server_context()))
            with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
                await tls.connect(one, ssl.create_default_context(), "localhost")
            with pytest.raises(ssl.SSLError, match="UNKNOWN_CA"):
                await read_once(await serving)

    rig.run(main())


def test_contexts_and_names_that_do_not_fit(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (one, other):
            with pytest.raises(ValueError, match="pass server_hostname"):
                await tls.connect(one, client_context(), None)
            with pytest.raises(ssl.SSLError, match="Cannot create a server socket"):
                await tls.accept(other, client_context())
            assert (one.source.closed, other.source.closed) == (True, True)

    rig.run(main())


def test_a_peer_that_speaks_no_tls(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (one, other):
            await other.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\n")
            with pytest.raises(ssl.SSLError, match="WRONG_VERSION_NUMBER"):
                await tls.connect(one, client_context(), "localhost")

    rig.run(main())


def test_a_peer_that_leaves_in_the_middle_of_the_handshake(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (one, other):
            other.shutdown()
            with pytest.raises(BrokenResourceError, match="during the TLS handshake"):
                await tls.connect(one, client_context(), "localhost")

    rig.run(main())


def test_a_handshake_that_is_dropped_closes_the_stream(rig: Rig) -> None:
    async def main() -> None:
        async with connected() as (one, other):
            index, _ = await select(tls.connect(one, client_context(), "localhost"), settle())
            assert index == 1
            assert one.source.closed
            tls.accept(other, server_context()).drop()
            assert other.source.closed

    rig.run(main())


def test_a_read_that_is_dropped_loses_nothing(rig: Rig) -> None:
    async def main() -> bytes:
        async with encrypted() as (client, server):
            index, _ = await select(server.read(), yield_now())
            assert index == 1
            await client.write_all(b"kept")
            return await server.read()

    assert rig.run(main()) == b"kept"


def test_a_write_that_is_dropped_leaves_a_connection_that_works(rig: Rig) -> None:
    async def main() -> bytes:
        async with encrypted() as (client, server):
            index, _ = await select(client.write_all(BIG), settle())
            assert index == 1

            async def end() -> None:
                await client.write_all(b"the end")
                await client.shutdown()

            _, received = await join(end(), read_to_end(server))
            return received

    received = rig.run(main())
    assert received.endswith(b"the end")
    assert BIG.startswith(received.removesuffix(b"the end"))


def test_two_that_read_at_once_are_told(rig: Rig) -> None:
    async def main() -> None:
        async with encrypted() as (client, _):
            with pytest.raises(BusyResourceError, match="already waits to read"):
                await try_join(client.read(), client.read())
            with pytest.raises(BusyResourceError, match="already waits to write"):
                await try_join(client.write_all(BIG), client.write_all(BIG))

    rig.run(main())


def test_closing_ends_what_waits(rig: Rig) -> None:
    async def main() -> None:
        async with encrypted() as (client, _):
            tasks: list[JoinHandle[Any]] = [spawn(client.read()), spawn(client.write_all(BIG))]
            await settle()
            client.close()
            client.close()
            for task in tasks:
                with pytest.raises(ClosedResourceError):
                    await task
            with pytest.raises(ClosedResourceError):
                await client.shutdown()

    rig.run(main())


def test_tls_within_tls(rig: Rig) -> None:
    async def main() -> bytes:
        async with encrypted() as (one, other):
            client, server = await join(
                tls.connect(one, client_context(), "localhost"),
                tls.accept(other, server_context()),
            )
            with client, server:
                sending = spawn(client.write_all(MEGABYTE))
                received = await server.read_exact(len(MEGABYTE))
                await sending
                return received

    assert rig.run(main()) == MEGABYTE


def test_a_proxy_that_encrypts(rig: Rig) -> None:
    async def main() -> tuple[bytes, bytes]:
        async with connected() as (client, near), encrypted() as (far, server):
            proxy = spawn(copy_bidirectional(near, far))
            await client.write_all(b"question")
            client.shutdown()
            question = await read_to_end(server)
            await server.write_all(b"answer")
            await server.shutdown()
            answer = await read_to_end(client)
            assert await proxy == (8, 6)
            return question, answer

    assert rig.run(main()) == (b"question", b"answer")


def test_what_ssl_knows_of_the_peer() -> None:
    async def main() -> None:
        async with encrypted() as (client, server):
            certificate: Any = client.ssl_object.getpeercert()
            assert ("DNS", "localhost") in certificate["subjectAltName"]
            assert server.ssl_object.server_side
            assert repr(client).startswith("TlsStream(TLSv1.3 over TcpStream(fd=")
            assert repr(client.read(5)).startswith("read(TcpStream(fd=")
            assert await client.read(0) == b""
            assert await client.write(b"") == 0

    run(main())
