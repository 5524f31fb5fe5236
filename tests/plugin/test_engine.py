"""Running a snippet: in a process of its own, with all that it writes, and nothing left behind."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from tools.snippets import run, snippet

from mkdocs_wakepoint.engine import Pool, Settings, SettingsError

PLAIN = Settings(sandbox="off")
"""In a sandbox a process has another number."""

unix = pytest.mark.skipif(sys.platform == "win32", reason="signals and forks are Unix's")


def test_a_snippet_is_an_ordinary_script() -> None:
    ran = run(
        """
        import sys
        if __name__ == "__main__":
            print(sys.argv, input.__module__)
        """
    )
    assert ran.problems == []
    assert ran.recording.outcome.kind == "finished"
    assert ran.written() == "['snippet.py'] builtins\n"


def test_a_run_is_recorded() -> None:
    ran = run(
        """
        import wakepoint

        async def main():
            await wakepoint.sleep(0.001)
            return "done"

        print(wakepoint.run(main()))
        """
    )
    assert ran.problems == []
    assert ran.written() == "done\n"
    assert [machine.name for machine in ran.recording.machines] == ["main"]
    assert ran.recording.environment.backend is not None


# -- output -------------------------------------------------------------------------------------


def test_output_that_bypasses_sys_stdout_is_kept() -> None:
    ran = run(
        """
        import os, subprocess, sys
        print("printed", flush=True)
        os.write(1, b"written\\n")
        subprocess.run([sys.executable, "-c", "print('by a child')"])
        os.write(2, b"complained\\n")
        """
    )
    assert ran.written().splitlines() == ["printed", "written", "by a child"]
    assert ran.written("stderr") == "complained\n"
    assert ran.problems == []


def test_huge_output_is_cut_and_does_not_stop_the_snippet() -> None:
    ran = run("for _ in range(100): print('x' * 10_000)\nprint('end')", timeout=20)
    assert ran.recording.outcome.kind == "finished"
    assert len(ran.written()) < 70_000
    assert "cut after 65536 bytes" in ran.written()
    assert ran.problems == [
        "docs/page.md:10: the snippet wrote more than 65536 bytes to stdout; print less"
    ]


def test_output_that_is_no_text_is_shown_all_the_same() -> None:
    ran = run("import os\nos.write(1, b'a\\xff\\x00b\\n')")
    assert ran.written() == "a\ufffd\x00b\n"


def test_a_hostile_repr_neither_hangs_nor_floods_nor_fails() -> None:
    ran = run(
        """
        import wakepoint

        class Raises:
            def __repr__(self): raise RuntimeError("no")

        class Floods:
            def __repr__(self): return "x" * 10_000_000

        class Lies:
            def __repr__(self): return None

        async def main():
            a, b, c = Raises(), Floods(), Lies()
            await wakepoint.sleep(0.001)
            return [a, b, c]

        wakepoint.run(main())
        """
    )
    assert ran.problems == []
    values = [event.facts for event in ran.recording.events if event.kind == "state.entered"]
    assert values
    assert max(len(str(facts)) for facts in values) < 10_000


def test_an_error_whose_text_is_no_text_is_told() -> None:
    (line,) = run("raise ValueError('\\ud800')").problems
    assert line.startswith("docs/page.md:11: the snippet raised ValueError")
    line.encode()


# -- processes ----------------------------------------------------------------------------------


@unix
def test_what_a_snippet_left_running_is_ended() -> None:
    ran = run(
        """
        import subprocess
        print(subprocess.Popen(["sleep", "1000"]).pid)
        """,
        PLAIN,
    )
    child = int(ran.written())
    deadline = time.monotonic() + 5
    while _alive(child) and time.monotonic() < deadline:
        time.sleep(0)  # yields
    assert not _alive(child)


@unix
def test_a_process_that_left_the_group_is_ended_where_that_can_be_seen() -> None:
    began = time.monotonic()
    ran = run(
        """
        import subprocess
        print(subprocess.Popen(["sleep", "20"], start_new_session=True).pid, flush=True)
        """,
        PLAIN,
    )
    assert time.monotonic() - began < 10
    child = int(ran.written())
    if sys.platform == "linux":
        assert not _alive(child)
    else:
        os.kill(child, 9)


def test_a_thread_may_write_behind_the_scripts_end() -> None:
    ran = run(
        """
        import threading, time
        def late():
            threading.main_thread().join()
            print("late")
        threading.Thread(target=late).start()
        print("end")
        """
    )
    assert ran.written() == "end\nlate\n"
    assert ran.problems == []


@pytest.mark.parametrize(
    "hangs",
    [
        "import threading; threading.Thread(target=threading.Event().wait).start()",
        "import atexit, threading; atexit.register(threading.Event().wait)",
    ],
)
def test_what_goes_on_behind_the_scripts_end_is_ended_and_told(hangs: str) -> None:
    ran = run(f"print('before')\n{hangs}\n", timeout=0.5)
    assert ran.written() == "before\n"
    (line,) = ran.problems
    assert line.startswith(
        "docs/page.md:10: the snippet was not done after 0.5 s: a thread or an exit handler was "
        "still running; "
    )


@pytest.mark.parametrize("source", ["sys.stdout.close()", "sys.stdout = None", "del sys.stdout"])
def test_a_snippet_may_do_without_its_output(source: str) -> None:
    ran = run(f"import sys\nprint('before')\n{source}\n")
    assert ran.recording.outcome.kind == "finished"
    assert ran.written() == "before\n"


@unix
def test_a_fork_that_goes_on_writes_no_recording_of_its_own() -> None:
    ran = run(
        """
        import atexit, os
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(write)
            os.read(read, 1)  # until the parent's own recording is written
            raise ValueError("in the child")
        atexit.register(os.waitpid, child, 0)
        atexit.register(os.close, write)
        """
    )
    assert ran.recording.outcome.kind == "finished"
    assert ran.problems == []


def test_snippets_run_at_the_same_time() -> None:
    pool = Pool(Settings(concurrency=2))
    try:
        long = pool.submit(snippet("import time\ntime.sleep(1000)", timeout=1000.0))
        assert pool.submit(snippet("print()")).result().outcome.kind == "finished"
        assert not long.done()
    finally:
        pool.close()


@unix
def test_a_pool_that_is_closed_leaves_no_process() -> None:
    pool = Pool(Settings())
    future = pool.submit(snippet("import time\ntime.sleep(1000)", timeout=1000.0))
    pool.close()
    assert future.cancelled() or future.result().outcome.kind == "killed"


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize(
    "values, what",
    [
        ({"timeout": 0}, "timeout: 0 is not a number from 0.1 up"),
        ({"timeout": "5"}, "timeout: '5' is not a number"),
        ({"concurrency": -1}, "concurrency: -1 is not"),
        ({"memory": True}, "memory: True is not"),
        ({"memory": 512.5}, "memory: 512.5 is not a whole number from 64 up"),
        ({"timeout": float("inf")}, "timeout: inf is not a number"),
        ({"recordings": None}, "recordings: None names no folder"),
        ({"on_error": "cry"}, "on_error: 'cry' is none of warn, fail, show"),
        ({"tiemout": 3}, "there is no setting 'tiemout'"),
    ],
)
def test_a_wrong_setting_is_told(values: dict[str, object], what: str) -> None:
    with pytest.raises(SettingsError, match="^" + what.replace("(", r"\(")):
        Settings.of(values)
