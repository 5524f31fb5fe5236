"""The functions of functions.rs, said in Python."""

# ruff: noqa: ANN001, ANN201, D103, PLR6104


async def leaf(value): ...


def show(value): ...


async def sequence(a, b):
    x = await leaf(a)
    y = await leaf(b)
    return x + y


async def unused(a, b):
    show(a)
    await leaf(0)
    return b


async def counted(n):
    total = 0
    i = 0
    while i < n:
        value = await leaf(i)
        total = total + value
        i = i + 1
    return total


async def until_zero(start):
    turns = 0
    while await leaf(start) != 0:
        turns = turns + 1
    return turns


async def branch(flag, a, b):
    if flag != 0:
        return await leaf(a) + b
    else:
        c = await leaf(b)
        return await leaf(c) + a


async def early(a, b):
    x = await leaf(a)
    if x < 0:
        return x
    y = await leaf(b)
    return x + y


async def operand(a, b):
    return a + await leaf(b)


async def two_operands(a, b):
    return await leaf(a) + await leaf(b)


async def reassigned(a):
    x = a
    show(x)
    await leaf(0)
    x = 5
    await leaf(x)
    return x


async def nested_loops(n, m):
    sum = 0
    i = 0
    while i < n:
        j = 0
        while j < m:
            sum = sum + await leaf(j)
            j = j + 1
        await leaf(i)
        i = i + 1
    return sum


async def breaks(limit):
    best = 0
    while True:
        value = await leaf(best)
        if value == 0:
            continue
        if value > limit:
            break
        best = value
        await leaf(value)
    return best


async def matched(kind, a, b):
    match kind:
        case 0:
            return await leaf(a)
        case 1:
            return await leaf(a) + b
        case _:
            return b


async def conditional(a, b, c):
    if await leaf(a) > 0 and await leaf(b) > c:
        return c
    else:
        return await leaf(0)


async def inner(a):
    return await leaf(a) + a


async def outer(a, b):
    x = await inner(a)
    return x + await inner(b)


async def either(flag, a):
    if flag != 0:
        x = a + 1
        y = a + 2
        z = a + 3
        await leaf(x)
        return x + y + z
    else:
        w = a + 4
        await leaf(w)
        return w
