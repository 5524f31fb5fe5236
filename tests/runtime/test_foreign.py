"""Another runtime's futures under ours, ours under another, and what is no future at all."""

from __future__ import annotations

import asyncio
import sys
import types
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest

import wakepoint
from wakepoint import join, run, select, sleep, spawn, spawn_blocking, timeout, try_join, yield_now

ASYNCIO: dict[str, tuple[Callable[[], Awaitable[Any]], str]] = {
    "sleep": (lambda: asyncio.sleep(0.01), r"asyncio\.sleep\(…\)"),
    "queue": (lambda: asyncio.Queue[int]().get(), r"asyncio\.Queue\.get\(…\)"),
    "event": (lambda: asyncio.Event().wait(), r"asyncio\.Event\.wait\(…\)"),
    "wait_for": (lambda: asyncio.wait_for(sleep(1), 1), r"asyncio\.\w+\(…\)"),
    "task group": (lambda: asyncio.TaskGroup().__aenter__(), r"asyncio\.TaskGroup\(…\)"),
    "sleep(0)": (lambda: asyncio.sleep(0), r"asyncio\.sleep\(…\)"),
    "connection": (lambda: asyncio.open_connection("localhost", 1), r"asyncio\.open_connection"),
    "thread": (lambda: asyncio.to_thread(int), r"asyncio\.to_thread\(…\)"),
}
MEND = "await a wakepoint future instead, or give asyncio a thread"


@pytest.mark.parametrize(("make", "what"), ASYNCIO.values(), ids=ASYNCIO)
def test_asyncios_awaitables_name_the_line_and_the_mend(
    make: Callable[[], Awaitable[Any]], what: str
) -> None:
    async def main() -> None:
        awaitable = make()
        await awaitable

    line = main.__code__.co_firstlineno + 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for future in (main(), timeout(60, main())):
            with pytest.raises(RuntimeError, match=f"^line {line} awaits {what}.*{MEND}"):
                run(future)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that does not run."""
    made = asyncio.new_event_loop()
    yield made
    made.close()


def test_a_future_of_a_loop_is_asyncios_too(loop: asyncio.AbstractEventLoop) -> None:
    async def main(future: Awaitable[Any]) -> None:
        await future

    line = main.__code__.co_firstlineno + 1
    for future in (loop.create_future(), asyncio.gather(loop.create_future())):
        with pytest.raises(RuntimeError, match=rf"^line {line} awaits <.*Future.* pend.*{MEND}"):
            run(main(future))


def test_the_error_of_a_spawned_task_is_explained_too() -> None:
    async def work() -> None:
        await asyncio.sleep(0.01)

    async def main() -> None:
        with pytest.raises(RuntimeError, match=r"awaits asyncio\.sleep") as caught:
            await spawn(work())
        assert str(caught.value.__cause__) == "no running event loop"

    run(main())


def test_asyncios_timeout_is_told_at_its_line() -> None:
    async def main() -> None:
        async with asyncio.timeout(1):
            await sleep(0)

    line = main.__code__.co_firstlineno + 1
    with pytest.raises(RuntimeError, match=rf"^line {line} awaits asyncio\.\w+\(…\), which"):
        run(main())


def test_asyncio_in_a_thread_of_its_own_works() -> None:
    async def theirs() -> str:
        await asyncio.sleep(0)
        return "theirs"

    async def main() -> str:
        return await spawn_blocking(asyncio.run, theirs())

    assert run(main()) == "theirs"


OURS: dict[str, Callable[[], Any]] = {
    "sleep": lambda: sleep(0.01),
    "join": lambda: join(sleep(0), sleep(0)),
    "timeout": lambda: timeout(1, sleep(0)),
    "spawn": lambda: spawn(sleep(0)),
    "spawn_blocking": lambda: spawn_blocking(int),
    "connect": lambda: wakepoint.TcpStream.connect("localhost", 1),
}


@pytest.mark.parametrize("make", OURS.values(), ids=OURS)
def test_ours_under_asyncio_name_the_line_and_the_mend(make: Callable[[], Any]) -> None:
    async def main() -> None:
        await make()

    with pytest.raises(
        RuntimeError, match=r"^line \d+ (await|call)s .* made for wakepoint\.run, and asy"
    ):
        asyncio.run(main())


def test_ours_under_asyncio_run_inside_of_ours() -> None:
    async def inner() -> None:
        await sleep(0.01)

    async def main() -> None:
        asyncio.run(inner())

    line = inner.__code__.co_firstlineno + 1
    with pytest.raises(
        RuntimeError, match=rf"^line {line} awaits sleep\(0\.01\), which is made for"
    ):
        run(main())


def test_ours_under_trio(monkeypatch: pytest.MonkeyPatch) -> None:
    trio = types.ModuleType("trio")
    trio.lowlevel = types.SimpleNamespace(in_trio_run=lambda: True)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "trio", trio)

    async def main() -> None:
        await sleep(0)

    with pytest.raises(RuntimeError, match="and trio runs here"):
        main().send(None)


async def numbers() -> AsyncIterator[int]:
    yield 1


async def work() -> None:
    await sleep(0)


NOT_AWAITABLE: dict[str, tuple[Any, str]] = {
    "function": (work, "a function, which is no future: call it first"),
    "of ours": (sleep, "a function, which is no future: call it first"),
    "method": (asyncio.Queue[int].get, "call it first"),
    "class": (dict, "a type, which is no future: call it first"),
    "None": (None, "what was called there is no async function"),
    "number": (5, "an int, which is no future: leave the await out"),
    "list": ([], r"pass what is in it one by one, as in join\(\*futures\)"),
    "future of a pool": (Future[int](), r"await spawn_blocking\(future\.result\)"),
    "async generator": (numbers(), "iterate over it with async for"),
}


@pytest.mark.parametrize(("thing", "message"), NOT_AWAITABLE.values(), ids=NOT_AWAITABLE)
def test_what_cannot_be_awaited(thing: Any, message: str) -> None:
    async def main() -> None:
        await thing

    line = main.__code__.co_firstlineno + 1
    with pytest.raises(TypeError, match=f"^line {line} awaits .*{message}"):
        run(main())


@pytest.mark.parametrize(
    "take",
    [join, select, spawn, lambda each: timeout(1, each)],
    ids=["join", "select", "spawn", "timeout"],
)
@pytest.mark.parametrize(
    ("thing", "message"),
    [
        ([sleep(0), sleep(0)], r"pass what is in it one by one, as in join\(\*futures\)"),
        ((sleep(0) for _ in range(2)), "one by one"),
        (work, "call it first"),
        (sleep, "call it first"),
        (numbers(), "iterate over it with async for"),
        (5, r"it has no poll\(cx\)"),
        (None, "what was called there is no async function"),
        (Future[int](), r"await spawn_blocking\(future\.result\)"),
    ],
    ids=[
        "list",
        "generator",
        "coroutine function",
        "function",
        "async generator",
        "number",
        "None",
        "future of a pool",
    ],
)
def test_what_is_no_future(take: Callable[[Any], Any], thing: Any, message: str) -> None:
    async def main() -> None:
        take(thing)

    with pytest.raises(TypeError, match=f"is not a future: .*{message}"):
        run(main())


def test_what_has_no_line_of_the_users_is_told_without_one() -> None:
    async def gathered() -> None:
        await asyncio.gather(sleep(0), sleep(0))

    with pytest.raises(RuntimeError, match=r"^sleep\(0\) is made for wakepoint\.run, and asyncio"):
        asyncio.run(gathered())


def test_a_mistake_that_is_made_again_and_again_is_told_in_the_same_words() -> None:
    async def attempt() -> str:
        with pytest.raises(RuntimeError) as raised:
            await sleep(0)
        return str(raised.value)

    async def attempts() -> set[str]:
        return {await asyncio.create_task(attempt()) for _ in range(250)}

    (message,) = asyncio.run(attempts())
    assert "is made for wakepoint.run, and asyncio runs here" in message


def test_a_lock_is_called_by_its_own_name() -> None:
    async def main() -> None:
        lock = asyncio.Lock()
        await lock.acquire()
        async with lock:
            pass

    with pytest.raises(RuntimeError, match=r"awaits asyncio\.Lock\(…\), which"):
        run(main())


def test_a_coroutine_that_is_awaited_twice() -> None:
    async def in_a_row() -> None:
        coroutine = work()
        await coroutine
        await coroutine

    line = in_a_row.__code__.co_firstlineno + 3
    with pytest.raises(
        RuntimeError, match=rf"^line {line} awaits a coroutine a second time, .*anew"
    ):
        run(in_a_row())

    async def side_by_side(take: Callable[[Any], Any]) -> None:
        coroutine = work()
        await try_join(take(coroutine), take(coroutine))

    for take in (spawn, lambda each: each):
        with pytest.raises(RuntimeError, match=r"^work\(\) is awaited a second time, .*anew"):
            run(side_by_side(take))


def test_who_awaits_a_coroutine_second_takes_it_from_nobody() -> None:
    async def slow() -> str:
        await sleep(0.01)
        return "done"

    async def main(take: Callable[[Any], Any]) -> str:
        coroutine = slow()
        first = spawn(coroutine)
        await yield_now()
        with pytest.raises(RuntimeError, match=r"slow\(\) is awaited a second time, .*anew"):
            await take(coroutine)
        return await first

    for take in (spawn, select):
        assert run(main(take), backend="simulated") == "done"


def test_what_spawn_blocking_cannot_call() -> None:
    async def main(call: Any) -> None:
        spawn_blocking(call)

    with pytest.raises(TypeError, match="work is an async function and does not block: spawn"):
        run(main(work))
    with pytest.raises(TypeError, match="None is none: pass the function and its arguments"):
        run(main(None))


@pytest.mark.parametrize("seconds", ["1", None, sleep(1)])
def test_seconds_that_are_no_number(seconds: Any) -> None:
    for make in (sleep, lambda each: timeout(each, sleep(0))):
        with pytest.raises(TypeError, match=r"^seconds are a number, and .* is none"):
            make(seconds)


def test_an_error_of_the_programs_own_is_left_as_it_is() -> None:
    async def main() -> None:
        raise RuntimeError("no such thing")

    with pytest.raises(RuntimeError, match=r"^no such thing$"):
        run(main())
