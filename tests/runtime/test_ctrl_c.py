"""Ctrl-C, sent to a real process: the first lets every task clean up, the second ends at once."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest
from tools.scripts import LIMIT, lines_until, script

from wakepoint import run, sleep, spawn

if sys.platform == "win32":
    pytest.skip("Windows sends Ctrl-C to a whole console", allow_module_level=True)

HEAD = """
import os, signal, sys, time
import wakepoint
from wakepoint import join, select, sleep, spawn, timeout, yield_now

async def stay(name, goodbye=0.001):
    try:
        print(name, "stays")
        await sleep(60)
    finally:
        print(name, "begins to leave")
        await sleep(goodbye)
        await yield_now()
        print(name, "left")
"""

MAINS = {
    "main and its children": """
async def main():
    spawn(stay("child"))
    spawn(select(stay("loser"), sleep(60)))
    await yield_now()
    await stay("main")
""",
    "a child that is joined": """
async def main():
    child = spawn(stay("child"))
    await yield_now()
    await join(child, stay("loser"), stay("main"))
""",
    "an async generator": """
async def numbers():
    try:
        yield 1
    finally:
        await sleep(0.001)
        print("child left")
async def main():
    global kept
    kept = numbers()
    await anext(kept)
    print("loser left")
    await stay("main")
""",
}


@pytest.mark.parametrize("backend", ["auto", pytest.param("io_uring", marks=pytest.mark.io_uring)])
@pytest.mark.parametrize("main", MAINS.values(), ids=MAINS)
def test_every_cleanup_may_wait(tmp_path: Path, main: str, backend: str) -> None:
    source = f"{HEAD}{main}\nwakepoint.run(main(), backend={backend!r})\n"
    with script(tmp_path, source) as process:
        before = lines_until(process, "main stays")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=LIMIT)
    lines = [*before, *output.splitlines()]
    assert {"main left", "child left", "loser left"} <= set(lines)
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert process.returncode == -signal.SIGINT


@pytest.mark.parametrize(
    "busy",
    ["time.sleep(60)", "while True: pass", "exec('while True: pass')"],
    ids=["blocked", "busy", "busy elsewhere"],
)
def test_it_is_raised_in_the_code_of_the_task_that_runs(tmp_path: Path, busy: str) -> None:
    source = f"""{HEAD}
async def works():
    try:
        print("works", flush=True)
        {busy}
    finally:
        await sleep(0.001)
        print("works left")

async def main():
    spawn(stay("child"))
    await yield_now()
    spawn(works())
    await stay("main")

wakepoint.run(main())
"""
    with script(tmp_path, source) as process:
        lines_until(process, "works")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=LIMIT)
    assert {"main left", "child left", "works left"} <= set(output.splitlines())
    assert errors.rstrip().endswith("KeyboardInterrupt")


def test_a_second_one_ends_at_once(tmp_path: Path) -> None:
    source = f"""{HEAD}
async def main():
    spawn(stay("child", goodbye=60))
    await yield_now()
    await stay("main", goodbye=60)

wakepoint.run(main())
"""
    with script(tmp_path, source) as process:
        lines_until(process, "main stays")
        process.send_signal(signal.SIGINT)
        lines_until(process, "child begins to leave")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=LIMIT)
    assert "left" not in output
    assert "KeyboardInterrupt" in errors
    assert process.returncode == -signal.SIGINT


def test_once_main_has_ended_the_first_ends_at_once(tmp_path: Path) -> None:
    source = f"""{HEAD}
async def main():
    spawn(stay("child", goodbye=60))
    await yield_now()

wakepoint.run(main())
"""
    with script(tmp_path, source) as process:
        lines_until(process, "child begins to leave")
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=LIMIT)
    assert "left" not in output
    assert "KeyboardInterrupt" in errors


def test_one_who_goes_on_is_named_once_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    source = """\
import wakepoint
async def stubborn():
    while True:
        try:
            await wakepoint.sleep(10)
        except BaseException:
            pass
async def main():
    wakepoint.spawn(stubborn())
    await wakepoint.sleep(0.001)
    print("main ends")
wakepoint.run(main())
"""
    with script(tmp_path, source) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=LIMIT)
    named = "task 2 (stubborn) was aborted when main ended, and goes on: line 6 catches Cancelled\n"
    assert line == named
    assert output == "main ends\n"
    assert named not in errors
    assert "KeyboardInterrupt" in errors


def test_a_second_one_that_a_task_catches_ends_the_run_all_the_same(tmp_path: Path) -> None:
    source = f"""{HEAD}
async def main():
    begun = False
    while True:
        try:
            if not begun:
                print("begun", flush=True)
            begun = True
            for _ in range(1000):
                pass
            await yield_now()
        except BaseException as error:
            print(type(error).__name__, flush=True)

wakepoint.run(main())
"""
    with script(tmp_path, source) as process:
        lines_until(process, "begun")
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert process.stdout.readline() in {"KeyboardInterrupt\n", "Cancelled\n"}
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=LIMIT)
    assert "KeyboardInterrupt" in errors
    assert process.returncode == -signal.SIGINT


def test_a_second_one_in_the_same_poll_as_the_first_ends_the_run_all_the_same(
    tmp_path: Path,
) -> None:
    source = f"""{HEAD}
async def main():
    spawn(stay("child", goodbye=60))
    await yield_now()
    for _ in range(2):
        try:
            os.kill(os.getpid(), signal.SIGINT)
        except KeyboardInterrupt:
            print("caught", flush=True)
    while True:
        try:
            await yield_now()
        except BaseException as error:
            print(type(error).__name__, flush=True)

wakepoint.run(main())
"""
    with script(tmp_path, source) as process:
        output, errors = process.communicate(timeout=LIMIT)
    assert output.count("caught") == 2
    assert "left" not in output
    assert "KeyboardInterrupt" in errors
    assert process.returncode == -signal.SIGINT


def test_the_third_ends_a_process_whose_task_catches_all_and_waits_for_nobody(
    tmp_path: Path,
) -> None:
    source = f"""{HEAD}
async def main():
    for number in range(10**9):
        try:
            print("round", number, flush=True)
            time.sleep(60)
        except BaseException:
            pass

wakepoint.run(main())
"""
    with script(tmp_path, source) as process:
        for number in range(3):
            lines_until(process, f"round {number}")
            process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=LIMIT)
    assert output == ""
    assert errors.startswith("ended by a third Ctrl-C in line ")
    assert process.returncode == -signal.SIGINT


def test_a_handler_of_the_programs_own_is_left_alone() -> None:
    def mine(number: int, frame: object) -> None: ...

    async def main() -> object:
        return signal.getsignal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, mine)
    try:
        assert run(main()) is mine
    finally:
        signal.signal(signal.SIGINT, before)


def test_the_usual_handler_is_put_back() -> None:
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    async def main() -> object:
        return signal.getsignal(signal.SIGINT)

    assert run(main()) is not signal.default_int_handler
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_sys_exit_lets_every_task_clean_up() -> None:
    log: list[str] = []

    async def stays() -> None:
        try:
            await sleep(60)
        finally:
            await sleep(0.001)
            log.append("left")

    async def exits() -> None:
        sys.exit(3)

    async def main() -> None:
        spawn(stays())
        await sleep(0)
        spawn(exits())
        await stays()

    with pytest.raises(SystemExit, match="3"):
        run(main())
    assert log == ["left", "left"]
