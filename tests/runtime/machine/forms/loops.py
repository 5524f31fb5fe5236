"""Loops that suspend; below each form what its machine has to be (see `test_forms.py`)."""

# mypy: ignore-errors


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
