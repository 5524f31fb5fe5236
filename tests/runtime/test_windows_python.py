"""The Windows CPython under Wine that the IOCP tests run on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired

import pytest

pytestmark = pytest.mark.wine

Run = Callable[..., CompletedProcess[str]]


def test_it_is_a_windows_python_with_completion_ports(windows_python: Run) -> None:
    script = "import sys, _overlapped; print(sys.platform, _overlapped.CreateIoCompletionPort)"
    done = windows_python("-c", script)
    assert done.stderr == ""
    assert done.stdout.startswith("win32 <built-in function")


def test_a_completion_port_passes_on_what_is_posted_to_it(windows_python: Run) -> None:
    script = """
import _overlapped
port = _overlapped.CreateIoCompletionPort(_overlapped.INVALID_HANDLE_VALUE, 0, 0, 0)
_overlapped.PostQueuedCompletionStatus(port, 3, 4, 16)
print(_overlapped.GetQueuedCompletionStatus(port, 1000))
"""
    done = windows_python("-c", script)
    assert done.stderr == ""
    assert done.stdout == "(0, 3, 4, 16)\n"


def test_a_script_can_import_the_runtime(windows_python: Run, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import wakepoint.task, sys\nprint(sys.argv[1])\nsys.exit(7)\n")
    done = windows_python(script, "an argument")
    assert (done.returncode, done.stdout, done.stderr) == (7, "an argument\n", "")


def test_a_hung_program_is_ended(windows_python: Run) -> None:
    script = "print('started', flush=True)\nwhile True: pass"
    written: object = ""
    for seconds in (3, 12, 48):  # a busy machine takes long to start it
        with pytest.raises(TimeoutExpired) as hung:
            windows_python("-c", script, timeout=seconds)
        written = hung.value.stdout
        if written:
            break
    assert written == "started\n"
