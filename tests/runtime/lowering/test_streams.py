"""Async generators: their items, and what is sent and thrown in."""

from __future__ import annotations

from textwrap import dedent

import pytest
from tools.lowering.compared import difference

STREAMS = {
    "to the end": """
        async def numbers():
            yield await leaf(1)
            yield 2
        async def main():
            return [each async for each in numbers()]
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
    "attributes": """
        async def numbers(x=1):
            "What it gives."
            yield x
        async def main():
            await leaf()
            return numbers.__name__, numbers.__doc__, numbers.__defaults__
    """,
}


@pytest.mark.parametrize("source", STREAMS.values(), ids=STREAMS)
def test_whoever_goes_over_it(source: str) -> None:
    assert difference(dedent(source)) is None


HELD = """
class Held:
    def __init__(self, name):
        self.name = name
    def __del__(self):
        note("gone", self.name)
async def numbers(given):
    own = Held("own")
    try:
        yield 1
        await leaf()
        yield 2
        note(own.name)
    finally:
        note("finally", given.name)
async def main():
    held = numbers(Held("given"))
    {}
    note("behind")
    await leaf()
    note("end", held is None)
"""

ENDS = {
    "exhausted": "[note(each) async for each in held]",
    "exhausted in an inner function": "async def all(): return [each async for each in held]\n"
    "    note(await all())",
    "closed": "note(await anext(held))\n    await held.aclose()",
    "closed before its beginning": "await held.aclose()",
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_generator_that_has_ended_lets_go_of_its_variables(end: str) -> None:
    assert difference(HELD.format(end), most_runs=1) is None
