"""A program whose course its author has settled gives the same recording in every run."""

from __future__ import annotations

import pytest

from wakepoint.recording import dumps, record

CLIENTS = """
import wakepoint

async def serve(stream):
    with stream:
        while data := await stream.read(100):
            await stream.write_all(data.upper())

async def client(port, word):
    with await wakepoint.TcpStream.connect("127.0.0.1", port) as stream:
        await stream.write_all(word)
        return await stream.read_exact(len(word))

async def main():
    with wakepoint.TcpListener.bind() as listener:
        port = listener.local_addr[1]
        for word in (b"one", b"two", b"three", b"four", b"five"):
            asking = wakepoint.spawn(client(port, word))
            stream, _ = await listener.accept()
            serving = wakepoint.spawn(serve(stream))
            print(await asking)
            await serving

wakepoint.run(main())
"""

AT_ONCE = """
import wakepoint

async def client(port, word):
    with await wakepoint.TcpStream.connect("127.0.0.1", port) as stream:
        await stream.write_all(word)
        return await stream.read_exact(len(word))

async def serve(listener):
    stream, _ = await listener.accept()
    with stream:
        await stream.write_all(await stream.read())

async def main():
    with wakepoint.TcpListener.bind() as one, wakepoint.TcpListener.bind() as other:
        servers = wakepoint.join(serve(one), serve(other))
        clients = wakepoint.join(
            client(one.local_addr[1], b"left"), client(other.local_addr[1], b"right")
        )
        print(await wakepoint.join(servers, clients))

wakepoint.run(main())
"""

DATAGRAMS = """
import wakepoint

async def main():
    with wakepoint.UdpSocket.bind() as one, wakepoint.UdpSocket.bind() as other:
        reading = wakepoint.spawn(other.recv_from())
        await one.send_to(b"first", other.local_addr)
        print((await reading)[0])
        await one.send_to(b"second", other.local_addr)
        print((await other.recv_from())[0])

wakepoint.run(main())
"""

PIPE = """
import wakepoint

async def main():
    reader, writer = wakepoint.pipe()
    with reader, writer:
        reading = wakepoint.spawn(reader.read())
        await wakepoint.yield_now()
        await writer.write_all(b"through a pipe")
        print(await reading)
        await writer.write_all(b"again")
        writer.close()
        print(await reader.read(), await reader.read())

wakepoint.run(main())
"""

CANCELLED = """
import wakepoint

async def main():
    with wakepoint.TcpListener.bind() as listener:
        client, (server, _) = await wakepoint.join(
            wakepoint.TcpStream.connect(*listener.local_addr), listener.accept()
        )
    with client, server:
        for _ in range(3):
            index, _ = await wakepoint.select(server.read(), wakepoint.sleep(0.001))
            assert index == 1
        await client.write_all(b"still here")
        print(await server.read_exact(10))
        reading = wakepoint.spawn(server.read())
        await wakepoint.yield_now()
        server.close()
        try:
            await reading
        except wakepoint.ClosedResourceError as error:
            print(error)

wakepoint.run(main())
"""

TIMERS = """
import wakepoint

async def tick(name, seconds, times):
    for _ in range(times):
        await wakepoint.sleep(seconds)
        print(name)

async def main():
    with wakepoint.TcpListener.bind() as listener:
        waiting = wakepoint.spawn(listener.accept())
        await wakepoint.join(tick("slow", 0.05, 1), tick("quick", 0.01, 2))
        with await wakepoint.TcpStream.connect(*listener.local_addr):
            (await waiting)[0].close()
        try:
            await wakepoint.timeout(0.01, listener.accept())
        except TimeoutError:
            print("too late")

wakepoint.run(main())
"""

CALLS = """
import threading
import wakepoint

called = threading.Event()

async def call(number):
    called.clear()
    calling = wakepoint.spawn_blocking(called.set)
    called.wait()  # it has nearly returned, or has
    await calling
    print(number)

async def main():
    for number in range(3):
        await call(number)
    await wakepoint.join(wakepoint.spawn_blocking(int), wakepoint.net.lookup_host("127.0.0.1", 80))

wakepoint.run(main())
"""

PROGRAMS = {
    "blocking calls": CALLS,
    "clients, one by one": CLIENTS,
    "two conversations at once": AT_ONCE,
    "datagrams": DATAGRAMS,
    "pipe": PIPE,
    "cancelled": CANCELLED,
    "timers and a connection": TIMERS,
}


@pytest.mark.parametrize("source", PROGRAMS.values(), ids=PROGRAMS)
def test_ten_runs_are_one(source: str) -> None:
    first = record(source)
    assert first.outcome.kind == "finished", first.outcome
    assert first.environment.backend is not None
    text = dumps(first)
    for _ in range(9):
        assert dumps(record(source)) == text


BUSY = """
import wakepoint

async def main():
    sleeping = wakepoint.spawn(wakepoint.sleep(0.001))
    while not sleeping.is_finished():
        await wakepoint.yield_now()

wakepoint.run(main())
"""


def test_a_timer_lets_events_go_first_but_not_for_ever() -> None:
    assert record(BUSY, timeout=10).outcome.kind == "finished"


NEVER_ASLEEP = """
import wakepoint

async def main():
    calling = wakepoint.spawn(wakepoint.spawn_blocking(int))
    while not calling.is_finished():
        await wakepoint.yield_now()

wakepoint.run(main())
"""


def test_a_blocking_call_waits_for_a_sleep_but_not_for_ever() -> None:
    assert record(NEVER_ASLEEP, timeout=10).outcome.kind == "finished"


def test_no_timer_fires_before_its_time() -> None:
    source = """
import time, wakepoint

async def tick(seconds, times):
    for _ in range(times):
        start = time.perf_counter()
        await wakepoint.sleep(seconds)
        assert time.perf_counter() >= start + seconds

async def busy():
    for _ in range(5):
        await wakepoint.sleep(0.002)
        end = time.perf_counter() + 0.01
        while time.perf_counter() < end:
            pass

async def main():
    await wakepoint.join(tick(0.001, 10), tick(0.003, 5), busy())

wakepoint.run(main())
"""
    assert record(source).outcome.kind == "finished"
