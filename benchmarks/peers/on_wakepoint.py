"""The loads on wakepoint."""

from __future__ import annotations

import socket

import wakepoint
from peers import durations
from peers.memory import Growth
from wakepoint.executor import current
from wakepoint.sync import Notify, mpsc

RECORDED = """
import wakepoint

async def main():
    await wakepoint.yield_now()

wakepoint.run(main())
"""


def record_once() -> None:
    """Imports the recorder and uses it: what it leaves behind would cost every later run."""
    from wakepoint.recording import record  # noqa: PLC0415 - the other peer must not have it

    recording = record(RECORDED)
    assert recording.outcome.kind == "finished", recording.outcome


def switch(count: int) -> None:
    """A task lets the others go first, of which there are none."""

    async def main() -> None:
        for _ in range(count):
            await wakepoint.yield_now()

    wakepoint.run(main())


def switch_among(count: int) -> None:
    """A hundred tasks let each other go first."""

    async def one() -> None:
        for _ in range(count // 100):
            await wakepoint.yield_now()

    async def main() -> None:
        handles = [wakepoint.spawn(one()) for _ in range(100)]
        for handle in handles:
            await handle

    wakepoint.run(main())


async def nothing() -> None:
    """What a task does that is only to be made."""


def spawn_and_join(count: int) -> None:
    """All tasks are made, then each is awaited."""

    async def main() -> None:
        handles = [wakepoint.spawn(nothing()) for _ in range(count)]
        for handle in handles:
            await handle

    wakepoint.run(main())


def spawn_and_await_each(count: int) -> None:
    """A task is made and awaited, then the next."""

    async def main() -> None:
        for _ in range(count):
            await wakepoint.spawn(nothing())

    wakepoint.run(main())


def timers(count: int) -> None:
    """Ten thousand tasks sleep, one after the other for a different time."""

    async def sleeper(number: int) -> None:
        for seconds in durations.of(number, count):
            await wakepoint.sleep(seconds)

    async def main() -> None:
        handles = [wakepoint.spawn(sleeper(n)) for n in range(durations.TASKS)]
        for handle in handles:
            await handle

    wakepoint.run(main())


def ping_pong(count: int) -> None:
    """Two tasks wake each other."""

    async def back(there: Notify, back_again: Notify) -> None:
        for _ in range(count):
            await there.notified()
            back_again.notify_one()

    async def main() -> None:
        there, back_again = Notify(), Notify()
        other = wakepoint.spawn(back(there, back_again))
        for _ in range(count):
            there.notify_one()
            await back_again.notified()
        await other

    wakepoint.run(main())


def hand_over(count: int) -> None:
    """Two tasks hand a number to and fro through queues of one place."""

    async def back(receiver: mpsc.Receiver[int], sender: mpsc.Sender[int]) -> None:
        for _ in range(count):
            number = await receiver.recv()
            assert number is not None
            await sender.send(number)

    async def main() -> None:
        there, their_end = mpsc.channel(1)
        their_answers, answers = mpsc.channel(1)
        other = wakepoint.spawn(back(their_end, their_answers))
        for number in range(count):
            await there.send(number)
            await answers.recv()
        await other

    wakepoint.run(main())


def socket_pair(count: int) -> None:
    """Two tasks hand one byte to and fro."""

    async def back(stream: wakepoint.UnixStream) -> None:
        with stream:
            for _ in range(count):
                await stream.write_all(await stream.read_exact(1))

    async def main() -> None:
        near, far = wakepoint.UnixStream.pair()
        other = wakepoint.spawn(back(far))
        with near:
            for _ in range(count):
                await near.write_all(b"!")
                await near.read_exact(1)
            await other

    wakepoint.run(main())


def echo(listener: socket.socket, connections: int) -> None:
    """Sends back what comes until all connections are closed."""

    async def serve(stream: wakepoint.TcpStream) -> None:
        with stream:
            while data := await stream.read(65536):
                await stream.write_all(data)

    async def main() -> None:
        listener.setblocking(False)
        accepting = wakepoint.TcpListener(listener, current().reactor)
        handles = []
        for _ in range(connections):
            stream, _ = await accepting.accept()
            handles.append(wakepoint.spawn(serve(stream)))
        for handle in handles:
            await handle
        accepting.close()

    wakepoint.run(main())


def sleeping(count: int, growth: Growth) -> None:
    """All tasks sleep."""
    asleep = 0

    async def sleeper() -> None:
        nonlocal asleep
        asleep += 1
        await wakepoint.sleep(3600)

    async def main() -> None:
        growth.begin()
        handles = [wakepoint.spawn(sleeper()) for _ in range(count)]
        while asleep < len(handles):
            await wakepoint.yield_now()
        growth.end()

    wakepoint.run(main())
