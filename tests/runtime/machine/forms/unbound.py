"""Names that may not be bound; below each form what its machine has to be (see `test_forms.py`)."""

# mypy: ignore-errors


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
