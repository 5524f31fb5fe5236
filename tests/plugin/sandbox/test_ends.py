"""However a run comes to its end, that is told, and nothing of it lives on."""

from __future__ import annotations

import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tools.sandboxed import USERS, Ran, Running, started

from mkdocs_wakepoint.engine.sandbox import End

Run = Callable[..., Ran]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")

KILL, TERMINATE = 9, 15  # Windows has no name for the first

LEAVES_PROCESSES = """
import os, subprocess, sys, time
marked = [sys.executable, "-c", "import signal; signal.pause()", {mark!r}]
subprocess.Popen(marked)
subprocess.Popen(marked, start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        subprocess.Popen([sys.executable, "-c", '''if True:
            import signal
            for number in signal.valid_signals() - {{9, 19}}:
                signal.signal(number, signal.SIG_IGN)
            while True:
                signal.pause()''', {mark!r}])
    os._exit(0)
os.wait()
"""


@pytest.fixture
def mark() -> str:
    """Stands on the command line of what is to be gone."""
    return f"mark-{uuid.uuid4()}"


def living(mark: str) -> Iterator[int]:
    """The processes of this machine that have the mark on their command line."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if mark.encode() in file.read_bytes().split(b"\0") and "State:\tZ" not in (
                file.with_name("status").read_text()
            ):
                yield int(file.parent.name)
        except OSError:  # it has ended meanwhile
            continue


def are_gone(mark: str) -> bool:
    """Whether they are, or will be before long."""
    deadline = time.monotonic() + 10
    while any(living(mark)) and time.monotonic() < deadline:
        time.sleep(0)  # yields
    return not any(living(mark))


@pytest.mark.parametrize(
    "last, end",
    [
        ("pass", End(0)),
        ("raise SystemExit(3)", End(3)),
        ("os._exit(4)", End(4)),
        ("os.kill(os.getpid(), 15)", End(-15)),
        ("os.abort()", End(-6)),
        ("os.kill(-1, 9)", End(0)),
    ],
)
def test_what_is_left_is_gone_before_the_end_is_told(
    run: Run, mark: str, last: str, end: End
) -> None:
    ran = run(LEAVES_PROCESSES.format(mark=mark) + last)
    assert not [*living(mark)]
    assert ran.end == end


def started_with_processes(kind: str, user: str, mark: str) -> Iterator[Running]:
    source = LEAVES_PROCESSES.format(mark=mark)
    source += "print(len(os.listdir('/proc')), flush=True)\nimport signal\nsignal.pause()"
    with started(kind, source, user=user) as running:
        assert running.line()
        assert any(living(mark))
        yield running


@pytest.fixture
def running(kind: str, user: str, mark: str) -> Iterator[Running]:
    """One that has started processes, and waits."""
    yield from started_with_processes(kind, user, mark)


def test_a_build_that_hangs_up_ends_it(running: Running, mark: str) -> None:
    running.control.close()
    assert are_gone(mark)


def test_a_build_that_says_time_is_up_ends_it(running: Running, mark: str) -> None:
    running.control.sendall(b"t")
    end = End.decode(running.control.recv(4096))
    assert not [*living(mark)]
    assert end is not None
    assert end.limit == "seconds"


@pytest.mark.parametrize("number", [KILL, TERMINATE])
def test_ending_the_first_process_ends_it(
    running: Running, kind: str, user: str, mark: str, number: int
) -> None:
    running.process.send_signal(number)
    if (kind, user) == ("bubblewrap", "this user") and "nobody" in USERS:
        # bubblewrap has given up all that root may, and may not kill nobody's processes. But it is
        # the build that may die, and with that this is closed.
        running.control.close()
    assert are_gone(mark)


def _chain(process: int) -> list[int]:
    """Its children, theirs and so on, one of each."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [int(children[0]), *_chain(int(children[0]))] if children else []


@pytest.mark.namespaces
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_killing_the_server_the_supervisor_or_the_snippet_ends_it(
    user: str, mark: str, depth: int
) -> None:
    for running in started_with_processes("namespaces", user, mark):
        os.kill(_chain(running.process.pid)[depth], KILL)
        assert are_gone(mark)
