"""An error of the recorder's own ends what it tells of machines, and nothing of the script."""

from __future__ import annotations

import itertools
import signal
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from tools.programs import ECHO

from wakepoint.recording import Recorder, Recording, record, sources
from wakepoint.recording.awaited_code import FutureCode
from wakepoint.recording.calls.describer import Describer
from wakepoint.recording.consistency import check
from wakepoint.recording.leaf_code import LeafCode
from wakepoint.recording.machine_code import MachineCode
from wakepoint.recording.names import Names
from wakepoint.recording.states import States
from wakepoint.recording.tracer import Tracer

SOURCE = """
import wakepoint

done = []

async def fails(n):
    await wakepoint.yield_now()
    raise ValueError(n)

async def numbers():
    yield 1
    await wakepoint.yield_now()

async def main():
    for n in range(3):
        try:
            await fails(n)
        except ValueError as error:
            done.append(str(error))
    async for each in numbers():
        done.append(each)
    done.append(await wakepoint.spawn(wakepoint.sleep(0.001)))

wakepoint.run(main())
done.append("end")
"""
DONE = ["0", "1", "2", 1, None, "end"]

METHODS = (
    (MachineCode, "started"),
    (MachineCode, "resumed"),
    (MachineCode, "yielded"),
    (MachineCode, "returned"),
    (MachineCode, "raised"),
    (MachineCode, "unwound"),
    (FutureCode, "started"),
    (LeafCode, "returned"),
    (States, "variables"),
    (Tracer, "watch"),
)


def recorders(body: str, **names: Any) -> Callable[..., Any]:
    """A function that counts as the recorder's own."""
    scope = {"__name__": "wakepoint.recording.broken", **names}
    exec(f"def broken(*args):\n    {body}", scope)
    broken: Callable[..., Any] = scope["broken"]
    return broken


@pytest.fixture(params=["monitoring", "settrace"])
def means(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """By which means the script is followed."""
    if request.param == "settrace":
        monkeypatch.setattr(sources, "free_tool", lambda: None, raising=False)
    elif sys.version_info < (3, 12):
        pytest.skip("Python 3.11 has no sys.monitoring")
    return str(request.param)


def recorded(recorder: Recorder | None = None) -> Recording:
    main = ModuleType("__main__")
    recording = record(SOURCE, main=main, recorder=recorder)
    assert recording.outcome.kind == "finished", recording.outcome
    assert main.__dict__["done"] == DONE
    assert sys.gettrace() is None
    check(recording)
    return recording


def failures(recording: Recording) -> list[tuple[str, str]]:
    return [(e["error"], e["message"]) for e in recording.events if e.kind == "trace.failed"]


@pytest.mark.usefixtures("means")
@pytest.mark.parametrize("error", ["ValueError('a bug')", "MemoryError()"])
@pytest.mark.parametrize(
    ("where", "method"), METHODS, ids=lambda each: getattr(each, "__name__", each)
)
def test_a_mistake_in_a_callback_stays_the_recorders(
    where: type, method: str, error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, method, recorders(f"raise {error}"))
    recording = recorded()
    assert failures(recording) == [
        ("ValueError", "a bug") if "bug" in error else ("MemoryError", "")
    ]
    kinds = [event.kind for event in recording.events]
    behind = kinds[kinds.index("trace.failed") :]
    assert "task.polled" in behind
    assert not [kind for kind in behind if kind.startswith(("machine.", "state.", "future."))]


@pytest.mark.usefixtures("means")
def test_what_is_right_is_not_called_a_mistake() -> None:
    assert not failures(recorded())


@pytest.mark.usefixtures("means")
def test_what_a_signal_handler_raises_meanwhile_is_the_scripts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resumed = MachineCode.resumed
    ours = recorders(
        "kill(signal)\n    return resumed(*args)",
        kill=signal.raise_signal,
        signal=signal.SIGTERM,
        resumed=resumed,
    )
    monkeypatch.setattr(MachineCode, "resumed", ours)
    before = signal.getsignal(signal.SIGTERM)
    try:
        recording = record(
            "import signal, wakepoint\n"
            "def handler(number, frame):\n"
            "    raise LookupError('from the handler')\n"
            "signal.signal(signal.SIGTERM, handler)\n"
            "async def main():\n"
            "    await wakepoint.yield_now()\n"
            "wakepoint.run(main())\n"
        )
    finally:
        signal.signal(signal.SIGTERM, before)
    assert (recording.outcome.error, recording.outcome.message) == (
        "LookupError",
        "from the handler",
    )


@pytest.mark.usefixtures("means")
def test_a_full_stack_is_the_scripts() -> None:
    recording = record(
        "import wakepoint\nasync def down():\n    await down()\nwakepoint.run(down())\n"
    )
    assert recording.outcome.error == "RecursionError"
    assert "trace.replaced" not in [event.kind for event in recording.events]
    check(recording)


@pytest.mark.parametrize(
    "backend", ["auto", "simulated", pytest.param("io_uring", marks=pytest.mark.io_uring)]
)
@pytest.mark.parametrize(
    "of, method", [(Describer, "__call__"), (Describer, "address"), (Names, "fd")]
)
def test_a_mistake_about_a_kernel_call_stays_the_recorders(
    monkeypatch: pytest.MonkeyPatch, of: type, method: str, backend: str
) -> None:
    monkeypatch.setattr(of, method, recorders("raise ValueError('a bug')"))
    recording = record(ECHO, backend=backend)
    assert recording.outcome.kind == "finished", recording.outcome
    assert failures(recording) == [("ValueError", "a bug")]
    check(recording)


@pytest.mark.usefixtures("means")
@pytest.mark.parametrize("first", range(2, 60, 3))
def test_an_event_that_finds_no_memory_is_the_last(first: int) -> None:
    recorder = Recorder()
    calls = itertools.count()
    recorder.log.add = recorders(
        "if first <= next(calls) < first + 2:\n        raise MemoryError\n    items.extend(*args)",
        calls=calls,
        first=first,
        items=recorder.log.items,
    )
    recording = recorded(recorder)
    assert failures(recording) == ([("MemoryError", "")] if next(calls) > first else [])


@pytest.mark.parametrize("method", ["value", "error"])
def test_a_mistake_about_how_a_task_ended_stays_the_recorders(
    monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    made = getattr(Recorder, method)
    broken = recorders(
        "if args[1] is None or isinstance(args[1], (int, LookupError)):\n"
        "        raise ValueError('a bug')\n"
        "    return made(*args)",
        made=made,
    )
    monkeypatch.setattr(Recorder, method, broken)
    recording = record(
        "import wakepoint\n"
        "class Answer(wakepoint.Future):\n"
        "    def poll(self, context):\n"
        "        return wakepoint.Ready(1)\n"
        "class Fails(wakepoint.Future):\n"
        "    def poll(self, context):\n"
        "        raise LookupError\n"
        "assert wakepoint.run(Answer()) == 1\n"
        "try:\n"
        "    wakepoint.run(Fails())\n"
        "except LookupError:\n"
        "    pass\n"
    )
    assert recording.outcome.kind == "finished", recording.outcome
    assert failures(recording) == [("ValueError", "a bug")]
    check(recording)
