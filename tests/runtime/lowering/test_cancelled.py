"""When a lowered machine notices that it was cancelled: at its next poll, as a coroutine does."""

from __future__ import annotations

import gc
from textwrap import dedent
from types import CodeType
from typing import Any

import pytest
from tools.lowering.compared import compiled, difference
from tools.lowering.driving import Stopped
from tools.lowering.world import World, described

from wakepoint import PENDING, Context, Waker, into_future

WORKERS = """
from wakepoint import join, select

async def first():
    try:
        note("first", await leaf(1, 3))
    finally:
        note("first ends", await leaf("cleanup"))

async def second():
    try:
        note("second", await leaf(1, 3))
    except BaseException as error:
        note(error)
        await leaf()
        raise
"""


@pytest.mark.parametrize(
    "together",
    [
        "join(first(), second())",
        "join(first(), leaf(error=Boom('early')), second())",
        "select(first(), second())",
        "select(second(), leaf(), first())",
        "join(join(first(), second()), first())",
        "join(select(first(), leaf(1, 2)), second())",
        "select(leaf(None, 2), join(first(), second()))",
    ],
)
def test_what_runs_side_by_side_is_dropped_in_the_same_order(together: str) -> None:
    source = f"""
async def main():
    try:
        return await {together}
    finally:
        note("end", await leaf())
"""
    assert difference(WORKERS + source) is None


DRIVEN = {
    "a leaf": """
        async def main():
            try:
                note(await leaf(1, 9))
            except BaseException as error:
                note(error)
                note(await leaf(2))
                raise
    """,
    "another coroutine": """
        async def inner():
            try:
                await leaf(1, 9)
            finally:
                note("inner ends", await leaf(2))
        async def main():
            try:
                await inner()
            finally:
                note("main ends", await leaf(3))
    """,
    "a stream": """
        async def numbers():
            try:
                await leaf(1, 9)
                yield 1
            finally:
                note("numbers end")
        async def main():
            async for each in numbers():
                note(each)
    """,
    "a leaf whose drop raises": """
        import wakepoint
        class Raises(wakepoint.Future):
            def poll(self, cx):
                return wakepoint.PENDING
            def drop(self):
                note("dropped")
                raise Other("in drop")
        async def main():
            try:
                await Raises()
            except Other as error:
                note(error)
                note(await leaf(1))
    """,
}


def _driven(code: CodeType, steps: str) -> list[str]:
    world = World()
    names: dict[str, Any] = {"__name__": "program", **world.names()}
    exec(code, names)
    future: Any = into_future(names["main"]())
    context = Context(Waker(lambda: None))
    for number, step in enumerate(steps.split()):
        world.log.append(step)
        try:
            if step == "poll":
                polled = future.poll(context)
                world.log.append("waits" if polled is PENDING else described(polled.value))
                if polled is not PENDING:
                    break
            elif step == "cancel":
                future.cancel(Stopped(number))
            else:
                future.drop()
        except BaseException as error:
            world.log.append(f"raised {described(error)}")
            break
    future.drop()
    return world.log


@pytest.mark.parametrize(
    "steps",
    [
        "poll cancel poll poll poll",
        "poll cancel cancel poll poll",
        "poll cancel drop",
        "poll poll cancel poll cancel poll poll",
        "poll cancel poll drop",
        "cancel poll",
        "cancel cancel poll",
        "cancel drop",
    ],
)
@pytest.mark.parametrize("source", DRIVEN.values(), ids=DRIVEN)
def test_a_cancellation_is_raised_by_the_next_poll(source: str, steps: str) -> None:
    original, lowered = compiled(dedent(source))
    assert _driven(lowered, steps) == _driven(original, steps)


def test_one_that_never_began_keeps_its_arguments_until_then() -> None:
    source = """
        class Held:
            def __del__(self):
                note("let go")
        async def work(held):
            await leaf()
            note(held)
        def main():
            return work(Held())
    """
    for code in compiled(dedent(source)):
        for steps in ("cancel poll", "cancel cancel poll", "cancel drop"):
            log = _driven(code, steps)
            gc.collect()  # from 3.13 on the traceback holds them
            assert log[: len(steps.split())] == steps.split()
            assert "note 'let go'" in log


DROPPED_BY = """
from wakepoint import PENDING, Future, Ready, into_future

class Begun(Future):
    def __init__(self, future):
        self.future = future
    def poll(self, cx):
        note("begun", self.future.poll(cx) is PENDING)
        return Ready(self.future)

async def work():
    try:
        await leaf(1, 9)
    finally:
        note("cleanup", await leaf(2, {pending}))

async def around():
    await work()

async def main():
    future = await Begun(into_future({made}()))
    note(await leaf(3, {before}))
    try:
        future.drop()
    except RuntimeError as error:
        note(error)
    return await leaf(4)
"""


@pytest.mark.parametrize("made", ["work", "around"])
@pytest.mark.parametrize("before", [0, 1])
@pytest.mark.parametrize("pending", [0, 1])
def test_what_a_task_drops_cannot_wait_whatever_the_task_awaited(
    pending: int, before: int, made: str
) -> None:
    source = DROPPED_BY.format(pending=pending, before=before, made=made)
    assert difference(source, most_runs=1) is None
