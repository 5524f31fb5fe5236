"""What runs at once is right in whichever order its steps come; a failing seed is replayed."""

from __future__ import annotations

from contextlib import suppress

import pytest
from tools.interleavings import explore, run_once

from wakepoint import (
    JoinError,
    JoinSet,
    TaskGroup,
    TcpListener,
    TcpStream,
    join,
    pipe,
    select,
    sleep,
    spawn,
    timeout,
    yield_now,
)
from wakepoint.sync import (
    Barrier,
    Mutex,
    Notify,
    RecvError,
    RwLock,
    Semaphore,
    broadcast,
    mpsc,
    oneshot,
    watch,
)


async def counts_badly() -> None:
    """Two tasks that read, wait and write: it depends on the order whether one is lost."""
    count = 0

    async def add() -> None:
        nonlocal count
        seen = count
        if seen == 0:
            await sleep(0.001)
        count = seen + 1

    await join(spawn(add()), spawn(add()))
    assert count == 2


def test_a_mistake_is_found_and_its_seed_replays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WAKEPOINT_SEED", raising=False)
    with pytest.raises(AssertionError) as caught:
        explore(counts_badly)
    (note,) = caught.value.__notes__
    seed = note.rpartition("WAKEPOINT_SEED=")[2].split()[0]
    monkeypatch.setenv("WAKEPOINT_SEED", seed)
    with pytest.raises(AssertionError) as again:
        explore(counts_badly)
    assert again.value.__notes__ == [note]


def test_a_seed_makes_the_same_schedule_each_time_and_others_make_others() -> None:
    async def program() -> None:
        await join(*(spawn(yield_now()) for _ in range(5)))

    schedules = [tuple(run_once(program, seed)) for seed in range(20)]
    assert schedules == [tuple(run_once(program, seed)) for seed in range(20)]
    assert len(set(schedules)) > 10


def test_a_channel_keeps_each_senders_order_and_loses_nothing() -> None:
    async def program() -> None:
        sender, receiver = mpsc.channel(2)

        async def send(who: int, mine: mpsc.Sender[tuple[int, int]]) -> None:
            with mine:
                for number in range(4):
                    await mine.send((who, number))

        senders = [spawn(send(who, sender.clone())) for who in range(3)]
        sender.close()
        received = []
        with suppress(RecvError):
            while True:
                received.append(await receiver.recv())
        await join(*senders)
        for who in range(3):
            assert [number for sent_by, number in received if sent_by == who] == [0, 1, 2, 3]

    explore(program)


def test_a_receiver_that_gives_up_loses_no_message() -> None:
    async def program() -> None:
        sender, receiver = mpsc.channel(1)

        async def send() -> None:
            for number in range(6):
                await sender.send(number)
                await sleep(0.001)

        task = spawn(send())
        received: list[int] = []
        while len(received) < 6:
            try:
                received.append(await timeout(0.001, receiver.recv()))
            except TimeoutError:
                continue
        await task
        assert received == list(range(6))

    explore(program)


def test_a_mutex_lets_one_in_at_a_time() -> None:
    async def program() -> None:
        mutex: Mutex[list[int]] = Mutex([])
        inside = 0

        async def work(number: int) -> None:
            nonlocal inside
            async with mutex as guard:
                inside += 1
                assert inside == 1
                await sleep(0.0005)
                guard.value.append(number)
                inside -= 1

        workers = [spawn(work(number)) for number in range(4)]
        await join(*workers)
        async with mutex as guard:
            assert sorted(guard.value) == [0, 1, 2, 3]

    explore(program)


def test_permits_are_all_there_again_whoever_is_aborted() -> None:
    async def program() -> None:
        semaphore = Semaphore(2)

        async def work() -> None:
            async with semaphore:
                await sleep(0.001)

        tasks = [spawn(work()) for _ in range(6)]
        await yield_now()
        tasks[1].abort()
        await sleep(0.001)
        tasks[4].abort()
        for task in tasks:
            try:
                await task
            except JoinError:
                continue
        assert semaphore.available_permits() == 2

    explore(program)


def test_a_writer_is_alone() -> None:
    async def program() -> None:
        lock: RwLock[int] = RwLock(0)
        readers = writers = 0

        async def read() -> None:
            nonlocal readers
            async with lock.read():
                readers += 1
                assert writers == 0
                await yield_now()
                readers -= 1

        async def write() -> None:
            nonlocal writers
            async with lock.write():
                writers += 1
                assert (readers, writers) == (0, 1)
                await yield_now()
                writers -= 1

        await join(*(spawn(each()) for each in (read, write, read, read, write)))

    explore(program)


def test_a_notification_is_never_lost() -> None:
    async def program() -> None:
        notify = Notify()
        done = False

        async def wait() -> None:
            while not done:
                await notify.notified()

        async def tell() -> None:
            nonlocal done
            await sleep(0.001)
            done = True
            notify.notify_one()

        await join(spawn(wait()), spawn(tell()))

    explore(program)


def test_a_set_gives_every_task_once() -> None:
    async def program() -> None:
        tasks: JoinSet[int] = JoinSet()

        async def nap(number: int) -> int:
            await sleep(0.001 * (number % 3))
            return number

        for number in range(6):
            tasks.spawn(nap(number))
        ended = []
        async for handle in tasks:
            ended.append(await handle)
        assert sorted(ended) == list(range(6))

    explore(program)


def test_a_group_ends_when_all_have_and_tells_each_failure() -> None:
    async def program() -> None:
        ended: list[int] = []

        async def work(number: int) -> None:
            try:
                await sleep(0.001 * number)
                if number == 2:
                    raise ValueError(number)
            finally:
                await yield_now()
                ended.append(number)

        async def all_of_them() -> None:
            async with TaskGroup() as group:
                for number in range(1, 5):
                    group.spawn(work(number))
                await sleep(60)

        with pytest.raises(ExceptionGroup) as caught:
            await all_of_them()
        assert [type(each) for each in caught.value.exceptions] == [ValueError]
        assert len(ended) == len(set(ended))
        assert 2 in ended

    explore(program)


def test_select_has_one_winner_and_loses_nothing() -> None:
    async def program() -> None:
        first_sender, first = mpsc.channel(8)
        second_sender, second = mpsc.channel(8)

        async def send(sender: mpsc.Sender[int]) -> None:
            for number in range(4):
                await sender.send(number)
                await yield_now()

        tasks = [spawn(send(first_sender)), spawn(send(second_sender))]
        received: tuple[list[int], list[int]] = ([], [])
        for turn in range(8):
            which, value = await select(first.recv(), second.recv(), biased=bool(turn % 2))
            received[which].append(value)
        await join(*tasks)
        assert received == ([0, 1, 2, 3], [0, 1, 2, 3])

    explore(program)


def test_one_value_and_its_receiver_meet_in_any_order() -> None:
    async def program() -> None:
        sender, receiver = oneshot.channel()

        async def send() -> None:
            await sleep(0.001)
            sender.send("value")

        task = spawn(send())
        try:
            got = await timeout(0.001, receiver)
        except TimeoutError:
            got = await receiver
        assert got == "value"
        await task

    explore(program)


def test_everybody_leaves_a_barrier_and_one_leads() -> None:
    async def program() -> None:
        barrier = Barrier(3)

        async def come() -> bool:
            return (await barrier.wait()).is_leader()

        results = await join(*(spawn(come()) for _ in range(6)))
        assert sum(results) == 2

    explore(program)


def test_all_subscribers_see_all_and_watchers_the_last() -> None:
    async def program() -> None:
        sender, receiver = broadcast.channel(16)
        setter, watched = watch.channel(0)
        subscribers = [receiver, sender.subscribe()]

        async def listen(mine: broadcast.Receiver[int]) -> list[int]:
            return [await mine.recv() for _ in range(5)]

        async def send() -> None:
            for number in range(1, 6):
                sender.send(number)
                setter.send(number)
                await yield_now()

        tasks = [spawn(listen(mine)) for mine in subscribers]
        await join(spawn(send()), *tasks, watched.wait_for(lambda value: value == 5))
        assert [await task for task in tasks] == [[1, 2, 3, 4, 5]] * 2

    explore(program)


def test_bytes_arrive_in_order_whatever_comes_first() -> None:
    async def program() -> None:
        with TcpListener.bind("127.0.0.1", 0) as listener:

            async def serve() -> None:
                stream, _ = await listener.accept()
                with stream:
                    while data := await stream.read(7):
                        await stream.write_all(data)

            server = spawn(serve())
            with await TcpStream.connect(*listener.local_addr) as stream:
                _, echoed = await join(stream.write_all(bytes(100)), stream.read_exact(100))
                assert echoed == bytes(100)
            await server
        reader, writer = pipe()
        with reader, writer:
            _, data = await join(writer.write_all(b"x" * 10), reader.read_exact(10))
            assert data == b"x" * 10

    explore(program)


def test_a_joiner_hears_of_every_end() -> None:
    async def program() -> None:
        async def work(number: int) -> int:
            await sleep(0.001 * (number % 2))
            return number

        tasks = [spawn(work(number)) for number in range(3)]

        async def impatient(number: int) -> int:
            try:
                return await timeout(0.0005, tasks[number])
            except TimeoutError:
                return await tasks[number]

        results = await join(*(spawn(impatient(number % 3)) for number in range(6)))
        assert results == (0, 1, 2, 0, 1, 2)

    explore(program)
