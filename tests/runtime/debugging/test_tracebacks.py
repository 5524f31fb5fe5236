"""A traceback begins at the user's frame, and shows the runtime only where it failed itself."""

from __future__ import annotations

import re
import subprocess
import sys
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import wakepoint
from wakepoint import (
    pending,
    run,
    select,
    shield,
    sleep,
    spawn,
    timeout,
    try_join,
    yield_now,
)

RUNTIME = str(Path(wakepoint.__file__).parent)

PROGRAM = """\
import asyncio, signal, traceback
from wakepoint import *

async def bad():
    await yield_now()
    raise ValueError("no")

async def refuses():
    await yield_now()
    raise RuntimeError("no")

def blocks():
    raise ValueError("no")

async def main():
    {body}

run(main())
"""


def printed(body: str) -> list[str]:
    """The stderr of a program whose main has that body."""
    code = PROGRAM.format(body=body.replace("\n", "\n    "))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    return done.stderr.splitlines()


def functions(lines: list[str]) -> list[str]:
    """The functions of the frames in a traceback; those of the runtime are called so."""
    frames = [re.search(r'File "(.*?)", line \d+, in (\S+)', line) for line in lines]
    return ["the runtime" if each[1].startswith(RUNTIME) else each[2] for each in frames if each]


@pytest.mark.parametrize("failing", ["bad()", "refuses()"])
@pytest.mark.parametrize(
    "body",
    [
        "await {}",
        "await spawn({})",
        "await try_join({}, sleep(9))",
        "await select(sleep(9), {})",
        "await race(sleep(9), {})",
        "await timeout(9, {})",
        "await shield({})",
        "await timeout(9, try_join(spawn({}), pending()))",
    ],
)
def test_only_the_users_frames_are_between_the_run_and_what_raised(body: str, failing: str) -> None:
    lines = printed(body.format(failing))
    assert functions(lines) == ["<module>", "main", failing[:-2]]
    assert lines[-1] in {"ValueError: no", "RuntimeError: no"}


def test_what_was_raised_on_another_thread() -> None:
    assert functions(printed("await spawn_blocking(blocks)")) == ["<module>", "main", "blocks"]


@pytest.mark.parametrize(
    "body",
    [
        "await join(bad(), bad())",
        "async with TaskGroup() as group:\n    group.spawn(bad())\n    group.spawn(bad())",
        "tasks = JoinSet()\ntasks.spawn(bad())\ntasks.spawn(bad())\nawait tasks.join_all()",
    ],
)
def test_a_group_and_each_in_it(body: str) -> None:
    told = functions(printed(body))
    assert told[:2] == ["<module>", "main"]
    # The group itself was raised in the runtime, which is therefore shown; those in it were not.
    assert set(told[2:]) == {"the runtime", "bad"}
    assert "the runtime" not in told[told.index("bad") :]


def test_a_cause_and_a_context() -> None:
    body = (
        "try:\n    await spawn(bad())\nexcept ValueError as error:\n    raise KeyError from error"
    )
    assert functions(printed(body)) == ["main", "bad", "<module>", "main"]
    assert functions(printed(body.replace(" from error", ""))) == [
        *("main", "bad", "<module>", "main")
    ]


@pytest.mark.parametrize("awaited", ["spawn(bad())", "try_join(bad(), sleep(9))"])
def test_what_the_program_catches_and_prints_itself(awaited: str) -> None:
    body = f"try:\n    await {awaited}\nexcept ValueError:\n    traceback.print_exc()"
    assert functions(printed(body)) == ["main", "bad"]


@pytest.mark.parametrize(
    "body, told",
    [
        ("await pending()", ["<module>"]),
        ("handle = spawn(sleep(9))\nhandle.abort()\nawait handle", ["<module>", "main"]),
        ("signal.raise_signal(signal.SIGINT)", ["<module>", "main"]),
    ],
)
def test_what_tells_of_tasks_shows_nothing_of_the_runtime(body: str, told: list[str]) -> None:
    assert functions(printed(body)) == told


def test_where_something_of_the_runtime_fails_it_is_shown_behind() -> None:
    told = functions(printed("await timeout(0.001, sleep(9))"))
    assert told[:2] == ["<module>", "main"]
    assert set(told[2:]) == {"the runtime"}


def test_a_mistake_of_the_runtime_is_shown_whole() -> None:
    told = functions(
        printed("from wakepoint.reactor import Reactor\nReactor.arm = None\nawait sleep(9)")
    )
    assert told[:2] == ["<module>", "main"]
    assert set(told[2:]) == {"the runtime"}
    told = functions(
        printed("from wakepoint.reactor import Reactor\nReactor.park = None\nawait sleep(9)")
    )
    assert told[0] == "<module>"
    assert set(told[1:]) == {"the runtime"}


async def bad() -> None:
    await yield_now()
    raise ValueError


AROUND: dict[str, Callable[[Coroutine[Any, Any, None]], Awaitable[object]]] = {
    "itself": lambda inner: inner,
    "spawn": spawn,
    "shield": shield,
    "timeout": lambda inner: timeout(9, inner),
    "try_join": lambda inner: try_join(pending(), inner),
    "select": lambda inner: select(sleep(9), inner),
}


@given(st.lists(st.sampled_from(sorted(AROUND))))
def test_however_deep_it_is_each_frame_is_the_users(ways: list[str]) -> None:
    async def level(way: str, inner: Coroutine[Any, Any, None]) -> None:
        await AROUND[way](inner)

    coroutine = bad()
    for way in ways:
        coroutine = level(way, coroutine)
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - it has no words
        run(coroutine, backend="simulated")
    told = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    here = "test_however_deep_it_is_each_frame_is_the_users"
    assert told == [here, *("level" for _ in ways), "bad"]
