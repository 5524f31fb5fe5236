"""What all commands have in common."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from tools.commands import PROGRAM, fence, ran, started, write

from mkdocs_wakepoint.cli import main


@pytest.mark.parametrize(
    "arguments, what",
    [
        (["show", "none.json"], "none.json:1: there is no such file"),
        (["show", "page.md"], "page.md: not a recording"),
        (["lower", "none.py"], "none.py:1: there is no such file"),
        (["record", "page.md", "--out", "x"], "page.md is no folder"),
        (["record", ".", "--out", "x", "--python", "no-such-python"], "no-such-python"),
        (["check", ".", "--timeout", "0"], "timeout: 0.0 is not a number from 0.1 up"),
    ],
)
def test_a_command_that_cannot_be_says_why(
    site: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], what: str
) -> None:
    write(site / "page.md", "no recording")
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert what in printed.err
    assert len(printed.err.splitlines()) == 1
    assert printed.out == ""


def test_the_console_script_is_installed() -> None:
    status, printed, _ = ran("--help")
    assert status == 0
    for name in ("run", "check", "record", "show", "lower", "policy"):
        assert f"\n    {name} " in printed


def test_of_what_is_missing_only_what_is_needed_is_named() -> None:
    status, _, err = ran("run")
    assert status == 2
    assert err.endswith("run: error: the following arguments are required: FILE\n")


def test_the_version_is_that_of_the_packages_and_of_python() -> None:
    version = metadata.version("mkdocs-wakepoint")
    python = platform.python_version()
    expected = f"mkdocs-wakepoint {version}, wakepoint {version}, Python {python}\n"
    assert ran("--version") == (0, expected, "")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["--completion", "bash"]])
def test_what_needs_neither_the_runtime_nor_mkdocs_imports_neither(arguments: list[str]) -> None:
    program = (
        "import sys\n"
        "from mkdocs_wakepoint.cli import main\n"
        f"try: main({arguments})\n"
        "except SystemExit: pass\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    heavy = {"wakepoint", "mkdocs", "markdown", "pygments", "yaml", "asyncio"}
    assert not heavy & set(done.stderr.split())


COMPLETED = {
    "ch": ["check"],
    "check --fo": ["--format"],
    "check --format git": ["github", "gitlab"],
    "run --backend sim": ["simulated"],
    "lower scr": ["script.py"],
}


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize("typed", COMPLETED)
def test_bash_completes_commands_options_choices_and_files(site: Path, typed: str) -> None:
    write(site / "script.py", "")
    _, completion, _ = ran("--completion", "bash")
    write(site / "completion.sh", completion)
    words = ["mkdocs-wakepoint", *typed.split()]
    program = (
        "source ./completion.sh\n"
        f"COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}\n"
        "$(complete -p mkdocs-wakepoint | sed 's/.*-F \\([^ ]*\\).*/\\1/') "
        f"mkdocs-wakepoint '{words[-1]}' '{words[-2]}'\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=False)
    assert (sorted(done.stdout.split()), done.stderr) == (COMPLETED[typed], "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script(shell: str) -> None:
    status, printed, _ = ran("--completion", shell)
    assert status == 0
    for word in ("mkdocs-wakepoint", "check", "repeat", "simulated"):
        assert word in printed


def test_a_reader_that_goes_away_is_no_error(site: Path) -> None:
    write(site / "docs" / "page.md", fence("1 / 0") * 3)
    process = started("check", "docs")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 141
    notes = ("is in no site", "without a sandbox")
    assert [line for line in err.splitlines() if not any(note in line for note in notes)] == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has namespaces to be out of")
@pytest.mark.parametrize("setting", ["required", "auto"])
@pytest.mark.parametrize("command", ["check", "run", "record --out kept"])
def test_where_there_is_no_sandbox_one_line_says_why(
    site: Path, command: str, setting: str
) -> None:
    write(site / "docs" / "page.md", fence("print('it was run')"))
    no_more = 'echo 0 > /proc/sys/user/max_user_namespaces; PATH= exec "$0" "$@"'
    name, *options = command.split()
    path = "docs/page.md" if name == "run" else "docs"
    arguments = [PROGRAM, name, *options, "--sandbox", setting, path]
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "sh", "-c", no_more, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if "unshare failed" in done.stderr:
        pytest.skip("this test needs leave to make a user namespace")
    assert done.returncode == (2 if setting == "required" else 0)
    assert bool(done.stdout) == (setting == "auto")
    line = done.stderr.splitlines()[-1]
    assert line.startswith("mkdocs-wakepoint: ")
    assert "sandbox" in line
    assert "user.max_user_namespaces = 0 forbids user namespaces" in line


INTERRUPT = """\
import ctypes, os, signal, subprocess, sys
PR_SET_CHILD_SUBREAPER = 36
assert ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
process = subprocess.Popen(sys.argv[1:], stderr=subprocess.PIPE, text=True)
for line in process.stderr:
    if "the page is converted" in line:
        process.send_signal(signal.SIGINT)
        break
print(process.stderr.read(), process.wait())
while True:
    try:
        os.wait()
    except ChildProcessError:
        break
"""
"""Interrupts a command whose snippet runs, then waits for whatever that has left behind."""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans to who asks for them")
def test_an_interrupt_ends_the_command_and_all_that_it_started(site: Path) -> None:
    write(site / "docs" / "page.md", fence("import time\ntime.sleep(600)", 'timeout="600"'))
    write(site / "mkdocs.yml", "site_name: A site\nplugins: [wakepoint]\nhooks: [hook.py]\n")
    hook = "def on_page_content(*_, **__): print('the page is converted', file=sys.stderr)\n"
    write(site / "hook.py", f"import sys\n{hook}")
    command = [sys.executable, "-c", INTERRUPT, PROGRAM, "check", "docs"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)
    assert (done.stdout, done.stderr) == (" 130\n", "")
