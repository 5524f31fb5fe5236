"""What is wrong with a run: one line for the log that names the place, and more for the page."""

from __future__ import annotations

import signal
import sys
import time
from dataclasses import replace

import pytest
from tools.snippets import run, snippet

from mkdocs_wakepoint.engine import Pool, Settings, problems
from mkdocs_wakepoint.snippet import Location

unix = pytest.mark.skipif(sys.platform == "win32", reason="signals are Unix's")


def test_a_syntax_error_is_told_with_its_own_line() -> None:
    ran = run("x = 1\ny = = 2\n")
    assert ran.problems == [
        "docs/page.md:12: SyntaxError: invalid syntax; correct the snippet's syntax"
    ]


UNFILLED = [
    '--8<-- "good.py"',
    "--8<--\ngood.py\n--8<--",
    "    --8<-- 'good.py'",
    "-8<- 'good.py'",
    "{% include 'good.py' %}",
    "{%\n  include-markdown 'good.py'\n%}",
    "{! good.py !}",
    "{{ value }}",
    "x = {{ value }}",
    "print({{ site.value }})",
    "<<< @/good.py",
    ".. include:: good.py",
]


@pytest.mark.parametrize("line", UNFILLED)
def test_a_line_that_nobody_has_replaced_is_told_with_what_does_so(line: str) -> None:
    (problem,) = run(f"value = 1\nif True:\n    pass\n{line}\n").problems
    assert problem.startswith("docs/page.md:14: ")
    assert "; this line names what is to be put in its place and nothing did so: list" in problem


FAILS_BY_ITSELF = [
    'f"{{ value }}" + 1',
    "'{% raw %}' + 1",
    "{1: {2: 3}}[2]",
    "{}['8<']",
    "x = 1 <<< 2",
    "value - -8 < - None",
]


@pytest.mark.parametrize("line", FAILS_BY_ITSELF)
def test_python_that_fails_by_itself_is_not_taken_for_such_a_line(line: str) -> None:
    (problem,) = run(f"value = 1\n{line}\n").problems
    assert "nothing did so" not in problem


def test_an_exception_is_told_with_the_innermost_line_of_the_snippet() -> None:
    ran = run(
        """\
        import wakepoint

        async def fetch():
            await wakepoint.sleep(0)
            raise ValueError("no such host")

        wakepoint.run(fetch())
        """
    )
    assert ran.problems == [
        (
            "docs/page.md:15: the snippet raised ValueError: no such host; "
            'mend it, or announce it with expect_error="ValueError"'
        )
    ]


def test_the_page_shows_the_snippets_own_frames_and_none_of_the_runtime() -> None:
    one = snippet("import wakepoint\nasync def f():\n    1 / 0\nwakepoint.run(f())\n")
    pool = Pool(Settings())
    recording = pool.submit(one).result()
    pool.close()
    (problem,) = problems(one, recording)
    assert problem.details == (
        "line 14, in <module>\n    wakepoint.run(f())\n"
        "line 13, in f\n    1 / 0\n"
        "ZeroDivisionError: division by zero"
    )


def test_an_exception_of_many_lines_is_told_in_one() -> None:
    ran = run('raise ValueError("one\\ntwo\\n" + "x" * 5000)')
    (line,) = ran.problems
    assert "\n" not in line
    assert line.startswith("docs/page.md:11: the snippet raised ValueError: one two xxx")
    assert len(line) < 500


def test_an_endless_loop_is_ended_and_told_where_it_was() -> None:
    began = time.monotonic()
    ran = run("n = 0\nwhile True:\n    n += 1\n", timeout=0.3)
    assert time.monotonic() - began < 8
    (line,) = ran.problems
    assert line.startswith(("docs/page.md:12: ", "docs/page.md:13: "))
    assert "the snippet was not done after 0.3 s; let it end, or allow more with timeout=" in line


@pytest.mark.parametrize("wait", ["sleep(10)", "yield_now()"])
def test_a_task_that_swallows_its_cancellation_is_named_with_its_line(wait: str) -> None:
    source = f"""\
import wakepoint
async def stubborn():
    while True:
        try:
            await wakepoint.{wait}
        except BaseException:
            pass
async def main():
    wakepoint.spawn(stubborn())
    await wakepoint.sleep(0.001)
wakepoint.run(main())
"""
    line, *_ = run(source, timeout=1.5).problems  # one that spins has too many events besides
    assert line == (
        "docs/page.md:16: the snippet was not done after 1.5 s: "
        "task 2 (stubborn) was aborted when main ended, and goes on: line 16 catches Cancelled; "
        "catch Cancelled only to clean up, and raise it again"
    )


def test_in_an_included_file_it_is_named_with_the_line_there() -> None:
    source = """\
import wakepoint
async def stubborn():
    try:
        await wakepoint.sleep(10)
    except BaseException:
        await wakepoint.sleep(10)
async def main():
    wakepoint.spawn(stubborn())
    await wakepoint.sleep(0.001)
wakepoint.run(main())
"""
    recording = run(source, timeout=1).recording
    written = (Location("docs/page.md", 4), *(Location("part.py", 21 + n) for n in range(10)))
    (problem,) = problems(replace(snippet(source, timeout=1), lines=written), recording)
    assert str(problem).startswith("part.py:25: ")
    assert "and goes on: part.py:25 catches Cancelled" in str(problem)


def test_a_cleanup_that_takes_too_long_is_named_and_may_take_longer() -> None:
    source = """\
import wakepoint
async def slow():
    try:
        await wakepoint.sleep(10)
    finally:
        await wakepoint.sleep(60)
async def main():
    await wakepoint.timeout(0.001, slow())
wakepoint.run(main())
"""
    (line,) = run(source, timeout=1.5).problems
    assert "slow() was cancelled (not done after 0.001 s), and goes on: line 16 still waits" in line
    assert "allow more with timeout" in line


def test_a_wait_without_end_is_ended() -> None:
    ran = run("import time\nprint('before', flush=True)\ntime.sleep(1000)\n", timeout=0.3)
    assert ran.problems[0].startswith("docs/page.md:13: the snippet was not done after 0.3 s")
    assert ran.written() == "before\n"


@unix
def test_a_loop_that_swallows_every_exception_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    source = """
    while True:
        try:
            while True: pass
        except BaseException:
            pass
    """
    ran = run(source, timeout=0.2)
    assert "the snippet was not done after 0.2 s" in ran.problems[0]


def test_a_deadlock_names_what_each_task_waits_for() -> None:
    ran = run(
        """\
        import wakepoint

        class Never(wakepoint.Future):
            def poll(self, cx):
                return wakepoint.PENDING

        async def partner(mine):
            await mine

        async def main():
            task = wakepoint.spawn(partner(Never()))
            await task

        wakepoint.run(main())
        """
    )
    assert ran.problems == [
        (
            "docs/page.md:22: deadlock: task 1 (main) in line 22 waits for JoinHandle(task 2), and "
            "task 2 (partner) in line 18 waits for a Never that nobody wakes; "
            'wake them, give them a timeout, or announce it with expect_error="Deadlock"'
        )
    ]


def test_sys_exit_is_told() -> None:
    ran = run("import sys\nsys.exit(3)\n")
    assert ran.problems == [
        "docs/page.md:12: the snippet called sys.exit(3); let it run to its end"
    ]


def test_os_exit_is_told_and_what_was_written_is_kept() -> None:
    ran = run("import os\nprint('before', flush=True)\nos._exit(7)\n")
    assert ran.problems == [
        (
            "docs/page.md:10: the snippet's process ended early (exit code 7); "
            "do not call os._exit or kill it; a recording is written at the end"
        )
    ]
    assert ran.written() == "before\n"


@unix
@pytest.mark.parametrize("number, name", [(9, "SIGKILL"), (15, "SIGTERM"), (11, "SIGSEGV")])
def test_a_killed_process_is_told(number: int, name: str) -> None:
    ran = run(f"import os\nos.kill(os.getpid(), {number})\n")
    (line,) = ran.problems
    assert f"the snippet's process ended early (signal {name})" in line


@pytest.mark.skipif(not hasattr(signal, "SIGRTMIN"), reason="there are no real-time signals")
def test_a_signal_without_a_name_is_told_by_its_number() -> None:
    number: int = getattr(signal, "SIGRTMIN") + 3  # noqa: B009 - macOS and Windows have none
    ran = run(f"import os\nos.kill(os.getpid(), {number})\n")
    assert f"ended early (signal {number})" in ran.problems[0]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to RLIMIT_AS")
def test_memory_that_runs_out_is_told() -> None:
    ran = run("held = bytearray(4 << 30)\n", Settings(memory=512))
    assert ran.problems == ["docs/page.md:11: the snippet ran out of memory; hold less at a time"]


# -- expectations -------------------------------------------------------------------------------


STUCK = """
import wakepoint

class Never(wakepoint.Future):
    def poll(self, cx):
        return wakepoint.PENDING

wakepoint.run(Never())
"""


@pytest.mark.parametrize(
    "source, name",
    [
        ("raise ValueError('as announced')", "ValueError"),
        ("import json; json.loads('{')", "json.JSONDecodeError"),
        ("import sys; sys.exit(1)", "SystemExit"),
        ("while True: pass", "TimeoutError"),
        ("def broken(:", "SyntaxError"),
        (STUCK, "Deadlock"),
    ],
)
def test_an_announced_end_is_no_problem(source: str, name: str) -> None:
    assert run(source, expect_error=name, timeout=0.5).problems == []


def test_an_announced_error_that_does_not_come_is_told() -> None:
    assert run("print(1)", expect_error="OSError").problems == [
        (
            "docs/page.md:10: the snippet was to raise OSError and did not raise; "
            "remove expect_error, or mend the snippet"
        )
    ]


def test_another_error_than_the_announced_one_is_told() -> None:
    (line,) = run("1 / 0", expect_error="OSError").problems
    assert line.startswith(
        "docs/page.md:11: the snippet was to raise OSError and ended with ZeroDivisionError"
    )


TIMERS = """
import wakepoint

async def main():
    await wakepoint.join(wakepoint.sleep(0.001), wakepoint.sleep(0.002))

wakepoint.run(main())
"""


def test_a_figure_that_holds_is_no_problem() -> None:
    assert run(TIMERS, expect={"timers": 2, "tasks": 1}).problems == []


def test_a_figure_that_no_longer_holds_is_told() -> None:
    assert run(TIMERS, expect={"timers": 3, "tasks": 1}).problems == [
        (
            "docs/page.md:10: expected timers=3 and counted 2; "
            "correct the figure in expect, or mend the snippet"
        )
    ]


def test_a_machine_that_is_not_there_is_told() -> None:
    assert run(TIMERS, machine="mian").problems == [
        "docs/page.md:10: there is no coroutine function 'mian' in the snippet; write main"
    ]
    assert run(TIMERS, machine="main").problems == []
