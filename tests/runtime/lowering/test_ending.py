"""A lowered coroutine that loses or is left ends as the original does, awaiting in its cleanup."""

from __future__ import annotations

import pytest
from tools.same_recording import both

HEAD = """
import wakepoint
from wakepoint import Cancelled, join, select, sleep, spawn, timeout, yield_now

class Guest:
    def __init__(self, name, error=None):
        self.name, self.error = name, error

    async def __aenter__(self):
        return self

    async def __aexit__(self, *details):
        await sleep(0.001)
        print(self.name, "goes")
        if self.error:
            raise self.error

async def stay(guest):
    async with guest:
        await sleep(60)

async def outcome(future):
    try:
        print(await future)
    except Exception as error:
        print(type(error).__name__, getattr(error, "__notes__", []))
"""

MAINS = {
    "timeout": 'await outcome(timeout(0.01, stay(Guest("a"))))',
    "select": 'await outcome(select(stay(Guest("a")), sleep(0.01), stay(Guest("b"))))',
    "join": 'await outcome(timeout(0.01, join(stay(Guest("a")), stay(Guest("b", OSError("b"))))))',
    "nested": 'await outcome(timeout(0.02, select(timeout(0.01, stay(Guest("a"))))))',
    "fails": 'await outcome(timeout(0.01, stay(Guest("a", ValueError("no goodbye")))))',
    "abort": """handle = spawn(timeout(60, stay(Guest("a"))))
    await yield_now()
    handle.abort()
    await outcome(handle)""",
    "main ends": """spawn(select(stay(Guest("a")), sleep(60)))
    await yield_now()""",
}


@pytest.mark.parametrize("main", MAINS.values(), ids=MAINS)
def test_it_ends_as_the_original_does(main: str) -> None:
    original, lowered = both(f"{HEAD}\nasync def main():\n    {main}\n\nwakepoint.run(main())\n")
    assert lowered == original
    assert "goes" in original[0]
    assert original[1][0] == "finished"


LEFT = {
    "a cleanup that is ready": ("await done()", "break"),
    "a cleanup that waits": ("await sleep(0.001)", "break"),
    "a cleanup that awaits nothing": ("pass", "break"),
    "by return": ("await sleep(0)", "return print('returns')"),
    "by an exception": ("await done()", "raise ValueError('out')"),
}


@pytest.mark.parametrize("cleanup, how", LEFT.values(), ids=LEFT)
def test_a_generator_that_is_left_is_closed_as_the_original_is(cleanup: str, how: str) -> None:
    original, lowered = both(f"""{HEAD}
async def done():
    return 1

async def numbers(name):
    try:
        yield 1
        yield 2
    finally:
        {cleanup}
        print(name, "closed")

async def use(name):
    async for number in numbers(name):
        print(name, number)
        {how}

async def main():
    await outcome(use("first"))
    print("behind the loop")
    await sleep(0.01)
    kept = numbers("kept")
    await anext(kept)
    print("end")

wakepoint.run(main())
""")
    assert lowered == original
    assert "first closed" in original[0]
    assert "kept closed" in original[0]
