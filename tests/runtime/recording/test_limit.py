"""The time limit of a recorded run: it holds, whoever swallows it, and it names the place."""

from __future__ import annotations

import gc
import signal
import sys
from types import FrameType

import pytest

from wakepoint.recording import Outcome, record
from wakepoint.recording.alarm import alarm

if sys.platform == "win32":
    pytest.skip("Windows has no interval timer", allow_module_level=True)


def outcome(source: str, timeout: float = 0.1) -> Outcome:
    return record(
        source, backend="epoll" if sys.platform == "linux" else "auto", timeout=timeout
    ).outcome


SPINS_AFTER_ITS_CANCELLATION = """\
import wakepoint

async def stubborn():
    while True:
        try:
            await wakepoint.yield_now()
        except BaseException:
            pass

async def main():
    wakepoint.spawn(stubborn())
    await wakepoint.yield_now()

wakepoint.run(main())
"""


# Python says so too, whenever it comes to collect what cannot be closed.
@pytest.mark.filterwarnings("ignore:Exception ignored in. <coroutine object stubborn")
def test_a_spinning_task_that_swallows_everything_is_over_the_limit_wherever_that_strikes() -> None:
    for attempt in range(10):
        ended = outcome(SPINS_AFTER_ITS_CANCELLATION, timeout=0.2 + attempt / 1000)
        assert ended.kind == "timeout"
        (who,) = ended.goes_on
        assert who.what == "task 2 (stubborn) was aborted when main ended"
        assert who.line in (6, 7)  # 6 on a machine that is too slow to have polled it since
    gc.collect()


SWALLOWS = """\
import time
try:
    time.sleep(10)
except BaseException:
    pass
"""
RAISES_ANOTHER = """\
import time
try:
    time.sleep(10)
except BaseException:
    1 / 0
"""
RETURNS = """\
import time
def wait():
    try: time.sleep(10)
    finally: return
wait()
"""


@pytest.mark.parametrize("source", [SWALLOWS, RAISES_ANOTHER, RETURNS])
def test_who_swallows_the_limit_is_over_it_all_the_same(source: str) -> None:
    ended = outcome(source)
    assert ended.kind == "timeout"
    assert ended.frames[-1].line == 3


def test_a_spinning_task_is_named_with_the_line_where_it_spins() -> None:
    source = """\
import wakepoint
async def spin():
    while True: await wakepoint.yield_now()
wakepoint.run(spin())
"""
    ended = outcome(source)
    assert ended.kind == "timeout"
    assert {frame.line for frame in ended.frames} <= {3, 4}


def test_one_that_waits_is_over_the_limit_in_the_line_that_runs_it() -> None:
    recording = record("import wakepoint\nwakepoint.run(wakepoint.sleep(100))\n", timeout=0.1)
    assert recording.outcome.kind == "timeout"
    assert [frame.line for frame in recording.outcome.frames] == [2]
    waits = [event for event in recording.events if event.kind == "executor.parked"]
    assert len(waits) == 1
    assert not any(event.kind == "executor.unparked" for event in recording.events)


def test_a_cleanup_is_given_a_moment_after_the_limit(capsys: pytest.CaptureFixture[str]) -> None:
    source = """\
import time
try:
    time.sleep(10)
finally:
    time.sleep(0.01)
    print("cleaned up")
"""
    assert outcome(source).kind == "timeout"
    assert capsys.readouterr().out == "cleaned up\n"


def test_a_script_that_records_another_keeps_its_own_limit() -> None:
    source = """\
import time
from wakepoint.recording import record
record("import time; time.sleep(0.001)", timeout=60)
time.sleep(10)
"""
    assert outcome(source, timeout=0.3).kind == "timeout"


def test_a_timer_that_runs_out_just_when_it_is_taken_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def just_expired(which: int, seconds: float, interval: float = 0.0) -> tuple[float, float]:
        return 0.0, setitimer(which, seconds, interval)[1]

    def ring(number: int, frame: FrameType | None) -> None:
        rings.append(number)

    rings: list[int] = []
    setitimer = signal.setitimer
    with alarm(ring, 60, 0.001):
        monkeypatch.setattr(signal, "setitimer", just_expired)
        with alarm(lambda number, frame: None, 60, 60):
            pass
        monkeypatch.undo()
        while not rings:
            signal.pause()


def test_an_alarm_that_comes_while_the_timer_is_given_back_is_nobodys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def at_the_last_moment(
        which: int, seconds: float, interval: float = 0.0
    ) -> tuple[float, float]:
        if seconds == 0:
            signal.raise_signal(signal.SIGALRM)
        return setitimer(which, seconds, interval)

    def ring(number: int, frame: FrameType | None) -> None:
        rings.append(number)
        next_alarm(60)

    rings: list[int] = []
    setitimer = signal.setitimer
    before = signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)[1]
    with alarm(ring, 60, 60) as next_alarm:
        monkeypatch.setattr(signal, "setitimer", at_the_last_moment)
    monkeypatch.undo()
    assert not rings
    assert before == (signal.getsignal(signal.SIGALRM), signal.getitimer(signal.ITIMER_REAL)[1])


def test_a_signal_handler_may_wake_a_task_in_the_middle_of_an_event() -> None:
    source = """\
import signal
import wakepoint

class Signalled(wakepoint.Future):
    wakers, rung = [], 0
    def poll(self, cx):
        self.wakers[:] = [cx.waker]
        return wakepoint.Ready(None) if Signalled.rung > 300 else wakepoint.PENDING

def ring(number, frame):
    Signalled.rung += 1
    for waker in Signalled.wakers:
        waker.wake()

async def busy():
    while Signalled.rung <= 300:
        await wakepoint.yield_now()

async def main():
    signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.0005, 0.0005)
    await wakepoint.join(Signalled(), busy())
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)

wakepoint.run(main())
"""
    recording = record(source, timeout=20)
    assert recording.outcome == Outcome("finished")
    assert [event.n for event in recording.events] == [*range(1, len(recording.events) + 1)]
