"""Coroutines of every form, and below each what its machine has to be.

`test_forms.py` reads the comments: a line for each state and what it keeps, one for where it goes
from there. ``live`` will be read again, ``kept`` will not; ``!→`` is taken because something raised.
Nothing here is run.
"""

# mypy: ignore-errors

# --- await in expressions ---


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


# --- loops ---


async def copy(reader, writer):
    while chunk := await reader.read(100):
        await writer.write(chunk)
    await writer.close()
# 0 copy(reader, writer): live reader, writer
#     → 1 | !→ raised if exception raised
# 1 await reader.read(100): live reader, writer; kept chunk
#     → 2 if await reader.read(100) is truthy | → 3 if await reader.read(100) is falsy | !→ raised if exception raised
# 2 await writer.write(chunk): live reader, writer; kept chunk
#     → 1 | !→ raised if exception raised
# 3 await writer.close(): kept reader, writer, chunk
#     → returned | !→ raised if exception raised


async def forever(queue):
    while True:
        item = await queue.get()
        if item is None:
            break
        await item()
# 0 forever(queue): live queue
#     → 1 | !→ raised if exception raised
# 1 await queue.get(): live queue; kept item
#     → 2 if item is not None | → returned if item is None | !→ raised if exception raised
# 2 await item(): live queue; kept item
#     → 1 | !→ raised if exception raised


async def for_with_else(hosts, connect):
    for host in hosts:
        if not await connect(host):
            continue
        break
    else:
        await connect(None)
# 0 for_with_else(hosts, connect): live hosts, connect
#     → 1 if hosts has another item | → 2 if hosts is exhausted | !→ raised if exception raised
# 1 await connect(host): live connect; kept hosts, host; operand iterator of hosts
#     → 1 if hosts has another item and await connect(host) is falsy | → 2 if hosts is exhausted and await connect(host) is falsy | → returned if await connect(host) is truthy | !→ raised if exception raised
# 2 await connect(None): kept hosts, connect, host
#     → returned | !→ raised if exception raised


async def async_for(lines, seen):
    async for line in lines:
        if line in seen:
            continue
        seen.add(line)
    else:
        await seen.close()
    return seen
# 0 async_for(lines, seen): live lines, seen
#     → 1 | !→ raised if exception raised
# 1 next lines: live seen; kept lines, line; operand async iterator of lines
#     → 1 if lines has another item | → 2 if lines is exhausted | !→ raised if exception raised
# 2 await seen.close(): live seen; kept lines, line
#     → returned | !→ raised if exception raised


async def nested_loops(rows):
    total = 0
    async for row in rows:
        for cell in row:
            total += await cell
    return total
# 0 nested_loops(rows): live rows
#     → 1 | !→ raised if exception raised
# 1 next rows: live total; kept rows, row, cell; operand async iterator of rows
#     → 1 if rows has another item and row is exhausted | → 2 if rows has another item and row has another item | → returned if rows is exhausted | !→ raised if exception raised
# 2 await cell: kept rows, total, row, cell; operand async iterator of rows, iterator of row, total
#     → 1 if row is exhausted | → 2 if row has another item | !→ raised if exception raised


async def while_with_else(ask, limit):
    while limit := await ask(limit):
        if await limit:
            break
    else:
        limit = await ask()
    return limit
# 0 while_with_else(ask, limit): live ask, limit
#     → 1 | !→ raised if exception raised
# 1 await ask(limit): live ask; kept limit
#     → 2 if await ask(limit) is truthy | → 3 if await ask(limit) is falsy | !→ raised if exception raised
# 2 await limit: live ask, limit
#     → 1 if await limit is falsy | → returned if await limit is truthy | !→ raised if exception raised
# 3 await ask(): kept ask, limit
#     → returned | !→ raised if exception raised


async def leaving_a_loop(locks, read):
    for lock in locks:
        try:
            async with lock:
                if await read():
                    break
                continue
        except OSError:
            pass
        finally:
            del lock
# 0 leaving_a_loop(locks, read): live locks, read
#     → 1 if locks has another item | !→ 1 if locks has another item and OSError raised | → returned if locks is exhausted | !→ returned if locks is exhausted and OSError raised | !→ raised if exception raised
# 1 enter lock: live read, lock; kept locks; operand iterator of locks, lock.__aexit__
#     !→ 1 if locks has another item and OSError raised | → 2 | !→ 3 if exception raised | !→ returned if locks is exhausted and OSError raised | !→ raised if exception raised
# 2 await read(): live read, lock; kept locks; operand iterator of locks, lock.__aexit__
#     !→ 1 if locks has another item and OSError raised | → 3 | !→ 3 if exception raised | !→ returned if locks is exhausted and OSError raised | !→ raised if exception raised
# 3 exit lock (also on exception): live read, lock; kept locks; operand iterator of locks, lock.__aexit__, the exception being handled
#     → 1 if locks has another item | !→ 1 if locks has another item and OSError raised | → returned otherwise | !→ returned if locks is exhausted and OSError raised | !→ raised if exception raised


# --- blocks ---


async def swallowed(read):
    with suppressed(OSError):
        return await read()
    await read.again()
# 0 swallowed(read): live read
#     → 1 | !→ 2 if suppressed(OSError) swallows the exception | !→ raised if exception raised
# 1 await read(): live read; operand suppressed(OSError).__exit__
#     !→ 2 if suppressed(OSError) swallows the exception | → returned | !→ raised if exception raised
# 2 await read.again(): kept read
#     → returned | !→ raised if exception raised


async def with_that_swallows(transaction, work):
    async with transaction:
        await work()
    return transaction
# 0 with_that_swallows(transaction, work): live transaction, work
#     → 1 | !→ raised if exception raised
# 1 enter transaction: live transaction, work; operand transaction.__aexit__
#     → 2 | !→ 3 if exception raised | !→ raised if exception raised
# 2 await work(): live transaction; kept work; operand transaction.__aexit__
#     → 3 | !→ 3 if exception raised | !→ raised if exception raised
# 3 exit transaction (also on exception): live transaction; kept work; operand transaction.__aexit__, the exception being handled
#     → returned | !→ raised if exception raised


async def finally_in_finally(a, b, c):
    try:
        await a()
    finally:
        try:
            await b()
        finally:
            await c()
# 0 finally_in_finally(a, b, c): live a, b, c
#     → 1 | !→ 2 if exception raised | !→ 3 if exception raised | !→ raised if exception raised
# 1 await a(): live b, c; kept a
#     → 2 | !→ 2 if exception raised | !→ 3 if exception raised | !→ raised if exception raised
# 2 await b() (also on exception): live c; kept a, b; operand the exception being handled
#     → 3 | !→ 3 if exception raised | !→ raised if exception raised
# 3 await c() (also on exception): kept a, b, c; operand the exception being handled
#     → returned | !→ raised if exception raised


async def several_items(lock, connect):
    async with lock, connect("a") as a, connect("b") as b:
        return await a.send(b)
# 0 several_items(lock, connect): live lock, connect
#     → 1 | !→ raised if exception raised
# 1 enter lock: live connect; kept lock; operand lock.__aexit__
#     → 2 | !→ 7 if exception raised | !→ raised if exception raised
# 2 enter connect("a"): live connect; kept lock; operand lock.__aexit__, connect("a").__aexit__
#     → 3 | !→ 6 if exception raised | !→ 7 if exception raised | !→ raised if exception raised
# 3 enter connect("b"): live a; kept lock, connect; operand lock.__aexit__, connect("a").__aexit__, connect("b").__aexit__
#     → 4 | !→ 5 if exception raised | !→ 6 if exception raised | !→ 7 if exception raised | !→ raised if exception raised
# 4 await a.send(b): kept lock, connect, a, b; operand lock.__aexit__, connect("a").__aexit__, connect("b").__aexit__
#     → 5 | !→ 5 if exception raised | !→ 6 if exception raised | !→ 7 if exception raised | !→ raised if exception raised
# 5 exit connect("b") (also on exception): kept lock, connect, a, b; operand lock.__aexit__, connect("a").__aexit__, await a.send(b), connect("b").__aexit__, the exception being handled
#     → 6 | !→ 6 if exception raised | !→ 7 if exception raised | !→ raised if exception raised
# 6 exit connect("a") (also on exception): kept lock, connect, a, b; operand lock.__aexit__, await a.send(b), connect("a").__aexit__, the exception being handled
#     → 7 | !→ 7 if exception raised | !→ raised if exception raised
# 7 exit lock (also on exception): kept lock, connect, a, b; operand await a.send(b), lock.__aexit__, the exception being handled
#     → returned | !→ raised if exception raised


async def with_in_async_with(lock, file):
    async with lock:
        with file as f:
            await f.write()
# 0 with_in_async_with(lock, file): live lock, file
#     → 1 | !→ raised if exception raised
# 1 enter lock: live file; kept lock; operand lock.__aexit__
#     → 2 | !→ 3 if exception raised | !→ raised if exception raised
# 2 await f.write(): kept lock, file, f; operand lock.__aexit__, file.__exit__
#     → 3 | !→ 3 if exception raised | !→ raised if exception raised
# 3 exit lock (also on exception): kept lock, file, f; operand lock.__aexit__, the exception being handled
#     → returned | !→ raised if exception raised


async def try_all(read, log):
    try:
        data = await read()
    except ValueError as error:
        await log(error)
    except (OSError, KeyError):
        raise
    else:
        await log(data)
    finally:
        await log.close()
# 0 try_all(read, log): live read, log
#     → 1 | !→ 2 if ValueError raised | !→ 4 if exception raised | !→ raised if exception raised
# 1 await read(): live log; kept read
#     !→ 2 if ValueError raised | → 3 | !→ 4 if exception raised | !→ raised if exception raised
# 2 await log(error) (also on exception): live log; kept read, error
#     → 4 | !→ 4 if exception raised | !→ raised if exception raised
# 3 await log(data): live log; kept read, data
#     → 4 | !→ 4 if exception raised | !→ raised if exception raised
# 4 await log.close() (also on exception): kept read, log, data; operand the exception being handled
#     → returned | !→ raised if exception raised


async def return_through_finally(read, close):
    try:
        return await read()
    finally:
        await close()
# 0 return_through_finally(read, close): live read, close
#     → 1 | !→ 2 if exception raised | !→ raised if exception raised
# 1 await read(): live close; kept read
#     → 2 | !→ 2 if exception raised | !→ raised if exception raised
# 2 await close() (also on exception): kept read, close; operand await read(), the exception being handled
#     → returned | !→ raised if exception raised


async def group(run, log):
    try:
        await run()
    except* OSError as errors:
        await log(errors)
    except* ValueError:
        pass
# 0 group(run, log): live run, log
#     → 1 | !→ 2 if OSError in the group raised | !→ returned if exception raised | !→ raised if exception raised
# 1 await run(): live log; kept run
#     !→ 2 if OSError in the group raised | → returned | !→ returned if exception raised | !→ raised if exception raised
# 2 await log(errors) (also on exception): kept run, log, errors; operand the exception being handled, list so far
#     → returned | !→ returned if exception raised | !→ raised if exception raised


async def matched(read):
    match await read():
        case {"kind": "data", "size": size} if size > 0:
            return await read(size)
        case [first, *_] | (first, _):
            return await first
        case None:
            pass
# 0 matched(read): live read
#     → 1 | !→ raised if exception raised
# 1 await read(): live read
#     → 2 if case {"kind": "data", "size": size} and size > 0 | → 3 if case [first, *_] | (first, _) | → returned if not size > 0 and not case [first, *_] | (first, _) or not case {"kind": "data", "size": size} and not case [first, *_] | (first, _) | !→ raised if exception raised
# 2 await read(size): kept read, size
#     → returned | !→ raised if exception raised
# 3 await first: kept read, size, first
#     → returned | !→ raised if exception raised


# --- comprehensions ---


async def awaited_elements(ask, names):
    return [await ask(name) for name in names]
# 0 awaited_elements(ask, names): live ask, names
#     → 1 if names has another item | → returned if names is exhausted | !→ raised if exception raised
# 1 await ask(name): live ask; kept names, name; operand list so far, iterator of names
#     → 1 if names has another item | → returned if names is exhausted | !→ raised if exception raised


async def async_elements(lines, seen):
    return {line: seen for line in lines if line async for part in line if await part}
# 0 async_elements(lines, seen): live lines, seen
#     → 1 if lines has another item and line is truthy | → returned if lines is exhausted | !→ raised if exception raised
# 1 next line: live seen, line; kept lines, part; operand dict so far, iterator of lines, async iterator of line
#     → 1 if line is exhausted and lines has another item and line is truthy | → 2 if line has another item | → returned if line is exhausted and lines is exhausted | !→ raised if exception raised
# 2 await part: live seen, line; kept lines, part; operand dict so far, iterator of lines, async iterator of line
#     → 1 | !→ raised if exception raised


async def nested_comprehension(rows):
    return [[await cell async for cell in row] async for row in rows]
# 0 nested_comprehension(rows): live rows
#     → 3 | !→ raised if exception raised
# 1 await cell: kept rows, cell, row; operand list so far, async iterator of rows, async iterator of row
#     → 2 | !→ raised if exception raised
# 2 next row: kept rows, cell, row; operand list so far, async iterator of rows, async iterator of row
#     → 1 if row has another item | → 3 if row is exhausted | !→ raised if exception raised
# 3 next rows: kept rows, row; operand list so far, async iterator of rows
#     → 2 if rows has another item | → returned if rows is exhausted | !→ raised if exception raised


async def two_async_loops(rows, seen):
    return {cell async for row in rows async for cell in row if cell not in seen}
# 0 two_async_loops(rows, seen): live rows, seen
#     → 1 | !→ raised if exception raised
# 1 next rows: live seen; kept rows, cell, row; operand set so far, async iterator of rows
#     → 2 if rows has another item | → returned if rows is exhausted | !→ raised if exception raised
# 2 next row: live seen; kept rows, cell, row; operand set so far, async iterator of rows, async iterator of row
#     → 1 if row is exhausted | → 2 if row has another item | !→ raised if exception raised


async def same_name(x):
    found = [x async for x in x.items() if await x]
    return x, found
# 0 same_name(x): live x
#     → 1 | !→ raised if exception raised
# 1 next x.items(): live x; operand list so far, async iterator of x.items()
#     → 2 if x.items() has another item | → returned if x.items() is exhausted | !→ raised if exception raised
# 2 await x: live x; operand list so far, async iterator of x.items()
#     → 1 | !→ raised if exception raised


async def bound_in_comprehension(ask, names):
    if any([(last := name) for name in names if await ask(name)]):
        return last
# 0 bound_in_comprehension(ask, names): live ask, names
#     → 1 if names has another item | → returned if names is exhausted | !→ raised if exception raised
# 1 await ask(name): live ask, last, name; kept names; operand any, list so far, iterator of names
#     → 1 if names has another item | → returned if names is exhausted | !→ raised if exception raised


async def any_of(ask, names):
    return any(ask(name) for name in names) and await ask(None)
# 0 any_of(ask, names): live names; cell ask
#     → 1 if any(ask(name) for name in names) is truthy | → returned if any(ask(name) for name in names) is falsy | !→ raised if exception raised
# 1 await ask(None): kept names; cell ask
#     → returned | !→ raised if exception raised


async def lazily(ask, names):
    return (await ask(name) for name in names)
# lazily:
# 0 lazily(ask, names): live names; cell ask
#     → returned | !→ raised if exception raised
# lazily.<locals>.<genexpr>:
# 0 <genexpr>(.0): free ask
#     → 1 if names has another item | → returned if names is exhausted | !→ raised if exception raised
# 1 await ask(name): kept name; free ask; operand iterator of names
#     → 2 | !→ raised if exception raised
# 2 yield await ask(name): kept name; free ask; operand iterator of names
#     → 1 if names has another item | → returned if names is exhausted | !→ raised if exception raised


# --- functions in functions ---


async def closure(read):
    count = 0

    def bump():
        nonlocal count
        count += 1

    await read(bump)
    return count
# 0 closure(read): live read
#     → 1 | !→ raised if exception raised
# 1 await read(bump): kept read, bump; cell count
#     → returned | !→ raised if exception raised


def outer(host):
    async def inner(port):
        await host.connect(port)
        return host

    return inner
# 0 inner(port): live port; free host
#     → 1 | !→ raised if exception raised
# 1 await host.connect(port): kept port; free host
#     → returned | !→ raised if exception raised


async def two_levels(read):
    async def inner(other):
        await other(read)

    await inner(read)
# two_levels:
# 0 two_levels(read): cell read
#     → 1 | !→ raised if exception raised
# 1 await inner(read): kept inner; cell read
#     → returned | !→ raised if exception raised
# two_levels.<locals>.inner:
# 0 inner(other): live other; free read
#     → 1 | !→ raised if exception raised
# 1 await other(read): kept other; free read
#     → returned | !→ raised if exception raised


class Client(Base):
    @retry(3)
    async def send(self, data):
        await super().send(data)
        return self

    @classmethod
    async def make(cls, *args, **options):
        self = cls(*args)
        async with self:
            return await self.send(options)
# Client.send:
# 0 send(self, data): live self, data; free __class__
#     → 1 | !→ raised if exception raised
# 1 await super().send(data): live self; kept data; free __class__
#     → returned | !→ raised if exception raised
# Client.make:
# 0 make(cls, *args, **options): live cls, args, options
#     → 1 | !→ raised if exception raised
# 1 enter self: live options, self; kept cls, args; operand self.__aexit__
#     → 2 | !→ 3 if exception raised | !→ raised if exception raised
# 2 await self.send(options): kept cls, args, options, self; operand self.__aexit__
#     → 3 | !→ 3 if exception raised | !→ raised if exception raised
# 3 exit self (also on exception): kept cls, args, options, self; operand await self.send(options), self.__aexit__, the exception being handled
#     → returned | !→ raised if exception raised


# --- what inner scopes take from around them ---


async def over_awaited(read, by):
    return [each + by for each in await read()]
# 0 over_awaited(read, by): live read, by
#     → 1 | !→ raised if exception raised
# 1 await read(): live by; kept read
#     → returned | !→ raised if exception raised


async def over_awaited_twice(read, by):
    return [[each * by for each in more] for more in await read()], {by for _ in await read()}
# 0 over_awaited_twice(read, by): live read, by
#     → 1 | !→ raised if exception raised
# 1 await read(): live read, by
#     → 2 | !→ raised if exception raised
# 2 await read(): live by; kept read; operand [[each * by for each in more] for more in await read()]
#     → returned | !→ raised if exception raised


async def over_awaited_with_test(read, by):
    if found := [each for each in (await read() if by else ()) if each > by]:
        await found
# 0 over_awaited_with_test(read, by): live read, by
#     → 1 if by is truthy | → 2 if [each for each in (await read() if by else ()) if each > by] is truthy and by is falsy | → returned if [each for each in (await read() if by else ()) if each > by] is falsy and by is falsy | !→ raised if exception raised
# 1 await read(): live by; kept read
#     → 2 if [each for each in (await read() if by else ()) if each > by] is truthy | → returned if [each for each in (await read() if by else ()) if each > by] is falsy | !→ raised if exception raised
# 2 await found: kept read, by, found
#     → returned | !→ raised if exception raised


async def over_awaited_binding(read):
    found = [(last := each) for each in await read()]
    return await read(found), last
# 0 over_awaited_binding(read): live read
#     → 1 | !→ raised if exception raised
# 1 await read(): live read
#     → 2 | !→ raised if exception raised
# 2 await read(found): live last; kept read, found
#     → returned | !→ raised if exception raised


async def over_awaited_asynchronously(read, by):
    return {each: await by for each in await read() if by}
# 0 over_awaited_asynchronously(read, by): live read, by
#     → 2 | !→ raised if exception raised
# 1 await by: live by; kept read, each; operand dict so far, iterator of await read(), each
#     → 1 if await read() has another item and by is truthy | → returned if await read() is exhausted | !→ raised if exception raised
# 2 await read(): live by; kept read
#     → 1 if await read() has another item and by is truthy | → returned if await read() is exhausted | !→ raised if exception raised


async def over_awaited_later(read, by):
    return sum(each + by for each in await read())
# 0 over_awaited_later(read, by): live read; cell by
#     → 1 | !→ raised if exception raised
# 1 await read(): kept read; cell by; operand sum
#     → returned | !→ raised if exception raised


async def over_awaited_beside(read, by):
    return read(by, [each + by for each in await read()], by)
# 0 over_awaited_beside(read, by): live read, by
#     → 1 | !→ raised if exception raised
# 1 await read(): live by; kept read; operand read, by
#     → returned | !→ raised if exception raised


async def classes(read, by):
    class Made(await read(), key=await read(by)):
        kept = by
    return Made
# 0 classes(read, by): live read; cell by
#     → 1 | !→ raised if exception raised
# 1 await read(): live read; cell by
#     → 2 | !→ raised if exception raised
# 2 await read(by): kept read; cell by; operand await read()
#     → returned | !→ raised if exception raised


async def defaults(read, by):
    return lambda first=await read(), *, second=await by: first + second
# 0 defaults(read, by): live read, by
#     → 1 | !→ raised if exception raised
# 1 await read(): live by; kept read
#     → 2 | !→ raised if exception raised
# 2 await by: kept read, by; operand defaults so far
#     → returned | !→ raised if exception raised


async def decorated(read, by):
    @by
    @await read()
    def inner(first=await by()): ...
    return inner
# 0 decorated(read, by): live read, by
#     → 1 | !→ raised if exception raised
# 1 await read(): live by; kept read; operand by
#     → 2 | !→ raised if exception raised
# 2 await by(): kept read, by; operand by, await read()
#     → returned | !→ raised if exception raised


# --- names that may not be bound ---


async def deleted_and_caught(read, log):
    kept = 1
    await read()
    del kept
    try:
        kept
    except UnboundLocalError:
        log.append("unbound")
# 0 deleted_and_caught(read, log): live read, log
#     → 1 | !→ raised if exception raised
# 1 await read(): live log, kept; kept read
#     → returned | !→ returned if UnboundLocalError raised | !→ raised if exception raised


async def bound_or_caught(read, log):
    if await read():
        found = 1
    try:
        return found
    except NameError:
        return log
# 0 bound_or_caught(read, log): live read, log
#     → 1 | !→ raised if exception raised
# 1 await read(): live log; kept read
#     → returned | !→ returned if NameError raised | !→ raised if exception raised


async def bound_and_not_caught(read, log):
    found = await read()
    await read()
    try:
        return found
    except NameError:
        return log
# 0 bound_and_not_caught(read, log): live read; kept log
#     → 1 | !→ raised if exception raised
# 1 await read(): live read; kept log
#     → 2 | !→ raised if exception raised
# 2 await read(): live found; kept read, log
#     → returned | !→ raised if exception raised


async def bound_by_no_loop(read, log):
    async for each in read:
        pass
    try:
        each
    except NameError:
        await log
# 0 bound_by_no_loop(read, log): live read, log
#     → 1 | !→ raised if exception raised
# 1 next read: live log, each; kept read; operand async iterator of read
#     → 1 if read has another item | !→ 2 if NameError raised | → returned if read is exhausted | !→ raised if exception raised
# 2 await log (also on exception): kept read, log, each
#     → returned | !→ raised if exception raised


async def hidden_by_a_comprehension(read, log):
    found = [each for each in await read()]
    try:
        each
        each = found
    except NameError:
        await log
# 0 hidden_by_a_comprehension(read, log): live read, log
#     → 1 | !→ raised if exception raised
# 1 await read(): live log; kept read
#     !→ 2 if NameError raised | → returned | !→ raised if exception raised
# 2 await log (also on exception): kept read, log, found
#     → returned | !→ raised if exception raised


def captured(read):
    async def inner(log):
        await log
        try:
            return later
        except NameError:
            return log
    later = 1
    return inner
# 0 inner(log): live log; free later
#     → 1 | !→ raised if exception raised
# 1 await log: live log; free later
#     → returned | !→ returned if NameError raised | !→ raised if exception raised


async def deleted_inside(read, log):
    kept = 1
    def forget():
        nonlocal kept
        del kept
    await read(forget)
    try:
        return kept
    except NameError:
        return log
# 0 deleted_inside(read, log): live read, log
#     → 1 | !→ raised if exception raised
# 1 await read(forget): live log; kept read, forget; cell kept
#     → returned | !→ returned if NameError raised | !→ raised if exception raised


# --- generators ---


async def numbers(read, limit):
    while (number := await read()) < limit:
        yield number
# 0 numbers(read, limit): live read, limit
#     → 1 | !→ raised if exception raised
# 1 await read(): live read, limit; kept number
#     → 2 if (number := await read()) < limit | → returned if not (number := await read()) < limit | !→ raised if exception raised
# 2 yield number: live read, limit; kept number
#     → 1 | !→ raised if exception raised


async def answered(read):
    answer = yield
    while answer:
        answer = yield await read(answer)
# 0 answered(read): live read
#     → 1 | !→ raised if exception raised
# 1 yield: live read
#     → 2 if answer is truthy | → returned if answer is falsy | !→ raised if exception raised
# 2 await read(answer): live read; kept answer
#     → 3 | !→ raised if exception raised
# 3 yield await read(answer): live read; kept answer
#     → 2 if answer is truthy | → returned if answer is falsy | !→ raised if exception raised
