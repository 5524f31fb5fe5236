"""Functions and classes inside a coroutine: what they capture, bind and are called."""

from __future__ import annotations

import pytest
from tools.lowering.compared import difference

INSIDE = {
    "a walrus in a generator expression of an inner function": """
        b = 1
        def inner(a):
            return list((b := a + n) for n in [1, 2]), b
        def unbound(a):
            return list((b := a) for n in [b])
        try:
            unbound(await leaf(2))
        except UnboundLocalError as error:
            note(str(error))
        deep = lambda a: [list((c := a + n) for n in [m]) for m in (b, 3)] + [c]
        return inner(await leaf(2)), deep(4), b
    """,
    "a walrus in a generator expression in another": """
        made = list(sum((last := n * m) for m in [1, 2]) for n in await leaf([3, 4]))
        await leaf()
        return made, last
    """,
    "a closure over a loop's variable": """
        made = []
        for n in range(2):
            made.append(lambda: n)
            await leaf()
        return [each() for each in made]
    """,
    "a closure over what is bound later": """
        def inner():
            return later
        later = await leaf(1)
        return inner()
    """,
    "nonlocal in an inner function": """
        count = 0
        def more():
            nonlocal count
            count += 1
            return count
        more(), await leaf(), more()
        return count
    """,
    "nonlocal in an inner coroutine": """
        count = 0
        async def more():
            nonlocal count
            count += await leaf(2)
        await more()
        count += 1
        await more()
        return count
    """,
    "a class body that reads a variable": """
        size = await leaf(3)
        class Kind:
            size = size
            twice = size * 2
        return Kind.size, Kind.twice
    """,
    "a class body that hides a variable": """
        size = 1
        class Kind:
            size = 2
            def read(self):
                return size
        await leaf()
        return Kind().read(), size
    """,
    "a class with annotations": """
        class Kind:
            x: int = await_ = 1
            y: str
        await leaf()
        return Kind.__annotations__
    """.replace("x: int = await_ = 1", "x: int = 1"),
    "a class in a class": """
        base = await leaf(dict)
        class Outer:
            class Inner(base):
                pass
        return Outer.Inner(a=1), Outer.Inner.__qualname__
    """,
    "super in a method": """
        class Base:
            def name(self):
                return "base"
        await leaf()
        class Kind(Base):
            def name(self):
                return super().name() + __class__.__name__
        return Kind().name()
    """,
    "an async method of an inner class": """
        class Kind:
            async def name(self, x=await leaf(1)):
                return x + await leaf(2)
        return await Kind().name()
    """.replace("x=await leaf(1)", "x=1"),
    "an async generator inside": """
        async def numbers(n=await leaf(2)):
            for each in range(n):
                yield await leaf(each)
        return [each async for each in numbers()]
    """,
    "a generator inside": """
        def numbers(n=await leaf(2)):
            yield from range(n)
        await leaf()
        return [*numbers()]
    """,
    "a recursive inner function": """
        def factorial(n):
            return n * factorial(n - 1) if n else 1
        return factorial(await leaf(3))
    """,
    "names of inner things": """
        def inner():
            pass
        class Kind:
            def method(self):
                pass
        made = lambda: None
        await leaf()
        return [each.__qualname__ for each in (inner, Kind, Kind.method, made)]
    """,
    "names of inner coroutines": """
        async def inner():
            pass
        made = (n for n in ())
        await leaf()
        return inner.__name__, inner.__qualname__, made.__qualname__
    """,
    "a docstring, defaults and keyword-only parameters": '''
        def inner(a, /, b=1, *c, d=await leaf(2), **e):
            """What it does."""
            return a, b, c, d, e
        return inner(0), inner.__doc__, inner.__kwdefaults__
    ''',
    "a conditional definition": """
        if await leaf(True):
            def inner():
                return 1
        else:
            def inner():
                return 2
        return inner()
    """,
    "a definition that is deleted": """
        def inner():
            return 1
        await leaf(inner())
        del inner
        await leaf()
        return inner
    """,
    "an inner import": """
        import json as j
        from os import path, sep as s
        await leaf()
        return j.dumps(1), path.basename("a/b"), s
    """,
}


@pytest.mark.parametrize("body", INSIDE.values(), ids=INSIDE)
def test_an_inner_scope_reads_and_binds_what_it_does_in_the_original(body: str) -> None:
    assert difference(f"async def main():{body}") is None
