"""Async generators that are left before their end: closed by the executor, and named."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import sys
import threading
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest

from wakepoint import Cancelled, JoinError, join, run, select, sleep, spawn, timeout, yield_now
from wakepoint.recording import record
from wakepoint.recording.model import Recording

FIRST_YIELD = 4
"""Lines from the `async def` of `numbers` to its yield."""


async def numbers(log: list[str], name: str = "numbers") -> AsyncGenerator[int]:
    try:
        for number in range(3):
            # Where it stands when it is left.
            yield number
    finally:
        await sleep(0.001)
        await yield_now()
        log.append(f"{name} closed")


YIELD_LINE = numbers.__code__.co_firstlineno + FIRST_YIELD


@pytest.fixture(params=["auto", "simulated"])
def backend(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_one_that_a_break_leaves_is_closed_and_named(
    backend: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log: list[str] = []

    async def main() -> None:
        async for _ in numbers(log):
            break
        while not log:
            await sleep(0.001)
        log.append("main ends")

    run(main(), backend=backend)
    assert log == ["numbers closed", "main ends"]
    assert capsys.readouterr().err == (
        f"{__file__}:{YIELD_LINE}: the async generator numbers() was left here, and is closed now; "
        "contextlib.aclosing closes it in time\n"
    )


def test_one_that_is_open_at_the_end_is_closed_and_named(
    backend: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log: list[str] = []
    generators: list[AsyncGenerator[int]] = []

    async def main() -> str:
        generators.append(numbers(log))
        await anext(generators[0])
        return "result"

    assert run(main(), backend=backend) == "result"
    assert log == ["numbers closed"]
    stderr = capsys.readouterr().err
    assert f"{__file__}:{YIELD_LINE}: the async generator numbers() was still open" in stderr


def test_one_that_main_leaves_at_its_very_end(backend: str) -> None:
    log: list[str] = []

    async def main() -> None:
        async for _ in numbers(log):
            return

    run(main(), backend=backend)
    assert log == ["numbers closed"]


def test_several_are_closed_side_by_side_and_each_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log: list[str] = []
    generators = [numbers(log, name) for name in "abc"]

    async def main() -> None:
        for each in generators:
            await anext(each)
        async for _ in numbers(log, "left"):
            break

    run(main())
    assert sorted(log) == ["a closed", "b closed", "c closed", "left closed"]
    assert len(capsys.readouterr().err.splitlines()) == 4


def test_what_ends_properly_is_not_named(capsys: pytest.CaptureFixture[str]) -> None:
    log: list[str] = []

    async def main() -> None:
        async for _ in numbers(log, "to its end"):
            pass
        async with aclosing(numbers(log, "aclosing")) as closing:
            async for _ in closing:
                break
        by_hand = numbers(log, "by hand")
        await anext(by_hand)
        await by_hand.aclose()
        numbers(log, "never begun")
        with pytest.raises(TimeoutError):
            await timeout(0.001, consume(waiting(log)))

    run(main())
    assert log == ["to its end closed", "aclosing closed", "by hand closed", "waiting closed"]
    assert capsys.readouterr().err == ""


async def waiting(log: list[str]) -> AsyncGenerator[int]:
    try:
        yield 1
        await sleep(60)
    finally:
        await yield_now()
        log.append("waiting closed")


async def consume(generator: AsyncIterator[int]) -> None:
    async for _ in generator:
        pass


def test_nested_ones_are_closed_from_the_outside_in(capsys: pytest.CaptureFixture[str]) -> None:
    log: list[str] = []

    async def outer() -> AsyncGenerator[int]:
        try:
            async for number in numbers(log, "inner"):
                yield number
        finally:
            await yield_now()
            log.append("outer closed")

    async def main() -> None:
        async for _ in outer():
            break

    run(main())
    assert log == ["outer closed", "inner closed"]
    stderr = capsys.readouterr().err
    assert "outer() was left" in stderr
    assert "numbers() was left" in stderr


def test_one_that_fails_while_it_is_closed_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    async def fails() -> AsyncGenerator[int]:
        try:
            yield 1
        finally:
            await sleep(0)
            raise ValueError("cannot close")

    async def main() -> str:
        async for _ in fails():
            break
        return "result"

    assert run(main()) == "result"
    stderr = capsys.readouterr().err
    assert "task 2 (fails.aclose) raised and nobody awaited it:" in stderr
    assert "ValueError: cannot close" in stderr


def test_one_whose_cleanup_does_not_wait_is_closed_at_once_and_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log: list[str] = []

    async def prints() -> AsyncGenerator[int]:
        try:
            await sleep(0)
            yield 1
        finally:
            log.append("closed")

    async def main() -> None:
        async for _ in prints():
            break
        log.append("next line")

    run(main())
    assert log == ["closed", "next line"]
    assert "prints() was left here, and is closed now" in capsys.readouterr().err


def test_one_that_has_nothing_to_do_at_its_end_is_not_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def plain() -> AsyncGenerator[int]:
        for number in range(3):
            await sleep(0)
            yield number

    async def main() -> None:
        async for _ in plain():
            break

    run(main())
    assert capsys.readouterr().err == ""


def test_one_whose_cleanup_fails_at_once_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    async def fails() -> AsyncGenerator[int]:
        try:
            yield 1
        finally:
            raise ValueError("cannot close")

    async def main() -> None:
        async for _ in fails():
            break

    run(main())
    stderr = capsys.readouterr().err
    assert "fails() was left, and raised while it was closed:" in stderr
    assert "ValueError: cannot close" in stderr


def test_one_that_yields_again_while_it_is_closed_is_reported(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def refuses() -> AsyncGenerator[int]:
        while True:
            try:
                yield 1
            except GeneratorExit:
                await sleep(0)

    async def main() -> None:
        async for _ in refuses():
            break

    run(main())
    assert "async generator ignored GeneratorExit" in capsys.readouterr().err


def test_one_that_never_gets_done_closing_cannot_hold_up_a_deadlock() -> None:
    class Never:
        def __await__(self) -> Any:
            from wakepoint import PENDING, Future

            class Pending(Future[None]):
                def poll(self, cx: Any) -> Any:
                    return PENDING

            return Pending().__await__()

    async def stuck() -> AsyncGenerator[int]:
        try:
            yield 1
        finally:
            await Never()

    async def main() -> str:
        async for _ in stuck():
            break
        return "done"

    assert run(main()) == "done"


def test_the_task_that_used_it_may_be_aborted_or_fail() -> None:
    log: list[str] = []

    async def uses() -> None:
        async for _ in numbers(log, "aborted"):
            await sleep(60)

    async def fails() -> None:
        async for _ in numbers(log, "failed"):
            raise ValueError("body")

    async def main() -> None:
        aborted, failed = spawn(uses()), spawn(fails())
        await yield_now()
        aborted.abort()
        with pytest.raises(JoinError):
            await aborted
        with pytest.raises(ValueError, match="body"):
            await failed
        del aborted, failed
        gc.collect()

    run(main())
    assert sorted(log) == ["aborted closed", "failed closed"]


def test_a_loser_that_iterates_is_cancelled_inside_the_generator() -> None:
    log: list[str] = []

    async def ticks() -> AsyncGenerator[int]:
        try:
            while True:
                await sleep(60)
                yield 1
        except Cancelled:
            await sleep(0.001)
            log.append("inside")
            raise

    assert run(select(consume(ticks()), sleep(0.001))) == (1, None)
    assert log == ["inside"]


def test_it_is_closed_with_the_variables_of_who_left_it() -> None:
    who: contextvars.ContextVar[str] = contextvars.ContextVar("who", default="nobody")
    log: list[str] = []

    async def asks() -> AsyncGenerator[int]:
        try:
            yield 1
        finally:
            await sleep(0)
            log.append(who.get())

    async def leaves(name: str) -> None:
        who.set(name)
        async for _ in asks():
            break

    async def main() -> None:
        await join(spawn(leaves("a")), spawn(leaves("b")))

    run(main())
    assert sorted(log) == ["a", "b"]


def test_one_that_another_thread_lets_go_of_is_closed_here() -> None:
    log: list[str] = []

    async def main() -> None:
        generators: list[AsyncGenerator[int]] = [numbers(log)]
        await anext(generators[0])
        thread = threading.Thread(target=generators.clear)
        thread.start()
        thread.join()
        while not log:
            await sleep(0.001)

    run(main())
    assert log == ["numbers closed"]


def test_the_hooks_are_put_back() -> None:
    def begun(generator: Any) -> None: ...

    before = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(firstiter=begun)
    try:
        run(sleep(0))
        assert sys.get_asyncgen_hooks().firstiter is begun
    finally:
        sys.set_asyncgen_hooks(*before)


def test_asyncio_beside_is_left_alone() -> None:
    log: list[str] = []

    async def other() -> AsyncGenerator[int]:
        try:
            yield 1
        finally:
            await asyncio.sleep(0)
            log.append("closed by asyncio")

    async def asyncio_main() -> None:
        async for _ in other():
            break
        await asyncio.sleep(0.001)

    async def main() -> None:
        asyncio.run(asyncio_main())

    run(main())
    assert log == ["closed by asyncio"]


SNIPPET = """\
import wakepoint
async def numbers():
    try:
        yield 1
    finally:
        await wakepoint.sleep(0.001)
async def main():
    async for n in numbers():
        break
    await wakepoint.sleep(0.01)
wakepoint.run(main())
"""


def test_a_recording_has_the_wait_that_was_made_and_no_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def events(recording: Recording) -> list[tuple[str, object]]:
        kinds = ("state.suspended", "state.resumed", "machine.returned", "machine.raised")
        return [
            (event.kind, event.facts.get("state"))
            for event in recording.events
            if event.kind in kinds and event.facts["instance"] == 2
        ]

    recording = record(SNIPPET, backend="simulated")
    assert recording.outcome.kind == "finished"
    assert "snippet>:4: the async generator numbers() was left here" in capsys.readouterr().err
    names = [e.facts["name"] for e in recording.events if e.kind == "task.spawned"]
    assert names == ["main", "numbers.aclose"]
    kinds = events(recording)
    assert kinds.count(("state.suspended", 2)) == 1
    assert kinds.count(("state.resumed", 2)) == 1
    assert record(SNIPPET, backend="simulated") == recording
