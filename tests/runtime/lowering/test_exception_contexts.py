"""What an exception knows of others: its context, its cause, and what is handled meanwhile."""

from __future__ import annotations

import pytest
from tools.lowering.compared import difference

CONTEXTS = {
    "raised in a handler": """
        try:
            raise Boom("first")
        except Boom:
            await leaf()
            raise Other("second")
    """,
    "raised in a handler of a handler": """
        try:
            raise Boom("first")
        except Boom:
            try:
                await leaf()
                raise Other("second")
            except Other:
                await leaf()
                raise KeyError("third")
    """,
    "raised in a finally": """
        try:
            raise Boom("first")
        finally:
            await leaf()
            raise Other("second")
    """,
    "raised by a call in a handler": """
        def fail():
            raise Other("second")
        try:
            await leaf(error=Boom("first"))
        except Boom:
            await leaf()
            fail()
    """,
    "raised by what is awaited in a handler": """
        try:
            raise Boom("first")
        except Boom:
            await leaf(error=Other("second"))
    """,
    "raised by a coroutine that is awaited in a handler": """
        async def fail():
            await leaf()
            raise Other("second")
        try:
            raise Boom("first")
        except Boom:
            await fail()
    """,
    "raised by __aexit__": """
        class Fails:
            async def __aenter__(self):
                await leaf()
            async def __aexit__(self, *given):
                await leaf()
                raise Other("second")
        async with Fails():
            raise Boom("first")
    """,
    "raised by __exit__": """
        class Fails:
            def __enter__(self):
                pass
            def __exit__(self, *given):
                raise Other("second")
        with Fails():
            await leaf()
            raise Boom("first")
    """,
    "from None": """
        try:
            raise Boom("first")
        except Boom:
            await leaf()
            raise Other("second") from None
    """,
    "from a cause": """
        try:
            raise Boom("first")
        except Boom as error:
            await leaf()
            raise Other("second") from await leaf(KeyError("cause"))
    """,
    "after a handler": """
        try:
            raise Boom("first")
        except Boom:
            await leaf()
        raise Other("alone")
    """,
    "after a handler that was left by continue": """
        for each in range(2):
            try:
                raise Boom(each)
            except Boom:
                await leaf()
                continue
        raise Other("alone")
    """,
    "raised in a handler's else and finally": """
        try:
            try:
                await leaf()
            except Boom:
                pass
            else:
                raise Boom("else")
            finally:
                await leaf()
                raise Other("finally")
        except Other as error:
            return note(error)
    """,
    "what sys.exception says": """
        import sys
        note(sys.exc_info()[0])
        try:
            raise Boom("first")
        except Boom:
            note(sys.exc_info()[1])
            await leaf()
            note(sys.exc_info()[1])
            try:
                raise Other("second")
            except Other:
                await leaf()
                note(sys.exc_info()[1])
            note(sys.exc_info()[1], await leaf())
        note(sys.exc_info()[0], await leaf())
    """,
    "what sys.exception says in an awaited coroutine": """
        import sys
        async def look():
            note(sys.exc_info()[1])
            await leaf()
            note(sys.exc_info()[1])
        try:
            raise Boom("first")
        except Boom:
            await look()
        await look()
    """,
    "a bare raise in a function that a handler calls": """
        def again():
            raise
        try:
            raise Boom("first")
        except Boom:
            await leaf()
            again()
    """,
    "a bare raise with nothing to raise": """
        await leaf()
        raise
    """,
    "a bare raise behind a handler": """
        try:
            raise Boom("first")
        except Boom:
            await leaf()
        raise
    """,
    "a bare raise in a finally": """
        try:
            raise Boom("first")
        finally:
            await leaf()
            raise
    """,
    "the same exception raised again": """
        kept = Boom("kept")
        try:
            raise kept
        except Boom:
            await leaf()
            try:
                raise Other("other")
            except Other:
                await leaf()
                raise kept
    """,
    "the cancellation in a handler": """
        try:
            raise Boom("first")
        except Boom:
            await leaf()
            await leaf()
    """,
    "a note on an exception": """
        try:
            await leaf(error=Boom("first"))
        except Boom as error:
            error.add_note(await leaf("noted"))
            raise
    """,
    "traceback.format_exc": """
        import traceback
        try:
            raise Boom("first")
        except Boom:
            await leaf()
            return traceback.format_exc().splitlines()[-1]
    """,
}


@pytest.mark.parametrize("body", CONTEXTS.values(), ids=CONTEXTS)
def test_an_exception_knows_what_was_handled_when_it_was_raised(body: str) -> None:
    assert difference(f"async def main():{body}") is None


POLLED = {
    "a handler": """
        except Boom as error:
            await leaf()
            note(error)
            raise
    """,
    "a handler without a name": """
        except Boom:
            note("caught", await leaf())
            raise
    """,
    "a handler that raises another": """
        except Boom:
            await leaf()
            raise Other("third")
    """,
    "a handler for something else": """
        except IndexError:
            await leaf()
    """,
    "a finally": """
        finally:
            await leaf()
    """,
    "a finally that raises again": """
        finally:
            await leaf()
            raise
    """,
    "a finally that raises another": """
        finally:
            await leaf()
            raise Other("third")
    """,
    "a handler and a finally": """
        except Boom as error:
            await leaf()
            raise Other("third") from error
        finally:
            note(await leaf())
    """,
    "except*": """
        except* Boom as group:
            note(group)
            raise
    """,
}


@pytest.mark.parametrize("end", POLLED.values(), ids=POLLED)
def test_whoever_polls_it_while_handling_something_leaves_the_contexts_alone(end: str) -> None:
    source = f"""
async def main():
    try:
        raise Other("outermost")
    except Other:
        try:
            await fail()
        except Exception as error:
            await leaf()
            note(error)
            raise

async def fail():
        try:
            try:
                await leaf(error=KeyError("first"))
            except KeyError:
                await leaf()
                raise Boom("second")
        {end.strip()}
"""
    assert difference(source) is None


LEFT = {
    "with": "with plain():",
    "with, that swallows": "with plain(None, Boom):",
    "async with": "async with manager():",
    "async with, that swallows": "async with manager(None, Boom):",
    "async for": "async for each in items(2):",
}


@pytest.mark.parametrize("head", LEFT.values(), ids=LEFT)
def test_a_block_that_is_left_leaves_the_contexts_alone(head: str) -> None:
    source = f"""
async def fail():
    {head}
        try:
            await leaf(error=KeyError("first"))
        except KeyError:
            await leaf()
            raise Boom("second")

async def main():
    try:
        raise Other("outermost")
    except Other:
        await fail()
"""
    assert difference(source) is None


def test_who_sets_a_context_while_a_block_is_left_is_believed() -> None:
    assert (
        difference("""
import contextlib

async def main():
    async with contextlib.AsyncExitStack() as stack:
        for n in range(2):
            await stack.enter_async_context(manager(n))

        async def swallows(*details):
            await leaf()
            return details[0] is Boom

        stack.push_async_exit(swallows)
        await leaf()
        raise Boom("x")
""")
        is None
    )
