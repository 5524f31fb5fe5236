"""Watches one run from outside of it, ends it when it is to end, and tells how it did.

It is the parent of the snippet's process. The snippet has nothing of it: not the control socket,
and within a sandbox no way to it.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from mkdocs_wakepoint.engine.limits import MIB, Limits
from mkdocs_wakepoint.engine.protocol import TIME_IS_UP
from mkdocs_wakepoint.engine.sandbox.end import End

assert sys.platform != "win32"  # which has no fork

STACK_SIGNAL = 64 if sys.platform == "linux" else 7  # SIGRTMAX; SIGEMT
"""Has the snippet's process tell where it stands; hardly any program has another use for it."""

WATCH = 0.05
"""Seconds between two looks at what a run uses."""
ALLOWANCE = 60.0
"""Seconds beyond the time limit after which a run ends also if the build has forgotten it."""
TO_TELL = 0.1
"""Seconds for a process to write where it stands."""
TO_DIE = 3.0
"""Seconds in which all that was killed is gone; what the kernel holds on to is left to it."""

Processes = Callable[[], list[int]]


def supervise(
    snippet: int, limits: Limits, control: int, processes: Processes, *, linger: float = 0.0
) -> End:
    """Waits for the end of a run, and brings it about if need be.

    Args:
        snippet: The process, a child of this one.
        limits: What it may use.
        control: The socket to the build.
        processes: Lists all that belongs to the run, but for this process.
        linger: Seconds for what the snippet left running to end by itself, once it is asked to.

    Returns:
        How the run ended; nothing of it lives any more.
    """
    wake = _wakes_at_the_end_of_a_child()
    deadline = time.monotonic() + limits.seconds + ALLOWANCE
    code: int | None = None
    limit = ""
    while code is None and not limit:
        readable, _, _ = select.select([control, wake], [], [], WATCH)
        code = _exit_code(snippet)
        if control in readable:
            limit = _asked_to_end(control, snippet)
        elif wake in readable:
            os.read(wake, 4096)
        elif time.monotonic() > deadline:
            limit = "seconds"
        else:
            limit = exceeded(limits, processes())
    _end(processes, linger if code is not None else 0.0)
    if code is None:
        code = _exit_code(snippet)
    if code == -signal.SIGXCPU:
        limit = "cpu"
    return End(-signal.SIGKILL if code is None else code, limit)


def tell(control: int, end: End) -> None:
    """Tells the build; it may be gone."""
    with suppress(OSError):
        os.write(control, end.encode())


def _asked_to_end(control: int, snippet: int) -> str:
    """Why the build wants it to end; not before the snippet has told where it stands."""
    with suppress(OSError):
        if os.read(control, 1) != TIME_IS_UP:  # the build has closed it
            return "seconds"
    with suppress(OSError):
        os.kill(snippet, STACK_SIGNAL)
        time.sleep(TO_TELL)
    return "seconds"


_ended: dict[int, int] = {}


def _exit_code(snippet: int) -> int | None:
    """The snippet's, once it has ended; others that have ended are buried on the way."""
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            _ended[pid] = os.waitstatus_to_exitcode(status)
    return _ended.get(snippet)


def _wakes_at_the_end_of_a_child() -> int:
    """A descriptor that can be read then."""
    wake, write = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return wake


def _end(processes: Processes, linger: float) -> None:
    """Ends all that is left of a run.

    With time to linger it is asked first, which multiprocessing's resource tracker does not listen
    to: it ends when it is the last one, and takes away the semaphores and memory that were shared.
    """
    if linger and (left := processes()):
        _kill(left, signal.SIGTERM)
        deadline = time.monotonic() + linger
        while processes() and time.monotonic() < deadline:
            time.sleep(0.005)
            _exit_code(0)
    deadline = time.monotonic() + TO_DIE
    while (left := processes()) and time.monotonic() < deadline:
        _kill(left, signal.SIGKILL)
        time.sleep(0.001)
        _exit_code(0)


def _kill(pids: list[int], number: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def exceeded(limits: Limits, pids: list[int]) -> str:
    """Which of the limits the processes go beyond together; empty if none."""
    if sys.platform != "linux":
        return ""
    if len(pids) > limits.processes:
        return "processes"
    threads, pages, ticks = 0, 0, 0
    for stat in _stats(pids):
        ticks += sum(map(int, stat[11:15]))  # utime, stime, and those of its own buried children
        threads += int(stat[17])
        pages += int(stat[21])  # rss
    if threads > limits.processes:
        return "processes"
    own = os.times()
    if ticks / os.sysconf("SC_CLK_TCK") + own.children_user + own.children_system > limits.cpu:
        return "cpu"
    # Pages that a fork shares are counted with each of the two; so what seems too much is asked
    # for once more, in a way that costs more.
    most = limits.memory * MIB
    if pages * os.sysconf("SC_PAGE_SIZE") > most and sum(map(_own_memory, pids)) > most:
        return "memory"
    return ""


def _stats(pids: list[int]) -> Iterator[list[bytes]]:
    """The fields of ``/proc/PID/stat`` behind the name, from ``state`` on; see proc(5)."""
    for pid in pids:
        with suppress(OSError):
            yield Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()


def _own_memory(pid: int) -> int:
    """Bytes that a process holds, its part of what it shares."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    return 0
