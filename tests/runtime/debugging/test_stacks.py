"""Where each task stands, what it waits for, and who would wake it."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from wakepoint import (
    JoinSet,
    join,
    pending,
    ready,
    run,
    select,
    shield,
    sleep,
    spawn,
    task_local,
    timeout,
    yield_now,
)
from wakepoint.debugging import TaskStack, await_stacks
from wakepoint.debugging.stacks import AwaitStack
from wakepoint.sync import Mutex, Notify, oneshot

KEY = task_local("KEY")


def looked_at(awaitable: Awaitable[Any]) -> TaskStack:
    """The stack of a task that awaits something, once it waits."""

    async def main() -> TaskStack:
        handle = spawn(awaitable, name="looked at")
        await yield_now()
        stack = next(each for each in await_stacks() if each.name == "looked at")
        handle.abort()
        return stack

    return run(main(), backend="simulated")


def functions(stack: AwaitStack) -> list[str]:
    return [frame.function.rpartition(".")[2] for frame in stack.frames]


async def inner() -> None:
    await sleep(3600)


async def outer() -> None:
    await inner()


def test_the_functions_that_await_each_other_outermost_first() -> None:
    stack = looked_at(outer())
    assert functions(stack.stack) == ["outer", "inner"]
    assert {frame.filename for frame in stack.stack.frames} == {__file__}
    lines = [
        Path(__file__).read_text(encoding="utf-8").splitlines()[frame.line - 1]
        for frame in stack.stack.frames
    ]
    assert [line.strip() for line in lines] == ["await inner()", "await sleep(3600)"]
    assert (stack.state, stack.waits_for, stack.held_by) == ("waits", "sleep(3600)", ("a timer",))


def test_an_async_generator_is_one_of_them() -> None:
    async def items() -> AsyncIterator[int]:
        await inner()
        yield 1

    async def take() -> None:
        async for _ in items():
            pass

    assert functions(looked_at(take()).stack) == ["take", "items", "inner"]


def test_a_task_may_run_a_future_without_a_function() -> None:
    stack = looked_at(sleep(7))
    assert (stack.stack.frames, stack.waits_for) == ((), "sleep(7)")


@pytest.mark.parametrize(
    "combine",
    [
        lambda: join(outer(), sleep(1)),
        lambda: select(outer(), sleep(1)),
        lambda: timeout(1, outer()),
        lambda: shield(outer()),
        lambda: KEY.scope(1, outer()),
        lambda: join(join(ready(1), outer()), sleep(1)),
    ],
    ids=["join", "select", "timeout", "shield", "scope", "nested"],
)
def test_what_runs_inside_of_a_future_has_a_stack_of_its_own(
    combine: Callable[[], Awaitable[Any]],
) -> None:
    async def combined() -> None:
        await combine()

    stack = looked_at(combined()).stack
    assert functions(stack) == ["combined"]
    (branch,) = stack.branches
    while branch.branches:
        (branch,) = branch.branches
    assert functions(branch) == ["outer", "inner"]
    assert branch.waits_for == "sleep(3600)"


def test_the_task_that_looks_is_running() -> None:
    def look() -> TaskStack:
        (stack,) = await_stacks()
        return stack

    async def main() -> TaskStack:
        return look()

    stack = run(main())
    assert (stack.state, stack.waits_for, stack.joins) == ("running", None, ())
    assert functions(stack.stack) == ["main", "look"]
    assert stack.thread == threading.current_thread().name


def test_a_task_that_was_woken_or_never_polled_is_queued() -> None:
    async def main() -> list[str]:
        notify = Notify()

        async def wait() -> None:
            await notify.notified()

        waits = spawn(wait())
        await yield_now()
        notify.notify_one()
        spawn(sleep(0))
        states = [stack.state for stack in await_stacks()]
        await waits
        return states

    assert run(main()) == ["running", "queued", "queued"]


def test_whom_a_task_joins() -> None:
    async def main() -> dict[int, tuple[int, ...]]:
        first, second = spawn(pending()), spawn(pending())
        tasks: JoinSet[None] = JoinSet()
        tasks.spawn(pending())

        async def nothing_but(awaitable: Awaitable[Any]) -> None:
            await awaitable

        spawn(nothing_but(first))
        spawn(join(first, nothing_but(timeout(9, second))))
        spawn(nothing_but(tasks.join_next()))
        await yield_now()
        return {stack.task: stack.joins for stack in await_stacks() if stack.joins}

    assert run(main(), backend="simulated") == {5: (2,), 6: (2, 3), 7: (4,)}


def test_who_holds_the_waker() -> None:
    async def main() -> dict[str, tuple[str, ...]]:
        mutex = Mutex(None)
        _, receiver = oneshot.channel()
        never = spawn(pending(), name="never")
        guard = await mutex.lock()
        for name, awaitable in {
            "locks": mutex.lock(),
            "receives": receiver,
            "joins": never,
            "races": select(never, sleep(1)),
        }.items():
            spawn(awaitable, name=name)
        await yield_now()
        held_by = {stack.name: stack.held_by for stack in await_stacks()}
        guard.release()
        return held_by

    held_by = run(main(), backend="simulated")
    assert held_by["never"] == ()
    assert held_by["joins"] == ("task 2 (never), for its end",)
    assert set(held_by["races"]) == {"task 2 (never), for its end", "a timer"}
    assert held_by["locks"] == ("lock of Mutex, held by task 1",)
    assert held_by["receives"] != ()


def test_another_thread_sees_every_executor_there_is() -> None:
    arrived, leave = threading.Barrier(3), threading.Event()

    async def main() -> None:
        spawn(outer())
        await yield_now()
        arrived.wait()
        leave.wait()

    threads = [
        threading.Thread(target=lambda: run(main(), backend="simulated"), name=name)
        for name in ("north", "south")
    ]
    for thread in threads:
        thread.start()
    arrived.wait()
    stacks = await_stacks()
    leave.set()
    for thread in threads:
        thread.join()
    seen = {(stack.thread, stack.name, stack.state) for stack in stacks}
    assert seen == {
        (thread, name, state)
        for thread in ("north", "south")
        for name, state in (("main", "running"), ("outer", "waits"))
    }
    assert await_stacks() == ()


def test_to_look_changes_nothing() -> None:
    async def main() -> list[tuple[object, object]]:
        handle = spawn(outer())
        await yield_now()
        before = handle.task.runs, handle.task.waits_for
        await_stacks()
        return list(zip(before, (handle.task.runs, handle.task.waits_for), strict=True))

    assert all(before is after for before, after in run(main(), backend="simulated"))
