"""What is written inside a coroutine: functions, classes, lambdas, generators, comprehensions.

Defaults, annotations, bases, keywords, decorators and the first iterable belong to the function
around; they may await.
"""

from __future__ import annotations

import pytest
from tools.lowering.compared import difference

AROUND = {
    "default of a def": """
        def inner(x=await leaf(1), *, y=await leaf(2)):
            return x, y
        return inner(), inner(5)
    """,
    "default of an async def": """
        async def inner(x=await leaf(1)):
            return x, await leaf(3)
        return await inner()
    """,
    "default of a lambda": """
        made = lambda x=await leaf(1), *rest, y=await leaf(2): (x, rest, y)
        return made(), made(4, 5, y=6)
    """,
    "default of a lambda in a call": """
        return sorted([3, 1, 2], key=lambda x, sign=await leaf(-1): sign * x)
    """,
    "default of a lambda in a default of a lambda": """
        return (lambda f=lambda x=await leaf(1): x: f())()
    """,
    "default of a positional-only parameter": """
        def inner(x=await leaf(1), /, y=2):
            return x, y
        return inner(), inner.__defaults__
    """,
    "annotations of a def": """
        def inner(x: await leaf(int), *rest: await leaf(str)) -> await leaf(float):
            return x
        return inner(1), inner.__annotations__
    """,
    "annotations of an async def": """
        async def inner(x: await leaf(int) = await leaf(7)) -> await leaf(float):
            return x
        return await inner(), inner.__annotations__
    """,
    "bases of a class": """
        class Kind(await leaf(dict), note(object)):
            pass
        return Kind.__mro__[1:]
    """,
    "metaclass of a class": """
        class Meta(type):
            pass
        class Kind(metaclass=await leaf(Meta)):
            pass
        return type(Kind).__name__
    """,
    "keywords of a class": """
        class Base:
            def __init_subclass__(cls, **given):
                note(given)
        class Kind(Base, first=await leaf(1), **await leaf({"second": 2})):
            value = 3
        return Kind.value
    """,
    "starred bases of a class": """
        class Kind(*await leaf((dict,))):
            pass
        return Kind(a=1)
    """,
    "decorator of a def": """
        @await leaf(decorated("awaited"))
        @decorated("plain")
        def inner():
            return 1
        return inner(), inner.tags
    """,
    "decorator of an async def": """
        @decorated("plain")
        @await leaf(decorated("awaited"))
        async def inner():
            return await leaf(1)
        return await inner(), inner.tags
    """,
    "decorator of a class": """
        @await leaf(decorated("awaited"))
        @decorated("plain")
        class Kind:
            pass
        return Kind.tags
    """,
    "decorator with an awaited argument": """
        @decorated(await leaf("awaited"))
        def inner():
            return 1
        return inner.tags
    """,
    "decorators, defaults and annotations in order": """
        @note(decorated(note("first")))
        @decorated(await leaf("second"))
        def inner(x: note("annotation") = note(await leaf("default"))) -> note("return"):
            return x
        return inner(), inner.tags
    """,
    "first iterable of a generator expression": """
        return sum(n for n in await leaf([1, 2]))
    """,
    "first iterable of a generator expression with a test": """
        return list(n for n in await leaf(range(5)) if n % 2 for m in range(n))
    """,
    "first iterable of a list comprehension": """
        return [n + 1 for n in await leaf([1, 2])]
    """,
    "first iterable of a set and a dict comprehension": """
        return {n for n in await leaf([1, 2])}, {n: n for n in await leaf([1, 2])}
    """,
    "first iterable of a generator expression in a comprehension": """
        return [sum(m for m in await leaf([n])) for n in range(2)]
    """,
    "first iterable of a generator expression in a first iterable": """
        return list(m for m in (n + 1 for n in await leaf([1, 2])))
    """,
    "first iterable that is a comprehension": """
        return list(m for m in [await leaf(n) for n in range(2)])
    """,
    "second iterable of a comprehension": """
        return [m for n in range(2) for m in await leaf([n, n + 1])]
    """,
    "test of a comprehension": """
        return [n for n in range(3) if await leaf(n != 1)]
    """,
    "comprehension in a comprehension": """
        return [[await leaf(n * m) for m in range(2)] for n in await leaf([1, 2])]
    """,
    "async comprehension": """
        return [n async for n in items(2)], {n: n async for n in items(2) if await leaf(n)}
    """,
    "async generator expression": """
        made = (n async for n in items(2))
        return [n async for n in made]
    """,
    "async generator expression that awaits": """
        made = (await leaf(n) for n in await leaf(range(2)))
        return [n async for n in made]
    """,
    "a variable of the comprehension's name": """
        n = "outer"
        found = [n for n in await leaf([1, 2])]
        return n, found
    """,
    "a variable that a comprehension reads": """
        y = 1
        return [y + z for z in await leaf([1, 2])]
    """,
    "a variable that a generator expression reads later": """
        y = 1
        made = (y + z for z in await leaf([1, 2]))
        y = 10
        await leaf()
        return list(made)
    """,
    "a comprehension over lambdas of a comprehension that awaits": """
        return [each() for each in [lambda: n for n in await leaf([1, 2])]]
    """,
    "a loop over lambdas of a comprehension that awaits": """
        for each in [lambda: (n, m) for n in await leaf([1, 2]) for m in [n, await leaf(n)]]:
            note(each(), await leaf())
        else:
            return {each: (lambda: each) for each in await leaf("ab")}["a"]()
    """,
    "comprehensions over lambdas of each other": """
        made = {n: (lambda: n) for n in await leaf([1, 2])}
        return [
            (k, each(), other()) for k in await leaf([3, 4]) for each in made.values()
            for other in [*made.values(), await leaf(lambda: 5)]
        ]
    """,
    "a walrus in a comprehension": """
        found = [(last := n) for n in await leaf([1, 2])]
        await leaf()
        return found, last
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


@pytest.mark.parametrize("body", AROUND.values(), ids=AROUND)
def test_what_stands_around_an_inner_scope_is_evaluated_there(body: str) -> None:
    assert difference(f"async def main():{body}") is None


DECORATED = {
    "contextmanager": """
        import contextlib
        @contextlib.contextmanager
        def room():
            yield note("inside")
        with room() as where:
            await leaf(where)
        return where
    """,
    "asynccontextmanager": """
        import contextlib
        @contextlib.asynccontextmanager
        async def room():
            await leaf()
            yield "inside"
            await leaf()
        async with room() as where:
            return where
    """,
    "cache": """
        import functools
        @functools.cache
        def once(x):
            return note(x)
        await leaf()
        return once(1), once(1)
    """,
    "wraps": """
        import functools
        def twice(function):
            @functools.wraps(function)
            async def wrapper(*args):
                return await function(*args), await function(*args)
            return wrapper
        @twice
        async def inner(x):
            return await leaf(x)
        return await inner(1), inner.__name__
    """,
    "dataclass": """
        import dataclasses
        @dataclasses.dataclass(order=True)
        class Point:
            x: int
            y: int = 2
        await leaf()
        return Point(1), Point(1) < Point(2)
    """,
    "property and static method": """
        class Kind:
            @property
            def one(self):
                return 1
            @staticmethod
            def two():
                return 2
            @classmethod
            def name(cls):
                return cls.__name__
        await leaf()
        return Kind().one, Kind.two(), Kind.name()
    """,
    "a lambda": """
        @lambda function: function()
        def value():
            return note(5)
        return await leaf(value)
    """,
    "an expression": """
        table = {"a": decorated("a")}
        @table["a"]
        @(decorated("b") if await leaf(True) else decorated("c"))
        def inner():
            pass
        return inner.tags
    """,
    "one that raises": """
        def refuse(made):
            raise Other(made.__name__)
        try:
            @refuse
            def inner():
                pass
        except Other as error:
            return await leaf(str(error))
    """,
    "one that gives something else": """
        @str.upper
        @lambda made: made.__name__
        async def inner():
            pass
        await leaf()
        return inner
    """,
    "a closure": """
        tag = await leaf("kept")
        def mark(made):
            made.tag = tag
            return made
        @mark
        class Kind:
            @mark
            def method(self):
                return tag
        return Kind.tag, Kind.method.tag, Kind().method()
    """,
}


@pytest.mark.parametrize("body", DECORATED.values(), ids=DECORATED)
def test_decorators_inside_are_applied(body: str) -> None:
    assert difference(f"async def main():{body}") is None


OUTSIDE = {
    "decorated coroutine": """
        import contextlib
        @contextlib.asynccontextmanager
        async def room(name):
            await leaf()
            yield name
            await leaf()
        async def main():
            async with room("inside") as where:
                return where
    """,
    "wrapped coroutine": """
        import functools
        def twice(function):
            @functools.wraps(function)
            async def wrapper(*args, **given):
                return await function(*args, **given), await function(*args, **given)
            return wrapper
        @twice
        async def main():
            return await leaf(1)
    """,
    "methods": """
        class Kind:
            count = 0
            @staticmethod
            async def fixed(x):
                return await leaf(x)
            @classmethod
            async def make(cls):
                cls.count += 1
                return cls.__name__, await leaf(cls.count)
            async def __aenter__(self):
                return await leaf(self)
            async def __aexit__(self, *args):
                note(await leaf(args[0]))
            async def __call__(self, *args, key=None):
                return args, await leaf(key)
            def __await__(self):
                return leaf("awaited").__await__()
        async def main():
            async with Kind() as kind:
                return await kind.fixed(1), await kind.make(), await kind(2, key=3), await kind
    """,
    "private names": """
        class Kind:
            __secret = 1
            def __hidden(self):
                return 2
            async def read(self, __given=3):
                __own = await leaf(4)
                def inner():
                    return __own + __given
                return self.__secret, self.__hidden(), __own, inner(), [__own for _ in "a"]
        async def main():
            return await Kind().read()
    """,
    "super": """
        class Base:
            async def name(self, suffix=""):
                return await leaf("base" + suffix)
        class Kind(Base):
            async def name(self, suffix=""):
                return await super().name(suffix) + await super(Kind, self).name() + __class__.__name__
        async def main():
            return await Kind().name("!")
    """,
    "defaults and closures": """
        def make(step, log=[]):
            total = 0
            async def add(x, y=step, *, z=log):
                nonlocal total, step
                total += x + y + await leaf(step)
                step += 1
                z.append(total)
                return total, z
            return add
        async def main():
            add = make(1)
            return await add(1), await add(2), await make(5)(1)
    """,
    "star parameters": """
        async def inner(a, /, b, *c, d, e=5, **f):
            a, *c = c, await leaf(b), d
            return a, b, c, d, e, f
        async def main():
            return await inner(1, 2, 3, 4, d=5, **{"g": 6})
    """,
    "wrong arguments": """
        async def inner(a, *, b):
            return await leaf(a)
        async def main():
            for given in ((), (1,), (1, 2)):
                try:
                    inner(*given)
                except TypeError as error:
                    note(str(error))
            await leaf()
    """,
    "an inner coroutine that awaits a lowered one": """
        async def outer(x):
            try:
                return await leaf(x)
            except Exception as error:
                note("seen by outer", error)
                return await leaf("handled")
            finally:
                note("finally of outer")
        async def main():
            async def inner():
                return await outer(1), await outer(2)
            return await inner()
    """,
    "globals": """
        count = 0
        async def more():
            global count, fresh
            count += await leaf(1)
            fresh = count
            return count
        async def main():
            await more()
            del globals()["fresh"]
            return await more(), count, fresh
    """,
}


@pytest.mark.parametrize("source", OUTSIDE.values(), ids=OUTSIDE)
def test_what_a_coroutine_stands_in_is_the_same(source: str) -> None:
    from textwrap import dedent

    assert difference(dedent(source)) is None
