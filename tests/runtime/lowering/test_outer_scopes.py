"""What a coroutine stands in: decorators, classes, functions and the module around it."""

from __future__ import annotations

from textwrap import dedent

import pytest
from tools.lowering.compared import difference

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
    "super without a parameter to ask": """
        class A:
            def v(self): return 1
        class B(A):
            async def f(self):
                await leaf()
                def inner(): return super().v()
                try: inner()
                except RuntimeError as e: note(str(e))
                def with_first(s): return super().v()
                note(with_first(self))
                def star(*s): return super().v()
                try: star(self)
                except RuntimeError as e: note(str(e))
                l = lambda: super().v()
                try: l()
                except RuntimeError as e: note(str(e))
                return [super(B, self).v() for _ in "a"]
            async def g(*args, k=1):
                await leaf()
                try:
                    return super().v()
                except RuntimeError as e:
                    return str(e)
            async def h(self):
                r = [super().v() for _ in "a" if await leaf(1)] if 0 else 0
                await leaf()
                try: return list(super().v() for _ in "a")
                except TypeError as e: return type(e).__name__
            @staticmethod
            async def s():
                await leaf()
                super()
        async def main():
            return await B().f(), await B().g(), await B().h(), await B.s()
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
    assert difference(dedent(source)) is None
