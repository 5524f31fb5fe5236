"""The loads on asyncio, and on uvloop, which is another loop below the same functions."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any

from peers import durations
from peers.memory import Growth

loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None
"""What makes the loop; None is asyncio's own."""


def run(main: Coroutine[Any, Any, None]) -> None:
    """`asyncio.run` with that loop."""
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(main)


def switch(count: int) -> None:
    """A task lets the others go first, of which there are none."""

    async def main() -> None:
        for _ in range(count):
            await asyncio.sleep(0)

    run(main())


def switch_among(count: int) -> None:
    """A hundred tasks let each other go first."""

    async def one() -> None:
        for _ in range(count // 100):
            await asyncio.sleep(0)

    async def main() -> None:
        tasks = [asyncio.create_task(one()) for _ in range(100)]
        for task in tasks:
            await task

    run(main())


async def nothing() -> None:
    """What a task does that is only to be made."""


def spawn_and_join(count: int) -> None:
    """All tasks are made, then each is awaited."""

    async def main() -> None:
        tasks = [asyncio.create_task(nothing()) for _ in range(count)]
        for task in tasks:
            await task

    run(main())


def spawn_and_await_each(count: int) -> None:
    """A task is made and awaited, then the next."""

    async def main() -> None:
        for _ in range(count):
            await asyncio.create_task(nothing())

    run(main())


def timers(count: int) -> None:
    """Ten thousand tasks sleep, one after the other for a different time."""

    async def sleeper(number: int) -> None:
        for seconds in durations.of(number, count):
            await asyncio.sleep(seconds)

    async def main() -> None:
        tasks = [asyncio.create_task(sleeper(n)) for n in range(durations.TASKS)]
        for task in tasks:
            await task

    run(main())


def ping_pong(count: int) -> None:
    """Two tasks wake each other."""

    async def back(there: asyncio.Event, back_again: asyncio.Event) -> None:
        for _ in range(count):
            await there.wait()
            there.clear()
            back_again.set()

    async def main() -> None:
        there, back_again = asyncio.Event(), asyncio.Event()
        other = asyncio.create_task(back(there, back_again))
        for _ in range(count):
            there.set()
            await back_again.wait()
            back_again.clear()
        await other

    run(main())


def hand_over(count: int) -> None:
    """Two tasks hand a number to and fro through queues of one place."""

    async def back(there: asyncio.Queue[int], back_again: asyncio.Queue[int]) -> None:
        for _ in range(count):
            await back_again.put(await there.get())

    async def main() -> None:
        there, back_again = asyncio.Queue[int](1), asyncio.Queue[int](1)
        other = asyncio.create_task(back(there, back_again))
        for number in range(count):
            await there.put(number)
            await back_again.get()
        await other

    run(main())


def socket_pair(count: int) -> None:
    """Two tasks hand one byte to and fro."""

    async def back(end: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=end)
        for _ in range(count):
            writer.write(await reader.readexactly(1))
            await writer.drain()
        writer.close()

    async def main() -> None:
        near, far = socket.socketpair()
        other = asyncio.create_task(back(far))
        reader, writer = await asyncio.open_connection(sock=near)
        for _ in range(count):
            writer.write(b"!")
            await writer.drain()
            await reader.readexactly(1)
        writer.close()
        await other

    run(main())


def echo(listener: socket.socket, connections: int) -> None:
    """Sends back what comes, by streams, until all connections are closed."""

    async def main() -> None:
        served = 0
        done = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal served
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
            writer.close()
            served += 1
            if served == connections:
                done.set()

        server = await asyncio.start_server(serve, sock=listener)
        await done.wait()
        server.close()

    run(main())


def sleeping(count: int, growth: Growth) -> None:
    """All tasks sleep."""
    asleep = 0

    async def sleeper() -> None:
        nonlocal asleep
        asleep += 1
        await asyncio.sleep(3600)

    async def main() -> None:
        growth.begin()
        tasks = [asyncio.create_task(sleeper()) for _ in range(count)]
        while asleep < len(tasks):  # noqa: ASYNC110 - an event would be told by each of them
            await asyncio.sleep(0)
        growth.end()

    run(main())
