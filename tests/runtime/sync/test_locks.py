"""Mutex, RwLock, Semaphore, Notify, Barrier and OnceCell, as a user meets them."""

from __future__ import annotations

import gc

import pytest
from tools.hand import polled, ready

from wakepoint import PENDING, Cancelled, Ready, join, run, select, spawn, yield_now
from wakepoint.sync import (
    AcquireError,
    Barrier,
    BarrierWaitResult,
    Mutex,
    NoPermits,
    Notify,
    OnceCell,
    RwLock,
    Semaphore,
    SetError,
    TryLockError,
)

# -- Mutex -----------------------------------------------------------------------------------------


def test_a_mutex_is_one_tasks_at_a_time_and_in_order() -> None:
    async def enter(name: str, mutex: Mutex[list[str]]) -> None:
        async with mutex as guard:
            guard.value = [*guard.value, f"{name} enters"]
            await yield_now()
            guard.value = [*guard.value, f"{name} leaves"]

    async def main() -> list[str]:
        mutex: Mutex[list[str]] = Mutex([])
        await join(*(enter(name, mutex) for name in "abc"))
        return mutex.into_inner()

    assert run(main()) == [f"{name} {what}" for name in "abc" for what in ("enters", "leaves")]


def test_a_guard_unlocks_when_it_is_released_left_or_let_go_of() -> None:
    mutex = Mutex(1)
    guard = ready(mutex.lock())
    with pytest.raises(TryLockError, match=r"the Mutex is held by .*; await lock\(\) to wait"):
        mutex.try_lock()
    guard.release()
    guard.release()
    with pytest.raises(RuntimeError, match="the guard was released"):
        guard.value = 2
    with mutex.try_lock() as guard:
        guard.value += 1
    guard = mutex.try_lock()
    assert guard.value == 2
    del guard
    gc.collect()
    assert mutex.into_inner() == 2


def test_a_guard_may_be_released_before_its_block_ends() -> None:
    async def main() -> None:
        mutex = Mutex(0)
        async with mutex.lock() as guard:
            guard.release()
            async with mutex as other:
                with pytest.raises(RuntimeError, match=r"write async with mutex\.lock\(\) as"):
                    other.release()
                with pytest.raises(TryLockError):
                    mutex.try_lock()
        mutex.try_lock().release()

    run(main())


def test_an_exception_unlocks() -> None:
    async def main() -> None:
        mutex = Mutex(0)
        with pytest.raises(ZeroDivisionError):
            async with mutex as guard:
                guard.value = 1 // guard.value
        mutex.try_lock().release()

    run(main())


def test_an_aborted_task_unlocks_and_passes_its_turn_on() -> None:
    async def enter(mutex: Mutex[list[str]], name: str) -> None:
        async with mutex as guard:
            guard.value.append(name)
            await yield_now()

    async def main() -> list[str]:
        mutex: Mutex[list[str]] = Mutex([])
        tasks = [spawn(enter(mutex, name)) for name in "abcd"]
        await yield_now()  # a has it
        for aborted in tasks[:3]:
            aborted.abort()  # so b is chosen when a unlocks, and then c, and neither takes it
        await tasks[3]
        return mutex.into_inner()

    assert run(main()) == ["a", "d"]


# -- RwLock ----------------------------------------------------------------------------------------


def test_readers_read_together_and_a_writer_is_alone() -> None:
    lock = RwLock(1)
    first, second = ready(lock.read()), ready(lock.read())
    assert first.value + second.value == 2
    with pytest.raises(AttributeError):
        first.value = 3
    writer = polled(lock.write())
    assert writer.outcome is PENDING
    behind = polled(lock.read())
    assert behind.outcome is PENDING  # the writer came first
    with pytest.raises(TryLockError):
        lock.try_read()
    first.release()
    assert not writer.woken
    second.release()
    granted = writer.poll()
    assert isinstance(granted, Ready)
    granted.value.value = 2
    assert not behind.woken
    granted.value.release()
    outcome = behind.poll()
    assert isinstance(outcome, Ready)
    assert outcome.value.value == 2


def test_a_writer_that_gives_up_lets_the_readers_behind_it_go_on() -> None:
    lock = RwLock(0)
    reader = lock.try_read()
    writer, behind = polled(lock.write()), polled(lock.read())
    writer.drop()
    assert behind.woken
    assert isinstance(behind.poll(), Ready)
    reader.release()


def test_a_writer_may_go_on_reading() -> None:
    lock = RwLock(0)
    guard = lock.try_write()
    guard.value = 1
    waiting = polled(lock.write())
    reading = guard.downgrade()
    assert reading.value == 1
    with pytest.raises(RuntimeError, match="the guard was released"):
        guard.value = 2
    assert not waiting.woken
    reading.release()
    assert waiting.woken


# -- Semaphore -------------------------------------------------------------------------------------


def test_one_who_wants_many_is_not_passed() -> None:
    semaphore = Semaphore(2)
    first = semaphore.try_acquire()
    many, one = polled(semaphore.acquire_many(2)), polled(semaphore.acquire())
    assert (many.outcome, one.outcome) == (PENDING, PENDING)
    with pytest.raises(NoPermits, match=r"1 wanted, and 0 free; await acquire\(\) to wait"):
        semaphore.try_acquire()
    first.release()
    assert (many.woken, one.woken) == (True, False)


def test_permits_may_be_added_and_forgotten() -> None:
    semaphore = Semaphore(1)
    assert semaphore.try_acquire().forget() == 1
    assert semaphore.available_permits() == 0
    semaphore.add_permits(3)
    assert semaphore.forget_permits(5) == 3
    with pytest.raises(ValueError, match="a number of permits is 0 or more, not -1"):
        semaphore.add_permits(-1)


def test_a_permit_goes_back_when_it_is_left_or_let_go_of() -> None:
    async def main() -> None:
        semaphore = Semaphore(2)
        with semaphore.try_acquire_many(2):
            assert semaphore.available_permits() == 0
        async with semaphore.acquire() as permit, semaphore:
            assert permit.count == 1
            assert semaphore.available_permits() == 0
        permit = await semaphore.acquire()
        del permit
        gc.collect()
        assert semaphore.available_permits() == 2

    run(main())


def test_a_closed_semaphore_gives_no_permits() -> None:
    async def main() -> None:
        semaphore = Semaphore(1)
        permit = semaphore.try_acquire()
        waiting = spawn(enter(semaphore))
        await yield_now()
        semaphore.close()
        with pytest.raises(AcquireError, match="the semaphore was closed"):
            await waiting
        permit.release()
        with pytest.raises(AcquireError):
            semaphore.try_acquire()
        with pytest.raises(AcquireError):
            await semaphore.acquire()
        assert semaphore.is_closed()

    async def enter(semaphore: Semaphore) -> None:
        async with semaphore:
            raise AssertionError("it is closed")

    run(main())


# -- Notify ----------------------------------------------------------------------------------------


def test_one_notification_is_kept() -> None:
    notify = Notify()
    notify.notify_one()
    notify.notify_one()
    assert polled(notify.notified()).outcome == Ready(None)
    assert polled(notify.notified()).outcome is PENDING


def test_all_who_wait_are_notified_and_nothing_is_kept() -> None:
    notify = Notify()
    waiting, not_polled_yet = polled(notify.notified()), notify.notified()
    notify.notify_waiters()
    assert waiting.poll() == Ready(None)
    assert polled(not_polled_yet).outcome == Ready(None)
    assert polled(notify.notified()).outcome is PENDING


# -- Barrier ---------------------------------------------------------------------------------------


def test_a_barrier_lets_all_go_on_with_one_leader_again_and_again() -> None:
    async def come(barrier: Barrier) -> list[bool]:
        return [(await barrier.wait()).is_leader() for _ in range(3)]

    async def main() -> list[tuple[bool, ...]]:
        barrier = Barrier(3)
        return [*zip(*await join(*(come(barrier) for _ in range(3))), strict=True)]

    for leads in run(main()):
        assert sorted(leads) == [False, False, True]


def test_who_gives_up_does_not_count() -> None:
    barrier = Barrier(2)
    polled(barrier.wait()).drop()
    first = polled(barrier.wait())
    assert first.outcome is PENDING
    assert polled(barrier.wait()).outcome == Ready(BarrierWaitResult(True))
    assert first.woken
    assert first.poll() == Ready(BarrierWaitResult(False))


def test_who_gives_up_after_all_have_come_changes_nothing() -> None:
    barrier = Barrier(2)
    first = polled(barrier.wait())
    ready(barrier.wait())
    first.drop()
    assert polled(barrier.wait()).outcome is PENDING


@pytest.mark.parametrize("size", [0, 1])
def test_a_barrier_for_one_holds_nobody(size: int) -> None:
    assert ready(Barrier(size).wait()).is_leader()


def test_a_barrier_for_less_than_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="a barrier is for 0 tasks or more, not -1"):
        Barrier(-1)


# -- OnceCell --------------------------------------------------------------------------------------


def test_a_cell_is_made_once() -> None:
    made: list[int] = []

    async def make() -> int:
        made.append(1)
        await yield_now()
        return 42

    async def main() -> None:
        cell: OnceCell[int] = OnceCell()
        assert cell.get() is None
        assert await join(*(cell.get_or_init(make) for _ in range(3))) == (42, 42, 42)
        assert (cell.get(), cell.initialized(), made) == (42, True, [1])
        with pytest.raises(SetError, match="this one has its value") as refused:
            cell.set(43)
        assert refused.value.value == 43

    run(main())


def test_the_next_makes_it_if_the_first_fails_or_gives_up() -> None:
    async def fail() -> int:
        await yield_now()
        raise ZeroDivisionError

    async def for_ever() -> int:
        await Notify().notified()
        raise AssertionError("nobody notifies")

    async def answer() -> int:
        return 42

    async def main() -> int:
        cell: OnceCell[int] = OnceCell()
        failing = spawn(cell.get_or_init(fail))
        waiting = spawn(cell.get_or_init(for_ever))
        last = spawn(cell.get_or_init(answer))
        with pytest.raises(ZeroDivisionError):
            await failing
        await yield_now()
        with pytest.raises(SetError, match="this one is being given its value"):
            cell.set(1)
        waiting.abort()
        return await last

    assert run(main()) == 42


def test_a_cell_may_be_set() -> None:
    cell: OnceCell[None] = OnceCell()
    cell.set(None)
    assert cell.initialized()


def test_what_loses_leaves_the_lock_as_it_was() -> None:
    async def main() -> None:
        mutex = Mutex(0)
        guard = await mutex.lock()
        assert (await select(mutex.lock(), yield_now()))[0] == 1
        guard.release()
        assert (await select(mutex.lock(), yield_now()))[0] == 0
        mutex.try_lock().release()

    run(main())


def test_a_task_may_clean_up_under_a_lock_when_it_is_aborted() -> None:
    async def work(mutex: Mutex[str]) -> None:
        try:
            await Notify().notified()
        except Cancelled:
            async with mutex as guard:
                await yield_now()
                guard.value = "cleaned up"
            raise

    async def main() -> str:
        mutex = Mutex("")
        task = spawn(work(mutex))
        await yield_now()
        task.abort()
        while not task.is_finished():
            await yield_now()
        return mutex.into_inner()

    assert run(main()) == "cleaned up"
