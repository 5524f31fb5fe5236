"""A handle whose task has ended is awaited like any other: its state is entered."""

from __future__ import annotations

import textwrap

from wakepoint.recording import record

SOURCE = textwrap.dedent(
    """
    import wakepoint

    async def work():
        return 1

    async def main():
        handle = wakepoint.spawn(work())
        await wakepoint.yield_now()
        assert handle.is_finished()
        return await handle

    wakepoint.run(main())
    """
)


def test_the_await_of_a_task_that_has_ended_is_told() -> None:
    recording = record(SOURCE)
    polled = [event.facts for event in recording.events if event.kind == "future.polled"]
    assert [(facts["type"], facts["outcome"]) for facts in polled] == [
        ("YieldNow", "pending"),
        ("YieldNow", "ready"),
        ("JoinHandle", "ready"),
    ]
