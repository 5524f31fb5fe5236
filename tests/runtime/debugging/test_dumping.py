"""What is printed: by a call, on a signal, and for another process that asks."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import wakepoint
from wakepoint import (
    dump,
    dump_on_request,
    dump_on_signal,
    join,
    pending,
    run,
    sleep,
    spawn,
    yield_now,
)
from wakepoint.__main__ import main as command

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither")

PROGRAM = """\
import wakepoint

wakepoint.dump_on_signal()
wakepoint.dump_on_request()

async def work():
    print("up", flush=True)
    await wakepoint.sleep(3600)

async def main():
    handle = wakepoint.spawn(work(), name="worker")
    {wait}

wakepoint.run(main())
"""

SLEEPS = "await handle"
IS_BUSY = """print("up", flush=True)
    while True:
        pass"""


@contextmanager
def program(folder: Path, wait: str) -> Iterator[subprocess.Popen[str]]:
    """The program in a process of its own, which has come to where it waits."""
    file = folder / "program.py"
    file.write_text(PROGRAM.format(wait=wait), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(wakepoint.__file__).parents[1])}
    with subprocess.Popen(
        [sys.executable, str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        try:
            yield process
        finally:
            process.kill()


def printed(prepare: Callable[[], object]) -> str:
    """What dump prints in a task, once others that were spawned wait."""
    out = io.StringIO()

    async def main() -> None:
        prepare()
        await yield_now()
        await yield_now()
        dump(out)

    run(main(), backend="simulated")
    return re.sub(r"\S*\.py:\d+ (\S*\.)?", "", out.getvalue())


async def work() -> None:
    await sleep(3600)


def test_each_task_and_then_the_tree() -> None:
    def prepare() -> None:
        first = spawn(work(), name="first")
        second = spawn(join(first, work()), name="second")

        async def both() -> None:
            await join(first, second)

        spawn(both())

    assert (
        printed(prepare)
        == """\
4 tasks on MainThread

task 1 (main) is running
    main

task 2 (first) waits for sleep(3600)
    work
  its waker is held by a timer

task 3 (second) waits for join(JoinHandle(task 2), work())
      in it: sleep(3600)
        work
  its waker is held by task 2 (first), for its end; a timer

task 4 (both) waits for join(JoinHandle(task 2), JoinHandle(task 3))
    both
  its waker is held by task 2 (first), for its end; task 3 (second), for its end

who waits for whom

task 1 (main) main
task 4 (both) both: join(JoinHandle(task 2), JoinHandle(task 3))
├── task 2 (first) work: sleep(3600)
└── task 3 (second): join(JoinHandle(task 2), work())
    └── task 2 (first), see above
"""
    )


def test_a_circle_is_told_while_others_go_on() -> None:
    def prepare() -> None:
        handles: list[wakepoint.JoinHandle[None]] = []

        async def wait(place: int) -> None:
            await handles[place]

        handles.extend([spawn(wait(1)), spawn(wait(0))])

    text = printed(prepare)
    assert "a circle: task 2 waits for task 3, which waits for task 2\n" in text
    assert "└── task 3 (wait) wait: JoinHandle(task 2)\n    └── task 2 (wait), see above\n" in text


def test_nobody_wakes_a_task_that_nobody_knows() -> None:
    text = printed(lambda: spawn(pending(), name="idle"))
    assert "task 2 (idle) waits for pending()\n" in text
    assert "its waker is held by nobody that is known\n" in text
    assert "who waits for whom" not in text


def test_a_chain_of_joins_of_any_length_is_drawn() -> None:
    def prepare() -> None:
        handle = spawn(pending())
        for _ in range(1200):
            handle = spawn(handle)

    assert printed(prepare).count("└── ") == 1200


def test_without_a_run_there_is_nothing_to_tell(capsys: pytest.CaptureFixture[str]) -> None:
    dump()
    assert capsys.readouterr().err == "no executor of wakepoint runs in this process\n"


@posix
@pytest.mark.parametrize("wait, state", [(SLEEPS, "waits for"), (IS_BUSY, "is running")])
def test_a_signal_has_it_printed(tmp_path: Path, wait: str, state: str) -> None:
    with program(tmp_path, wait) as process:
        assert process.stderr is not None
        process.send_signal(signal.Signals["SIGUSR1"])
        assert process.stderr.readline() == "2 tasks on MainThread\n"
        assert process.stderr.readline() == "\n"
        assert process.stderr.readline().startswith(f"task 1 (main) {state}")
        assert process.poll() is None


@posix
@pytest.mark.parametrize("wait, state", [(SLEEPS, "waits for"), (IS_BUSY, "is running")])
def test_another_process_may_ask(
    tmp_path: Path, wait: str, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with program(tmp_path, wait) as process:
        assert command(["pstree", str(process.pid)]) == 0
        out = capsys.readouterr().out
        assert out.startswith(f"2 tasks on MainThread\n\ntask 1 (main) {state}")
        assert "task 2 (worker)" in out
    # It was killed, and what it left answers nobody.
    assert command(["pstree", str(process.pid)]) == 1
    assert capsys.readouterr().err == (
        f"process {process.pid} does not answer: it has to call wakepoint.dump_on_request() first\n"
    )


@posix
def test_a_process_answers_until_it_stops(capsys: pytest.CaptureFixture[str]) -> None:
    stop = dump_on_request()
    dump_on_request()
    assert command(["pstree", str(os.getpid())]) == 0
    stop()
    stop()
    assert command(["pstree", str(os.getpid())]) == 1
    dump_on_request()
    assert command(["pstree", str(os.getpid())]) == 0
    stop()
    assert "no executor of wakepoint runs" in capsys.readouterr().out


@posix
def test_who_answers_keeps_no_deadlock_from_being_told() -> None:
    stop = dump_on_request()
    try:
        with pytest.raises(wakepoint.Deadlock):
            run(pending())
    finally:
        stop()


@posix
def test_the_folder_of_somebody_else_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    dump_on_request()()  # makes it
    (folder,) = tmp_path.iterdir()
    folder.chmod(0o777)
    with pytest.raises(PermissionError, match="has to belong to you alone"):
        dump_on_request()
    assert command(["pstree", "1"]) == 1
    assert "has to belong to you alone" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["pstree"], ["pstree", "me"], ["ps", "1"]])
def test_any_other_command_line_is_told_the_right_one(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(arguments) == 2
    assert capsys.readouterr().err == "usage: python -m wakepoint pstree PID\n"


@pytest.mark.skipif(sys.platform != "win32", reason="the others have both")
def test_windows_says_what_to_do_instead() -> None:
    for prepare in (dump_on_signal, dump_on_request):
        with pytest.raises(NotImplementedError, match="where the program can"):
            prepare()
