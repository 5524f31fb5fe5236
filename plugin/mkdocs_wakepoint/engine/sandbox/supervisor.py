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
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import pairwise

from mkdocs_wakepoint.engine.limits import Limits
from mkdocs_wakepoint.engine.protocol import TIME_IS_UP
from mkdocs_wakepoint.engine.sandbox import usage
from mkdocs_wakepoint.engine.sandbox.end import End

assert sys.platform != "win32"  # which has no fork

STACK_SIGNAL = 64 if sys.platform == "linux" else 7  # SIGRTMAX; SIGEMT
"""The snippet's process tells where it stands, and dies; hardly any program has a use for it."""

WATCH = 0.05
"""Seconds between two looks at what a run uses."""
ALLOWANCE = 60.0
"""Seconds beyond the time limit after which a run ends also if the build has forgotten it."""
TO_TELL = 2.0
"""Seconds within which a process on a busy machine comes to write where it stands."""
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
    look = time.monotonic() + WATCH
    code: int | None = None
    limit = ""
    while code is None and not limit:
        readable, _, _ = select.select([control, wake], [], [], WATCH)
        code = _exit_code(snippet)
        if control in readable:
            limit = "seconds"
            if _time_is_up(control):
                _let_tell(snippet, lambda: usage.exceeded(limits, processes()))
        elif time.monotonic() > deadline:
            limit = "seconds"
        elif time.monotonic() > look:
            limit = usage.exceeded(limits, processes())
            look = time.monotonic() + WATCH
        if wake in readable:  # anybody may wake it; that puts nothing off
            os.read(wake, 4096)
    _end(processes, linger if code is not None else 0.0)
    if code is None:
        code = _exit_code(snippet)
    ended = os.times()
    if not limit and ended.children_user + ended.children_system >= limits.cpu:
        limit = "cpu"  # the kernel was faster: each process has a limit of its own
    return End(-signal.SIGKILL if code is None else code, limit)


def supervise_all(snippet: int, limits: Limits, control: int) -> None:
    """Supervises a run that has this PID namespace to itself, and tells the build how it ended."""
    close_all_but(control)
    tell(control, supervise(snippet, limits, control, all_others))


def tell(control: int, end: End) -> None:
    """Tells the build; it may be gone."""
    with suppress(OSError):
        os.write(control, end.encode())


def _time_is_up(control: int) -> bool:
    """Whether the build asks where the snippet stands; else it has closed the socket."""
    with suppress(OSError):
        return os.read(control, 1) == TIME_IS_UP
    return False


def _let_tell(snippet: int, exceeded: Callable[[], str]) -> None:
    """Has it tell where it stands, of which it dies: only then it has written all of that."""
    with suppress(OSError):
        os.kill(snippet, STACK_SIGNAL)
    deadline = time.monotonic() + TO_TELL
    while _exit_code(snippet) is None and time.monotonic() < deadline and not exceeded():
        time.sleep(0.005)


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
        kill(left, signal.SIGTERM)
        deadline = time.monotonic() + linger
        while processes() and time.monotonic() < deadline:
            time.sleep(0.005)
            _exit_code(0)
    deadline = time.monotonic() + TO_DIE
    while (left := processes()) and time.monotonic() < deadline:
        kill(left, signal.SIGKILL)
        time.sleep(0.001)
        _exit_code(0)


def kill(pids: Iterable[int], number: int = signal.SIGKILL) -> None:
    """Sends a signal to those processes that are still there."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def forget_signals() -> None:
    """Signals do to this process what they do to a program that has never heard of them.

    So the first process of a PID namespace is sent none from within.
    """
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals():
        if signal.getsignal(number) not in (signal.SIG_DFL, None):
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def expect_signals() -> None:
    """Signals do to this process what they do to a Python that has just started."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_IGN)


def all_others() -> list[int]:
    """The processes of this PID namespace, of which this one is the first."""
    with os.scandir("/proc") as entries:
        return [int(entry.name) for entry in entries if entry.name.isdigit() and entry.name != "1"]


def open_descriptors() -> set[int]:
    """The descriptors of this process, and the one that they were listed from."""
    with os.scandir("/proc/self/fd") as entries:
        return {int(entry.name) for entry in entries}


def close_all_but(*kept: int) -> None:
    """Closes each descriptor of this process but these: others wait for the other ends of them."""
    edges = (-1, *sorted(kept), min(os.sysconf("SC_OPEN_MAX"), 1 << 16))
    for below, above in pairwise(edges):
        if below + 1 < above:  # CPython takes the empty range before 0 for all that there is
            os.closerange(below + 1, above)
