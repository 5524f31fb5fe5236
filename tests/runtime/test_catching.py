"""The line that is named when a cancellation is swallowed is the one that swallows it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from textwrap import dedent
from typing import Any

import pytest

from wakepoint import Cancelled, Context, Future, Poll, Ready, Waker
from wakepoint.coroutine import CoroutineFuture, into_future
from wakepoint.errors import GoesOn
from wakepoint.lingering import goes_on
from wakepoint.task import PENDING


class Never(Future[None]):
    """Waits until the test is over, so that whoever swallows everything comes to an end."""

    waits = True

    def poll(self, cx: Context) -> Poll[None]:
        return PENDING if self.waits else Ready(None)


PRELUDE = """
import builtins, contextlib, os
from contextlib import *
from wakepoint import *
class Manager:
    def __init__(self, swallows=False): self.swallows = swallows
    def __enter__(self): return self
    def __exit__(self, *error): return self.swallows
    async def __aenter__(self): return self
    async def __aexit__(self, *error):
        await yield_now()
        return self.swallows
async def cleans_up():
    try:
        await never
    finally:
        await yield_now()
        await yield_now()
EVERYTHING = (OSError, BaseException)
"""

SWALLOWS = {
    "a block that raises it again is passed over": """
        while never.waits:
            try:
                try:
                    await never
                except Cancelled:
                    raise
            except BaseException:  # here
                pass
    """,
    "a raise of the same exception": """
        while never.waits:
            try:
                try:
                    await never
                except BaseException as error:
                    raise error
            except Cancelled:  # here
                pass
    """,
    "an except of another type": """
        while never.waits:
            try:
                try:
                    await never
                except Exception:
                    pass
            except BaseException:  # here
                pass
    """,
    "a finally that ends": """
        while never.waits:
            try:
                try:
                    await never
                finally:
                    print(end="")
            except BaseException:  # here
                pass
    """,
    "a finally that awaits, in what is called": """
        while never.waits:
            try:
                await cleans_up()
            except BaseException:  # here
                pass
    """,
    "parts that await before they end": """
        while never.waits:
            try:
                await join(cleans_up(), cleans_up())
            except BaseException:  # here
                pass
    """,
    "the end of an async with": """
        while never.waits:
            with suppress(OSError, Cancelled):  # here
                async with Manager():
                    await never
    """,
    "a with that swallows nothing": """
        while never.waits:
            try:
                with Manager():
                    await never
            except BaseException:  # here
                pass
    """,
    "a with that swallows, and names no type": """
        while never.waits:
            async with Manager(swallows=True):  # here
                await never
    """,
    "suppress around suppress": """
        while never.waits:
            with suppress(BaseException):  # here
                with suppress(OSError):
                    await never
    """,
    "suppress around it, and a wait behind": """
        with contextlib.suppress(BaseException):  # here
            await never
        await never
    """,
    "a tuple in a variable": """
        while never.waits:
            try:
                await never
            except EVERYTHING:  # here
                pass
    """,
    "an attribute, in several lines": """
        while never.waits:
            try:
                await never
            except (  # here
                OSError,
                builtins.BaseException,
            ):
                pass
    """,
    "a name of the function's own": """
        from wakepoint import Cancelled as Stop
        while never.waits:
            try:
                await never
            except OSError:
                pass
            except Stop:  # here
                pass
    """,
    "a group": """
        while never.waits:
            try:
                await never
            except* BaseException:  # here
                pass
    """,
    "a group of others": """
        while never.waits:
            try:
                try:
                    await never
                except* OSError:
                    pass
            except BaseException:  # here
                pass
    """,
    "only some are raised again": """
        while never.waits:
            try:
                await never
            except BaseException as error:  # here
                if isinstance(error, KeyboardInterrupt):
                    raise
    """,
    "a finally that returns": """
        async def once():
            try:
                try:
                    await never
                finally:
                    print(end="")
            finally:
                return 5  # here
        while never.waits:
            await once()
    """,
    "a finally that goes on with the loop": """
        while never.waits:
            try:
                await never
            finally:
                await yield_now()
                continue  # here
    """,
    "a finally that raises something else": """
        while never.waits:
            with suppress(ValueError):
                try:
                    await never
                finally:
                    raise ValueError  # here
    """,
    "what is awaited side by side": """
        async def part():
            while never.waits:
                try:
                    await never
                except:  # here
                    pass
        await join(part(), cleans_up())
    """,
    "an async generator": """
        async def items():
            while never.waits:
                with suppress(BaseException):  # here
                    await never
                yield 1
        async for _ in items():
            pass
    """,
    "a comprehension": """
        while never.waits:
            try:
                [await never for _ in range(3)]
            except BaseException:  # here
                pass
    """,
    "a generator that is awaited": """
        class Awaited:
            def __await__(self):
                while never.waits:
                    try:
                        yield from never.__await__()
                    except BaseException:  # here
                        pass
        await Awaited()
    """,
    "a wait behind its cleanup": """
        try:
            await never
        except KeyboardInterrupt:
            raise
        finally:
            await never  # here
    """,
    "a wait in the block that raises again": """
        try:
            await never
        except BaseException:
            await never  # here
            raise
    """,
    "the end of an async with that waits": """
        class Slow(Manager):
            async def __aexit__(self, *error):
                await never  # here
        async with Slow():
            await never
    """,
}


@contextmanager
def cancelled(source: str, never: Never, **variables: Any) -> Iterator[list[GoesOn]]:
    """Cancels what is called ``stubborn``, and tells who goes on."""
    names = run_module(source, "program.py", never=never, **variables)
    future = into_future(names["stubborn"]())
    assert isinstance(future, CoroutineFuture)
    context = Context(Waker(int))
    future.poll(context)
    future.cancel(Cancelled("enough"))
    for _ in range(10):
        assert future.poll(context) is PENDING
    yield [*goes_on(future, "it was cancelled")]
    never.waits = False
    with suppress(Cancelled):
        while future.poll(context) is PENDING:
            pass


def run_module(source: str, filename: str, **variables: Any) -> dict[str, Any]:
    names = {"__name__": filename.partition(".")[0], **variables}
    exec(compile(source, filename, "exec"), names)
    return names


def line_here(source: str) -> int:
    (line,) = [number for number, text in enumerate(source.splitlines(), 1) if "# here" in text]
    return line


@pytest.mark.filterwarnings("ignore::SyntaxWarning")  # a finally that returns
@pytest.mark.parametrize("body", SWALLOWS.values(), ids=SWALLOWS)
def test_the_line_that_swallows_is_named(body: str) -> None:
    source = f"{PRELUDE}async def stubborn():\n{body}"
    with cancelled(source, Never()) as (named,):
        assert (named.filename, named.line) == ("program.py", line_here(source))


def test_a_line_of_another_file_is_named_beside_the_authors_own() -> None:
    library = dedent("""\
        async def retry(action):
            while never.waits:
                try:
                    return await action()
                except BaseException:  # here
                    pass
    """)
    source = f"{PRELUDE}async def stubborn():\n    await retry(lambda: never)  # here\n"
    never = Never()
    retry = run_module(library, "library.py", never=never)["retry"]
    with cancelled(source, never=never, retry=retry) as (named,):
        assert str(named) == (
            f"it was cancelled, and goes on: line {line_here(source)} waits in what catches "
            f"Cancelled in line {line_here(library)} of library.py"
        )
