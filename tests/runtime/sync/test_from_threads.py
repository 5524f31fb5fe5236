"""Sending, releasing and notifying from other threads."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from itertools import chain

import pytest

from wakepoint import join, run, spawn, spawn_blocking, yield_now
from wakepoint.sync import (
    Mutex,
    Notify,
    OnceCell,
    RecvError,
    RwLock,
    Semaphore,
    broadcast,
    mpsc,
    oneshot,
    watch,
)

THREADS = 4
EACH = 300


@pytest.fixture(autouse=True)
def _threads_take_turns_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_what_threads_send_is_received_once_and_in_the_order_of_each() -> None:
    def send(sender: mpsc.Sender[tuple[int, int]], who: int) -> None:
        with sender:
            for number in range(EACH):
                sender.blocking_send((who, number))

    async def main() -> list[tuple[int, int]]:
        sender, receiver = mpsc.channel(3)
        jobs = [spawn_blocking(send, sender.clone(), who) for who in range(THREADS)]
        sender.close()
        received = [message async for message in receiver]
        await join(*jobs)
        return received

    received = run(main())
    for who in range(THREADS):
        assert [number for sender, number in received if sender == who] == list(range(EACH))
    assert len(received) == THREADS * EACH


def test_threads_receive_what_tasks_send() -> None:
    def receive(receiver: mpsc.Receiver[int]) -> list[int]:
        received = []
        while True:
            try:
                received.append(receiver.blocking_recv())
            except RecvError:
                return received

    async def send(sender: mpsc.Sender[int]) -> None:
        with sender:
            for number in range(THREADS * EACH):
                await sender.send(number)

    async def main() -> tuple[list[int], ...]:
        sender, receiver = mpsc.channel(2)
        jobs = [spawn_blocking(receive, receiver) for _ in range(THREADS)]
        spawn(send(sender))
        del sender
        return await join(*jobs)

    received = run(main())
    assert all(these == sorted(these) for these in received)
    assert sorted(chain(*received)) == list(range(THREADS * EACH))


def test_executors_in_several_threads_share_a_mutex() -> None:
    mutex = Mutex(0)

    async def add() -> None:
        for _ in range(EACH):
            async with mutex as guard:
                before = guard.value
                await yield_now()
                guard.value = before + 1

    in_threads(lambda: run(join(add(), add())))
    assert mutex.into_inner() == 2 * THREADS * EACH


def test_executors_in_several_threads_share_a_rwlock() -> None:
    lock = RwLock((0, 0))

    async def change() -> None:
        for _ in range(EACH):
            async with lock.write() as guard:
                first, second = guard.value
                guard.value = first + 1, second
                await yield_now()
                guard.value = first + 1, second + 1

    async def look() -> None:
        for _ in range(EACH):
            async with lock.read() as guard:
                first, second = guard.value
                await yield_now()
                assert guard.value == (first, second)
                assert first == second

    in_threads(lambda: run(join(change(), look())))
    assert lock.into_inner() == (THREADS * EACH, THREADS * EACH)


def test_permits_are_conserved_between_threads() -> None:
    semaphore = Semaphore(2)
    inside: list[int] = []

    async def enter() -> None:
        for _ in range(EACH):
            async with semaphore:
                inside.append(1)
                assert len(inside) <= 2
                await yield_now()
                inside.pop()

    in_threads(lambda: run(join(enter(), enter())))
    assert semaphore.available_permits() == 2


def test_every_notification_of_a_thread_arrives() -> None:
    async def main() -> None:
        notify, told = Notify(), Notify()

        def ping_pong() -> None:
            async def answer() -> None:
                for _ in range(EACH):
                    await notify.notified()
                    told.notify_one()

            run(answer())

        job = spawn_blocking(ping_pong)
        for _ in range(EACH):
            notify.notify_one()
            await told.notified()
        await job

    run(main())


def test_a_broadcast_from_a_thread_reaches_every_task() -> None:
    async def receive(receiver: broadcast.Receiver[int]) -> list[int]:
        return [value async for value in receiver]

    async def main() -> None:
        sender, receiver = broadcast.channel(EACH)
        another = sender.subscribe()

        def send() -> None:
            with sender:
                for number in range(EACH):
                    sender.send(number)

        every = await join(receive(receiver), receive(another), spawn_blocking(send))
        assert every == (list(range(EACH)), list(range(EACH)), None)

    run(main())


def test_a_watch_from_a_thread_ends_with_the_latest() -> None:
    async def main() -> None:
        sender, receiver = watch.channel(0)

        def count() -> None:
            for _ in range(EACH):
                sender.send_modify(lambda value: value + 1)

        _, _, value = await join(
            spawn_blocking(count),
            spawn_blocking(count),
            receiver.wait_for(lambda value: value == 2 * EACH),
        )
        assert value == 2 * EACH

    run(main())


def test_a_thread_answers_once() -> None:
    async def main() -> list[int]:
        answers = []
        for number in range(EACH):
            sender, receiver = oneshot.channel()
            job = spawn_blocking(sender.send, number)
            answers.append(await receiver)
            await job
        return answers

    assert run(main()) == list(range(EACH))


def test_a_thread_waits_for_an_answer() -> None:
    async def main() -> None:
        sender, receiver = oneshot.channel()
        job = spawn_blocking(receiver.blocking_recv)
        sender.send(42)
        assert await job == 42

    run(main())


def test_one_of_several_threads_makes_the_value() -> None:
    cell: OnceCell[int] = OnceCell()
    made: list[int] = []
    given: list[int] = []

    async def make() -> int:
        made.append(1)
        await yield_now()
        return 42

    async def get() -> None:
        given.append(await cell.get_or_init(make))

    in_threads(lambda: run(join(get(), get())))
    assert made == [1]
    assert given == [42] * 2 * THREADS


def test_blocking_is_refused_where_an_executor_runs() -> None:
    async def main() -> None:
        sender, receiver = mpsc.channel(1)
        with pytest.raises(RuntimeError, match=r"stop every task.*await it instead"):
            receiver.blocking_recv()
        with pytest.raises(RuntimeError, match=r"stop every task.*await it instead"):
            sender.blocking_send(1)

    run(main())


def in_threads(work: object) -> None:
    """Does the work on several threads, and raises what one of them raises."""
    assert callable(work)
    errors: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
