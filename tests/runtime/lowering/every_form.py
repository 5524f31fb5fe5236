"""Every form of coroutine that there is, run by test_lower.py."""

import wakepoint

class Leaf(wakepoint.Future):
    def __init__(self, n, pend=0, exc=None):
        self.n, self.pend, self.exc = n, pend, exc
    def poll(self, cx):
        if self.pend:
            self.pend -= 1
            cx.waker.wake()
            return wakepoint.PENDING
        if self.exc: raise self.exc
        return wakepoint.Ready(self.n)

def leaf(n, pend=0, exc=None):
    return Leaf(n, pend, exc)

class Base:
    async def hello(self): 
        return await leaf("base")

class Sub(Base):
    __secret = 5
    async def hello(self, *rest, key=3, **kw):
        x = await super().hello()
        return x + str(self.__secret) + str(await leaf(key, 1)) + repr(rest) + repr(kw)

def closure(a):
    count = 0
    async def inner(b):
        nonlocal count
        count += await leaf(b, 1)
        fs = [a + b for _ in range(2)]
        await leaf(0, 1)
        return fs[0] + count
    return inner

async def chooser(v):
    match v:
        case [a, b] if await leaf(a > b, 1):
            return ("gt", a, await leaf(b))
        case {"k": w, **others}:
            r = await leaf(w, 1)
            return ("map", r, others)
        case int() | str() as t:
            return await leaf(t)
        case _:
            pass
    return "none"

async def short(a, b, c):
    x = await leaf(a, 1) and await leaf(b) or await leaf(c, 1)
    y = (await leaf(1) if a else await leaf(2, 1)) + 1
    z = 0 < await leaf(a, 1) < await leaf(b, 1) < 5
    d = {await leaf(a): await leaf(b, 1), **{"q": 1}}
    s = f"{a!r:>4} and {await leaf(c, 1)!s:<3}|"
    l = [await leaf(i, 1) for i in range(3) if await leaf(i)]
    st = {i async for i in agen(3)}
    dd = {i: await leaf(j) async for i in agen(2) for j in range(2)}
    return x, y, z, d, s, l, st, dd, (w := await leaf(9)), w

async def agen(n):
    got = []
    try:
        for i in range(n):
            got.append((yield i))
            await leaf(i, 1)
    finally:
        print("agen done", got)

async def loops():
    out = []
    for i in range(5):
        if i == 1:
            continue
        if i == 4:
            break
        out.append(await leaf(i, 1))
    else:
        out.append("else")
    n = 0
    while n < 3:
        n += await leaf(1, 1)
    else:
        out.append(await leaf("welse"))
    async for x in agen(3):
        if x == 1: break
        out.append(x)
    else:
        out.append("never")
    return out

async def tries(kind):
    log = []
    for attempt in range(2):
        try:
            try:
                v = await leaf(1, 1, {"v": ValueError("v"), "k": KeyError("k"), "n": None}[kind])
            except ValueError as e:
                log.append(repr(e))
                await leaf(0, 1)
                log.append(repr(e))
                if attempt: raise
                continue
            except KeyError:
                log.append("key")
                return log, await leaf("ret", 1)
            else:
                log.append(await leaf("else", 1))
                break
            finally:
                log.append("fin")
                await leaf(0, 1)
        finally:
            log.append("outer")
    return log

class CM:
    def __init__(self, swallow): self.swallow = swallow
    def __enter__(self): return self
    def __exit__(self, t, v, tb): print("exit", t); return self.swallow
    async def __aenter__(self): await leaf(0,1); return 7
    async def __aexit__(self, t, v, tb): await leaf(0,1); print("aexit", t); return self.swallow

async def withs(swallow):
    with CM(swallow) as c:
        async with CM(False) as d, CM(swallow):
            await leaf(d, 1, RuntimeError("x"))
        return "in"
    return "after"

async def group():
    try:
        await leaf(1, 1, ExceptionGroup("g", [ValueError(1), KeyError(2)]))
    except* ValueError as eg:
        print("ve", eg.exceptions)
    except* KeyError:
        print("ke")
    return await leaf("g")

async def unbound():
    if await leaf(0, 1):
        y = 1
    await leaf(1, 1)
    return y

async def deleted():
    y = 1
    await leaf(1, 1)
    del y
    await leaf(1, 1)
    return y

async def walrus():
    if (m := len("abc")) and (q := await leaf(m, 1)):
        await leaf(0, 1)
        return m, q
    import json
    await leaf(0)
    return json

async def swap(a, b):
    a, b = await leaf(b, 1), await leaf(a, 1)
    d = {}
    d[await leaf("k", 1)] = await leaf("v", 1)
    d["k"] += await leaf("w", 1)
    a += await leaf(b, 1)
    assert await leaf(True, 1), "no"
    return a, b, d, (lambda: a)()

async def main():
    print(await Sub().hello(1, 2, key=4, z=5))
    print(await closure(3)(4))
    for v in ([1, 2], [2, 1], {"k": 3, "z": 1}, "s", 5, None):
        print(await chooser(v))
    print(await short(1, 2, 3), await short(0, 2, 3))
    print(await loops())
    for k in "vkn":
        try:
            print(await tries(k))
        except Exception as e:
            print(repr(e))
    for s in (True, False):
        try: print(await withs(s))
        except RuntimeError as e: print("raised", e)
    print(await group())
    for f in (unbound, deleted):
        try: print(await f())
        except UnboundLocalError as e: print(e)
    print(await walrus(), await swap(1, 2))
    h = wakepoint.spawn(tries("n"))
    await leaf(0, 1)
    h.abort()
    try: await h
    except BaseException as e: print(type(e))

wakepoint.run(main())
