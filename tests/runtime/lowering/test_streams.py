"""Async generators: items, what is sent and thrown in, and how they end."""

from __future__ import annotations

from textwrap import dedent

import pytest
from tools.lowering.compared import difference

LOOPS = {
    "to the end": """
        async def numbers():
            yield await leaf(1)
            yield 2
        async def main():
            return [each async for each in numbers()]
    """,
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
    "one in another": """
        async def inner(n):
            try:
                for each in range(n):
                    yield await leaf(each)
            finally:
                note("inner", await leaf("inner closing", 0))
        async def outer(n):
            try:
                async for each in inner(n):
                    yield each * 10
            finally:
                note("outer", await leaf("outer closing", 0))
        async def main():
            return [each async for each in outer(2)]
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
    "a comprehension over it": """
        async def numbers(n):
            for each in range(n):
                yield await leaf(each)
        async def main():
            return {m: n async for n in numbers(2) async for m in numbers(n + 1)}
    """,
    "sent values": """
        async def echo():
            got = None
            while True:
                got = yield await leaf(got)
                note("got", got)
        async def main():
            made = echo()
            await made.asend(None)
            return await made.asend(1), await made.asend(2)
    """,
    "thrown exceptions": """
        async def catching():
            while True:
                try:
                    yield await leaf("item")
                except Boom as error:
                    note("caught", error)
                    yield "handled"
        async def main():
            made = catching()
            note(await anext(made))
            note(await made.athrow(Boom("in")))
            note(await anext(made))
            try:
                await made.athrow(Other("out"))
            except Other as error:
                note("out", str(error))
            return await anext(made, "over")
    """,
    "StopIteration": """
        async def numbers():
            yield await leaf(1)
            raise StopIteration("told")
        async def main():
            try:
                return [each async for each in numbers()]
            except RuntimeError as error:
                return str(error), type(error.__cause__)
    """,
    "StopAsyncIteration": """
        async def numbers():
            yield await leaf(1)
            raise StopAsyncIteration
        async def main():
            try:
                return [each async for each in numbers()]
            except RuntimeError as error:
                return str(error), type(error.__cause__)
    """,
    "StopIteration that is caught inside": """
        async def numbers():
            try:
                yield next(iter(await leaf([])))
            except StopIteration:
                yield "caught"
        async def main():
            return [each async for each in numbers()]
    """,
    "two at once": """
        async def numbers():
            yield await leaf(1)
            yield await leaf(2)
        async def main():
            one, other = numbers(), numbers()
            return [(await anext(one), await anext(other)) for _ in range(2)]
    """,
    "asked while it waits": """
        async def numbers():
            yield await leaf(1)
        import wakepoint
        async def main():
            made = numbers()
            async def ask():
                try:
                    return await anext(made)
                except RuntimeError as error:
                    return str(error)
            return await wakepoint.join(ask(), ask())
    """,
    "anext with a default": """
        async def numbers():
            yield await leaf(1)
        async def main():
            made = numbers()
            return await anext(made, "a"), await anext(made, "b"), await anext(made, "c")
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
    "return in the middle": """
        async def numbers():
            for each in range(5):
                if await leaf(each) == 2:
                    return
                yield each
        async def main():
            return [each async for each in numbers()]
    """,
    "a manager inside": """
        async def numbers():
            async with manager(1) as x, manager(2) as y:
                yield x
                yield y
        async def main():
            return [each async for each in numbers()]
    """,
    "a handler inside": """
        async def numbers():
            for each in range(3):
                try:
                    yield await leaf(each)
                except Boom:
                    yield "caught"
                else:
                    yield "else"
                finally:
                    await leaf()
        async def main():
            return [each async for each in numbers()]
    """,
    "a yield as an operand": """
        async def adding():
            total = 0
            while True:
                total = total + (yield total) + await leaf(1)
        async def main():
            made = adding()
            await anext(made)
            return await made.asend(5), await made.asend(6)
    """,
    "a method": """
        class Kind:
            def __init__(self, n):
                self.n = n
            async def __aiter__(self):
                for each in range(self.n):
                    yield await leaf(each)
        async def main():
            return [each async for each in Kind(2)]
    """,
    "a class-made iterator": """
        class Kind:
            def __init__(self, n):
                self.n = n
            def __aiter__(self):
                return self
            async def __anext__(self):
                if not self.n:
                    raise StopAsyncIteration
                self.n -= 1
                return await leaf(self.n)
        async def main():
            async for each in Kind(2):
                note(each)
            else:
                return "else"
    """,
    "a closure": """
        def make(step):
            async def numbers(n):
                nonlocal step
                for each in range(n):
                    yield each * step
                    step += await leaf(1)
            return numbers
        async def main():
            return [each async for each in make(2)(3)]
    """,
    "asynccontextmanager": """
        import contextlib
        @contextlib.asynccontextmanager
        async def room():
            note("in", await leaf())
            try:
                yield "inside"
            except Boom as error:
                note("caught", error)
            finally:
                note("out", await leaf())
        async def main():
            async with room() as where:
                note(where)
                raise Boom("b")
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
    "attributes": """
        async def numbers(x=1):
            "What it gives."
            yield x
        async def main():
            await leaf()
            return numbers.__name__, numbers.__doc__, numbers.__defaults__
    """,
}


@pytest.mark.parametrize("source", LOOPS.values(), ids=LOOPS)
def test_a_loop_over_it(source: str) -> None:
    assert difference(dedent(source)) is None


STREAMS = {
    "plain": """
        async def main():
            yield await leaf(1)
            yield await leaf(2)
    """,
    "finally": """
        async def main():
            try:
                got = yield await leaf(1)
                note("got", got)
                yield 2
            finally:
                note("finally")
    """,
    "finally that awaits": """
        async def main():
            try:
                yield await leaf(1)
                yield 2
            finally:
                note("finally", await leaf(3))
    """,
    "handler": """
        async def main():
            while True:
                try:
                    got = yield await leaf(1)
                    note("got", got)
                except Exception as error:
                    note("caught", error, await leaf(2))
                    yield "handled"
    """,
    "yield in finally": """
        async def main():
            try:
                yield await leaf(1)
            finally:
                yield "in finally"
    """,
    "manager": """
        async def main():
            async with manager(1) as x:
                yield x
                yield await leaf(2)
    """,
    "one over another": """
        async def inner():
            try:
                got = yield await leaf(1)
                note("inner got", got)
                yield await leaf(2)
            finally:
                note("inner finally")
        async def main():
            try:
                async for each in inner():
                    note("main got", (yield each))
            finally:
                note("main finally")
    """,
    "nothing": """
        async def main():
            return
            yield
    """,
    "a loop without an await": """
        async def main():
            for each in range(3):
                got = yield each
                note("got", got)
    """,
}

OPERATIONS = [
    ("next", "next", "next", "next"),
    ("next", "send a", "send b", "next"),
    ("send early", "next"),
    ("next", "throw x", "next", "next"),
    ("throw early", "next"),
    ("next", "close", "next", "send late", "throw late"),
    ("close", "next", "close"),
    ("next", "next", "close", "close"),
    ("next", "close"),
    ("next",),
    ("next", "next", "throw x", "throw y", "close"),
]


@pytest.mark.parametrize("operations", OPERATIONS, ids=" ".join)
@pytest.mark.parametrize("source", STREAMS.values(), ids=STREAMS)
def test_whatever_is_done_with_it(source: str, operations: tuple[str, ...]) -> None:
    assert difference(dedent(source), operations, most_runs=30) is None
