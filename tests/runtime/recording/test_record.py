"""What a recording says of a run, held to programs whose course is known."""

import json
import sys
from collections import Counter

import pytest
from tools.programs import ECHO

from wakepoint.recording import Recording, dumps, loads, record
from wakepoint.recording.schema import KINDS


def facts(recording: Recording, kind: str, **expected: object) -> list[dict[str, object]]:
    """The facts of every event of that kind that agree with ``expected``."""
    return [
        event.facts
        for event in recording.events
        if event.kind == kind and all(event.facts.get(k) == v for k, v in expected.items())
    ]


def states(recording: Recording, name: str) -> list[tuple[str, str]]:
    """``(what, label)`` for every visit of a state by the one instance of a machine."""
    index = next(i for i, m in enumerate(recording.machines) if m.name == name)
    instance = facts(recording, "machine.started", machine=index)[0]["instance"]
    labels = [state.label for state in recording.machines[index].states]
    return [
        (event.kind.removeprefix("state."), labels[event["state"]])
        for event in recording.events
        if event.kind.startswith("state.") and event["instance"] == instance
    ]


@pytest.fixture(scope="module")
def echo() -> Recording:
    return record(ECHO)


def test_every_event_keeps_to_the_schema(echo: Recording) -> None:
    for n, event in enumerate(echo.events, 1):
        assert event.n == n
        described = KINDS[event.kind].facts
        required = {name for name in described if not name.endswith("?")}
        optional = {name.rstrip("?") for name in described}
        assert required <= set(event.facts) <= optional, event


def test_a_run_ends_as_the_script_does(echo: Recording) -> None:
    assert echo.outcome.kind == "finished"
    assert echo.environment.backend is not None
    assert echo.truncated == 0


def test_the_same_script_gives_the_same_recording(echo: Recording) -> None:
    for _ in range(5):
        assert dumps(record(ECHO)) == dumps(echo)


def test_json_and_back(echo: Recording) -> None:
    text = dumps(echo)
    assert loads(text) == echo
    assert json.loads(text)["version"] == 1


def test_polls_of_a_task_are_numbered_and_each_has_one_answer(echo: Recording) -> None:
    for task in (1, 2):
        polled = [f["poll"] for f in facts(echo, "task.polled", task=task)]
        pending = [f["poll"] for f in facts(echo, "task.pending", task=task)]
        ready = [f["poll"] for f in facts(echo, "task.ready", task=task)]
        assert polled == list(range(1, len(polled) + 1))
        assert pending + ready == polled


def test_a_task_is_polled_only_after_it_was_spawned_or_woken(echo: Recording) -> None:
    queued: Counter[int] = Counter()
    for event in echo.events:
        if event.kind == "task.spawned" or (event.kind == "waker.woken" and event["queued"]):
            queued[event["task"]] += 1
        elif event.kind == "task.polled":
            queued[event["task"]] -= 1
            assert queued[event["task"]] >= 0, event


def test_bytes_that_were_sent_were_received(echo: Recording) -> None:
    def moved(name: str) -> int:
        return sum(f["bytes"] or 0 for f in facts(echo, "kernel.called", name=name))  # type: ignore[misc]

    size = len(b"ping") + len(b"PING")
    if echo.environment.backend == "iocp":  # a call has moved its bytes when its packet comes
        assert moved("GetQueuedCompletionStatusEx") == 2 * size
    else:
        assert moved("send") == moved("recv") == size


def test_no_descriptor_port_or_address_is_the_real_one(echo: Recording) -> None:
    assert "127.0.0.1:50001" in dumps(echo)
    opened = [f["result"] for f in facts(echo, "kernel.called", name="socket")]
    assert opened[0] == "fd 3"


def test_an_await_that_went_straight_on_was_entered_and_not_suspended() -> None:
    recording = record(
        """
import wakepoint
async def inner():
    return 1
async def main():
    return await inner()
wakepoint.run(main())
"""
    )
    assert states(recording, "main") == [("entered", "inner()")]


def test_a_loop_enters_one_state_again_and_again() -> None:
    recording = record(
        """
import wakepoint
async def main():
    for turn in range(3):
        await wakepoint.yield_now()
wakepoint.run(main())
"""
    )
    turn = [(what, "wakepoint.yield_now()") for what in ("entered", "suspended", "resumed")]
    assert states(recording, "main") == turn * 3
    values = [f["variables"] for f in facts(recording, "state.entered")]
    assert [{"name": "turn", "value": str(n)} in v for n, v in enumerate(values)] == [True] * 3  # type: ignore[operator]


def test_a_generator_hands_over_and_its_consumer_enters_anew() -> None:
    recording = record(
        """
import wakepoint
async def numbers():
    for n in range(2):
        await wakepoint.yield_now()
        yield n
async def main():
    return [n async for n in numbers()]
async def loop():
    async for n in numbers():
        pass
wakepoint.run(loop())
"""
    )
    entered = [label for what, label in states(recording, "loop") if what == "entered"]
    assert entered == ["numbers()"] * 3  # two numbers, and the one that says: exhausted
    suspended = [label for what, label in states(recording, "numbers") if what == "suspended"]
    assert suspended == ["wakepoint.yield_now()", "n"] * 2


def test_nested_coroutines_know_their_parents() -> None:
    recording = record(
        """
import wakepoint
async def leaf():
    await wakepoint.yield_now()
async def branch():
    await leaf()
async def root():
    await branch()
wakepoint.run(root())
"""
    )
    started = facts(recording, "machine.started")
    assert [f["parent"] for f in started] == [None, 1, 2]
    assert len(facts(recording, "state.suspended")) == 3


def test_the_result_of_a_coroutine_and_what_it_raised() -> None:
    recording = record(
        """
import wakepoint
async def good():
    await wakepoint.yield_now()
    return 42
async def bad():
    await wakepoint.yield_now()
    raise ValueError("no")
async def main():
    try:
        await bad()
    except ValueError:
        return await good()
wakepoint.run(main())
"""
    )
    assert [f["value"] for f in facts(recording, "machine.returned")] == ["42", "42"]
    (raised,) = facts(recording, "machine.raised")
    assert (raised["error"], raised["message"], raised["line"]) == ("ValueError", "no", 8)


def test_a_loser_is_cancelled_where_it_stood() -> None:
    recording = record(
        """
import wakepoint
async def slow():
    await wakepoint.sleep(60)
async def main():
    await wakepoint.select(slow(), wakepoint.yield_now())
wakepoint.run(main())
"""
    )
    (raised,) = facts(recording, "machine.raised")
    assert (raised["error"], raised["line"]) == ("Cancelled", 4)
    assert raised["message"] == "select was done without it"
    assert len(facts(recording, "timer.cancelled")) == 1


def test_what_is_dropped_is_dropped_where_it_stood() -> None:
    recording = record(
        """
import wakepoint
async def slow():
    await wakepoint.sleep(60)
class Drops(wakepoint.Future):
    def poll(self, cx):
        future = wakepoint.into_future(slow())
        future.poll(cx)
        future.drop()
        return wakepoint.Ready(None)
wakepoint.run(Drops())
"""
    )
    assert [f["state"] for f in facts(recording, "machine.dropped")] == [1]
    assert len(facts(recording, "timer.cancelled")) == 1


def test_timers_fire_one_a_turn_in_the_order_of_their_deadlines() -> None:
    recording = record(
        """
import wakepoint
async def main():
    await wakepoint.join(*(wakepoint.sleep(0.001) for _ in range(5)))
wakepoint.run(main())
"""
    )
    assert [f["timer"] for f in facts(recording, "timer.fired")] == [1, 2, 3, 4, 5]
    assert len(facts(recording, "task.polled")) == 6


def test_a_wake_from_another_thread_is_the_threads() -> None:
    recording = record(
        """
import wakepoint
async def main():
    return await wakepoint.spawn_blocking(sum, [1, 2, 3])
assert wakepoint.run(main()) == 6
"""
    )
    wakes = [event for event in recording.events if event.kind == "waker.woken"]
    assert all(event.by == "thread" for event in wakes)


@pytest.mark.parametrize(
    ("source", "kind", "error", "line"),
    [
        ("x = (", "syntax-error", "SyntaxError", 1),
        ("\n\n1 / 0", "raised", "ZeroDivisionError", 3),
        ("import sys\nsys.exit(3)", "exited", None, 2),
        ("while True:\n    pass", "timeout", None, 2),
    ],
)
def test_how_a_script_may_end(source: str, kind: str, error: str | None, line: int) -> None:
    outcome = record(source, timeout=0.2 if kind == "timeout" else None).outcome
    assert (outcome.kind, outcome.error) == (kind, error)
    assert outcome.frames[-1].line in (line, line - 1)  # a bare loop stands at its head or body


def test_a_deadlock_names_who_waits_for_what() -> None:
    recording = record(
        """
import wakepoint

class Never(wakepoint.Future):
    def __repr__(self):
        return "a letter that nobody sends"
    def poll(self, cx):
        return wakepoint.PENDING

async def reader():
    await Never()

async def main():
    await wakepoint.spawn(reader())

wakepoint.run(main())
"""
    )
    assert recording.outcome.kind == "deadlock"
    waiting = {w.name: (w.line, w.waits_for) for w in recording.outcome.waiting}
    assert waiting["reader"] == (11, "a letter that nobody sends")
    assert waiting["main"] == (14, "JoinHandle(task 2)")


def test_events_beyond_the_limit_are_counted_without_what_coroutines_do() -> None:
    from wakepoint.recording import Recorder

    source = """
import wakepoint
async def main():
    for _ in range(100):
        await wakepoint.yield_now()
wakepoint.run(main())
"""
    whole = record(source)
    cut = record(source, recorder=Recorder(limit=50))
    assert cut.events == whole.events[:50]
    left_out = whole.events[50:]
    of_coroutines = [e for e in left_out if e.kind.startswith(("state.", "machine.", "future."))]
    assert len(left_out) - len(of_coroutines) <= cut.truncated <= len(left_out)


def test_nothing_of_the_recorder_is_left_behind() -> None:
    import sys

    from wakepoint.runtime import build, builder

    main = sys.modules["__main__"]
    record("import wakepoint\nwakepoint.run(wakepoint.yield_now())")
    assert builder.make is build
    assert sys.modules["__main__"] is main
    assert sys.gettrace() is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has epoll")
def test_a_programs_own_waits_are_told_with_their_limits() -> None:
    source = """
import wakepoint
from wakepoint.executor import current

async def main():
    await wakepoint.sleep(0.001)
    kernel = current().reactor.kernel
    epoll = kernel.epoll_create1()
    kernel.epoll_wait(epoll, 0)
    kernel.epoll_wait(epoll, 0.002)
    kernel.epoll_close(epoll)

wakepoint.run(main())
"""
    calls = [e.facts for e in record(source, backend="epoll").events if e.kind == "kernel.called"]
    waits = [call["args"][1] for call in calls if call["name"] == "epoll_wait"]
    assert waits == ["until timer 1", "timeout 0", "timeout 0.002"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows starts no processes this way")
def test_a_child_has_the_same_name_in_every_run() -> None:
    source = """
import wakepoint

async def main():
    child = wakepoint.Command("true").spawn()
    await child.wait()

wakepoint.run(main())
"""
    (entered,) = facts(record(source), "state.entered")
    assert entered["variables"] == [
        {"name": "child", "value": "Child(process 1, running or not waited for)"}
    ]
