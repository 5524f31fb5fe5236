"""The runtime's own tests, run once more by CPython 3.14 in WebAssembly.

There the simulated backend is what they run on.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.webassembly.python import run
from tools.webassembly.suites import run_tests

pytestmark = [pytest.mark.pyodide, pytest.mark.timeout(400)]

TASKS = (
    *("abort_again", "catching", "clock", "combinators", "executor", "generators"),
    *(
        "interval",
        "join",
        "join_handle",
        "join_set",
        "losers",
        "poll_fn",
        "select",
        "shield",
        "task",
    ),
    *("task_group", "task_local", "time"),
)

COMPILED = (
    *(f"machine/test_{name}.py" for name in ("analyze", "forms", "second_opinion", "warnings")),
    *(f"lowering/test_{name}.py" for name in ("annotations", "elif", "ending", "locals")),
    *(f"recording/test_{name}.py" for name in ("alike", "reasons")),
)

LEFT_OUT = {
    "there are no threads": (
        "test_executor.py::test_one_run_after_another_and_in_other_threads",
        "test_executor.py::test_while_a_thread_might_hold_a_waker_there_is_no_deadlock",
        "test_generators.py::test_one_that_another_thread_lets_go_of_is_closed_here",
        "test_task_local.py::test_what_is_spawned_is_outside_and_threads_are_too",
        "test_task_local.py::test_a_thread_sees_a_copy",
        "sync/test_from_threads.py",
        "machine/test_warnings.py::test_threads_leave_the_filters_as_they_were",
        "recording/test_reasons.py::test_a_wake_says_who_did_what[thread]",
        "recording/test_reasons.py::test_a_wake_by_another_thread_is_told_before_what_comes_of_it",
        "recording/test_reasons.py::test_the_call_that_ends_a_sleep_is_told_before_what_comes_of_it",
        "recording/test_reasons.py::test_a_call_that_could_not_end_a_sleep_is_told_with_its_error",
    ),
    "there are no signals": (
        "test_executor.py::test_an_interrupt_during_the_wait_drops_every_task",
        "sync/test_from_signals.py",
    ),
    "asyncio.run needs a stack that can be switched": (
        "test_generators.py::test_asyncio_beside_is_left_alone",
        "test_task_group.py::test_it_is_as_in_asyncio",
    ),
    "the clock is the simulated one": ("test_clock.py::test_a_clock_that_is_left_alone_is_real",),
}
"""Tests of what WebAssembly lacks, by what that is."""

WITHOUT = [f"--deselect=tests/runtime/{each}" for tests in LEFT_OUT.values() for each in tests]


def test_tasks_and_what_joins_them(tmp_path: Path) -> None:
    paths = [f"tests/runtime/test_{name}.py" for name in TASKS]
    results = run_tests(tmp_path / "report.xml", *paths, *WITHOUT)
    assert not [each for each in results if each.kind == "skipped"]
    assert len(results) >= 290


def test_primitives(tmp_path: Path) -> None:
    results = run_tests(tmp_path / "report.xml", "tests/runtime/sync", *WITHOUT)
    assert not [each for each in results if each.kind == "skipped"]
    assert len(results) >= 160


def test_machines_lowering_and_recording(tmp_path: Path) -> None:
    paths = [f"tests/runtime/{each}" for each in COMPILED]
    results = run_tests(tmp_path / "report.xml", *paths, *WITHOUT)
    assert not [each for each in results if each.kind == "skipped"]
    assert len(results) >= 240


def test_a_run_without_a_kernel_says_what_to_choose() -> None:
    program = "import wakepoint\nasync def main(): pass\nwakepoint.run(main(), backend='kqueue')"
    error = run("-c", program).stderr
    assert "ValueError: WebAssembly has no kernel to wait in; choose the simulated" in error


def test_a_failing_test_there_fails_here(tmp_path: Path) -> None:
    suite = tmp_path / "test_wrong.py"
    suite.write_text("def test_wrong() -> None:\n    assert False, 'as it should be'\n")
    with pytest.raises(AssertionError, match="as it should be"):
        run_tests(tmp_path / "report.xml", f"--rootdir={tmp_path}", str(suite))
