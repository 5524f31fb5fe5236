"""``try``, ``with`` and loops in each other, whatever raises, cancels or drops them where."""

from __future__ import annotations

from itertools import product

import pytest
from tools.lowering.compared import difference

GUARDS = {
    "finally": """
try:
    {body}
finally:
    note("finally", await leaf())
""",
    "finally that does not await": """
try:
    {body}
finally:
    note("finally")
""",
    "handler": """
try:
    {body}
except Boom as error:
    note("caught", error, await leaf())
""",
    "handler that raises again": """
try:
    {body}
except Exception as error:
    note("caught", error)
    await leaf()
    raise
""",
    "handler that raises another": """
try:
    {body}
except (Boom, KeyError) as error:
    await leaf()
    raise Other("instead") from error
""",
    "handler that raises in passing": """
try:
    {body}
except BaseException:
    await leaf()
    raise Other("in passing")
""",
    "handler, else and finally": """
try:
    {body}
except Boom:
    await leaf()
except Other as error:
    note(error)
else:
    note("else", await leaf())
finally:
    await leaf()
    note("finally")
""",
    "except*": """
try:
    {body}
except* Boom as group:
    note("group", group)
except* (Other, KeyError):
    note("others")
""",
    "async with": """
async with manager(1, Boom) as x:
    {body}
""",
    "with": """
with plain(1, (Boom, Other)) as x:
    await leaf()
    {body}
""",
    "two managers": """
async with manager(1) as x, manager(2, Boom) as y:
    {body}
note(x, y)
""",
    "async for": """
async for x in items(2):
    {body}
else:
    note("else", await leaf())
""",
    "for": """
for x in range(2):
    await leaf()
    {body}
else:
    note("else", await leaf())
""",
    "while": """
n = 0
while n < await leaf(2):
    n += 1
    {body}
else:
    note("else")
""",
    "if": """
if await leaf(1) and not await leaf(0):
    {body}
else:
    note("never")
""",
    "match": """
match await leaf([1, 2]):
    case [x, y] if await leaf(x):
        {body}
    case _:
        note("never")
""",
}

INNERMOST = {
    "await": "note(await leaf('body'))",
    "raise": "await leaf()\nraise Boom('body')",
    "raise a group": "await leaf()\nraise ExceptionGroup('g', [Boom('b'), Other('o'), IndexError()])",
    "return": "return note('returned', await leaf())",
    "break": "await leaf()\nbreak",
    "continue": "if await leaf(1):\n    continue",
    "bare raise": "await leaf()\nraise",
}


def nested(*parts: str) -> str:
    """Source in which each part stands in the one before it."""
    text = "{body}"
    for part in parts:
        lines = part.strip("\n").split("\n")
        depth = next(
            (len(line) - len(line.lstrip()) for line in text.split("\n") if "{body}" in line), 0
        )
        text = text.replace("{body}", ("\n" + " " * depth).join(lines))
    return text


def program(*parts: str) -> str | None:
    """A coroutine with those parts in each other; None if that is no Python."""
    body = nested(*parts).replace("\n", "\n    ")
    source = f"async def main():\n    note('begin')\n    {body}\n    return note('end')\n"
    try:
        compile(source, "<source>", "exec")
    except SyntaxError:  # a break without a loop, or out of except*
        return None
    return source


@pytest.mark.parametrize("outer", GUARDS)
def test_one_in_another(outer: str) -> None:
    wrong = {}
    for inner, body in product(GUARDS, INNERMOST):
        source = program(GUARDS[outer], GUARDS[inner], INNERMOST[body])
        problem = source and difference(source, most_runs=6)
        if problem:
            wrong[f"{inner} / {body}"] = problem
    assert not wrong


@pytest.mark.parametrize("body", INNERMOST)
@pytest.mark.parametrize("guard", GUARDS)
def test_each_alone(guard: str, body: str) -> None:
    source = program(GUARDS[guard], INNERMOST[body])
    if source is not None:
        assert difference(source) is None


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
