"""The loads on trio. It has no handles to await: what spawns waits at the end of a nursery."""

from __future__ import annotations

import socket

import trio

from peers import durations
from peers.memory import Growth


def switch(count: int) -> None:
    """A task lets the others go first, of which there are none."""

    async def main() -> None:
        for _ in range(count):
            await trio.lowlevel.checkpoint()

    trio.run(main)


def switch_among(count: int) -> None:
    """A hundred tasks let each other go first."""

    async def one() -> None:
        for _ in range(count // 100):
            await trio.lowlevel.checkpoint()

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            for _ in range(100):
                nursery.start_soon(one)

    trio.run(main)


async def nothing() -> None:
    """What a task does that is only to be made."""


def spawn_and_join(count: int) -> None:
    """All tasks are made, then the nursery waits for them."""

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            for _ in range(count):
                nursery.start_soon(nothing)

    trio.run(main)


def spawn_and_await_each(count: int) -> None:
    """A task is made and waited for, in a nursery of its own, then the next."""

    async def main() -> None:
        for _ in range(count):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(nothing)

    trio.run(main)


def timers(count: int) -> None:
    """Ten thousand tasks sleep, one after the other for a different time."""

    async def sleeper(number: int) -> None:
        for seconds in durations.of(number, count):
            await trio.sleep(seconds)

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            for number in range(durations.TASKS):
                nursery.start_soon(sleeper, number)

    trio.run(main)


def ping_pong(count: int) -> None:
    """Two tasks wake each other. An event of trio's is set once, so each turn has its own."""
    there, back_again = trio.Event(), trio.Event()

    async def back() -> None:
        nonlocal there
        for _ in range(count):
            await there.wait()
            there = trio.Event()
            back_again.set()

    async def main() -> None:
        nonlocal back_again
        async with trio.open_nursery() as nursery:
            nursery.start_soon(back)
            for _ in range(count):
                there.set()
                await back_again.wait()
                back_again = trio.Event()

    trio.run(main)


def hand_over(count: int) -> None:
    """Two tasks hand a number to and fro through queues of one place."""

    async def back(
        receiver: trio.MemoryReceiveChannel[int], sender: trio.MemorySendChannel[int]
    ) -> None:
        for _ in range(count):
            await sender.send(await receiver.receive())

    async def main() -> None:
        there, their_end = trio.open_memory_channel[int](1)
        their_answers, answers = trio.open_memory_channel[int](1)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(back, their_end, their_answers)
            for number in range(count):
                await there.send(number)
                await answers.receive()

    trio.run(main)


def socket_pair(count: int) -> None:
    """Two tasks hand one byte to and fro."""

    async def back(stream: trio.SocketStream) -> None:
        async with stream:
            for _ in range(count):
                await stream.send_all(await stream.receive_some(1))

    async def main() -> None:
        near, far = (trio.SocketStream(end) for end in trio.socket.socketpair())
        async with trio.open_nursery() as nursery, near:
            nursery.start_soon(back, far)
            for _ in range(count):
                await near.send_all(b"!")
                await near.receive_some(1)

    trio.run(main)


def echo(listener: socket.socket, connections: int) -> None:
    """Sends back what comes until all connections are closed."""

    async def serve(stream: trio.SocketStream) -> None:
        async with stream:
            while data := await stream.receive_some(65536):
                await stream.send_all(data)

    async def main() -> None:
        accepting = trio.SocketListener(trio.socket.from_stdlib_socket(listener))
        async with trio.open_nursery() as nursery:
            for _ in range(connections):
                nursery.start_soon(serve, await accepting.accept())

    trio.run(main)


def sleeping(count: int, growth: Growth) -> None:
    """All tasks sleep."""
    asleep = 0

    async def sleeper() -> None:
        nonlocal asleep
        asleep += 1
        await trio.sleep(3600)

    async def main() -> None:
        growth.begin()
        async with trio.open_nursery() as nursery:
            for _ in range(count):
                nursery.start_soon(sleeper)
            while asleep < count:
                await trio.lowlevel.checkpoint()
            growth.end()

    trio.run(main)
