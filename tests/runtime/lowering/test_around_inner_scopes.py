"""What stands around the functions and classes inside a coroutine, and belongs to the coroutine.

Defaults, annotations, bases, keywords and decorators may await.
"""

from __future__ import annotations

import sys

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
}

if sys.version_info < (3, 14):  # from then on they are code of their own (PEP 649)
    AROUND |= {
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
