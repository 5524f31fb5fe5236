"""What another library made is told with the program's line, to whatever of ours it is given."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any

import pytest

from wakepoint import (
    Handle,
    JoinSet,
    TaskGroup,
    join,
    race,
    run,
    select,
    shield,
    sleep,
    spawn,
    timeout,
    try_join,
    yield_now,
)


@pytest.fixture(autouse=True)
def unheard() -> Iterator[None]:
    """Nothing is said of coroutines that nobody awaits; that is not what is looked at here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


async def awaited(foreign: Awaitable[Any]) -> None:
    await foreign


async def spawned(foreign: Awaitable[Any]) -> None:
    await spawn(foreign)


async def selected(foreign: Awaitable[Any]) -> None:
    await select(foreign, sleep(60))


async def raced(foreign: Awaitable[Any]) -> None:
    await race(foreign, sleep(60))


async def joined(foreign: Awaitable[Any]) -> None:
    await join(foreign, yield_now())


async def joined_or_failed(foreign: Awaitable[Any]) -> None:
    await try_join(foreign, yield_now())


async def timed(foreign: Awaitable[Any]) -> None:
    await timeout(60, foreign)


async def shielded(foreign: Awaitable[Any]) -> None:
    await shield(foreign)


async def of_a_handle(foreign: Awaitable[Any]) -> None:
    await Handle.current().spawn(foreign)


USES = [awaited, spawned, selected, raced, joined, joined_or_failed, timed, shielded, of_a_handle]


class Foreign:
    """What somebody else's library has to await."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()

    def sleep(self) -> Awaitable[Any]:
        return asyncio.sleep(1)

    def sleep_without_a_loop(self) -> Awaitable[Any]:
        return asyncio.sleep(0)

    def future(self) -> Awaitable[Any]:
        return self.loop.create_future()

    def gathered(self) -> Awaitable[Any]:
        return asyncio.gather(self.loop.create_future())

    def trios(self) -> Awaitable[Any]:
        trio = pytest.importorskip("trio")
        slept: Awaitable[Any] = trio.sleep(1)
        return slept


@pytest.fixture
def foreign() -> Iterator[Foreign]:
    """It, with a loop that does not run."""
    made = Foreign()
    yield made
    made.loop.close()


MAKES = [
    Foreign.sleep,
    Foreign.sleep_without_a_loop,
    Foreign.future,
    Foreign.gathered,
    Foreign.trios,
]


def only(error: BaseException) -> str:
    """The text of the one error in a group."""
    while isinstance(error, BaseExceptionGroup):
        (error,) = error.exceptions
    return str(error)


@pytest.mark.parametrize("make", MAKES, ids=lambda make: make.__name__)
@pytest.mark.parametrize("use", USES, ids=lambda use: use.__name__)
def test_whoever_gets_it_tells_the_line(
    use: Callable[[Awaitable[Any]], Coroutine[Any, Any, None]],
    make: Callable[[Foreign], Awaitable[Any]],
    foreign: Foreign,
) -> None:
    with pytest.raises((RuntimeError, ExceptionGroup)) as caught:
        run(use(make(foreign)))
    text = only(caught.value)
    line = use.__code__.co_firstlineno + 1
    assert text.startswith((f"line {line} uses ", f"line {line} awaits ")), text
    assert "made for another runtime, " in text


@pytest.mark.parametrize("make", MAKES, ids=lambda make: make.__name__)
def test_a_set_and_a_group_tell_the_line_too(
    make: Callable[[Foreign], Awaitable[Any]], foreign: Foreign
) -> None:
    async def of_a_set() -> None:
        tasks: JoinSet[Any] = JoinSet()
        tasks.spawn(make(foreign))
        outcome = await tasks.join_next()
        assert outcome is not None
        await outcome

    async def of_a_group() -> None:
        async with TaskGroup() as group:
            group.spawn(make(foreign))

    for use in (of_a_set, of_a_group):
        with pytest.raises((RuntimeError, ExceptionGroup)) as caught:
            run(use())
        line = use.__code__.co_firstlineno + 2
        assert only(caught.value).startswith(f"line {line} uses ")


def test_run_tells_the_line_in_which_it_is_called() -> None:
    here = test_run_tells_the_line_in_which_it_is_called.__code__.co_firstlineno
    with pytest.raises(RuntimeError, match=rf"^line {here + 3} uses asyncio\.sleep\(…\), which is"):
        run(asyncio.sleep(1))


def test_in_a_group_of_errors_each_is_told() -> None:
    async def mine() -> None:
        await asyncio.sleep(1)

    async def fails() -> None:
        raise ValueError("mine")

    line = mine.__code__.co_firstlineno + 1
    with pytest.raises(ExceptionGroup) as caught:
        run(join(mine(), fails()))
    first, second = caught.value.exceptions
    assert str(first).startswith(f"line {line} awaits asyncio.sleep(…)")
    assert repr(second) == "ValueError('mine')"


def test_what_needs_no_loop_is_run() -> None:
    """A queue of asyncio's that has room, for instance."""
    queue = asyncio.Queue[int]()

    async def main() -> int:
        await spawn(queue.put(1))
        await join(queue.put(2), timeout(60, queue.put(3)))
        return queue.qsize()

    assert run(main()) == 3
