"""A script that `run` is given is its author's own program, as Python alone would run it."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from tools.commands import ENVIRONMENT, SCRIPT, ran, started, write

from wakepoint.recording import loads


def python(*arguments: str, text: str = "") -> tuple[int, str, str]:
    """What Python alone does with a script."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env=ENVIRONMENT,
        input=text,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


SAME = {
    "arguments": "import sys\nprint(sys.argv)",
    "the module path": "import sys\nprint(sys.path[0])\nimport beside\nprint(beside.NAME)",
    "its own file": "print(__file__, __name__, __spec__, __doc__)",
    "the environment": "import os\nprint(os.environ['PATH'], os.getcwd())",
    "input": "print(input('name? '))\nimport sys\nprint(sys.stdin.read())",
    "an error": "import beside\ndef f():\n    beside.fail()\nf()",
    "a cause": "try:\n    1 / 0\nexcept Exception as e:\n    raise ValueError('é') from e",
    "a syntax error": "x = 1\nif x\n    pass",
    "exit 0": "import sys\nsys.exit()",
    "exit 3": "import sys\nsys.exit(3)",
    "exit with a text": "import sys\nsys.exit('enough')",
    "an exit handler": "import atexit\natexit.register(print, 'bye')\n1 / 0",
    "an own hook": "import sys\nsys.excepthook = lambda *e: print('hook', e[0])\n1 / 0",
    "a thread that goes on": (
        "import threading, time\n"
        "threading.Thread(target=lambda: (time.sleep(0.1), print('late'))).start()"
    ),
    "os._exit": "import os\nprint('out', flush=True)\nos._exit(5)",
    "a pool of processes": (
        "import multiprocessing\ndef double(x): return 2 * x\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
        "        print(pool.map(double, [1, 2]))"
    ),
    "no line end": "import sys\nsys.stdout.write('a')\nsys.stdout.write('b\\n')",
}


@pytest.mark.parametrize("what", SAME)
def test_it_does_what_it_does_without(site: Path, what: str) -> None:
    write(site / "lib" / "beside.py", "NAME = 'beside'\ndef fail(): raise LookupError('lib')\n")
    write(site / "lib" / "script.py", SAME[what])
    arguments = ["lib/script.py", "a", "--json", "-x"]
    status, out, err = python(*arguments, text="Ada\nrest\n")
    process = started("run", *arguments, stdin=subprocess.PIPE)
    our_out, our_err = process.communicate("Ada\nrest\n", timeout=100)
    assert process.returncode == status
    assert our_out.startswith(out)
    assert our_err == err
    assert f"CPython {platform.python_version()}" in our_out.removeprefix(out)  # and the summary


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_a_forked_child_is_a_child_of_the_script(site: Path) -> None:
    source = (
        "import os\npid = os.fork()\n"
        "if pid == 0:\n    print('child', flush=True)\n    raise SystemExit(4)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n"
    )
    write(site / "script.py", source)
    status, out, err = ran("run", "script.py")
    assert (status, out.splitlines()[:2], err) == (0, ["child", "4"], "")


def test_a_first_double_dash_is_not_for_the_script(site: Path) -> None:
    write(site / "script.py", "import sys\nprint(sys.argv[1:])")
    _, out, _ = ran("run", "script.py", "--", "--html", "--")
    assert out.splitlines()[0] == "['--html', '--']"


def test_what_it_writes_is_seen_while_it_runs(site: Path) -> None:
    write(site / "script.py", "print('ready')\nprint(input())\n")
    process = started("run", "script.py", stdin=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    out, _ = process.communicate("go on\n", timeout=100)
    assert out.startswith("go on\n")


def test_json_is_all_that_is_printed_and_has_what_it_wrote(site: Path) -> None:
    source = "import sys\nprint('é\\x1b[1m')\nprint('hm', file=sys.stderr)\nsys.exit(2)\n"
    write(site / "script.py", source)
    status, out, err = ran("run", "--json", "script.py")
    assert (status, err) == (2, "")
    recording = loads(out)
    written = [(piece.stream, piece.text) for piece in recording.output]
    assert written == [("stdout", "é\x1b[1m\n"), ("stderr", "hm\n")]
    assert (recording.source, recording.outcome.kind) == (source, "exited")


def test_json_says_after_which_event_each_piece_was_written(site: Path) -> None:
    source = """\
        import sys
        import wakepoint
        print("before")
        async def main():
            print("begins", flush=True)
            await wakepoint.yield_now()
            print("hm", file=sys.stderr)
            raise ValueError
        wakepoint.run(main())
    """
    write(site / "script.py", dedent(source))
    _, out, _ = ran("run", "--json", "script.py")
    recording = loads(out)
    before, begins, hm, traceback = recording.output
    assert (before.text, before.n) == ("before\n", 0)
    assert recording.events[(begins.n or 0) - 1].kind == "machine.started"
    assert recording.events[hm.n or 0].kind == "machine.raised"
    assert (hm.stream, hm.text) == ("stderr", "hm\n")
    assert traceback.text.startswith("Traceback")
    assert traceback.n is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no interval timers")
def test_it_may_take_its_time_unless_a_limit_is_asked_for(site: Path) -> None:
    write(site / "script.py", "import time\ntime.sleep(600)\n")
    status, out, err = ran("run", "--timeout", "0.2", "script.py")
    assert status == 1
    assert "line 2, in <module>\n    time.sleep(600)\n" in err
    assert "timeout: not done after 0.2 s" in out


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
def test_a_signal_that_killed_it_is_told(site: Path) -> None:
    source = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"
    write(site / "script.py", source)
    status, out, _ = ran("run", "script.py")
    assert status == 137
    assert out.startswith("\nkilled: signal SIGKILL; ")


INTERRUPT = """\
import os, signal, subprocess, sys
# As a shell does: the whole group in the foreground gets Ctrl-C.
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True, start_new_session=True)
assert process.stdout.readline() == "ready\\n"
os.killpg(process.pid, signal.SIGINT)
print(process.stdout.read(), process.wait())
"""

WAITS = """\
import wakepoint

async def nap():
    print("ready", flush=True)
    await wakepoint.sleep(600)

wakepoint.run(nap())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no process groups")
def test_ctrl_c_is_the_scripts_and_the_run_is_told_all_the_same(site: Path) -> None:
    write(site / "script.py", WAITS)
    program = str(Path(sys.executable).with_name("mkdocs-wakepoint"))
    status, out, err = python("-c", INTERRUPT, program, "run", "script.py")
    assert (status, err) == (0, "")
    assert "raised: KeyboardInterrupt" in out
    assert "nap, 1 run" in out
    assert out.endswith(" 130\n")


@pytest.mark.parametrize(
    "content, printed",
    [
        (b"\xef\xbb\xbfprint('bom')\r\nprint(2)\r\n", "bom\n2\n"),
        (b"# -*- coding: latin-1 -*-\nprint('\xe9')\n", "é\n"),
        ("print('é')".encode(), "é\n"),
    ],
    ids=["a byte order mark", "another encoding", "UTF-8"],
)
def test_a_script_is_read_as_python_reads_it(site: Path, content: bytes, printed: str) -> None:
    (site / "script.py").write_bytes(content)
    status, out, err = ran("run", "script.py")
    assert (status, err) == (0, "")
    assert out.startswith(printed)


@pytest.mark.parametrize(
    "content, what",
    [
        (b"x = 1\ny = '\xe9'\n", "script.py:2: the byte 0xe9 in this line is not UTF-8"),
        (b"# coding: nonsense\n", "script.py:1: unknown encoding: nonsense"),
        (b"# coding: ascii\n'\xe9'\n", "script.py:2: the byte 0xe9 in this line is not"),
        (b"# coding: rot13\n", "script.py:1: 'rot13' is not a text encoding"),
    ],
)
def test_a_script_that_is_no_text_is_told_with_its_line(
    site: Path, content: bytes, what: str
) -> None:
    (site / "script.py").write_bytes(content)
    for command in ("run", "lower"):
        status, out, err = ran(command, "script.py")
        assert (status, out) == (2, "")
        (line,) = err.splitlines()
        assert line.startswith(f"mkdocs-wakepoint: {what}")


def test_a_null_character_is_a_syntax_error(site: Path) -> None:
    write(site / "script.py", "x = 1\nprint('\0')\n")
    status, out, err = ran("run", "script.py")
    assert status == 1
    assert err.splitlines()[-1].startswith(("SyntaxError: source code ", "ValueError: source code"))
    assert out.startswith("\nsyntax-error: ")


def test_a_recording_says_the_same_in_every_run(site: Path) -> None:
    write(site / "script.py", SCRIPT)
    first, second = (json.loads(ran("run", "--json", "script.py")[1]) for _ in range(2))
    assert first == second


def test_in_the_sandbox_it_is_a_snippet(site: Path) -> None:
    write(site / "beside.py", "")
    write(site / "script.py", "print('snippet')\nimport beside\n")
    status, out, err = ran("run", "--sandbox", "auto", "script.py")
    assert (status, out.splitlines()[0]) == (1, "snippet")
    assert out.splitlines()[-1].startswith("script.py:2: the snippet raised ModuleNotFoundError: ")
    status, out, err = ran("run", "--sandbox", "auto", "script.py", "a")
    assert (status, out) == (2, "")
    assert err.startswith("mkdocs-wakepoint: in the sandbox a script has no arguments")
