"""``return`` ends a coroutine when its expression has been evaluated, not before."""

from __future__ import annotations

import pytest
from tools.lowering.compared import difference

RETURNS = {
    "a handler of its own": """
        try:
            return int(await leaf("x"))
        except ValueError:
            return 1
    """,
    "a handler, without an await in the expression": """
        await leaf()
        try:
            return int("x")
        except ValueError as error:
            return note(str(error))
    """,
    "a name that is not there": """
        await leaf()
        try:
            return nowhere
        except NameError:
            return await leaf("caught")
    """,
    "no handler": """
        await leaf()
        return 1 / 0
    """,
    "an inner handler under an outer one": """
        try:
            try:
                await leaf(error=Boom("first"))
            except Boom:
                return {}["missing"]
        except KeyError as error:
            return await leaf(type(error.__context__).__name__)
    """,
    "finally under a handler": """
        try:
            try:
                await leaf()
            finally:
                return [][0]
        except IndexError:
            return await leaf("caught")
    """,
    "a finally that notes": """
        try:
            return await leaf(1) + "one"
        except TypeError:
            note("caught")
            raise
        finally:
            note(await leaf("finally"))
    """,
    "else of try": """
        try:
            await leaf()
        except ValueError:
            note("not for the else")
        else:
            return int("x")
        finally:
            note("finally")
    """,
    "a manager that swallows": """
        async with manager(swallows=ZeroDivisionError):
            return 1 / await leaf(0)
        return "swallowed"
    """,
    "a plain manager that swallows": """
        with plain(swallows=ZeroDivisionError):
            await leaf()
            return 1 / 0
        return "swallowed"
    """,
    "a loop": """
        for at in range(3):
            try:
                return 6 // (await leaf(at) - 1)
            except ZeroDivisionError:
                note("again")
                continue
            finally:
                if at < 1:
                    continue
        return "never"
    """,
    "a return in a finally after a return": """
        try:
            return note("first")
        finally:
            await leaf()
            return note("second")
    """,
    "StopIteration": """
        await leaf()
        return next(iter([]))
    """,
    "StopIteration that is caught": """
        try:
            return next(iter(await leaf([])))
        except StopIteration as error:
            return note("caught", error.value)
    """,
    "StopIteration out of a leaf": """
        import wakepoint
        class Ends(wakepoint.Future):
            def poll(self, cx):
                raise StopIteration("told")
        try:
            return await Ends()
        except RuntimeError as error:
            note(str(error), repr(error.__cause__))
        return await Ends()
    """,
    "StopIteration out of a leaf in a generator": """
        import wakepoint
        class Ends(wakepoint.Future):
            def poll(self, cx):
                raise StopIteration("told")
        async def numbers():
            yield await Ends()
        return [each async for each in numbers()]
    """,
    "StopIteration out of a leaf that is dropped": """
        import wakepoint
        class Ends(wakepoint.Future):
            def poll(self, cx):
                return wakepoint.Ready(1)
            def drop(self):
                raise StopIteration("told")
        try:
            await Ends()
        except RuntimeError as error:
            note(str(error), repr(error.__cause__))
        return await Ends()
    """,
    "StopIteration out of __await__": """
        class Kind:
            def __await__(self):
                raise StopIteration("told")
        try:
            return await Kind()
        except StopIteration as error:
            note("caught", error.value)
        return await Kind()
    """,
    "StopIteration out of a generator that is awaited": """
        class Kind:
            def __await__(self):
                yield from leaf(1).__await__()
                raise StopIteration("told")
        return await Kind()
    """,
    "StopIteration out of an iterator that is awaited": """
        class Kind:
            def __await__(self):
                return self
            def __next__(self):
                raise StopIteration("told")
            def __iter__(self):
                return self
        return await Kind()
    """,
    "__await__ that gives something else": """
        class Kind:
            def __await__(self):
                return note(5)
        return await Kind()
    """,
    "__await__ that gives a coroutine": """
        class Kind:
            async def __await__(self):
                return note(5)
        return await Kind()
    """,
    "StopIteration out of a finally": """
        try:
            await leaf()
        finally:
            raise StopIteration("told")
    """,
    "StopAsyncIteration": """
        await leaf()
        return await anext(items(0))
    """,
    "a value whose truth raises": """
        class Vague:
            def __bool__(self):
                raise Other("vague")
        try:
            return await leaf(Vague()) or 1
        except Other:
            return "caught"
    """,
    "a call that raises": """
        def fail():
            raise Other
        try:
            return note(await leaf(1), fail())
        except Other:
            return "caught"
    """,
    "an awaited call that raises": """
        async def fail():
            raise Other("inner")
        try:
            return await fail()
        except Other as error:
            return str(error)
    """,
    "except* around it": """
        try:
            raise ExceptionGroup("both", [ValueError("x"), KeyError("y")])
        except* ValueError:
            note("value")
        finally:
            return await leaf(1)
    """,
    "a comprehension": """
        try:
            return [1 // (await leaf(n)) for n in (1, 0)]
        except ZeroDivisionError:
            return "caught"
    """,
    "an exception group": """
        try:
            return int(await leaf("x"))
        except* ValueError as group:
            note(group)
        return "after"
    """,
    "with an annotation and a walrus": """
        try:
            return (kept := await leaf(2)) // 0
        except ZeroDivisionError:
            return kept
    """,
}


@pytest.mark.parametrize("body", RETURNS.values(), ids=RETURNS)
def test_what_a_return_raises_goes_where_it_does_in_the_original(body: str) -> None:
    assert difference(f"async def main():{body}") is None


@pytest.mark.parametrize("statement", ["return", "raise", "note", "x ="])
@pytest.mark.parametrize(
    "expression", ["int('x')", "Other(1 / 0)", "next(iter([]))", "undefined", "[*await leaf(5)]"]
)
@pytest.mark.parametrize(
    "around",
    [
        "async def main():\n    await leaf()\n    {}",
        "async def main():\n    try:\n        await leaf()\n        {}\n    except Boom:\n        pass",
        (
            "async def main():\n    try:\n        await leaf()\n        {}\n    except Exception as e:\n"
            "        note(e)\n        raise KeyError from e"
        ),
        "async def main():\n    try:\n        {}\n    finally:\n        await leaf()",
        (
            "async def main():\n    try:\n        raise Boom\n    except Boom:\n        {}\n"
            "        await leaf()\n    finally:\n        await leaf()"
        ),
        "async def main():\n    async with manager():\n        {}",
        "async def main():\n    async for each in items(2):\n        {}",
    ],
    ids=["bare", "other handler", "handler", "finally", "in a handler", "async with", "async for"],
)
def test_whatever_raises_wherever(statement: str, expression: str, around: str) -> None:
    written = f"{statement}({expression})" if statement == "note" else f"{statement} {expression}"
    assert difference(around.format(written)) is None


WITHOUT_AWAIT = """
async def inner():
    return await leaf(1)
async def numbers():
    yield await leaf(1)
class Kind:
    async def __aiter__(self):
        return await leaf(self)
async def entered(made):
    async with made:
        pass
async def entered_at_once(made):
    with made:
        await leaf()
async def gone_over(made):
    async for each in made:
        pass
async def awaited(made):
    await made
async def main():
    for use, made in [
        (entered, inner()), (entered, numbers()), (entered_at_once, inner()),
        (gone_over, inner()), (gone_over, Kind()), (awaited, numbers()),
    ]:
        try:
            await use(made)
        except TypeError as error:
            note(str(error))
"""


def test_a_coroutine_or_generator_in_the_wrong_place_is_called_what_it_is() -> None:
    assert difference(WITHOUT_AWAIT) is None
