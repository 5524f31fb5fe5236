"""A time limit counts from a snippet's first line, and no snippet outstays it by much."""

from __future__ import annotations

import sys
import time

import pytest
from tools.snippets import run

SWALLOWS = (
    "while True:\n    try:\n        while True: pass\n    except BaseException:\n        pass\n"
)
STOPS_SIGNALS = "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})\n"


def test_a_script_that_swallows_every_interrupt_is_ended_where_it_stands() -> None:
    began = time.monotonic()
    ran = run(SWALLOWS, timeout=0.5)
    assert time.monotonic() - began < 15  # the start of a server included, on a busy machine
    assert ran.recording.outcome.message == "not done after 0.5 s"
    (line,) = ran.problems
    if sys.platform != "win32":
        assert line.startswith(("docs/page.md:13: ", "docs/page.md:12: "))


@pytest.mark.skipif(sys.platform == "win32", reason="signals are Unix's")
def test_a_script_that_hears_no_interrupt_is_ended_where_it_stands() -> None:
    ran = run(f"{STOPS_SIGNALS}def wait():\n    while True: pass\nwait()\n", timeout=0.5)
    frames = [(frame.line, frame.function) for frame in ran.recording.outcome.frames]
    assert frames == [(5, "<module>"), (4, "wait")]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are Unix's")
def test_a_script_in_a_call_that_never_returns_is_ended_where_it_stands() -> None:
    ran = run(f"{STOPS_SIGNALS}import time\ntime.sleep(1000)\n", timeout=0.5)
    assert [frame.line for frame in ran.recording.outcome.frames] == [4]


COMES_LATE = """\
import signal, time
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM, signal.SIGRTMAX})
while signal.SIGRTMAX not in signal.sigpending(): pass
late = time.monotonic() + 0.2
while time.monotonic() < late: pass
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGRTMAX})
while True: pass
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody sees which signals wait")
def test_a_script_that_comes_late_to_tell_where_it_stands_is_waited_for() -> None:
    ran = run(COMES_LATE, timeout=0.5)
    assert [frame.line for frame in ran.recording.outcome.frames] in ([6], [7])


def test_reading_and_analysing_a_snippet_does_not_count() -> None:
    coroutine = "async def f{}(x):\n" + "    if x: await x\n" * 12
    source = "\n".join(coroutine.format(number) for number in range(20)) + "\nprint('ran')\n"
    ran = run(source, timeout=0.2)
    assert ran.written() == "ran\n"
