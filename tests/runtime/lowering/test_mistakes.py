"""Mistakes of a program: the lowered form raises the same errors, in the same words."""

from __future__ import annotations

import pytest
from tools.lowering.compared import difference

WRONG = {
    "an int": "return await 5",
    "None": "return await None",
    "a generator": "return await (n for n in ())",
    "a function": "return await main",
    "with": "with 5:\n            await leaf()",
    "async with a plain manager": "async with plain():\n            await leaf()",
    "with an async manager": "with manager():\n            await leaf()",
    "async with a class without __aexit__": """
        class Half:
            async def __aenter__(self):
                note("entered")
        async with Half():
            await leaf()""",
    "async for over a list": "async for x in [1]:\n            await leaf()",
    "for over an async iterator": "for x in items(1):\n            await leaf()",
    "for over an int": "for x in await leaf(5):\n            await leaf()",
    "an __aiter__ that gives nothing": """
        class Wrong:
            def __aiter__(self):
                return 5
        async for x in Wrong():
            await leaf()""",
    "an __anext__ that gives no awaitable": """
        class Wrong:
            def __aiter__(self):
                return self
            def __anext__(self):
                return 5
        async for x in Wrong():
            await leaf()""",
    "an __aenter__ that gives no awaitable": """
        class Wrong:
            def __aenter__(self):
                return 5
            def __aexit__(self, *given):
                return 6
        async with Wrong():
            await leaf()""",
    "an __aexit__ that gives no awaitable": """
        class Wrong:
            def __aenter__(self):
                return leaf(5)
            def __aexit__(self, *given):
                return 6
        async with Wrong():
            await leaf()""",
    "an __await__ that gives no iterator": """
        class Wrong:
            def __await__(self):
                return [1]
        await Wrong()""",
    "a coroutine that is awaited twice": """
        async def inner():
            await leaf()
        made = inner()
        await made
        await made""",
    "except of what is no exception": """
        try:
            await leaf(error=Boom())
        except 5:
            await leaf()""",
    "raise of what is no exception": "raise await leaf(5)",
    "unpacking too few": "a, b = await leaf([1])",
    "unpacking too many": "a, *b, c = await leaf([1])",
    "a call with a wrong keyword": "note(await leaf(1), wrong=await leaf(2))",
    "a doubled keyword": "dict(a=await leaf(1), **await leaf({'a': 2}))",
    "star of an int": "note(*await leaf(5))",
    "double star of a list": "dict(**await leaf([5]))",
    "an assertion": "assert await leaf(False), await leaf('told')",
    "an assertion without a message": "assert await leaf([])",
    "an attribute that is not there": "(await leaf(1)).there = await leaf(2)",
    "an item that is not there": "return (await leaf({}))[await leaf('key')]",
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
def test_mistakes_are_the_same_mistakes(body: str) -> None:
    assert difference(f"async def main():\n        {body.strip()}\n") is None
