"""What is IOCP's own: who owns a buffer, when a cancelled call ends, threads that share a port."""

from __future__ import annotations

import gc
import itertools
import queue
import socket
import sys
import threading
import weakref
from typing import Any

import pytest
from tools.peers import connected, settle
from tools.rig import Rig

from wakepoint import (
    PENDING,
    Context,
    Future,
    Poll,
    Ready,
    TcpStream,
    backends,
    executor,
    spawn,
    yield_now,
)

if sys.platform != "win32":
    pytest.skip(
        "only Windows has completion ports; tests/runtime/test_suites_on_windows.py runs this",
        allow_module_level=True,
    )

from wakepoint.backends.iocp.backend import IocpBackend
from wakepoint.backends.iocp.operations import Overlapped
from wakepoint.backends.iocp.port import Port

ERROR_OPERATION_ABORTED = 995
STOP = 99
"""The key of a packet that ends a thread."""


@pytest.fixture
def iocp() -> Rig:
    return Rig("iocp", double=False, make_kernel=lambda: backends.make_kernel("iocp"))


def port() -> Port:
    backend = executor.current().reactor.backend
    assert isinstance(backend, IocpBackend)
    return backend.port


def in_flight(name: str) -> Overlapped[object]:
    """The one call of that name that Windows has."""
    calls = [each for each in port().in_flight.values() if isinstance(each, Overlapped)]
    (operation,) = (each for each in calls if each.name == name)
    return operation


def test_a_cancelled_read_is_windows_until_its_packet_has_come(iocp: Rig) -> None:
    async def main() -> int:
        async with connected() as (_, server):
            reading = spawn(server.read())
            await settle()
            operation = in_flight("recv")
            reading.abort()
            # Asked back, not given back: Windows may still write into the buffer.
            assert operation.dropped
            assert in_flight("recv") is operation
            while operation.in_flight:
                await yield_now()
            assert operation not in port().in_flight.values()
            error = operation.error
            assert isinstance(error, OSError)
            return error.winerror or 0

    assert iocp.run(main()) == ERROR_OPERATION_ABORTED


class Buffer(bytearray):
    """One that can be watched."""


class StartAndDrop(Future[int]):
    """Starts a write and drops it in the same turn, before anybody has looked at the port.

    The value is the address of its OVERLAPPED: it holds neither the operation nor its buffer.
    """

    def __init__(self, stream: TcpStream, buffer: bytearray) -> None:
        self.write = stream.write(memoryview(buffer))

    def poll(self, cx: Context) -> Poll[int]:
        assert self.write.poll(cx) is PENDING
        address: int = in_flight("send").overlapped.address
        self.write.drop()
        return Ready(address)


def test_the_buffer_of_a_dropped_write_lives_until_its_packet_has_come(iocp: Rig) -> None:
    async def main() -> None:
        async with connected() as (_, server):
            buffer = Buffer(60_000)
            alive = weakref.ref(buffer)
            address = await StartAndDrop(server, buffer)
            del buffer
            gc.collect()
            assert address in port().in_flight
            assert alive() is not None
            while address in port().in_flight:
                await yield_now()
            gc.collect()
            assert alive() is None

    iocp.run(main())


def test_the_port_is_closed_after_the_last_packet(iocp: Rig) -> None:
    async def main() -> None:
        async with connected() as (client, server):
            spawn(server.read())
            spawn(client.read())
            await settle()

    iocp.run(main())
    cancelled = iocp.calls.index("CancelIoEx")
    assert iocp.calls.count("CancelIoEx") == 2
    assert "GetQueuedCompletionStatusEx" in iocp.calls[cancelled:]
    assert iocp.calls[-1] == "close_port"


def receiving(kernel: Any, port: int, readers: list[socket.socket]) -> dict[int, Any]:
    """Has the port told what each socket receives; the calls by the address of their OVERLAPPED."""
    pending = {}
    for reader in readers:
        kernel.CreateIoCompletionPort(reader.fileno(), port, 0, 0)
        overlapped = kernel.overlapped()
        kernel.WSARecv(overlapped, reader, 100)
        pending[overlapped.address] = overlapped
    return pending


def test_several_threads_are_served_by_one_port() -> None:
    kernel: Any = backends.make_kernel("iocp")
    threads, calls = 4, 20
    port = kernel.CreateIoCompletionPort(None, 0, 0, threads)
    pairs = [kernel.socketpair() for _ in range(calls)]
    pending = receiving(kernel, port, [reader for reader, _ in pairs])

    served: queue.Queue[tuple[str, bytes]] = queue.Queue()
    together = threading.Barrier(threads, timeout=60)

    def serve() -> None:
        first = True
        while True:
            (packet,) = kernel.GetQueuedCompletionStatusEx(port, 1, None)
            if packet.key == STOP:
                return
            if first:  # until every thread has taken a packet, none takes a second
                together.wait()
                first = False
            data = kernel.GetOverlappedResult(pending[packet.overlapped])
            served.put((threading.current_thread().name, data))

    workers = [threading.Thread(target=serve) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for number, (_, writer) in enumerate(pairs):
        writer.send(b"%d" % number)
    taken = [served.get(timeout=60) for _ in range(calls)]
    for _ in workers:
        kernel.PostQueuedCompletionStatus(port, STOP)
    for worker in workers:
        worker.join()
    kernel.close_port(port)
    for end in itertools.chain.from_iterable(pairs):
        end.close()

    assert sorted(data for _, data in taken) == sorted(b"%d" % n for n in range(calls))
    assert {name for name, _ in taken} == {worker.name for worker in workers}
    assert served.empty()
