"""A second cancellation: it never interrupts a cleanup, and is not lost if the code goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.same_recording import both

from wakepoint import (
    Cancelled,
    JoinError,
    join,
    pending,
    run,
    select,
    sleep,
    spawn,
    timeout,
    yield_now,
)

AROUND: dict[str, Callable[[Any], Awaitable[Any]]] = {
    "nothing": lambda future: future,
    "timeout": lambda future: timeout(60, future),
    "select": lambda future: select(future, pending()),
    "join": lambda future: join(future, yield_now()),
    "both": lambda future: timeout(60, join(select(future), yield_now())),
}


@pytest.mark.parametrize("around", AROUND.values(), ids=AROUND)
@given(aborts=st.lists(st.integers(0, 4), min_size=1, max_size=6))
def test_aborts_do_not_interrupt_a_cleanup(
    around: Callable[[Any], Awaitable[Any]], aborts: list[int]
) -> None:
    log: list[str] = []

    async def work() -> None:
        try:
            await pending()
        finally:
            for turn in range(5):
                await yield_now()
                log.append(f"turn {turn}")

    async def main() -> None:
        handle = spawn(around(work()))
        await yield_now()
        for turns in aborts:
            handle.abort()
            for _ in range(turns):
                await yield_now()
        with pytest.raises(JoinError):
            await handle

    run(main(), backend="simulated")
    assert log == [f"turn {turn}" for turn in range(5)]


def test_a_second_abort_reaches_who_has_swallowed_the_first() -> None:
    log: list[str] = []

    async def work() -> None:
        try:
            await pending()
        except Cancelled:
            await yield_now()
            log.append("swallowed")
        await pending()
        log.append("too far")

    async def main() -> None:
        handle = spawn(work())
        await yield_now()
        handle.abort()
        handle.abort()  # waits until the first is over
        with pytest.raises(JoinError):
            await handle

    run(main(), backend="simulated")
    assert log == ["swallowed"]


def test_a_later_abort_reaches_who_has_swallowed_the_first() -> None:
    log: list[str] = []

    async def work() -> None:
        for word in ("first", "second"):
            try:
                await pending()
            except Cancelled:
                log.append(word)
        await pending()

    async def main() -> None:
        handle = spawn(work())
        for _ in range(3):
            await yield_now()
            handle.abort()
        with pytest.raises(JoinError):
            await handle

    run(main(), backend="simulated")
    assert log == ["first", "second"]


def test_a_cancellation_that_is_over_is_freed_at_once() -> None:
    """Nothing holds it any more: neither the runtime nor a cycle that the collector has to find."""

    async def work() -> str:
        for future in (sleep(60), spawn(pending()), yield_now(), timeout(60, pending())):
            try:
                await future
            except Cancelled:
                continue
        return "went on"

    async def main() -> str:
        handle = spawn(work())
        for _ in range(4):
            await yield_now()
            handle.abort()
            handle.abort()
        return await handle

    assert run(main(), backend="simulated") == "went on"


SCRIPT = """
import wakepoint
from wakepoint import Cancelled, pending, spawn, yield_now

async def cleans_up():
    try:
        await pending()
    finally:
        for turn in range(3):
            await yield_now()
            print("turn", turn)

async def swallows():
    try:
        await pending()
    except Cancelled:
        await yield_now()
        print("swallowed")
    await pending()
    print("too far")

async def main():
    for work in (cleans_up, swallows):
        handle = spawn(work())
        await yield_now()
        for _ in range(3):
            handle.abort()
            await yield_now()
        try:
            await handle
        except wakepoint.JoinError as error:
            print(error)

wakepoint.run(main())
"""


def test_a_lowered_coroutine_does_the_same() -> None:
    original, lowered = both(SCRIPT)
    assert lowered == original
    assert original[0].split("\n")[:3] == ["turn 0", "turn 1", "turn 2"]
    assert "swallowed" in original[0]
    assert "too far" not in original[0]


GROUP = """
import wakepoint
from wakepoint import Cancelled, TaskGroup, join, pending, spawn, yield_now

async def fail():
    await yield_now()
    raise ValueError("broken")

async def grouped():
    async with TaskGroup() as group:
        group.spawn(fail())
        try:
            await pending()
        finally:
            await yield_now()
            print("body ends")

async def beside():
    for _ in range(8):
        await yield_now()
    print("beside ends")

async def main():
    try:
        await join(grouped(), beside())
    except ExceptionGroup as group:
        print(group.exceptions)

wakepoint.run(main())
"""


def test_a_group_in_a_lowered_coroutine() -> None:
    original, lowered = both(GROUP)
    assert lowered == original
    assert original[0].split("\n")[:2] == ["body ends", "beside ends"]
