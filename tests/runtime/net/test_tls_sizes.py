"""Whatever the sizes of what is written, read, and carried at a time, everything arrives."""

from __future__ import annotations

import ssl
from itertools import cycle

from hypothesis import given, settings
from hypothesis import strategies as st
from tools.certified import VERSIONS, client_context, server_context
from tools.peers import connected

from wakepoint import Future, TcpStream, join, run
from wakepoint.net import tls
from wakepoint.net.tls import TlsStream


class Crumbs:
    """A stream that gives and takes a few bytes at a time.

    Args:
        stream: What there is more of.
        sizes: How many at most, again and again.
    """

    def __init__(self, stream: TcpStream, sizes: list[int]) -> None:
        self._stream = stream
        self._sizes = cycle(sizes)

    def read(self, size: int = 65536) -> Future[bytes]:
        return self._stream.read(min(size, next(self._sizes)))

    def write(self, data: bytes | memoryview) -> Future[int]:
        return self._stream.write(memoryview(data)[: next(self._sizes)])

    def write_all(self, data: bytes) -> Future[None]:
        return self._stream.write_all(data)

    def shutdown(self) -> Future[None]:
        return self._stream.shutdown()

    def close(self) -> None:
        self._stream.close()


@settings(max_examples=40)
@given(
    st.sampled_from(VERSIONS),
    st.lists(st.binary(max_size=40_000), max_size=6),
    st.lists(st.integers(1, 5_000), min_size=1, max_size=6),
    st.lists(st.integers(1, 30_000), min_size=1, max_size=6),
)
def test_any_sizes(
    version: ssl.TLSVersion, parts: list[bytes], crumbs: list[int], reads: list[int]
) -> None:
    async def send(stream: TlsStream) -> None:
        for part in parts:
            await stream.write_all(part)
        await stream.shutdown()

    async def receive(stream: TlsStream) -> bytes:
        received = b""
        for size in cycle(reads):
            part = await stream.read(size)
            if not part:
                return received
            assert len(part) <= size
            received += part
        raise AssertionError

    async def main() -> bytes:
        async with connected() as (one, other):
            client, server = await join(
                tls.connect(Crumbs(one, crumbs), client_context(version), "localhost"),
                tls.accept(Crumbs(other, crumbs[::-1]), server_context()),
            )
            with client, server:
                _, received, back, _ = await join(
                    send(client), receive(server), receive(client), send(server)
                )
                assert back == received
                return received

    assert run(main()) == b"".join(parts)
