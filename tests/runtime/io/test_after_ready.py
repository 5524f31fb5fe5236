"""A future of ours gives its result once, and says so if it is polled again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tools.certified import encrypted
from tools.peers import connected
from tools.pieces import NOBODY, Pieces

from wakepoint import Future, TcpListener, TcpStream, join, poll_fn, run
from wakepoint.fs import File
from wakepoint.io import BufReader, copy


async def told(future: Future[Any]) -> Any:
    """Polls a future to its end and once more; gives the result."""
    value = await poll_fn(future.poll)
    with pytest.raises(RuntimeError, match="was polled after it was ready"):
        future.poll(NOBODY)
    future.drop()
    return value


def test_reading_lines() -> None:
    reader = BufReader(Pieces([b"one\n", b"two\n"]))

    async def main() -> list[Any]:
        return [await told(reader.read_line()), await told(reader.read_to_end())]

    assert run(main()) == ["one\n", b"two\n"]


def test_copying() -> None:
    async def main() -> int:
        async with connected() as (client, _):
            return int(await told(copy(Pieces([b"data"]), client)))

    assert run(main()) == 4


def test_connecting() -> None:
    async def main() -> None:
        with TcpListener.bind() as listener:
            connecting = told(TcpStream.connect(*listener.local_addr))
            client, (server, _) = await join(connecting, listener.accept())
            with client, server:
                pass

    run(main())


def test_files() -> None:
    async def main() -> bytes:
        with await File.open(Path(__file__)) as file:
            return bytes(await told(file.read(3)))

    assert run(main()) == b'"""'


def test_tls() -> None:
    async def main() -> bytes:
        async with encrypted() as (client, server):
            assert await told(client.write(b"hello")) == 5
            return bytes(await told(server.read()))

    assert run(main()) == b"hello"
