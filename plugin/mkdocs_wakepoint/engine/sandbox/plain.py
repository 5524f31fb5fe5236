"""A run without a sandbox: its processes are known, its limits hold, nothing is hidden from it.

This is for ``sandbox: off``, and for systems that have none; `macos` puts a profile on top.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path

from mkdocs_wakepoint.engine.limits import Limits

assert sys.platform != "win32"  # which has no fork, nor what comes next

from mkdocs_wakepoint.engine.sandbox.rlimits import set_limits  # noqa: E402
from mkdocs_wakepoint.engine.sandbox.supervisor import (  # noqa: E402
    close_all_but,
    expect_signals,
    forget_signals,
    supervise,
    tell,
)

LINGER = 0.5
"""Seconds for what the snippet left running to end by itself, once it is asked to."""

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # prctl(2)


def adopt_orphans() -> None:
    """Makes this process the parent of what its descendants leave behind, where that is possible.

    So nothing flees by ending the process that started it, as daemons do.
    """
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def spawn(limits: Limits, control: int, folder: Path) -> int:
    """Forks a supervisor, and that forks a process for a snippet.

    Args:
        limits: What the run may use.
        control: The socket to the build; see `mkdocs_wakepoint.engine.protocol`.
        folder: The run's own, which stands for the private /tmp of a sandbox. It is made, it is
            where the process begins, and it is gone before the end is told.

    Returns:
        The supervisor's process, for the caller to reap; 0 in the snippet's process.
    """
    pid = os.fork()
    if pid:
        return pid
    try:
        adopt_orphans()
        folder.mkdir()
        snippet = os.fork()
        if snippet:
            close_all_but(0, 1, 2, control)
            end = supervise(snippet, limits, control, lambda: descendants(snippet), linger=LINGER)
            shutil.rmtree(folder, ignore_errors=True)
            tell(control, end)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    if snippet:
        os._exit(0)
    os.setsid()
    forget_signals()  # what the build was started to ignore, as by nohup(1)
    expect_signals()
    os.close(control)
    os.chdir(folder)
    os.environ["HOME"] = os.environ["TMPDIR"] = str(folder)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # somebody may kill the supervisor
    set_limits(limits)
    return 0


def descendants(snippet: int) -> list[int]:
    """The processes of a run, seen from its supervisor."""
    if sys.platform != "linux":
        return _group(snippet)
    found: list[int] = []
    waiting = [os.getpid()]
    while waiting:
        of_one = children(waiting.pop())
        found += of_one
        waiting += of_one
    return found


def children(pid: int) -> list[int]:
    """The processes that a process, any thread of it, is the parent of; see proc(5)."""
    found: list[int] = []
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (thread / "children").read_bytes().split())
    return found


def _group(snippet: int) -> list[int]:
    """The snippet's process group, as the one that `os.kill` calls by its negative number."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(snippet, 0)
        return [-snippet]
    return []


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)
