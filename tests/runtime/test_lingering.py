"""Who goes on after its cancellation is named, with the line that catches it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import suppress

import pytest

from wakepoint import Cancelled, executor, join, run, select, sleep, spawn, timeout
from wakepoint.recording import record, record_lowered


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(executor.Executor, "patience", 0.0)
    yield
    gc.collect()  # what did not end is told now, and not in the middle of another test


HANDLERS = {
    "except BaseException:\n            pass": 2,
    "except:\n            pass": 2,
    "except (ValueError, wakepoint.Cancelled):\n            pass": 2,
    "except ValueError:\n            pass\n        except Cancelled:\n            pass": 4,
    "except OSError as e:\n            pass\n        except Cancelled as e:\n            {}": 4,
}


@pytest.mark.parametrize("handler", HANDLERS)
@pytest.mark.parametrize("inner", [False, True])
def test_the_except_that_catches_is_named(handler: str, inner: bool) -> None:
    source = f"""\
import wakepoint
from wakepoint import Cancelled, sleep, spawn
async def wait():
    await sleep(10)
async def stubborn():
    for _ in range(2):  # so that it can be dropped
        try:
            await {"wait()" if inner else "sleep(10)"}
        {handler}
async def main():
    spawn(stubborn())
    await sleep(0.001)
wakepoint.run(main())
"""
    outcome = record(source, timeout=1.5).outcome
    assert outcome.kind == "timeout"
    (held_up,) = outcome.goes_on
    assert held_up.what == "task 2 (stubborn) was aborted when main ended"
    assert (held_up.line, held_up.how) == (7 + HANDLERS[handler], "catches Cancelled")


@pytest.mark.parametrize(
    ("lose", "what"),
    [
        ("timeout(0.001, stubborn())", "stubborn() was cancelled (not done after 0.001 s)"),
        (
            "select(stubborn(), sleep(0.001))",
            "stubborn() was cancelled (select was done",
        ),
        ("timeout(0.001, join(stubborn(), sleep(9)))", "join(stubborn(), sleep(9)) was cancelled"),
    ],
)
def test_a_loser_is_named_too(lose: str, what: str) -> None:
    source = f"""\
import wakepoint
from wakepoint import *
async def stubborn():
    for _ in range(2):  # so that it can be dropped
        try:
            await sleep(10)
        except BaseException:
            pass
async def main():
    await {lose}
wakepoint.run(main())
"""
    outcome = record(source, timeout=1.5).outcome
    assert outcome.kind == "timeout"
    assert outcome.goes_on[0].what.startswith(what)
    assert (outcome.goes_on[0].line, outcome.goes_on[0].how) == (7, "catches Cancelled")


def test_a_cleanup_that_takes_long_is_named_by_what_it_waits_for() -> None:
    source = """\
from wakepoint import *
async def slow():
    try:
        await sleep(10)
    finally:
        await sleep(60)
async def main():
    spawn(slow())
    await sleep(0.001)
run(main())
"""
    (held_up,) = record(source, timeout=1.5).outcome.goes_on
    assert (held_up.line, held_up.how) == (6, "still waits for sleep(60)")


def test_a_run_that_ends_in_time_names_nobody(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor.Executor, "patience", 60.0)

    async def cleans_up() -> None:
        try:
            await sleep(60)
        finally:
            await join(sleep(0), sleep(0))

    async def main() -> None:
        spawn(cleans_up())
        await select(cleans_up(), sleep(0))

    run(main())
    assert capsys.readouterr().err == ""


def test_it_is_named_once_in_a_plain_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor.Executor, "patience", 0.01)

    async def stubborn() -> str:
        for _ in range(5):
            with suppress(Cancelled):
                await sleep(0.02)
        return "at last"

    async def main() -> str:
        handle = spawn(stubborn())
        await sleep(0)
        handle.abort()
        with pytest.raises(TimeoutError):
            await timeout(0, stubborn())
        return await handle

    assert run(main()) == "at last"
    lines = capsys.readouterr().err.splitlines()
    name = f"{stubborn.__qualname__}()"
    line = stubborn.__code__.co_firstlineno + 2
    assert lines == [
        f"task 2 (stubborn) was aborted, and goes on: line {line} catches Cancelled",
        f"{name} was cancelled (not done after 0 s), and goes on: line {line} catches Cancelled",
    ]


LOWERED = {
    "except BaseException:\n            pass": "except BaseException:  # line 9",
    "except ValueError:\n            pass\n        except Cancelled:\n            pass": (
        "except Cancelled:  # line 11"
    ),
    "except Cancelled:\n            await sleep(8)": "except Cancelled:  # line 9",
    "finally:\n            await sleep(0)\n            continue": (
        "into_future(sleep(0))  # line 10"
    ),
    "finally:\n            await sleep(8)": "self.poll_awaiting(cx)  # line 10",
}


@pytest.mark.parametrize("handler", LOWERED)
@pytest.mark.parametrize("inner", [False, True])
def test_a_lowered_machine_is_named_at_the_line_of_its_text(handler: str, inner: bool) -> None:
    source = f"""\
import wakepoint
from wakepoint import Cancelled, sleep, spawn
async def wait():
    await sleep(10)
async def stubborn():
    for _ in range(2):  # so that it can be dropped
        try:
            await {"wait()" if inner else "sleep(10)"}
        {handler}
async def main():
    spawn(stubborn())
    await sleep(0.001)
wakepoint.run(main())
"""
    original = record(source, timeout=0.5)
    lowered = record_lowered(source, timeout=0.5)
    (of_original,), (of_lowered,) = original.outcome.goes_on, lowered.outcome.goes_on
    assert (of_lowered.what, of_lowered.how) == (of_original.what, of_original.how)
    assert of_lowered.line is not None
    assert lowered.source.split("\n")[of_lowered.line - 1].endswith(LOWERED[handler])


def test_a_lowered_generator_is_named_too() -> None:
    source = """\
import wakepoint
from wakepoint import Cancelled, sleep, timeout
async def items():
    for _ in range(2):  # so that it can be dropped
        try:
            await sleep(10)
        except Cancelled:
            pass
        if False:
            yield
async def main():
    await timeout(0.001, anext(items()))
wakepoint.run(main())
"""
    lowered = record_lowered(source, timeout=0.5)
    (goes_on,) = lowered.outcome.goes_on
    assert goes_on.line is not None
    assert lowered.source.split("\n")[goes_on.line - 1].endswith("except Cancelled:  # line 7")


def test_a_deadlock_of_lowered_machines_names_the_innermost_await() -> None:
    source = """\
import wakepoint
class Never(wakepoint.Future):
    def __repr__(self):
        return "never"
    def poll(self, cx):
        return wakepoint.PENDING
async def inner():
    await Never()
async def main():
    await inner()
wakepoint.run(main())
"""
    lowered = record_lowered(source)
    (waiting,) = lowered.outcome.waiting
    assert waiting.waits_for == "never"
    assert waiting.line is not None
    assert lowered.source.split("\n")[waiting.line - 1].endswith("# line 8")
