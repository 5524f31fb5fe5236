"""``try`` and ``with`` that suspend; below each form what its machine has to be (see `test_forms.py`)."""

# mypy: ignore-errors


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
