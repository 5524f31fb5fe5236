"""Runs a script in a process of its own, and talks to it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

LIMIT = 20.0
"""Seconds after which a script that should have ended is killed."""


@contextmanager
def script(folder: Path, source: str) -> Iterator[Popen[str]]:
    """The process that runs the script; it is killed if it outlives the block."""
    path = folder / "script.py"
    path.write_text(source, encoding="utf-8")
    command = [sys.executable, "-u", str(path)]
    with Popen(command, stdout=PIPE, stderr=PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def lines_until(process: Popen[str], last: str) -> list[str]:
    """What it prints up to that line.

    Raises:
        AssertionError: If it ends without.
    """
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line.rstrip("\n"))
        if lines[-1] == last:
            return lines
    raise AssertionError(f"it ended without {last!r}: {lines}, {process.communicate()[1]}")


def result(folder: Path, source: str) -> subprocess.CompletedProcess[str]:
    """The script's output and exit code.

    Raises:
        TimeoutExpired: If it hangs.
    """
    with script(folder, source) as process:
        output, errors = process.communicate(timeout=LIMIT)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)
