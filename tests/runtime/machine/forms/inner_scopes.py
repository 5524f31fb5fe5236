"""What inner scopes take from around them; below each form what its machine has to be (see `test_forms.py`)."""

# mypy: ignore-errors


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
