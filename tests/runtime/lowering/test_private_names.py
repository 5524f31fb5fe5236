"""Names with two underscores in front mean in the lowered form what they mean in the class."""

from __future__ import annotations

import pytest
from tools.lowering.compared import difference

PRIVATE = {
    "what binds them": """
class K:
    async def f(self):
        import json as __j
        from os import path as __p, sep as __sep
        try:
            raise Other(1)
        except Other as __e:
            note(__e, await leaf(2), (lambda: __e.args)())
        try:
            raise Other(2)
        except Other as __e:
            note(__e)
        match await leaf([1, 2, {"a": 1, "b": 2}]):
            case [__a, *__b, {"a": 1, **__r}]: pass
        match [1, 2, {"a": 1, "b": 2}]:
            case [__a2, *__b2, {"a": 1, **__r2} as __as] if __a2: pass
        for __i in range(await leaf(2)): pass
        with plain(3) as __w: await leaf()
        return __j.__name__, __p.__name__, __sep, __a, __b, __r, __a2, __b2, __r2, __as, __i, __w
async def main():
    return await K().f()
""",
    "in inner functions": """
__gg = 1
_K__gg = 2
class K:
    async def f(self):
        __x = await leaf(1)
        def a():
            nonlocal __x
            __q = 5
            def b():
                nonlocal __q, __x
                global __gg
                __q += 1
                __x += 1
                __gg += 10
                import json as __j
                try: raise Other(1)
                except Other as __e: note(__e)
                match [1]:
                    case [__m]: pass
                def __fn(): return __m
                class __C: __v = 1
                return __q, __j.__name__, __m, __fn(), __C.__name__
            return b(), __q
        r = a()
        await leaf()
        return r, __x, __gg, (lambda __l: __l)(1), [__z for __z in "ab"], list(__y for __y in "c")
async def main():
    return await K().f(), __gg, _K__gg
""",
    "unbound, and that is caught": """
class K:
    async def f(self, __p=1):
        __kept = [1]
        await leaf()
        del __p
        try:
            __p
        except UnboundLocalError as __e:
            note(str(__e), __kept)
        if await leaf(0): __u = 1
        try:
            __u += 1
        except NameError as e:
            await leaf()
            note(str(e))
        def inner():
            try: return __kept
            except NameError as e: return str(e)
        del __kept
        await leaf()
        return inner()
async def main():
    return await K().f()
""",
    "of an exception, behind its handler": """
class K:
    async def f(self):
        try:
            raise Other(1)
        except Other as __e:
            note(__e)
        try:
            raise Other(1)
        except Other as __e:
            note(__e, await leaf(1))
        await leaf()
        try:
            __e
        except UnboundLocalError as x:
            return str(x)
async def main():
    return await K().f()
""",
    "of comprehensions": """
class K:
    async def f(self):
        a = [(__z, await leaf(__z), __z) for __z in range(2)]
        b = {__z: (lambda: __z)() async for __z in items(2)}
        __z = "z"
        c = [(__z, await leaf(__z)) for __z in range(2) if __z]
        return a, b, c, __z, {__q: [__q + await leaf(__r) for __r in range(__q)] for __q in range(2)}
async def main():
    return await K().f()
""",
    "of functions and classes": """
class K:
    async def f(self):
        def __fn():
            def __in(): pass
            return __in
        async def __co(): pass
        class __C:
            def __m(self): return __class__
            class __D: pass
        await leaf()
        def around():
            def __fn2(): pass
            class __C2: pass
            return __fn2, __C2
        c = __co(); c.close()
        return [(x.__name__, x.__qualname__) for x in (__fn, __fn(), __co, __C, __C._C__m, __C._C__D, *around())], c
async def main():
    return await K().f()
""",
    "in classes whose names have no letters": """
class _:
    def __init__(self): self.__x = 3
    async def __f(self, __p=1):
        __l = await leaf(self.__x)
        def __in(): return __l, self.__x
        import json as __j
        return __in(), __l, __j.__name__, self.__x, __p
    run = __f
class __:
    async def f(self):
        self.__a = await leaf(1)
        __b = self.__a
        await leaf()
        return vars(self), __b
async def main():
    return await _().run(), await __().f()
""",
    "in a private class": """
class _Outer:
    class __Inner:
        async def __go(self, __a, *__r, __k=1, **__kw):
            __v = [__a, *__r, __k, __kw]
            await leaf()
            return __v, self.__go.__name__, __class__.__name__
        async def go(self): return await self.__go(1, 2, _Outer__k=3)
    async def run(self): return await self.__Inner().go()
async def main():
    return await _Outer().run()
""",
    "of inner functions, called as the function's own": """
class K:
    async def f(self):
        __x = 1
        read = lambda: __x
        def parameter(__x):
            __x += 1
            return __x
        def variable():
            __x = 7
            return (lambda: __x)(), [__x for __x in "ab"], __x
        def shared():
            nonlocal __x
            __x += 1
        def global_():
            global __x
            __x = 9
            return __x
        items = list(__x for __x in range(2)), {__x: 0 for __x in "a"}, [(lambda: __x)() for __x in "b"]
        async def more(*__x, **__y): return __x, __y, await leaf(2)
        await leaf()
        shared()
        return read(), parameter(5), variable(), global_(), items, await more(1), __x, \
            (lambda __x: __x)(4), (lambda *, __x=__x: __x)()
async def main():
    return await K().f()
""",
    "global and nonlocal functions and classes": """
class K:
    async def f(self):
        global __h, __C
        import os.path
        def __h(): return 1
        class __C: v = 2
        await leaf()
        def q():
            nonlocal __w
            global __i
            def __w(): return "new"
            def __i(): return "glob"
        def __w(): return "old"
        note(__w())
        q()
        return __h(), __C.v, __w(), __w.__name__, sorted(n for n in globals() if n.startswith("_K__"))
async def main():
    return await K().f()
""",
}


@pytest.mark.parametrize("source", PRIVATE.values(), ids=PRIVATE)
def test_private_names_are_the_class_s(source: str) -> None:
    assert difference(source) is None
