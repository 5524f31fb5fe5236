"""What only io_uring does: one call for many, one call again and again."""

from __future__ import annotations

import errno
import gc
import os
import socket
import sys
import threading
from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from tools.peers import BIG, connected, read_to_end, settle

from wakepoint import (
    Executor,
    JoinError,
    PipeReader,
    PipeWriter,
    Reactor,
    TcpListener,
    TcpStream,
    UdpSocket,
    backends,
    join,
    pipe,
    select,
    spawn,
    yield_now,
)

if sys.platform != "linux":
    pytest.skip("only Linux has io_uring", allow_module_level=True)

from wakepoint.backends.uring.backend import BUFFER_SIZE, BUFFERS
from wakepoint.backends.uring.entries import Cqe, Sqe
from wakepoint.backends.uring.kernel import Features, UringKernel
from wakepoint.backends.uring.multishot import MAX_AHEAD
from wakepoint.backends.uring.submission import ENTRIES
from wakepoint.executor import current

pytestmark = pytest.mark.io_uring
T = TypeVar("T")


class Spy(UringKernel):
    """Remembers what was submitted, call by call of io_uring_enter, and what came of it."""

    def __init__(self) -> None:
        super().__init__()
        self.submitted: list[list[str]] = []
        self.done: list[Cqe] = []

    def io_uring_enter(
        self, ring: Any, sqes: Sequence[Sqe], room: int, timeout: float | None
    ) -> list[Cqe]:
        self.submitted.append([sqe.call for sqe in sqes])
        cqes = super().io_uring_enter(ring, sqes, room, timeout)
        self.done += cqes
        return cqes

    def io_uring_submit(self, ring: Any, sqes: Sequence[Sqe]) -> int:
        self.submitted.append([sqe.call for sqe in sqes])
        return super().io_uring_submit(ring, sqes)

    @property
    def calls(self) -> list[str]:
        """Every call that was submitted."""
        return [call for batch in self.submitted for call in batch]


def run(future: Awaitable[T], kernel: UringKernel) -> T:
    """As `wakepoint.run`, on that kernel."""
    reactor = Reactor(backends.factory("io_uring"), kernel)
    try:
        return Executor(reactor).block_on(future)
    finally:
        reactor.shut_down()


@pytest.fixture
def spy() -> Spy:
    return Spy()


# -- submission --------------------------------------------------------------------------------


def test_what_tasks_ask_for_in_a_turn_goes_to_the_kernel_in_one_call(spy: Spy) -> None:
    async def main() -> None:
        pipes = [pipe() for _ in range(10)]
        reading = [spawn(reader.read()) for reader, _ in pipes]
        writing = [spawn(writer.write(b"x")) for _, writer in pipes]
        await join(*reading, *writing)
        for reader, writer in pipes:
            reader.close()
            writer.close()

    run(main(), spy)
    assert [len(batch) for batch in spy.submitted if batch] == [20]


def test_more_calls_in_a_turn_than_the_queue_holds(spy: Spy) -> None:
    async def main() -> int:
        reader, writer = pipe()
        with reader, writer:
            writing = [UdpSocket.bind() for _ in range(ENTRIES + 50)]
            total = sum(await join(*[udp.send_to(b"!", writing[0].local_addr) for udp in writing]))
            for udp in writing:
                udp.close()
            return total

    assert run(main(), spy) == ENTRIES + 50
    assert max(map(len, spy.submitted)) == ENTRIES + 50


def test_what_is_dropped_before_its_turn_ends_never_reaches_the_kernel(spy: Spy) -> None:
    async def main() -> None:
        reader, writer = pipe()
        with reader, writer:
            for _ in range(5):
                assert (await select(reader.read(), yield_now()))[0] == 1

    run(main(), spy)
    assert spy.calls == []


# -- multishot ---------------------------------------------------------------------------------


def test_one_call_accepts_every_connection(spy: Spy) -> None:
    async def main() -> list[bytes]:
        with TcpListener.bind() as listener:
            data = []
            for number in range(5):
                client, (server, address) = await join(
                    TcpStream.connect(*listener.local_addr), listener.accept()
                )
                assert address == client.local_addr
                with client, server:
                    await client.write_all(b"%d" % number)
                    data.append(await server.read())
            return data

    assert run(main(), spy) == [b"0", b"1", b"2", b"3", b"4"]
    assert spy.calls.count("multishot_accept") == 1


def test_one_call_receives_all_data_of_a_connection(spy: Spy) -> None:
    async def main() -> None:
        async with connected() as (client, server):
            for number in range(10):
                reading = spawn(server.read())
                await settle()
                await client.write_all(b"%d" % number)
                assert await reading == b"%d" % number

    run(main(), spy)
    assert spy.calls.count("recv_multishot") == 1
    assert spy.calls.count("cancel64") == 2  # of accepting, and of receiving


def test_without_multishot_each_result_is_asked_for() -> None:
    kernel = Spy()
    kernel.features = Features(multishot_accept=False, multishot_recv=False, message=False)

    async def main() -> None:
        async with connected() as (client, server):
            for number in range(3):
                await client.write_all(b"%d" % number)
                assert await server.read() == b"%d" % number

    run(main(), kernel)
    assert kernel.calls.count("accept") == 1
    assert kernel.calls.count("recv") == 3
    assert not any("multishot" in call for call in kernel.calls)


def test_the_kernel_receives_ahead_only_so_far(spy: Spy) -> None:
    async def main() -> int:
        async with connected() as (client, server):
            await client.write_all(b"!")
            await server.read()  # from here on the kernel receives unasked
            for _ in range(MAX_AHEAD):
                await client.write_all(b"?")
                await yield_now()
            writing = spawn(client.write_all(BIG))
            for _ in range(200):
                await yield_now()
            ahead = sum(cqe.size for cqe in spy.done if cqe.data is not None)
            assert not writing.is_finished(), "the peer was never made to wait"
            client_done = spawn(finish(client, writing))
            assert await read_to_end(server) == b"?" * MAX_AHEAD + BIG
            await client_done
            return ahead

    async def finish(client: TcpStream, writing: Any) -> None:
        await writing
        client.shutdown()

    assert 0 < run(main(), spy) < BUFFERS * BUFFER_SIZE + MAX_AHEAD * BUFFER_SIZE
    assert spy.calls.count("recv_multishot") >= 2


def test_connections_that_nobody_took_are_closed_with_their_listener(spy: Spy) -> None:
    async def main() -> bytes:
        with TcpListener.bind() as listener:
            address = listener.local_addr
            first, (accepted, _) = await join(TcpStream.connect(*address), listener.accept())
            with first, accepted, await TcpStream.connect(*address) as second:
                while sum(cqe.sqe is accepting(spy) for cqe in spy.done) < 2:
                    await first.write_all(b"x")
                listener.close()
                return await second.read()

    def accepting(spy: Spy) -> Sqe:
        (call,) = {cqe.sqe for cqe in spy.done if cqe.sqe and cqe.sqe.call == "multishot_accept"}
        return call

    assert run(main(), spy) == b""


# -- closing -----------------------------------------------------------------------------------


def test_a_closed_listener_frees_its_port_at_once(spy: Spy) -> None:
    async def main() -> None:
        listener = TcpListener.bind()
        accepting = spawn(listener.accept())
        await settle()
        await yield_to_kernel()
        _, port = listener.local_addr[:2]
        listener.close()
        TcpListener.bind(port=port).close()  # in the same turn
        accepting.abort()

    run(main(), spy)
    assert "multishot_accept" in spy.calls


def test_the_peer_hears_of_the_end_in_the_turn_of_the_close(spy: Spy) -> None:
    async def main() -> bytes:
        with TcpListener.bind() as listener, socket.socket() as peer:
            peer.settimeout(10)
            peer.connect(listener.local_addr)
            server, _ = await listener.accept()
            reading = spawn(server.read())
            await settle()
            await yield_to_kernel()
            server.close()
            reading.abort()
            return peer.recv(10)  # blocks this thread: nobody enters the ring meanwhile

    assert run(main(), spy) == b""
    assert "recv_multishot" in spy.calls


async def yield_to_kernel() -> None:
    """Lets what was queued be submitted."""
    reader, writer = pipe()
    with reader, writer:
        await writer.write_all(b"x")


# -- memory ------------------------------------------------------------------------------------


def test_a_cancelled_call_keeps_its_memory_until_its_completion(spy: Spy) -> None:
    async def main() -> tuple[int, int]:
        reader, writer = pipe()
        with reader, writer:
            reading = spawn(reader.read(4096))
            await settle()
            await yield_to_kernel()
            ring = cast(Any, current().reactor.backend).submission.ring
            (before,) = [sqe for sqe in ring.pending.values() if sqe.call == "read"]
            buffer = before.arguments[1]
            reading.abort()
            with pytest.raises(JoinError):
                await reading
            del reading
            gc.collect()
            held = [sqe.arguments[1] for sqe in ring.pending.values() if sqe.call == "read"]
            assert held == [buffer]
            await writer.write_all(b"for the next")
            assert await reader.read() == b"for the next"
            return len(held), len(ring.pending)

    assert run(main(), spy) == (1, 0)
    assert [-cqe.res for cqe in spy.done if cqe.res < 0] == [errno.ECANCELED]


# -- the rest ----------------------------------------------------------------------------------


def test_descriptors_that_must_not_block_are_made_to(spy: Spy) -> None:
    read_end, write_end = os.pipe()

    async def main() -> tuple[bytes, bool]:
        with PipeReader.from_fd(read_end) as reader, PipeWriter.from_fd(write_end) as writer:
            reading = spawn(reader.read())
            await settle()
            await writer.write_all(b"x")
            return await reading, os.get_blocking(read_end)

    assert run(main(), spy) == (b"x", True)


def test_an_address_that_is_none_is_an_error(spy: Spy) -> None:
    async def main() -> None:
        with UdpSocket.bind() as udp:
            with pytest.raises(OSError, match="'localhost' is no address"):
                await udp.send_to(b"x", ("localhost", 9))
            with pytest.raises(OverflowError, match="0-65535"):
                await udp.send_to(b"x", ("127.0.0.1", 65536))

    run(main(), spy)


def test_datagrams_over_ipv6() -> None:
    async def main() -> tuple[bytes, Any]:
        with UdpSocket.bind("::1") as one, UdpSocket.bind("::1") as other:
            await one.send_to(b"six", other.local_addr)
            data, sender = await other.recv_from()
            assert sender == one.local_addr
            return data, len(sender)

    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    assert run(main(), UringKernel()) == (b"six", 4)


def test_on_another_thread() -> None:
    results = []

    async def main() -> bytes:
        async with connected() as (client, server):
            await client.write_all(b"there")
            return await server.read()

    thread = threading.Thread(target=lambda: results.append(run(main(), UringKernel())))
    thread.start()
    thread.join()
    assert results == [b"there"]


def test_no_ring_is_left_behind() -> None:
    async def main() -> None:
        async with connected() as (_, server):
            reading = spawn(server.read())
            await settle()
            await yield_to_kernel()
            reading.abort()

    def rings() -> int:
        return sum("io_uring" in _target(each) for each in Path("/proc/self/fd").iterdir())

    before = rings()
    run(main(), UringKernel())
    assert rings() == before


def _target(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except FileNotFoundError:  # that of the listing itself
        return ""
