"""Small parts that the contract suite's tests are made of."""

from __future__ import annotations

import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from wakepoint import TcpListener, TcpStream, executor, join, yield_now
from wakepoint.io import AsyncRead

BIG = bytes(range(256)) * 4096 * 8
"""8 MiB: more than the kernel's buffers on both sides take."""


async def settle() -> None:
    """Lets every other task run until it waits."""
    for _ in range(5):
        await yield_now()


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[TcpStream, TcpStream]]:
    """Two ends of one TCP connection: who connected, and who accepted."""
    with TcpListener.bind() as listener:
        host, port = listener.local_addr[:2]
        client, (server, _) = await join(TcpStream.connect(host, port), listener.accept())
    with client, server:
        yield client, server


def reset(stream: TcpStream) -> None:
    """Closes a connection so that the peer is told of a reset, not of an end (SO_LINGER 0)."""
    option = struct.pack("ii", 1, 0)
    kernel = executor.current().reactor.kernel
    kernel.setsockopt(stream.source.io, socket.SOL_SOCKET, socket.SO_LINGER, option)
    stream.close()


async def read_to_end(stream: AsyncRead) -> bytes:
    """Everything until the end of the stream."""
    parts = []
    while part := await stream.read():
        parts.append(part)
    return b"".join(parts)
