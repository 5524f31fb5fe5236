"""A name that is not bound raises in the lowered form what it raises in the original."""

from __future__ import annotations

import pytest
from tools.lowering.compared import difference

CAUGHT = {
    "a deleted parameter that is read later": """
        log = []
        x = 1
        await leaf()
        del x
        try:
            x
        except UnboundLocalError:
            log.append("unbound")
        return log
    """,
    "a deleted name": """
        x = await leaf(1)
        del x
        try:
            return x
        except NameError as error:
            return str(error), await leaf(2)
    """,
    "a name that one branch binds": """
        if await leaf(False):
            x = 1
        kept = 2
        await leaf()
        try:
            note(x)
        except UnboundLocalError:
            note(kept)
            x = 3
        return x
    """,
    "a name that no branch binds": """
        kept = [1]
        await leaf()
        try:
            x
            x = 1
        except NameError:
            return kept
    """,
    "deleted twice": """
        x, kept = 1, 2
        await leaf()
        del x
        try:
            del x
        except UnboundLocalError as error:
            return kept, str(error)
    """,
    "deleted, caught by all": """
        kept = 1
        x = await leaf(0)
        try:
            del x
            await leaf()
            x += 1
        except:
            return kept
    """,
    "read in a finally": """
        kept = 1
        await leaf()
        try:
            if not kept:
                x = 1
            return x
        finally:
            note(kept)
    """,
    "read in a manager that swallows": """
        kept = 1
        await leaf()
        with plain(swallows=UnboundLocalError):
            x
            x = 1
        return kept
    """,
    "read in an async manager that swallows": """
        kept = 1
        await leaf()
        async with manager(swallows=UnboundLocalError):
            x
            x = 1
        return kept
    """,
    "an exception's name after its handler": """
        kept = 1
        try:
            await leaf(error=Boom("b"))
        except Boom as error:
            await leaf()
        try:
            return error
        except UnboundLocalError:
            return kept
    """,
    "an exception's name that is global or another function's": """
        global err
        err = "before"
        def read():
            try: return err
            except NameError as x: return str(x)
        try:
            await leaf(); raise Other(1)
        except Other as err:
            note(read(), await leaf(2))
        n = [read()]
        k = 1
        def outer():
            def inner():
                nonlocal k
                try: raise Other(2)
                except Other as k: pass
            inner()
        outer()
        try: k
        except UnboundLocalError as e: n.append(str(e))
        except NameError as e: n.append(str(e))
        return n
    """,
    "exceptions of one name in each other's handlers": """
        try:
            raise Other(1)
        except Other as e:
            note(e, await leaf(1))
            try:
                raise KeyError("k") from e
            except KeyError as e:
                note(e, await leaf(2))
            try: raise Boom("x") from e
            except UnboundLocalError as x: note(str(x))
        try:
            raise Other(1)
        except Other as e:
            note(e)
        return "end"
    """,
    "an exception's name that was deleted in the handler": """
        try:
            await leaf(error=Boom("b"))
        except Boom as error:
            await leaf()
            del error
        return "no trace"
    """,
    "a loop's variable when nothing was in it": """
        kept = 1
        for x in await leaf([]):
            pass
        try:
            return x
        except UnboundLocalError:
            return kept
    """,
    "an async loop's variable when nothing was in it": """
        kept = 1
        async for x in items(0):
            pass
        try:
            return x
        except UnboundLocalError:
            return kept
    """,
    "a pattern's name": """
        kept = 1
        match await leaf(5):
            case [x]:
                pass
        try:
            return x
        except UnboundLocalError:
            return kept
    """,
    "a manager's name": """
        kept = 1
        try:
            async with manager() as x:
                await leaf()
        except Boom:
            pass
        try:
            return note(x)
        except UnboundLocalError:
            return kept
    """,
    "an import that failed": """
        kept = 1
        await leaf()
        try:
            import a_module_that_is_not_there as x
        except ImportError:
            pass
        try:
            return x
        except UnboundLocalError:
            return kept
    """,
    "a walrus behind and": """
        kept = 1
        await leaf(0) and (x := await leaf(1))
        try:
            return x
        except NameError:
            return kept
    """,
    "an operand beside an await": """
        kept = 1
        try:
            return await leaf(1) + x
            x = 1
        except UnboundLocalError:
            return kept
    """,
    "an operand before an await": """
        kept = 1
        if kept > 1:
            x = 1
        try:
            return note(x, await leaf(2))
        except UnboundLocalError:
            return kept
    """,
    "an augmented assignment": """
        kept = 1
        if kept > 1:
            x = 1
        try:
            x += await leaf(2)
        except UnboundLocalError as error:
            return kept, str(error)
    """,
    "a retry": """
        for attempt in range(3):
            try:
                note(x)
            except UnboundLocalError:
                x = await leaf(attempt)
        return attempt, x
    """,
    "in an inner try": """
        first, second = 1, 2
        await leaf()
        try:
            try:
                x
                x = 0
            except ValueError:
                note(first)
            finally:
                await leaf()
        except NameError:
            return second
    """,
    "a global that is not there": """
        kept = 1
        await leaf()
        try:
            return not_there
        except NameError as error:
            return kept, str(error)
    """,
    "a global that is deleted": """
        global made
        made = await leaf(1)
        del made
        try:
            return made
        except NameError as error:
            return await leaf(str(error))
    """,
    "a default": """
        kept = 1
        await leaf()
        try:
            def inner(given=x):
                return given
            x = 1
        except UnboundLocalError:
            return kept
    """,
    "a group's handler": """
        kept = 1
        await leaf()
        try:
            x
            x = 1
        except* NameError as group:
            note(group)
        return kept
    """,
    "across a yield to the handler": """
        kept = 1
        try:
            del kept_not
            kept_not = 1
        except NameError:
            try:
                await leaf()
            finally:
                note(kept)
        return kept
    """,
}


@pytest.mark.parametrize("body", CAUGHT.values(), ids=CAUGHT)
def test_what_a_handler_reads_is_there(body: str) -> None:
    assert difference(f"async def main():{body}") is None


def test_an_attribute_that_no_coroutine_has_is_no_variable() -> None:
    source = """
async def inner(x):
    await leaf(1)
    return [x for _ in "ab" if x]
async def numbers():
    yield await leaf(1)
async def main():
    made, stream = inner(2), numbers()
    note(hasattr(made, "other"), hasattr(stream, "other"), getattr(made, "other", 3))
    for each in (made, stream):
        try:
            each.other
        except AttributeError as error:
            note(str(error), error.name)
    return await made
"""
    assert difference(source) is None
