"""Recordings with damage in one place or several, as plain data."""

from __future__ import annotations

import random
from copy import copy
from typing import Any

SOURCE = """\
import wakepoint

async def numbers(count):
    for number in range(count):
        await wakepoint.sleep(0.001)
        yield number

async def child(limit):
    try:
        if limit > 1:
            await wakepoint.sleep(limit)
        raise ValueError("no")
    finally:
        await wakepoint.yield_now()

class Never(wakepoint.Future):
    def poll(self, cx):
        return wakepoint.PENDING

async def main():
    async for number in numbers(2):
        print(number)
    task = wakepoint.spawn(child(2), name="kid")
    await wakepoint.yield_now()
    task.abort()
    reader, writer = wakepoint.pipe()
    await wakepoint.join(reader.read(9), writer.write_all(b"12345"))
    reader.close()
    writer.close()
    try:
        await child(0)
    except ValueError as error:
        print(error)
    await Never()

wakepoint.run(main())
"""
"""A snippet whose recording has something of nearly everything to be damaged."""

# fmt: off
TEXTS = (
    "", "x" * 30_000, "<script>alert(1)</script>", '" onload="x', "</svg><b>", "&lt;", "-->", "]]>",
    "\x1b[31m", "\0", "\n" * 50, "\u202eevil", "\u2067", "\ud800", "task 1", "task 99", "executor",
    "../../etc", "await", "returned", "epoll", "iocp", "1970-01-01", "state.entered", "ünï", "²",
    "async generator main", "kernel.called", "'" * 900, "a.b" * 600,
)
NUMBERS = (-1, 0, 1, 2, 3, 5, 17, 49_999, 10**9, 10**15, 10**16, 10**300)
OTHERS: tuple[Any, ...] = (
    None, True, False, 1.5, [], {}, [[]], [None],
    {"name": "x", "value": "y"}, ["x", 3],
)
# fmt: on

Path = tuple[Any, ...]


def damaged(data: Any, chance: random.Random, times: int) -> Any:
    """A copy in which so many things were deleted, doubled, swapped or replaced."""
    for _ in range(times):
        data = _with(data, chance)
    return data


def _with(data: Any, chance: random.Random) -> Any:
    """A copy with one thing changed; what leads there is copied, the rest is shared."""
    if not isinstance(data, list | dict) or not data:
        return _another(data, chance)
    whole = copy(data)
    if chance.random() < 0.12:
        return _rearranged(whole, chance)
    keys = list(whole) if isinstance(whole, dict) else range(len(whole))
    key = chance.choice(keys)
    whole[key] = _with(whole[key], chance)
    return whole


def _rearranged(whole: Any, chance: random.Random) -> Any:
    keys = list(whole) if isinstance(whole, dict) else list(range(len(whole)))
    one, other = chance.choice(keys), chance.choice(keys)
    match chance.randrange(4):
        case 0:
            del whole[one]
        case 1 if isinstance(whole, list):
            whole.insert(other, whole[one])
        case 2:
            whole[one], whole[other] = whole[other], whole[one]
        case _:
            whole[one] = whole[other]
    return _numbered(whole)


def _numbered(whole: Any) -> Any:
    """Events are numbered anew, or none of this would get past the first check."""
    if isinstance(whole, list) and any(isinstance(e, dict) and "n" in e for e in whole):
        return [{**e, "n": n} if isinstance(e, dict) else e for n, e in enumerate(whole, 1)]
    return whole


def _another(value: Any, chance: random.Random) -> Any:
    """Another value, mostly of the same type."""
    kind = type(value)
    if chance.random() < 0.1:
        kind = chance.choice((str, int, list))
    if kind is str:
        return chance.choice(TEXTS)
    if kind is int:
        return chance.choice(NUMBERS)
    if kind is bool:
        return not value
    return chance.choice((*OTHERS, *NUMBERS[:6], *TEXTS[:4]))
