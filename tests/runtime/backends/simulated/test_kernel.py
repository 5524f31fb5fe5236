"""The simulated kernel: virtual time, and a network that can be made slow and choppy."""

from __future__ import annotations

import time
from collections.abc import Awaitable
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.peers import connected, read_to_end
from tools.rig import CountingKernel

from wakepoint import (
    Deadlock,
    Executor,
    Reactor,
    TcpListener,
    TcpStream,
    UdpSocket,
    backends,
    executor,
    join,
    run,
    sleep,
    spawn,
    spawn_blocking,
    timeout,
)
from wakepoint.backends.simulated.kernel import SimulatedKernel
from wakepoint.backends.simulated.world import World
from wakepoint.kernel import Kernel

T = TypeVar("T")


def simulate(future: Awaitable[T], world: World, calls: list[str] | None = None) -> T:
    """Runs a future in a world of its own."""
    kernel: Any = CountingKernel(SimulatedKernel(world), [] if calls is None else calls)  # type: ignore[arg-type]
    return Executor(Reactor(backends.factory("simulated"), kernel)).block_on(future)


def now() -> float:
    """The time that the program sees."""
    return executor.current().reactor.kernel.monotonic()


def test_a_day_passes_at_once() -> None:
    async def main() -> float:
        start = now()
        await sleep(86_400)
        return now() - start

    before = time.monotonic()
    assert run(main(), backend="simulated") == pytest.approx(86_400)
    assert time.monotonic() - before < 10


def test_virtual_time_passes_in_the_network_too() -> None:
    async def main() -> tuple[float, float]:
        start = now()
        async with connected() as (client, server):
            made = now() - start
            await client.write_all(b"x")
            await server.read()
            return made, now() - start - made

    made, sent = simulate(main(), World(latency=0.25))
    assert made == pytest.approx(0.5, abs=0.001)  # there and back
    assert sent == pytest.approx(0.25, abs=0.001)


async def talk() -> list[bytes]:
    """A program with timers, sockets and several tasks."""
    messages: list[bytes] = []

    async def serve(listener: TcpListener) -> None:
        for _ in range(3):
            stream, _ = await listener.accept()
            with stream:
                await sleep(0.0005)
                await stream.write_all((await read_to_end(stream)).upper())

    async def ask(port: int, word: bytes) -> None:
        with await TcpStream.connect("localhost", port) as stream:
            await stream.write_all(word)
            stream.shutdown()
            messages.append(await read_to_end(stream))

    with TcpListener.bind() as listener:
        port = listener.local_addr[1]
        serving = spawn(serve(listener))
        await join(*(ask(port, word) for word in (b"one", b"two", b"three")))
        await serving
    return messages


def test_a_program_does_the_same_in_every_run() -> None:
    runs = []
    for _ in range(5):
        calls: list[str] = []
        world = World(latency=0.003, segment=2, gap=0.0001)
        messages = simulate(talk(), world, calls)
        runs.append((messages, calls, world.now))
    assert runs[0][0] == [b"ONE", b"TWO", b"THREE"]
    assert all(each == runs[0] for each in runs)


def test_pieces_arrive_one_by_one() -> None:
    async def main() -> list[bytes]:
        async with connected() as (client, server):
            await client.write_all(b"abcdefg")
            client.shutdown()
            parts = [await server.read()]
            while parts[-1]:
                parts.append(await server.read())
            return parts

    assert simulate(main(), World(segment=3, gap=0.01)) == [b"abc", b"def", b"g", b""]


@given(
    writes=st.lists(st.binary(min_size=1, max_size=200), max_size=10),
    segment=st.integers(1, 64),
    buffer=st.integers(1, 128),
    gap=st.sampled_from([0.0, 0.0001, 0.01]),
    size=st.integers(1, 50),
)
def test_however_it_is_cut_the_stream_arrives_whole_and_in_order(
    writes: list[bytes], segment: int, buffer: int, gap: float, size: int
) -> None:
    async def main() -> bytes:
        async with connected() as (client, server):
            return (await join(read(server), write(client)))[0]

    async def write(stream: TcpStream) -> None:
        for data in writes:
            await stream.write_all(data)
        stream.shutdown()

    async def read(stream: TcpStream) -> bytes:
        parts = []
        while part := await stream.read(size):
            parts.append(part)
        return b"".join(parts)

    world = World(segment=segment, buffer=buffer, gap=gap)
    assert simulate(main(), world) == b"".join(writes)


def test_two_that_wait_for_each_other_are_a_deadlock() -> None:
    async def main() -> None:
        async with connected() as (client, server):
            await join(client.read(), server.read())

    with pytest.raises(Deadlock, match=r"join\(recv"):
        run(main(), backend="simulated")


def test_a_listener_that_nobody_calls_is_a_deadlock() -> None:
    async def main() -> None:
        with TcpListener.bind() as listener:
            await listener.accept()

    with pytest.raises(Deadlock, match="accept"):
        run(main(), backend="simulated")


def test_a_full_backlog_delays_a_connection_as_on_linux() -> None:
    async def main() -> float:
        with TcpListener.bind(backlog=1) as listener:
            start = now()
            first = spawn(TcpStream.connect(*listener.local_addr))
            second = spawn(TcpStream.connect(*listener.local_addr))
            with await first:
                await sleep(0.1)
                for _ in range(2):
                    stream, _ = await listener.accept()
                    stream.close()
                with await second:
                    return now() - start

    assert 1 < simulate(main(), World()) < 1.1


def test_a_datagram_without_room_is_lost() -> None:
    async def main() -> list[bytes]:
        with UdpSocket.bind() as one, UdpSocket.bind() as other:
            for word in (b"12345678", b"too much", b"ok"):
                await one.send_to(word, other.local_addr)
            datagrams = []
            for _ in range(2):
                datagrams.append((await other.recv_from())[0])
            with pytest.raises(TimeoutError):
                await timeout(1, other.recv_from())
            return datagrams

    assert simulate(main(), World(buffer=10)) == [b"12345678", b"ok"]


def test_a_connected_udp_socket_is_told_that_nobody_listens() -> None:
    async def main() -> None:
        with UdpSocket.bind() as one, UdpSocket.bind() as other:
            one.connect(*other.local_addr)
            other.close()
            await one.send(b"hello?")
            with pytest.raises(ConnectionRefusedError):
                await one.recv()

    run(main(), backend="simulated")


def test_while_a_thread_is_out_time_passes_as_the_real_one() -> None:
    async def main() -> float:
        start = now()
        await spawn_blocking(time.sleep, 0.05)
        return now() - start

    assert run(main(), backend="simulated") == pytest.approx(0.05, abs=5)


def test_a_thread_that_takes_too_long_is_not_waited_for() -> None:
    async def main() -> None:
        with pytest.raises(TimeoutError):
            await timeout(0.01, spawn_blocking(time.sleep, 0.2))

    run(main(), backend="simulated")


def test_it_says_of_everything_whether_it_has_it() -> None:
    """What asks a kernel which calls there are gets an answer from this one too."""
    asked = [name for name in vars(Kernel) if name.startswith("has_") or name == "lookup_blocks"]
    assert len(asked) >= 5
    assert not any(getattr(SimulatedKernel(), name) for name in asked)
