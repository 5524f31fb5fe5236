"""What leaves a block is what `sys.exception` gives in the block's end, which may suspend."""

from __future__ import annotations

import pytest
from tools.lowering.compared import difference

HEAD = """
import sys

def seen():
    note(sys.exc_info()[1])
"""

ENDS = {
    "an exception": """
async def main():
    try:
        raise Boom(await leaf(1))
    finally:
        seen()
        await leaf(2)
        seen()
""",
    "a return swallows it": """
async def main():
    try:
        raise Boom(await leaf(1))
    finally:
        seen()
        await leaf(2)
        return seen()
""",
    "continue swallows it": """
async def main():
    for n in range(3):
        seen()
        try:
            if n < 2:
                raise Boom(await leaf(1))
        finally:
            seen()
            await leaf(2)
            if n < 2:
                continue
    seen()
    await leaf(3)
""",
    "it is caught": """
async def main():
    try:
        try:
            raise Boom(await leaf(1))
        finally:
            seen()
            await leaf(2)
            seen()
    except Boom:
        seen()
        await leaf(2)
        seen()
    seen()
    await leaf(4)
    seen()
""",
    "an end with handlers in it": """
async def main():
    try:
        raise Boom(await leaf(1))
    finally:
        seen()
        try:
            await leaf(5)
            seen()
            raise Other(1)
        except Other:
            seen()
            await leaf(6)
            seen()
        finally:
            seen()
            await leaf(2)
            seen()
        seen()
""",
    "in a handler": """
async def main():
    try:
        raise Boom(await leaf(1))
    except Boom:
        try:
            seen()
            await leaf(3)
        finally:
            seen()
            await leaf(2)
            seen()
        seen()
""",
    "an end in an end": """
async def main():
    try:
        raise Boom(await leaf(1))
    finally:
        try:
            seen()
        finally:
            seen()
            await leaf(2)
            seen()
        seen()
""",
    "another is raised": """
async def main():
    try:
        raise Boom(await leaf(1))
    finally:
        await leaf(2)
        raise Other(3)
""",
    "another is raised and caught": """
async def main():
    try:
        try:
            raise Boom(await leaf(1))
        finally:
            await leaf(2)
            raise Other(3)
    except Other as error:
        seen()
        note(error)
        await leaf(3)
        seen()
""",
    "async with": """
async def main():
    async with manager(1):
        seen()
        raise Boom(await leaf(1))
""",
    "__aexit__": """
class M:
    async def __aenter__(self):
        seen()
    async def __aexit__(self, *d):
        seen()
        await leaf(9)
        seen()
async def main():
    async with M():
        seen()
        raise Boom(await leaf(1))
""",
    "raised again and caught": """
async def main():
    try:
        try:
            raise Boom(await leaf(1))
        finally:
            await leaf(2)
            try:
                raise
            except Boom:
                seen()
            seen()
    finally:
        seen()
""",
    "an async generator": """
async def numbers():
    try:
        yield 1
        raise Boom(2)
    finally:
        seen()
        await leaf(1)
        seen()
        yield 3
        seen()
async def main():
    try:
        async for n in numbers():
            seen()
            note(n)
    finally:
        await leaf(2)
        seen()
""",
    "many times, without a wait": """
async def nothing():
    pass
async def main():
    for n in range(400):
        try:
            try:
                raise Boom(n)
            finally:
                await nothing()
                note(len(repr(sys.exc_info()[1])) > 3)
        except Boom:
            pass
""",
    "two machines": """
async def inner():
    try:
        await leaf(1)
    finally:
        seen()
async def main():
    try:
        raise Other(await leaf(3))
    finally:
        await inner()
        seen()
""",
}


@pytest.mark.parametrize("main", ENDS.values(), ids=ENDS)
def test_the_end_of_a_block_sees_what_leaves_it(main: str) -> None:
    assert difference(f"{HEAD}{main}") is None


DROPPED = {
    "in an end": ("await inner()", "raise Other(await leaf(1))", "finally"),
    "in a handler": ("await inner()", "raise Other(await leaf(1))", "except Other"),
    "in a body": ("pass", "await inner()", "finally"),
    "by a coroutine that stays one": ("await stays()", "await stays()", "finally"),
    "by one that stays, in a handler": ("await stays()", "await stays()", "except BaseException"),
    "while it waits": ("await leaf(2)", "await stays()", "finally"),
}


@pytest.mark.parametrize("last, first, header", DROPPED.values(), ids=DROPPED)
def test_what_dropping_raises_has_the_context_of_where_it_is_raised(
    last: str, first: str, header: str
) -> None:
    source = f"""
async def inner():
    try:
        await leaf(3)
    finally:
        seen()
        await leaf(4)

async def goes_on():
    try:
        await leaf(5)
    except BaseException:
        seen()
    await leaf(6)

async def main():
    async def stays():
        await goes_on()
    try:
        {first}
    {header}:
        {last}
"""
    assert difference(f"{HEAD}{source}") is None


READ = {
    "a manager": """
        with await leaf(x) as x:
            note(x)
""",
    "a call": """
        note(x, await leaf(y))
        return x
""",
    "a loop": """
        async for y in items(1):
            note(x, y)
        note(y)
""",
    "a handler": """
        try:
            raise Other(x)
        except Other as error:
            note(y, error, await leaf(x))
""",
    "a deletion": """
        del y
        await leaf()
        note(x)
""",
}


@pytest.mark.parametrize("around", ["", "except Boom as error:\n        note(x, error)\n    "])
@pytest.mark.parametrize("end", READ.values(), ids=READ)
def test_what_was_bound_before_the_block_is_there_at_its_end(end: str, around: str) -> None:
    for body in ("raise Boom(x)", "return 1 / 0", "note(x)"):
        source = f"""
async def main():
    x, y = plain(), 1
    try:
        {body}
    {around}finally:{end}
    note(x, y)
"""
        assert difference(source) is None


def test_what_was_bound_at_the_end_of_a_block_is_there_behind_it() -> None:
    source = """
async def main():
    for n in range(2):
        try:
            try:
                raise Boom(n)
            finally:
                if n:
                    await leaf()
                x = plain(n)
                if not n:
                    continue
        except Boom:
            note(x, n)
    return x, n
"""
    assert difference(source) is None
