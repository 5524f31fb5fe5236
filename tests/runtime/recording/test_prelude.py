"""Scripts that run before the one that is recorded, in the same module."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent
from types import ModuleType

import pytest

from wakepoint.recording import Prelude, Recording, record
from wakepoint.recording.figures import figures

DEFINES = dedent(
    """\
    import wakepoint
    async def nap(seconds):
        await wakepoint.sleep(seconds)
        return "slept"
    wakepoint.run(nap(1))
    print("a line of the first")
    """
)
USES = dedent(
    """\
    async def main():
        return await nap(2)
    assert __name__ == "__main__"
    slept = wakepoint.run(main())
    print(slept)
    """
)


DEADLOCK = dedent(
    """\
    import wakepoint
    class Never(wakepoint.Future):
        def poll(self, cx):
            return wakepoint.PENDING
    wakepoint.run(Never())
    """
)


def recorded(source: str, *prelude: Prelude | str, **arguments: object) -> Recording:
    before = [each if isinstance(each, Prelude) else Prelude(each) for each in prelude]
    return record(source, backend="simulated", prelude=before, **arguments)  # type: ignore[arg-type]


def written(source: str, *prelude: str) -> str:
    """What a process writes that records: pytest has streams of its own."""
    program = f"""
from wakepoint.recording import Prelude, record
recording = record({source!r}, backend="simulated", prelude=[*map(Prelude, {prelude!r})])
assert recording.outcome.kind == "finished", recording.outcome
"""
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert ran.returncode == 0, ran.stdout
    return ran.stdout.decode().replace("\r\n", "\n")


def test_a_script_sees_the_names_of_those_before_it() -> None:
    assert written(USES, DEFINES) == "slept\n"


def test_only_its_own_run_is_recorded() -> None:
    recording = recorded(USES, DEFINES)
    assert (figures(recording).tasks, figures(recording).timers) == (1, 1)


def test_machines_of_both_are_in_the_recording_with_the_lines_of_the_whole() -> None:
    recording = recorded(USES, DEFINES)
    assert recording.source == DEFINES + USES
    assert [(each.name, each.first_line) for each in recording.machines] == [
        ("nap", 2),
        ("main", 7),
    ]
    started = [e["machine"] for e in recording.events if e.kind == "machine.started"]
    assert started == [1, 0]
    assert recording.machines[0].states[1].label == "wakepoint.sleep(seconds)"


def test_it_is_as_if_there_were_no_prelude_if_there_is_none() -> None:
    assert record("1 / 0").source == "1 / 0"


@pytest.mark.parametrize(
    ("source", "kind", "line"),
    [
        ("x = 1\n1 / 0", "raised", 2),
        ("def", "syntax-error", 1),
        ("x = 1\nraise SystemExit(3)", "exited", 2),
        (DEADLOCK, "deadlock", 5),
    ],
)
def test_the_script_is_not_run_if_one_before_it_fails(
    source: str, kind: str, line: int, capfd: pytest.CaptureFixture[str]
) -> None:
    recording = recorded("print('ran')", source)
    outcome = recording.outcome
    assert (outcome.kind, outcome.frames[0].line) == (kind, line), outcome.message
    assert capfd.readouterr().out == ""
    assert recording.events == ()


def test_an_error_of_its_own_has_the_line_in_the_whole() -> None:
    outcome = recorded("\nfail()", "def fail():\n    1 / 0").outcome
    assert [frame.line for frame in outcome.frames] == [4, 2]


def test_a_syntax_error_of_its_own_has_the_line_in_the_whole() -> None:
    assert recorded("x = 1\ndef", "a = 1\nb = 2").outcome.frames[0].line == 4
    assert recorded("x = '\0'", "a = 1\nb = 2").outcome.frames[0].line == 3


def test_one_that_ends_as_it_is_meant_to_leaves_its_names() -> None:
    recording = recorded("assert x == 1", Prelude("x = 1\n1 / 0", "builtins.ZeroDivisionError"))
    assert recording.outcome.kind == "finished"
    assert recorded("", Prelude("1 / 0", "ValueError")).outcome.error == "ZeroDivisionError"


def test_what_one_writes_is_thrown_away_and_its_logger_goes_on() -> None:
    before = """
        import logging, os, subprocess, sys
        log = logging.getLogger("of the first")
        log.addHandler(logging.StreamHandler())
        log.warning("first")
        os.write(2, b"below sys.stderr")
        subprocess.run([sys.executable, "-c", "print('child')"])
    """
    assert written("log.warning('second')", dedent(before)) == "second\n"


def test_it_may_close_or_replace_the_streams() -> None:
    before = "import os, sys\nstdout, sys.stdout = sys.stdout, None\nos.close(2)"
    assert written("print('on', file=stdout)", before) == "on\n"


def test_the_time_limit_holds_for_all_of_them() -> None:
    recording = recorded("print('ran')", "while True: pass", timeout=0.2)
    assert recording.outcome.kind == "timeout"
    assert recording.outcome.frames[0].line == 1


def test_the_module_may_have_names_already() -> None:
    module = ModuleType("__main__")
    module.__dict__["known"] = 3
    assert recorded("assert known == other == 3", "other = known", main=module).outcome.kind == (
        "finished"
    )


def test_a_function_of_each_has_its_source() -> None:
    after = "import inspect\nprint(inspect.getsource(nap))\nprint(inspect.getsource(own))"
    shown = written(f"def own():\n    pass\n{after}", DEFINES)
    assert "await wakepoint.sleep(seconds)" in shown
    assert "def own():\n    pass\n" in shown
