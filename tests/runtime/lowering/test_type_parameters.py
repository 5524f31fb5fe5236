"""Type parameters are in the lowered form what they are in the original, since Python 3.12."""

from __future__ import annotations

import sys

import pytest
from tools.lowering.compared import difference

pytestmark = pytest.mark.skipif(sys.version_info < (3, 12), reason="there are none")

TYPE_PARAMETERS = {
    "of classes around a method": """
class Outer[A]:
    class Repo[T]:
        kind = "repo"
        async def get[K](self, k: K) -> T:
            await leaf()
            def inner(): return T, A
            class Q(dict[T, A]): pass
            return k, K.__name__, T.__name__, __class__.kind, inner()[1].__name__, [T for _ in "a"][0].__name__, Q.__name__
        async def shadow(self, T=3):
            A = await leaf(T)
            T += 1
            return T, A
        async def gl(self):
            global T
            T = await leaf(4)
            return T
        @classmethod
        async def make(cls, *, n: "int" = 1):
            return cls.kind, isinstance(await leaf(T), object), locals().keys() & {"cls", "n"}
        async def gen(self):
            yield T.__name__
            yield await leaf(A.__name__)
        def sync(self):
            async def inside(): return await leaf(T.__name__)
            return inside()
async def main():
    r = Outer.Repo[int]()
    return await r.get(3), await r.shadow(), await r.gl(), await r.make(), [x async for x in r.gen()], await r.sync(), T
""",
    "of functions and classes around": """
def make[T](x: T):
    async def inner(y):
        z: T = await leaf(y)
        return z, T.__name__, x
    class K[U]:
        async def m(self): return await leaf(U.__name__), T.__name__
    return inner, K
async def main():
    f, K = make(1)
    return await f(2), await K().m()
""",
    "whose name a variable has": """
async def f[T](x):
    if x: T = await leaf(5)
    try: return T
    except UnboundLocalError as e: return str(e)
async def g[T]():
    global T
    T = await leaf(1)
    return T
async def main():
    return await f(0), await f(1), await g(), T
""",
    "of what is defined inside": """
async def main():
    def ident[T](x: T) -> T: return x
    class Box[T]:
        def __init__(self, v: T): self.v = v
        async def get(self) -> T: return await leaf(self.v)
    type Pair[A] = tuple[A, A]
    type Lazy = x
    x = int
    async def agen[*Ts, **P](*a: *Ts): yield a
    b = Box[int](await leaf(5))
    out = [v async for v in agen(1, 2)]
    return ident(await leaf(1)), await b.get(), Box.__type_params__, Pair[int].__origin__.__name__, Lazy.__value__, out
""",
    "of functions whose defaults and decorators await": """
async def main():
    def f[T](x: T = await leaf(1), *, y=note(2)): return x, y
    @decorated(await leaf("t"))
    def g[T: (int, str)](x: T = await leaf(3)): return x
    return f(), g(), g.tags, f.__type_params__
""",
    "of the function itself": """
async def main():
    async def ident[T](x: T) -> T:
        return await leaf(x)
    return await ident(3), await top(4), top.__type_params__
async def top[T: int](x: T, y: type[T] = int) -> list[T]:
    z: T = await leaf(x)
    def inner(q: T): return T
    return [z], inner(1).__name__, T.__name__
""",
    "of a class with a method that has some": """
class Repo[T]:
    kind = "repo"
    async def get[K](self, k: K) -> T:
        await leaf()
        return k, K.__name__, T.__name__, __class__.kind
async def main():
    return await Repo[int]().get(3)
""",
    "of what is defined inside, called as variables": """
async def main():
    T = int
    async def ready[T](x: T = T) -> T: return T, x
    def inner[T](f=lambda: T): return [T for _ in "a"], (lambda: T)(), f()
    def other[S](T: S):
        T += 1
        return T
    class Box[T](list[T]):
        x: T
        class Inner:
            y: T
            def read(self): return T
        async def read(self): return await leaf(T.__name__)
    type Alias[T] = list[T]
    @decorated(T)
    class Tagged[T]: pass
    await leaf()
    annotations = str(Box.__annotations__), str(Box.Inner.__annotations__), str(ready.__annotations__)
    return T, str(await ready()), str(inner()), other(1), annotations, str(Box.__orig_bases__), \
        str(Box.Inner().read()), await Box().read(), str(Alias.__value__), Tagged.tags
""",
    "whose bounds are variables": """
async def main():
    x, y = int, str
    def inner[U: x](z: U) -> U: return U
    class Box[W: (x, y)]:
        x = 5
    type Alias[Q: y] = list[Q]
    await leaf()
    parameters = *inner.__type_params__, *Alias.__type_params__, *Box.__type_params__
    return [(each.__bound__, each.__constraints__) for each in parameters]
""",
    "of what is defined in a method, and private": """
class Outer:
    async def f(self):
        def inner[__U](z: __U) -> __U: return __U.__name__, (lambda: __U)().__name__
        def other[__U](__U): return __U
        class Box[__W](list[__W]):
            a = __W.__name__
            def read(self): return __W.__name__
        class Kind:
            def read[__Z](self): return __Z.__name__
            async def wait[__Z](self, x: __Z): return __Z.__name__
        type __A[__Q] = list[__Q]
        await leaf()
        return inner(1), str(inner.__annotations__), other(2), Box.a, Box().read(), Kind().read(), \
            await Kind().wait(1), str(__A.__value__)
async def main():
    return await Outer().f()
""",
    "of a method, and private": """
class Outer:
    async def f[__T](self, x: __T, y=None) -> __T:
        def inner(z: __T) -> __T: return __T
        await leaf()
        return __T.__name__, inner(1).__name__, [__T.__name__ for _ in "a"]
    async def g[__T: int, *__Ts, **__P](self, *a: *__Ts):
        return await leaf(__T.__bound__), str(__Ts), str(__P), (lambda: str(__T))()
    async def h[__T](self, __x: __T):
        yield await leaf(__T.__name__)
async def main():
    return await Outer().f(1), await Outer().g(), [each async for each in Outer().h(1)]
""",
    "of classes around a method, and private": """
class Outer[__T]:
    async def f(self): return await leaf(__T.__name__)
    async def g[__U](self): return await leaf((__T.__name__, __U.__name__))
    class Inner[__U]:
        async def f(self): return await leaf(__U.__name__)
async def main():
    return await Outer().f(), await Outer().g(), await Outer.Inner().f()
""",
    "of private type aliases": """
class K:
    async def f(self):
        type __T = int
        type Q[X] = dict[__T, X]
        await leaf()
        return __T.__name__, __T.__value__, Q.__name__, Q.__value__
async def main():
    return await K().f()
""",
}


@pytest.mark.parametrize("source", TYPE_PARAMETERS.values(), ids=TYPE_PARAMETERS)
def test_type_parameters_are_seen(source: str) -> None:
    assert difference(source) is None
