"""Comprehensions that suspend; below each form what its machine has to be (see `test_forms.py`)."""

# mypy: ignore-errors


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


async def chained_tests(rows, low):
    return [cell async for row in rows if low < row < 9 async for cell in row]
# 0 chained_tests(rows, low): live rows, low
#     → 1 | !→ raised if exception raised
# 1 next rows: live low; kept rows, cell, row; operand list so far, async iterator of rows
#     → 1 if rows has another item and not low < row < 9 | → 2 if rows has another item and low < row < 9 | → returned if rows is exhausted | !→ raised if exception raised
# 2 next row: live low; kept rows, cell, row; operand list so far, async iterator of rows, async iterator of row
#     → 1 if row is exhausted | → 2 if row has another item | !→ raised if exception raised
