"""A future that loses while the kernel has its call, and then makes another to say goodbye."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tools.peers import connected
from tools.rig import Rig

from wakepoint import Future, TcpListener, TcpStream, join, select, sleep, spawn, timeout, try_join


async def fail() -> None:
    await sleep(0.001)
    raise KeyError("sibling")


@pytest.mark.parametrize(
    ("lose", "answer"),
    [
        (lambda loser: timeout(0.001, loser), "TimeoutError"),
        (lambda loser: select(loser, sleep(0.001)), (1, None)),
        (lambda loser: try_join(loser, fail()), "KeyError"),
    ],
)
def test_a_read_is_taken_back_and_a_goodbye_is_sent(
    rig: Rig, lose: Callable[[Awaitable[Any]], Future[Any]], answer: object
) -> None:
    async def reads(stream: TcpStream) -> None:
        try:
            await stream.read()
        finally:
            await stream.write_all(b"goodbye")

    async def main() -> tuple[Any, bytes, bytes]:
        async with connected() as (client, server):
            try:
                outcome = await lose(reads(client))
            except Exception as error:
                outcome = type(error).__name__
            goodbye = await server.read()
            await server.write_all(b"kept")
            return outcome, goodbye, await client.read()

    assert rig.run(main()) == (answer, b"goodbye", b"kept")


def test_two_losers_may_use_one_stream_on_their_way_out(rig: Rig) -> None:
    async def first(stream: TcpStream) -> None:
        try:
            await stream.read()
        finally:
            await stream.write_all(b"a")

    async def second(stream: TcpStream) -> None:
        try:
            await sleep(60)
        finally:
            assert await stream.read() == b"last word"

    async def answers(server: TcpStream) -> None:
        assert await server.read() == b"a"
        await server.write_all(b"last word")

    async def main() -> None:
        async with connected() as (client, server):
            answering = spawn(answers(server))
            assert await select(first(client), second(client), sleep(0.001)) == (2, None)
            await answering

    rig.run(main())


def test_an_accept_is_taken_back_and_the_next_gets_the_connection(rig: Rig) -> None:
    async def accepts(listener: TcpListener) -> None:
        try:
            await listener.accept()
        finally:
            await sleep(0.001)

    async def main() -> None:
        with TcpListener.bind() as listener:
            with pytest.raises(TimeoutError):
                await timeout(0.001, accepts(listener))
            host, port = listener.local_addr[:2]
            client, (server, _) = await join(TcpStream.connect(host, port), listener.accept())
            client.close()
            server.close()

    rig.run(main())
