"""``await`` in expressions; below each form what its machine has to be (see `test_forms.py`)."""

# mypy: ignore-errors


async def operand(content, read):
    return content + await read()
# 0 operand(content, read): live content, read
#     → 1 | !→ raised if exception raised
# 1 await read(): kept content, read; operand content
#     → returned | !→ raised if exception raised


async def arguments(call, one, two):
    return call(one.name, *two, key=await one(), last=two)
# 0 arguments(call, one, two): live call, one, two
#     → 1 | !→ raised if exception raised
# 1 await one(): live two; kept call, one; operand call, arguments so far
#     → returned | !→ raised if exception raised


async def both(first, second):
    return (await first()) * (await second())
# 0 both(first, second): live first, second
#     → 1 | !→ raised if exception raised
# 1 await first(): live second; kept first
#     → 2 | !→ raised if exception raised
# 2 await second(): kept first, second; operand await first()
#     → returned | !→ raised if exception raised


async def display(a, b):
    return [a(), await b(), {a.x: await b.y}]
# 0 display(a, b): live a, b
#     → 1 | !→ raised if exception raised
# 1 await b(): live a, b; operand a()
#     → 2 | !→ raised if exception raised
# 2 await b.y: kept a, b; operand a(), await b(), a.x
#     → returned | !→ raised if exception raised


async def subscript(table, key):
    table[key] += await table.read()
    return table
# 0 subscript(table, key): live table, key
#     → 1 | !→ raised if exception raised
# 1 await table.read(): live table; kept key; operand table, key, table[key]
#     → returned | !→ raised if exception raised


async def attribute(self, read):
    self.total += await read()
# 0 attribute(self, read): live self, read
#     → 1 | !→ raised if exception raised
# 1 await read(): kept self, read; operand self, self.total
#     → returned | !→ raised if exception raised


async def chained(low, read):
    return low < await read() < 9
# 0 chained(low, read): live low, read
#     → 1 | !→ raised if exception raised
# 1 await read(): kept low, read; operand low
#     → returned | !→ raised if exception raised


async def conditional(test, yes, no):
    return await yes() if await test() else await no()
# 0 conditional(test, yes, no): live test, yes, no
#     → 2 | !→ raised if exception raised
# 1 await yes(): kept test, yes, no
#     → returned | !→ raised if exception raised
# 2 await test(): live yes, no; kept test
#     → 1 if await test() is truthy | → 3 if await test() is falsy | !→ raised if exception raised
# 3 await no(): kept test, yes, no
#     → returned | !→ raised if exception raised


async def and_or(a, b, c):
    return await a and await b or await c
# 0 and_or(a, b, c): live a, b, c
#     → 1 | !→ raised if exception raised
# 1 await a: live b, c; kept a
#     → 2 if await a is truthy | → 3 if await a is falsy | !→ raised if exception raised
# 2 await b: live c; kept a, b
#     → 3 if await b is falsy | → returned if await b is truthy | !→ raised if exception raised
# 3 await c: kept a, b, c
#     → returned | !→ raised if exception raised


async def text(name, read):
    return f"{name}: {await read():>{await name.width()}}"
# 0 text(name, read): live name, read
#     → 1 | !→ raised if exception raised
# 1 await read(): live name; kept read; operand {name}
#     → 2 | !→ raised if exception raised
# 2 await name.width(): kept name, read; operand {name}, await read()
#     → returned | !→ raised if exception raised


async def default(read):
    double = lambda value=await read(): value * 2
    return double()
# 0 default(read): live read
#     → 1 | !→ raised if exception raised
# 1 await read(): kept read
#     → returned | !→ raised if exception raised


async def starred(read):
    first, *rest = await read()
    return (*rest, first)
# 0 starred(read): live read
#     → 1 | !→ raised if exception raised
# 1 await read(): kept read
#     → returned | !→ raised if exception raised


async def early(read, limit):
    if limit == 0:
        return None
    data = await read(limit)
    return data
# 0 early(read, limit): live read, limit
#     → 1 if not limit == 0 | → returned if limit == 0 | !→ raised if exception raised
# 1 await read(limit): kept read, limit
#     → returned | !→ raised if exception raised


async def deleted(read):
    data = await read()
    del data
    await read.close()
# 0 deleted(read): live read
#     → 1 | !→ raised if exception raised
# 1 await read(): live read
#     → 2 | !→ raised if exception raised
# 2 await read.close(): kept read
#     → returned | !→ raised if exception raised


async def rebound(read):
    data = await read()
    data = await read(1)
    return data
# 0 rebound(read): live read
#     → 1 | !→ raised if exception raised
# 1 await read(): live read
#     → 2 | !→ raised if exception raised
# 2 await read(1): kept read, data
#     → returned | !→ raised if exception raised
