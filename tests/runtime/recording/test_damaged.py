"""What comes back from a run is checked: what is damaged is refused in one clear line."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tools.damage import SOURCE, damaged

from wakepoint.recording import Recording, RecordingError, dumps, loads, record


@pytest.fixture(scope="module")
def run() -> Recording:
    return record(SOURCE, backend="simulated")


@pytest.fixture
def data(run: Recording) -> Any:
    return json.loads(dumps(run))


def refusal(data: Any) -> str:
    with pytest.raises(RecordingError) as caught:
        loads(data if isinstance(data, str) else json.dumps(data))
    text = str(caught.value)
    assert "\n" not in text
    assert len(text) < 250
    return text


def first(data: Any, kind: str) -> Any:
    return next(event for event in data["events"] if event["kind"] == kind)


def test_every_beginning_of_a_run_is_a_recording(run: Recording) -> None:
    for count in range(len(run.events)):
        cut = replace(run, events=run.events[:count], truncated=len(run.events) - count)
        assert loads(dumps(cut)) == cut


def test_what_a_later_version_adds_is_ignored(run: Recording, data: Any) -> None:
    data["more"] = data["environment"]["more"] = data["events"][0]["more"] = {"x": 1.0 and 1}
    data["machines"][0]["states"][0]["more"] = []
    assert loads(json.dumps(data)) == run


def test_a_source_that_is_known_better_takes_the_place_of_its_own(run: Recording) -> None:
    assert loads(dumps(replace(run, source="")), source=run.source) == run
    with pytest.raises(RecordingError, match=r"machine 1: state 0: .* line 3; the source has 2"):
        loads(dumps(run), source="x = 1\n")


# fmt: off
JSON = {
    "": "not a recording: Expecting value",
    "[]": "not a recording: it is no object with a version",
    '"version"': "not a recording: it is no object with a version",
    '{"version": 2}': "recording of version 2; this reads 1",
    '{"version": true}': "recording of version true; this reads 1",
    '{"version": [[1]]}': "recording of version a list; this reads 1",
    '{"version": 1}': "a damaged recording: there is no source",
    '{"version": 1e400}': "not a recording: it has the number 1e400, which is no int",
    '{"version": NaN}': "not a recording: it has the number NaN, which is no int",
    '{"version": 1, "version": 1}': "not a recording: an object has 'version' twice",
    '{"version": ' + "9" * 5000 + "}": "not a recording: it has a number of 5000 digits",
    "[" * 100_000: "not a recording: it is nested too deeply",
    '{"a":' * 100_000: "not a recording: it is nested too deeply",
}
# fmt: on


@pytest.mark.parametrize("text", JSON, ids=range(len(JSON)))
def test_what_is_no_json_of_ours_is_refused(text: str) -> None:
    assert refusal(text).startswith(JSON[text])


def setting(*path: Any) -> Callable[[Any], None]:
    """A change: the last one is the value, and before it stands where."""
    *way, key, value = path

    def change(data: Any) -> None:
        for each in way:
            data = first(data, each) if isinstance(each, str) and "." in each else data[each]
        data[key] = value

    return change


def written(n: int | None) -> dict[str, Any]:
    """A piece of output."""
    return {"stream": "stdout", "text": "a", "n": n}


# fmt: off
CHANGES: dict[str, Callable[[Any], None]] = {
    "source: null is not a text": setting("source", None),
    "source: half of a surrogate pair is no text": setting("source", "\ud800"),
    "environment: backend: 'qnx' is not one of epoll": setting("environment", "backend", "qnx"),
    "environment: system: '../x' is not the name of a": setting("environment", "system", "../x"),
    "environment: recorded: 'today' is not a date": setting("environment", "recorded", "today"),
    "outcome: kind: 'won' is not one of finished": setting("outcome", "kind", "won"),
    "outcome: message: a text of 20001 characters": setting("outcome", "message", "x" * 20_001),
    "piece of output 1: stream: 'log' is not one of": setting(
        "output", [{"stream": "log", "text": ""}]),
    "piece of output 2: n: -1 is not an int": setting(
        "output", [written(0), written(-1)]),
    "piece of output 1: there is no event 999, of": setting("output", [written(999)]),
    "piece of output 3: it follows event 1, one before it event 2": setting(
        "output", [written(2), written(None), written(1)]),
    "frame 1: line: 0 is not an int from 1": setting(
        "outcome", "frames", [{"line": 0, "function": "f"}]),
    "machine 1: kind: 'thread' is not one of": setting("machines", 0, "kind", "thread"),
    "machine 1: state 2: kind: 'sleep' is not one of": setting(
        "machines", 0, "states", 1, "kind", "sleep"),
    "machine 1: state 1: its index is 3": setting("machines", 0, "states", 1, "index", 3),
    "machine 1: state 1: start stands among": setting("machines", 0, "states", 1, "kind", "start"),
    "machine 1: its states do not begin with start": setting("machines", 0, "states", []),
    "machine 1: state 1: its span ends before": setting(
        "machines", 0, "states", 1, "span", "end_line", 1),
    "machine 1: transition 1: it leads from state 0 to 99": setting(
        "machines", 0, "transitions", 0, "target", 99),
    "event 3: kind: 'task.flew' is not a kind of event": setting("events", 2, "kind", "task.flew"),
    "event 3: by: 'nobody' is not an actor": setting("events", 2, "by", "nobody"),
    "event 3: its number is 4": setting("events", 2, "n", 4),
    "poll: true is not an int": setting("task.polled", "poll", True),
    "(task.polled): there is no task 9 yet": setting("task.polled", "task", 9),
    "(task.polled): poll 5 of task 1 is out of order": setting("task.polled", "poll", 5),
    "(task.pending): poll 7 of task 1 has not begun": setting("task.pending", "poll", 7),
    "(machine.started): there is no machine 9": setting("machine.started", "machine", 9),
    "(machine.started): there is no instance 9 yet": setting("machine.started", "parent", 9),
    "(state.entered): there is no state 99": setting("state.entered", "state", 99),
    "(state.entered): state 0 is no suspension": setting("state.entered", "state", 0),
    "(state.suspended): it suspends in state 0, and entered": setting(
        "state.suspended", "state", 0),
    "(state.resumed): there is no state 99": setting("state.resumed", "state", 99),
    "(machine.returned): instance 77 has not started": setting("machine.returned", "instance", 77),
    "variable 1: value: 7 is not a text": setting(
        "machine.started", "variables", [{"name": "a", "value": 7}]),
    "outcome: 'maybe' is not one of pending": setting("future.polled", "outcome", "maybe"),
    "(timer.fired): timer 44 was not armed": setting("timer.fired", "timer", 44),
    "event 14: item 2: 3 is not a text": setting("kernel.called", "args", ["a", 3]),
    "args: null is not a list": setting("kernel.called", "args", None),
}
# fmt: on


@pytest.mark.parametrize("wanted", CHANGES)
def test_what_does_not_fit_is_refused_and_where_it_is_told(data: Any, wanted: str) -> None:
    CHANGES[wanted](data)
    text = refusal(data)
    assert text.startswith("a damaged recording: ")
    assert wanted in text


def test_a_recording_that_does_not_say_when_output_was_written_is_read(data: Any) -> None:
    data["output"] = [{"stream": "stdout", "text": "a"}, written(None), written(2), written(2)]
    recording = loads(json.dumps(data))
    assert [piece.n for piece in recording.output] == [None, None, 2, 2]
    assert recording.written() == {"stdout": "aaaa"}


def test_an_event_behind_the_end_of_its_instance_is_refused(data: Any) -> None:
    ended = first(data, "machine.returned")
    data["events"].append({**ended, "n": len(data["events"]) + 1})
    assert "has ended" in refusal(data)


def test_more_events_than_a_recording_holds_are_refused(data: Any) -> None:
    data["events"] *= 50_000 // len(data["events"]) + 1
    assert "50000 are the most" in refusal(data)


def test_what_is_too_long_is_cut_where_it_is_made() -> None:
    source = (
        "import wakepoint\n"
        "async def deep(n):\n    await (deep(n - 1) if n else wakepoint.spawn(late(), name=NAME))\n"
        "async def late():\n    raise ValueError('m' * 99_999)\n"
        "NAME = 'n' * 9_999\n"
        "def over(n):\n    return over(n + 1)\n"
        "wakepoint.run(deep(2))\n"
    )
    run = record(source, backend="simulated")
    assert loads(dumps(run)) == run
    assert len(run.outcome.message) == 20_000
    (name,) = (event["name"] for event in run.events if str(event.facts.get("name"))[0] == "n")
    assert len(name) == 2_000


def test_a_name_that_is_no_text_becomes_one() -> None:
    run = record(
        "import wakepoint\nasync def main():\n"
        "    await wakepoint.spawn(wakepoint.yield_now(), name=7)\n"
        "wakepoint.run(main())\n",
        backend="simulated",
    )
    assert loads(dumps(run)) == run


def test_any_damage_is_refused_with_nothing_but_an_error_of_ours(data: Any) -> None:
    chance = random.Random(8)
    refused = 0
    for _ in range(400):
        text = json.dumps(damaged(data, chance, chance.choice((1, 2, 5))))
        try:
            recording = loads(text)
        except RecordingError:
            refused += 1
        else:
            assert loads(dumps(recording)) == recording
    assert 0 < refused < 400


def test_executors_that_run_side_by_side_and_one_behind_the_other_are_a_recording() -> None:
    source = (
        "import threading, wakepoint\n"
        "async def main(n):\n    for _ in range(n):\n        await wakepoint.yield_now()\n"
        "    await wakepoint.spawn(wakepoint.sleep(0.001))\n"
        "threads = [threading.Thread(target=lambda: wakepoint.run(main(9))) for _ in range(3)]\n"
        "for thread in threads:\n    thread.start()\n"
        "wakepoint.run(main(3))\n"
        "for thread in threads:\n    thread.join()\n"
        "wakepoint.run(main(2))\n"
    )
    for _ in range(5):
        run = record(source)
        assert run.outcome.kind == "finished"
        assert loads(dumps(run)) == run
