"""Long and deep source: a machine or an error that names the line, and no time that explodes."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from wakepoint.machine import MachineError, analyze_source


def _in_function(body: str) -> str:
    return f"x = 1\n\nasync def f(a, r):\n    {body}\n"


def _elifs(count: int) -> str:
    rest = "".join(f"\n    elif await r == {n}:\n        await r" for n in range(count))
    return _in_function(f"if a:\n        await r{rest}")


DEEP: dict[str, Callable[[int], str]] = {
    "elif chain": _elifs,
    "operators": lambda n: _in_function("return " + "a + " * n + "await r"),
    "awaits as operands": lambda n: _in_function("return " + "await r + " * n + "await r"),
    "attributes": lambda n: _in_function("return await r" + ".a" * n),
    "calls": lambda n: _in_function("return await r" + "()" * n),
    "not": lambda n: _in_function("return " + "not " * n + "await r"),
    "conditional expressions": lambda n: _in_function("return " + "a if r else " * n + "await r"),
    "lambdas": lambda n: _in_function("await r; return " + "lambda: " * n + "a"),
    "brackets": lambda n: _in_function("return " + "[" * n + "await r" + "]" * n),
}


@pytest.mark.parametrize("count", [90, 330, 1000, 3000, 20_000])
@pytest.mark.parametrize("form", DEEP)
def test_what_is_deep_is_analysed_or_told_with_its_line(form: str, count: int) -> None:
    source = DEEP[form](count)
    result = _outcome(source)
    assert isinstance(result, int) or count > 90
    assert isinstance(result, int) or re.match(r"deep\.py.*line [34]", result)


def _outcome(source: str) -> int | str:
    """How many states there are, or why there are none."""
    try:
        (analysis,) = analyze_source(source, "deep.py")
    except MachineError as error:
        return str(error)
    return len(analysis.machine.states)


LONG: dict[str, Callable[[int], str]] = {
    "awaits": lambda n: "\n    ".join(["await r"] * n),
    "variables": lambda n: "\n    ".join(f"v{each} = await r" for each in range(n)),
    "guards": lambda n: "\n    ".join(
        f"try:\n        await r\n    except E{each}:\n        await a" for each in range(n)
    ),
    "cases": lambda n: (
        "match a:" + "".join(f"\n        case {each}:\n            await r" for each in range(n))
    ),
    "elifs": lambda n: _elifs(n).partition("r):\n    ")[2],
    "tests": lambda n: "return " + " and ".join(["await r"] * n),
    "comparisons": lambda n: "return " + " < ".join(["await r"] * n),
    "unbound names": lambda n: "\n    ".join(
        f"await r\n    try:\n        v{each}\n        v{each} = 1\n    except NameError:\n        a"
        for each in range(n)
    ),
}


@pytest.mark.parametrize("form", LONG)
def test_four_times_the_length_takes_no_sixteen_times_the_work(form: str) -> None:
    short, long = (_in_function(LONG[form](count)) for count in (150, 600))
    assert _lines_run(long) < 8 * _lines_run(short)


def _lines_run(text: str) -> int:
    """How much work an analysis is: the same on each machine, however busy that is."""
    count = 0

    def counting(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += 1
        return counting

    before = sys.gettrace()
    sys.settrace(counting)
    try:
        analyze_source(text)
    finally:
        sys.settrace(before)
    return count
