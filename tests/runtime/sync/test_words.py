"""What a deadlock report says of who waits for what, and what primitives say of themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tools.hand import ready

from wakepoint import Deadlock, Future, run, spawn, yield_now
from wakepoint.sync import (
    Barrier,
    Mutex,
    Notify,
    OnceCell,
    RwLock,
    Semaphore,
    broadcast,
    mpsc,
    oneshot,
    watch,
)


def test_a_deadlock_of_locks_names_who_holds_what() -> None:
    async def take(first: Mutex[None], second: Mutex[None]) -> None:
        async with first:
            await yield_now()
            async with second:
                raise AssertionError("the other one has it")

    async def main() -> None:
        one, other = Mutex(None), Mutex(None)
        spawn(take(one, other))
        await spawn(take(other, one))

    with pytest.raises(Deadlock) as caught:
        run(main())
    _, first, second = caught.value.waiting
    assert first.waits_for == "lock of Mutex, held by task 3"
    assert second.waits_for == "lock of Mutex, held by task 2"
    assert first.line == second.line == take.__code__.co_firstlineno + 3


def full_channel() -> Future[Any]:
    sender, receiver = mpsc.channel(2)
    sender.try_send(1)
    sender.try_send(2)
    kept.append(receiver)
    return sender.send(3)


def no_room() -> Future[Any]:
    sender, receiver = mpsc.channel(1)
    sender.try_send(1)
    kept.append(receiver)
    return sender.reserve()


def empty_channel(end: Callable[[Any, Any], Future[Any]], made: tuple[Any, Any]) -> Future[Any]:
    kept.append(made)
    return end(*made)


def lock_of_readers() -> Future[Any]:
    lock = RwLock(0)
    kept.append(lock.try_read())
    return lock.write()


def lock_of_a_writer() -> Future[Any]:
    lock = RwLock(0)
    kept.append(lock.try_write())
    return lock.read()


kept: list[Any] = []
"""What has to live on, so that nobody hears that it is gone."""

WAITS: dict[str, Callable[[], Future[Any]]] = {
    "recv on mpsc channel, 0 of 8 messages": lambda: empty_channel(
        lambda _, receiver: receiver.recv(), mpsc.channel(8)
    ),
    "recv on mpsc channel, 0 messages": lambda: empty_channel(
        lambda _, receiver: receiver.recv(), mpsc.unbounded_channel()
    ),
    "send on mpsc channel, 2 of 2 messages": full_channel,
    "reserve on mpsc channel, 1 of 1 message": no_room,
    "closed on mpsc channel": lambda: empty_channel(
        lambda sender, _: sender.closed(), mpsc.channel(1)
    ),
    "recv on oneshot channel, nothing sent yet": lambda: empty_channel(
        lambda _, receiver: receiver, oneshot.channel()
    ),
    "recv on broadcast channel, 0 to come": lambda: empty_channel(
        lambda _, receiver: receiver.recv(), broadcast.channel(2)
    ),
    "changed on watch channel, version 0 seen": lambda: empty_channel(
        lambda _, receiver: receiver.changed(), watch.channel(0)
    ),
    "wait_for on watch channel, version 0 seen": lambda: empty_channel(
        lambda _, receiver: receiver.wait_for(bool), watch.channel(0)
    ),
    "write of RwLock, held by task 1": lock_of_readers,
    "read of RwLock, held by task 1": lock_of_a_writer,
    "acquire on Semaphore, 0 permits free": lambda: Semaphore(0).acquire(),
    "acquire_many(3) on Semaphore, 0 permits free": lambda: Semaphore(1).acquire_many(3),
    "notified of Notify": lambda: Notify().notified(),
    "wait at Barrier, 1 of 3 there": lambda: Barrier(3).wait(),
}


@pytest.mark.parametrize("words", WAITS)
def test_a_deadlock_says(words: str) -> None:
    async def main() -> None:
        await WAITS[words]()

    try:
        with pytest.raises(Deadlock) as caught:
            run(main())
    finally:
        kept.clear()
    (waiting,) = caught.value.waiting
    assert waiting.waits_for == words
    assert waiting.line == main.__code__.co_firstlineno + 1


def test_a_wait_inside_the_library_is_told_at_the_users_line() -> None:
    async def main() -> None:
        await OnceCell[None]().get_or_init(Notify().notified)

    with pytest.raises(Deadlock) as caught:
        run(main())
    (waiting,) = caught.value.waiting
    assert waiting.line == main.__code__.co_firstlineno + 1
    assert waiting.filename == __file__


def test_primitives_say_how_they_are() -> None:
    sender, receiver = mpsc.channel(8)
    sender.try_send(1)
    assert repr(sender) == "mpsc.Sender(1 of 8 messages)"
    sender.close()
    assert repr(sender) == "mpsc.Sender(closed)"
    assert repr(receiver) == "mpsc.Receiver(1 of 8 messages)"
    mutex = Mutex(0)
    assert repr(mutex) == "Mutex(free)"
    guard = ready(mutex.lock())
    assert repr(mutex) == "Mutex(held by what is no task of this executor)"
    guard.release()
    assert repr(guard) == "MutexGuard(released)"
    assert repr(Semaphore(3)) == "Semaphore(3 free)"
    assert repr(Barrier(3)) == "Barrier(0 of 3 there)"
    assert repr(OnceCell()) == "OnceCell()"
    notify = Notify()
    notify.notify_one()
    assert repr(notify) == "Notify(a notification is stored)"
