"""The loads on curio."""

from __future__ import annotations

import socket

import curio
import curio.io

from peers import durations
from peers.memory import Growth


def switch(count: int) -> None:
    """A task lets the others go first, of which there are none."""

    async def main() -> None:
        for _ in range(count):
            await curio.sleep(0)

    curio.run(main)


def switch_among(count: int) -> None:
    """A hundred tasks let each other go first."""

    async def one() -> None:
        for _ in range(count // 100):
            await curio.sleep(0)

    async def main() -> None:
        tasks = [await curio.spawn(one) for _ in range(100)]
        for task in tasks:
            await task.join()

    curio.run(main)


async def nothing() -> None:
    """What a task does that is only to be made."""


def spawn_and_join(count: int) -> None:
    """All tasks are made, then each is awaited."""

    async def main() -> None:
        tasks = [await curio.spawn(nothing) for _ in range(count)]
        for task in tasks:
            await task.join()

    curio.run(main)


def spawn_and_await_each(count: int) -> None:
    """A task is made and awaited, then the next."""

    async def main() -> None:
        for _ in range(count):
            task = await curio.spawn(nothing)
            await task.join()

    curio.run(main)


def timers(count: int) -> None:
    """Ten thousand tasks sleep, one after the other for a different time."""

    async def sleeper(number: int) -> None:
        for seconds in durations.of(number, count):
            await curio.sleep(seconds)

    async def main() -> None:
        tasks = [await curio.spawn(sleeper, n) for n in range(durations.TASKS)]
        for task in tasks:
            await task.join()

    curio.run(main)


def ping_pong(count: int) -> None:
    """Two tasks wake each other."""

    async def back(there: curio.Event, back_again: curio.Event) -> None:
        for _ in range(count):
            await there.wait()
            there.clear()
            await back_again.set()

    async def main() -> None:
        there, back_again = curio.Event(), curio.Event()
        other = await curio.spawn(back, there, back_again)
        for _ in range(count):
            await there.set()
            await back_again.wait()
            back_again.clear()
        await other.join()

    curio.run(main())


def hand_over(count: int) -> None:
    """Two tasks hand a number to and fro through queues of one place."""

    async def back(there: curio.Queue, back_again: curio.Queue) -> None:
        for _ in range(count):
            await back_again.put(await there.get())

    async def main() -> None:
        there, back_again = curio.Queue(1), curio.Queue(1)
        other = await curio.spawn(back, there, back_again)
        for number in range(count):
            await there.put(number)
            await back_again.get()
        await other.join()

    curio.run(main)


def socket_pair(count: int) -> None:
    """Two tasks hand one byte to and fro."""

    async def back(end: curio.io.Socket) -> None:
        async with end.as_stream() as stream:
            for _ in range(count):
                await stream.write(await stream.read(1))

    async def main() -> None:
        near, far = (curio.io.Socket(end) for end in socket.socketpair())
        other = await curio.spawn(back, far)
        async with near.as_stream() as stream:
            for _ in range(count):
                await stream.write(b"!")
                await stream.read(1)
        await other.join()

    curio.run(main)


def echo(listener: socket.socket, connections: int) -> None:
    """Sends back what comes until all connections are closed."""

    async def serve(client: curio.io.Socket) -> None:
        async with client:
            while data := await client.recv(65536):
                await client.sendall(data)

    async def main() -> None:
        accepting = curio.io.Socket(listener)
        tasks = []
        for _ in range(connections):
            client, _ = await accepting.accept()
            tasks.append(await curio.spawn(serve, client))
        for task in tasks:
            await task.join()

    curio.run(main)


def sleeping(count: int, growth: Growth) -> None:
    """All tasks sleep."""
    asleep = 0

    async def sleeper() -> None:
        nonlocal asleep
        asleep += 1
        await curio.sleep(3600)

    async def main() -> None:
        growth.begin()
        tasks = [await curio.spawn(sleeper) for _ in range(count)]
        while asleep < len(tasks):
            await curio.sleep(0)
        growth.end()

    curio.run(main)
