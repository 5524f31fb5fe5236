"""Holds the lowered form of a program to the original, whatever goes wrong."""

from __future__ import annotations

import gc
import inspect
import re
import sys
from collections.abc import Iterator
from difflib import unified_diff
from types import CodeType

from tools.lowering.driving import Faults, Run, run

from wakepoint.machine import lower_source, parsing

MOST_RUNS = 80
"""How many combinations of faults one program is run with."""

MOST_FAULTS = 2
"""How many faults are combined."""


def compiled(source: str) -> tuple[CodeType, CodeType]:
    """The code of a program and of its lowered form.

    Raises:
        SyntaxError: If one of them is no Python.
        MachineError: If there is no lowered form.
    """
    original = parsing.compiled(source, "<original>")
    lowered = parsing.compiled(lower_source(source).text, "<lowered>")
    return original, lowered


def difference(
    source: str, operations: tuple[str, ...] = (), most_runs: int = MOST_RUNS
) -> str | None:
    """The first difference between a program and its lowered form; None if there is none.

    Both are run undisturbed; then with every leaf raising, cancelled at every suspension, dropped
    at every suspension, and with those combined.

    Raises:
        SyntaxError: If one of them is no Python.
        MachineError: If there is no lowered form.
    """
    original, lowered = compiled(source)
    has_streams = _has_streams(original)
    gc.freeze()  # each run collects its own garbage, and looks at nothing else
    try:
        return _first_difference((original, lowered), operations, most_runs, has_streams)
    finally:
        gc.unfreeze()


def _has_streams(code: CodeType) -> bool:
    inner = [each for each in code.co_consts if isinstance(each, CodeType)]
    return any(each.co_flags & inspect.CO_ASYNC_GENERATOR or _has_streams(each) for each in inner)


def _first_difference(
    forms: tuple[CodeType, CodeType], operations: tuple[str, ...], most: int, has_streams: bool
) -> str | None:
    original, lowered = forms
    todo = [Faults()]
    for faults in todo:
        expected = run(original, faults, operations)
        actual = run(lowered, faults, operations)
        if sys.version_info < (3, 12):
            expected.log[:] = map(_in_place, expected.log)
            actual.log[:] = map(_in_place, actual.log)
        # Before 3.13 dropping who waits for an async generator does not reach the generator, which
        # ends when nobody holds it: the same is done then, but not in the same order.
        if faults.drop and has_streams and sys.version_info < (3, 13):
            expected.log.sort()
            actual.log.sort()
        problem = _difference(expected, actual)
        if problem is not None:
            return f"{faults}:\n{problem}"
        for further in _worse(faults, expected):
            is_stuck = operations and further.drop and sys.version_info < (3, 13)
            if len(todo) < most and not is_stuck:
                todo.append(further)
    return None


def _in_place(line: str) -> str:
    """A line as if 3.11 compiled comprehensions in place, as the lowered form has them."""
    return re.sub(r"\.<(?:list|set|dict)comp>(?:\.<locals>)?", "", line)


def _worse(faults: Faults, original: Run) -> Iterator[Faults]:
    """The same faults and one more, later than all of them."""
    if faults.drop or len(faults.fail) + len(faults.cancel) >= MOST_FAULTS:
        return
    last = max(faults.cancel, default=0)
    for leaf in range(max(faults.fail, default=0) + 1, original.leaves + 1):
        yield faults.and_fail(leaf)
    for suspension in range(last + 1, original.suspensions + 1):
        yield faults.and_cancel(suspension)
        yield Faults(faults.fail, faults.cancel, suspension)


def _difference(expected: Run, actual: Run) -> str | None:
    if expected.log != actual.log:
        lines = unified_diff(expected.log, actual.log, "original", "lowered", lineterm="", n=3)
        return "\n".join(lines)
    if actual.state is not None and expected.ends and actual.state not in expected.ends:
        return f"the lowered form ends as {actual.state}, not as {' or '.join(expected.ends)}"
    return None
