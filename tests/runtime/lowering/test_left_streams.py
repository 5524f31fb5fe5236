"""Async generators that are left before their end, or closed."""

from __future__ import annotations

from textwrap import dedent

import pytest
from tools.lowering.compared import difference

LEFT = {
    "break over a finally that awaits": """
        async def numbers():
            try:
                yield await leaf(1)
                yield 2
            finally:
                note("finally", await leaf("ready", 0))
        async def main():
            async for each in numbers():
                break
            note("after")
            return each
    """,
    "break over a finally": """
        async def numbers():
            try:
                yield 1
            finally:
                note("finally")
        async def main():
            async for each in numbers():
                break
            note("after")
            return await leaf(each)
    """,
    "return out of the loop": """
        async def numbers():
            try:
                yield 1
            finally:
                note("finally")
        async def main():
            async for each in numbers():
                return note("returned", await leaf(each))
    """,
    "an exception out of the loop": """
        async def numbers():
            try:
                yield 1
            finally:
                note("finally")
        async def main():
            try:
                async for each in numbers():
                    await leaf()
                    raise Boom("out")
            except Boom as error:
                note("caught", str(error))
            return await leaf("end")
    """,
    "closed by hand": """
        async def numbers():
            try:
                yield 1
                yield 2
            finally:
                note("finally", await leaf("closing"))
        async def main():
            made = numbers()
            async for each in made:
                break
            await made.aclose()
            note("closed")
            return [each async for each in made]
    """,
    "aclosing": """
        import contextlib
        async def numbers():
            try:
                yield await leaf(1)
                yield 2
            finally:
                note("finally", await leaf("closing"))
        async def main():
            async with contextlib.aclosing(numbers()) as made:
                async for each in made:
                    break
            return each
    """,
    "one in another, left": """
        async def inner():
            try:
                yield await leaf(1)
                yield 2
            finally:
                note("inner")
        async def outer():
            try:
                async for each in inner():
                    yield each * 10
            finally:
                note("outer")
        async def main():
            async for each in outer():
                break
            return await leaf(each)
    """,
    "three in each other": """
        async def first():
            try:
                yield await leaf(1)
            finally:
                note("first")
        async def second():
            try:
                async for each in first():
                    yield await leaf(each)
            finally:
                note("second")
        async def third():
            try:
                async for each in second():
                    yield await leaf(each)
            finally:
                note("third")
        async def main():
            async for each in third():
                await leaf(each)
            return each
    """,
    "never asked": """
        async def numbers():
            try:
                yield await leaf(1)
            finally:
                note("finally")
        async def main():
            made = numbers()
            await leaf()
            await made.aclose()
            return [each async for each in made]
    """,
    "break over a finally that returns": """
        async def numbers():
            try:
                yield 1
            finally:
                return
        async def main():
            async for each in numbers():
                break
            return await leaf(each)
    """,
    "break over a handler that ends it": """
        async def numbers():
            try:
                yield await leaf(1)
            except GeneratorExit as error:
                note(error)
        async def main():
            async for each in numbers():
                break
            note(await leaf(each))
            made = numbers()
            await anext(made)
            made = None
            return await leaf()
    """,
    "break over a finally that waits": """
        async def numbers():
            try:
                yield await leaf(1)
                yield 2
            finally:
                note("finally", await leaf("closing"))
        async def main():
            async for each in numbers():
                break
            note("after")
            return await leaf(each)
    """,
    "break over a finally that yields": """
        async def numbers():
            try:
                yield await leaf(1)
            finally:
                yield 2
        async def main():
            async for each in numbers():
                break
            note("after")
            return await leaf(each)
    """,
    "break over a handler that goes on": """
        async def numbers():
            while True:
                try:
                    yield await leaf(1)
                except GeneratorExit:
                    note("ignored")
                    yield 2
                    return
        async def main():
            async for each in numbers():
                break
            note("after")
            return await leaf(each)
    """,
    "aclose() of one that goes on": """
        async def numbers():
            try:
                yield await leaf(1)
            except GeneratorExit:
                note("ignored", await leaf(3))
                yield 2
        async def main():
            made = numbers()
            async for each in made:
                break
            try:
                await made.aclose()
            except RuntimeError as error:
                note(str(error))
            return await leaf(each)
    """,
}


@pytest.mark.parametrize("source", LEFT.values(), ids=LEFT)
def test_whoever_leaves_it(source: str) -> None:
    assert difference(dedent(source)) is None
