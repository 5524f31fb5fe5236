"""The groove of the scrubber shows who runs when."""

from __future__ import annotations

import re

import pytest

from mkdocs_wakepoint.views.stepper.track import WIDTH, Track
from wakepoint.recording import record

ENDS = {
    "ready": "await wakepoint.yield_now()",
    "raised": "await wakepoint.yield_now(); raise ValueError",
    "dropped": "await wakepoint.sleep(60)",
}


@pytest.mark.parametrize("ends", ENDS)
def test_a_bar_ends_where_the_poll_does(ends: str) -> None:
    recording = record(f"""
import wakepoint

async def work():
    {ENDS[ends]}

async def main():
    task = wakepoint.spawn(work())
    await wakepoint.yield_now()
    if {ends == "dropped"}:
        task.abort()
    try:
        await task
    except (ValueError, wakepoint.JoinError):
        pass

wakepoint.run(main())
""")
    assert recording.outcome.kind == "finished", recording.outcome
    events = recording.events
    polled = [at for at, each in enumerate(events) if is_of(each.kind, "polled")]
    ended = [
        at for at, each in enumerate(events) if is_of(each.kind, "pending|ready|raised|dropped")
    ]
    scale = WIDTH / len(events)
    expected = [
        (begin * scale, (end + 1) * scale) for begin, end in zip(polled, ended, strict=True)
    ]
    assert events[ended[-2]].kind == f"task.{ends}"

    bars = re.findall(
        r'"wp-task wp-task-\d+" x="([\d.]+)".*?width="([\d.]+)"', Track(events).picture()
    )
    drawn = sorted((float(left), float(left) + float(width)) for left, width in bars)
    assert len(drawn) == len(expected)
    for (left, right), (begin, end) in zip(drawn, expected, strict=True):
        assert left == pytest.approx(begin, abs=0.2)
        assert right == pytest.approx(end, abs=0.2)


def is_of(kind: str, names: str) -> bool:
    """True if it is an event of a task's poll, of one of these names."""
    return re.fullmatch(rf"task\.({names})", kind) is not None
