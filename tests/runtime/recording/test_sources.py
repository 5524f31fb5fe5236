"""`sys.monitoring` and `sys.settrace` give the same recordings."""

from __future__ import annotations

import sys

import pytest
from tools.programs import ECHO

from wakepoint.recording import dumps, record, record_lowered, sources

if sys.version_info < (3, 12):
    pytest.skip("Python 3.11 has no sys.monitoring", allow_module_level=True)

RAISES = """
import wakepoint

async def fails(n):
    try:
        await wakepoint.yield_now()
        raise ValueError(n)
    finally:
        await wakepoint.yield_now()

async def main():
    for n in range(3):
        try:
            await fails(n)
        except ValueError as error:
            caught = str(error)
    await wakepoint.select(wakepoint.sleep(60), fails("late"), wakepoint.yield_now())

wakepoint.run(main())
"""

STREAMS = """
import wakepoint

async def numbers(n):
    for each in range(n):
        await wakepoint.yield_now()
        yield each

async def doubled(items):
    async for each in items:
        yield 2 * each

async def main():
    found = [each async for each in doubled(numbers(3)) if each]
    async for each in numbers(10):
        if each:
            break
    return found, await anext(numbers(1)), await anext(numbers(0), "none")

wakepoint.run(main())
"""

AWAITABLES = """
import contextlib, wakepoint

class Method:
    def __init__(self, times):
        self.left = times
    def __await__(self):
        return self
    def __iter__(self):
        return self
    def __next__(self):
        if not self.left:
            raise StopIteration("value")
        self.left -= 1
        return next(wakepoint.yield_now().__await__())

class Written(wakepoint.Future):
    def poll(self, cx):
        cx.waker.wake()
        polled, self.poll = wakepoint.PENDING, lambda cx: wakepoint.Ready("done")
        return polled

class InC:
    def __await__(self):
        return iter([])

class Iterator:
    def __await__(self):
        return iter([wakepoint.yield_now()])

@contextlib.asynccontextmanager
async def opened():
    await wakepoint.yield_now()
    yield "open"
    await wakepoint.yield_now()

async def main():
    for n in range(2):
        await Method(n)
        await InC()
        await Written()
        async with opened() as door:
            await wakepoint.join(wakepoint.yield_now(), wakepoint.timeout(1, opened().__aenter__()))

wakepoint.run(main())
"""

THROWN = """
import wakepoint

async def inner():
    try:
        await wakepoint.sleep(60)
    except KeyError:
        await wakepoint.yield_now()
        return 1
    finally:
        x = 2

async def outer():
    return await inner()

class Throws(wakepoint.Future):
    def poll(self, cx):
        coroutine = outer()
        future = wakepoint.into_future(coroutine)
        future.poll(cx)
        coroutine.throw(KeyError("k"))
        coroutine.close()
        outer().close()
        return wakepoint.Ready(None)

async def main():
    await Throws()
    task = wakepoint.spawn(outer())
    await wakepoint.yield_now()
    task.abort()
    try:
        await task
    except wakepoint.JoinError as error:
        return str(error)

wakepoint.run(main())
"""

PROGRAMS = {
    "echo": ECHO,
    "raises": RAISES,
    "streams": STREAMS,
    "awaitables": AWAITABLES,
    "thrown": THROWN,
}


@pytest.mark.parametrize("source", PROGRAMS.values(), ids=PROGRAMS)
def test_both_means_tell_the_same(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monitored = record(source)
    monkeypatch.setattr(sources, "free_tool", lambda: None)
    assert sys.gettrace() is None
    traced = record(source)
    assert monitored.outcome.kind == "finished", monitored.outcome
    assert dumps(monitored) == dumps(traced)


def test_both_means_tell_the_same_of_a_lowered_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monitored = record_lowered(RAISES)
    monkeypatch.setattr(sources, "free_tool", lambda: None)
    assert dumps(monitored) == dumps(record_lowered(RAISES))


def test_nothing_is_watched_behind_a_recording() -> None:
    before = [sys.monitoring.get_tool(each) for each in range(6)]
    record(RAISES)
    assert [sys.monitoring.get_tool(each) for each in range(6)] == before


def test_a_recording_in_a_recording_has_a_tool_of_its_own() -> None:
    source = f"""
import wakepoint
from wakepoint.recording import record

async def main():
    await wakepoint.yield_now()
    await wakepoint.yield_now()

wakepoint.run(main())
inner = record({RAISES!r})
assert inner.outcome.kind == "finished"
assert [e.kind for e in inner.events].count("machine.raised") == 4
wakepoint.run(main())
"""
    recording = record(source)
    assert recording.outcome.kind == "finished", recording.outcome
    kinds = [event.kind for event in recording.events]
    assert kinds.count("state.suspended") == 4
    assert kinds.count("future.polled") == 8
