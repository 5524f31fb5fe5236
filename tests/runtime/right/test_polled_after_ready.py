"""A future gives its result once: whoever polls it again by hand is told so, as Rust's panics."""

from __future__ import annotations

import os
import signal as signals
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest
from tools.rig import Rig

import wakepoint
from wakepoint import (
    Command,
    Context,
    Future,
    Handle,
    JoinSet,
    Poll,
    Ready,
    TaskGroup,
    TcpListener,
    TcpStream,
    UdpSocket,
    UnixStream,
    into_future,
    poll_fn,
    run,
    sync,
)
from wakepoint.io import BufReader, copy, copy_bidirectional
from wakepoint.net import lookup_host

T = TypeVar("T")

AGAIN = "was polled after it was ready; a future gives its result once"


async def polled_again(awaitable: Awaitable[T]) -> T:
    """Polls a future by hand until it is ready, and once more; returns what it gave."""
    future = into_future(awaitable)
    try:
        value = await poll_fn(future.poll)
        await second_poll(future)
        return value
    finally:
        future.drop()


async def second_poll(future: Future[Any]) -> None:
    """Polls a future that was ready."""

    def poll(cx: Context) -> Poll[None]:
        for _ in range(3):
            with pytest.raises(RuntimeError, match=AGAIN):
                future.poll(cx)
        return Ready(None)

    await poll_fn(poll)


async def nothing() -> None:
    """Ends at once."""


ONCE: Callable[[], sync.OnceCell[int]] = sync.OnceCell

ALONE: dict[str, Callable[[], Awaitable[Any]]] = {
    "a coroutine": nothing,
    "ready": lambda: wakepoint.ready(1),
    "poll_fn": lambda: poll_fn(lambda cx: Ready(1)),
    "yield_now": wakepoint.yield_now,
    "sleep": lambda: wakepoint.sleep(0.001),
    "sleep, of no time": lambda: wakepoint.sleep(0),
    "sleep_until": lambda: wakepoint.sleep_until(wakepoint.now() + 0.001),
    "sleep_until, too late": lambda: wakepoint.sleep_until(wakepoint.now() - 1),
    "interval": lambda: wakepoint.interval(0.001).tick(),
    "timeout": lambda: wakepoint.timeout(60, nothing()),
    "timeout_at": lambda: wakepoint.timeout_at(wakepoint.now() + 60, nothing()),
    "join": lambda: wakepoint.join(nothing(), nothing()),
    "join of none": wakepoint.join,
    "try_join": lambda: wakepoint.try_join(nothing(), nothing()),
    "select": lambda: wakepoint.select(nothing(), wakepoint.pending()),
    "race": lambda: wakepoint.race(nothing(), wakepoint.pending()),
    "shield": lambda: wakepoint.shield(nothing()),
    "task_local": lambda: wakepoint.task_local("name").scope(1, nothing()),
    "spawn_blocking": lambda: wakepoint.spawn_blocking(int),
    "lookup_host": lambda: lookup_host("127.0.0.1", 80),
    "Mutex.lock": lambda: sync.Mutex(None).lock(),
    "RwLock.read": lambda: sync.RwLock(None).read(),
    "RwLock.write": lambda: sync.RwLock(None).write(),
    "Semaphore.acquire": lambda: sync.Semaphore(1).acquire(),
    "Barrier.wait": lambda: sync.Barrier(1).wait(),
    "OnceCell": lambda: ONCE().get_or_init(lambda: wakepoint.ready(1)),
}


@pytest.mark.parametrize("make", ALONE.values(), ids=ALONE)
def test_it_is_refused(rig: Rig, make: Callable[[], Awaitable[Any]]) -> None:
    async def main() -> None:
        await polled_again(make())

    rig.run(main())


async def awaited_again(awaitable: Awaitable[Any]) -> None:
    """Awaits a future, and once more."""
    future = into_future(awaitable)
    await future
    for _ in range(3):
        with pytest.raises(RuntimeError, match=AGAIN):
            await future


# What gives nothing keeps nothing, not even that: it lets the others go first once more.
AWAITED_ONCE = {name: make for name, make in ALONE.items() if name != "yield_now"}


@pytest.mark.parametrize("make", AWAITED_ONCE.values(), ids=AWAITED_ONCE)
def test_it_is_refused_to_who_awaits_it(rig: Rig, make: Callable[[], Awaitable[Any]]) -> None:
    async def main() -> None:
        await awaited_again(make())

    rig.run(main())


async def read_some(
    how: Callable[[TcpStream], Awaitable[Any]],
    again: Callable[[Awaitable[Any]], Awaitable[Any]] = polled_again,
) -> None:
    """Polls an operation on a connection whose peer has sent three lines and closed."""
    listener = TcpListener.bind("127.0.0.1", 0)
    with listener:
        accepted: Any = None
        connecting = wakepoint.spawn(into_future(TcpStream.connect(*listener.local_addr)))
        accepted, _ = await listener.accept()
        with accepted, await connecting as stream:
            await accepted.write_all(b"one\ntwo\nthree\n")
            accepted.shutdown()
            await again(how(stream))


ON_A_STREAM: dict[str, Callable[[Any], Awaitable[Any]]] = {
    "read": lambda stream: stream.read(4),
    "read_exact": lambda stream: stream.read_exact(4),
    "write": lambda stream: stream.write(b"data"),
    "write_all": lambda stream: stream.write_all(b"data"),
    "write_vectored": lambda stream: stream.write_vectored([b"data", b"more"]),
    "shutdown": lambda stream: stream.shutdown(),
    "peek": lambda stream: stream.peek(1),
    "copy": lambda stream: copy(stream, stream),
    "BufReader.read": lambda stream: BufReader(stream).read(4),
    "BufReader.read_exact": lambda stream: BufReader(stream).read_exact(4),
    "BufReader.read_until": lambda stream: BufReader(stream).read_until(b"\n"),
    "BufReader.read_line": lambda stream: BufReader(stream).read_line(),
    "BufReader.read_to_end": lambda stream: BufReader(stream).read_to_end(),
}


@pytest.mark.parametrize("how", ON_A_STREAM.values(), ids=ON_A_STREAM)
def test_operations_on_a_stream_are_refused(rig: Rig, how: Callable[[Any], Awaitable[Any]]) -> None:
    rig.run(read_some(how))


@pytest.mark.parametrize("how", ON_A_STREAM.values(), ids=ON_A_STREAM)
def test_operations_on_a_stream_are_refused_to_who_awaits_them(
    rig: Rig, how: Callable[[Any], Awaitable[Any]]
) -> None:
    rig.run(read_some(how, awaited_again))


def test_accepting_and_connecting_are_refused(rig: Rig) -> None:
    async def main() -> None:
        with TcpListener.bind("127.0.0.1", 0) as listener:
            stream = await polled_again(TcpStream.connect(*listener.local_addr))
            accepted, _ = await polled_again(listener.accept())
            stream.close()
            accepted.close()

    rig.run(main())


def test_datagrams_are_refused(rig: Rig) -> None:
    async def main() -> None:
        with UdpSocket.bind("127.0.0.1", 0) as a, UdpSocket.bind("127.0.0.1", 0) as b:
            await polled_again(a.send_to(b"data", b.local_addr))
            await polled_again(b.recv_from())

    rig.run(main())


def test_pipes_are_refused(rig: Rig) -> None:
    async def main() -> None:
        reader, writer = wakepoint.pipe()
        with reader, writer:
            await polled_again(writer.write(b"data"))
            await polled_again(writer.write_all(b"data"))
            await polled_again(reader.read_exact(4))
            await polled_again(reader.read(4))

    rig.run(main())


def test_tasks_of_an_owner_are_refused() -> None:
    async def main() -> None:
        tasks: JoinSet[None] = JoinSet()
        tasks.spawn(nothing())
        await polled_again(tasks.join_next())
        tasks.spawn(nothing())
        await polled_again(tasks.join_all())
        async with TaskGroup() as group:
            group.spawn(nothing())

    run(main())


def test_messages_are_refused() -> None:
    async def main() -> None:
        sender, receiver = sync.mpsc.channel(4)
        await polled_again(sender.reserve())
        await polled_again(sender.send(1))
        await polled_again(receiver.recv())
        one, other = sync.oneshot.channel()
        one.send(1)
        await polled_again(other)
        many = sync.broadcast.channel(4)
        subscribed = many[1]
        many[0].send(1)
        await polled_again(subscribed.recv())
        setter, watched = sync.watch.channel(1)
        setter.send(2)
        await polled_again(watched.changed())
        await polled_again(watched.wait_for(lambda value: value == 2))
        notify = sync.Notify()
        notify.notify_one()
        await polled_again(notify.notified())

    run(main())


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such sockets")
def test_a_proxy_is_refused() -> None:
    async def main() -> None:
        (client, near), (far, server) = UnixStream.pair(), UnixStream.pair()
        with client, near, far, server:
            client.shutdown()
            server.shutdown()
            await polled_again(copy_bidirectional(near, far))

    run(main())


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_signals_and_children_are_refused(real_rig: Rig) -> None:
    async def main() -> None:
        child = Command(sys.executable, "-c", "").spawn()
        await polled_again(child.wait())
        with wakepoint.signal(signals.SIGTERM) as terminated:
            os.kill(os.getpid(), signals.SIGTERM)
            await polled_again(terminated.recv())

    real_rig.run(main())


def test_a_future_that_has_raised_is_refused_as_well() -> None:
    def fail() -> None:
        raise ValueError("no")

    async def main() -> None:
        future = into_future(wakepoint.spawn_blocking(fail))
        with pytest.raises(ValueError, match="no"):
            await poll_fn(future.poll)
        await second_poll(future)

    run(main())


def test_a_handle_of_a_task_gives_the_result_as_often_as_it_is_asked() -> None:
    async def main() -> None:
        for handle in (wakepoint.spawn(nothing()), Handle.current().spawn(nothing())):
            await handle
            for _ in range(3):
                await poll_fn(handle.poll)

    run(main())
