"""A snippet with a trace function of its own: what the recorder could not see is told."""

from __future__ import annotations

import sys
from textwrap import dedent

import pytest
from tools.snippets import run

from wakepoint.recording import record

NAPS = """
import sys, threading, wakepoint
async def main():
    await wakepoint.sleep(0.001)
    await wakepoint.sleep(0.001)
"""

# The snippet, and the line of it that is named.
LOST = {
    "at the top": (
        """
        import sys, wakepoint
        sys.settrace(lambda frame, event, arg: None)
        async def main():
            await wakepoint.sleep(0.001)
        wakepoint.run(main())
        """,
        3,
    ),
    "inside a coroutine": (
        """
        import sys, wakepoint
        async def main():
            sys.settrace(lambda frame, event, arg: None)
            await wakepoint.sleep(0.001)
        wakepoint.run(main())
        """,
        4,
    ),
    "in a function that is imported": (
        """
        import trace, wakepoint
        async def main():
            await wakepoint.sleep(0.001)
        trace.Trace(count=True, trace=False).runfunc(lambda: wakepoint.run(main()))
        """,
        5,
    ),
    "switched off": (
        """
        import sys, wakepoint
        async def main():
            await wakepoint.sleep(0.001)
        sys.settrace(None)
        wakepoint.run(main())
        """,
        5,
    ),
    "set for a while and put back": (
        """
        import sys, wakepoint
        async def main():
            await wakepoint.sleep(0.001)
        before = sys.gettrace()
        sys.settrace(lambda frame, event, arg: None)
        wakepoint.run(main())
        sys.settrace(before)
        wakepoint.run(main())
        """,
        6,
    ),
    "set again and again": (
        """
        import sys, wakepoint
        async def main():
            for n in range(3):
                sys.settrace(lambda frame, event, arg: None)
                await wakepoint.sleep(0.001)
        wakepoint.run(main())
        """,
        5,
    ),
    "by its other name": (
        """
        from sys import settrace as watch
        import wakepoint
        async def main():
            await wakepoint.sleep(0.001)
        watch(print and (lambda *_: None))
        wakepoint.run(main())
        """,
        6,
    ),
    "before it fails": (
        """
        import sys, wakepoint
        async def main():
            await wakepoint.sleep(0.001)
        sys.settrace(lambda frame, event, arg: None)
        """,
        5,
    ),
}

KEPT = {
    "read": "sys.gettrace()",
    "put back as it was": "sys.settrace(sys.gettrace())",
    "a profile function": "sys.setprofile(lambda frame, event, arg: None)",
    "for other threads": (
        "threading.settrace(lambda frame, event, arg: None)\n"
        "t = threading.Thread(target=print); t.start(); t.join()"
    ),
    "in another thread": (
        "t = threading.Thread(target=sys.settrace, args=(lambda frame, event, arg: None,))\n"
        "t.start(); t.join()"
    ),
    "by a thread's own code": (
        "def other(): sys.settrace(lambda frame, event, arg: None)\n"
        "t = threading.Thread(target=other); t.start(); t.join()"
    ),
    "for the profile of other threads": "threading.setprofile(lambda frame, event, arg: None)",
}
if sys.version_info >= (3, 12):
    KEPT["monitoring"] = (
        "sys.monitoring.use_tool_id(0, 'mine')\n"
        "sys.monitoring.register_callback(0, sys.monitoring.events.PY_START, lambda *_: None)\n"
        "sys.monitoring.set_events(0, sys.monitoring.events.PY_START)"
    )


# Python 3.12 and later have room for several tools; a trace function takes nobody's place there.
takes_the_place = pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="only on Python 3.11 the recorder has a trace function"
)


@takes_the_place
@pytest.mark.parametrize("how", LOST)
def test_a_trace_function_in_the_recorders_place_is_told(how: str) -> None:
    source, line = LOST[how]
    ran = run(source, show=("output", "machine", "table"))
    assert ran.problems == [
        (
            f"docs/page.md:{10 + line}: the snippet traces itself in the recorder's place; "
            "machines are not recorded from here on; remove it, or leave lowered, machine, table, "
            "timeline and expect out"
        )
    ]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python 3.11 has no sys.monitoring")
@pytest.mark.parametrize("how", LOST)
def test_a_trace_function_is_no_matter_where_there_is_monitoring(how: str) -> None:
    ran = run(LOST[how][0], show=("output", "machine", "table"))
    assert ran.problems == []
    naps = {"set for a while and put back": 2, "set again and again": 3, "before it fails": 0}
    kinds = [event.kind for event in ran.recording.events]
    assert kinds.count("state.suspended") == naps.get(how, 1)


TAKEN = """
import sys, wakepoint
async def main():
    await wakepoint.sleep(0.001)
monitoring = sys.monitoring
(ours,) = (each for each in range(6) if monitoring.get_tool(each) == "wakepoint")
{what}
wakepoint.run(main())
"""


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python 3.11 has no sys.monitoring")
@pytest.mark.parametrize(
    "what",
    [
        "monitoring.set_events(ours, 0)",
        "monitoring.free_tool_id(ours)",
        "monitoring.register_callback(ours, monitoring.events.PY_START, None)",
    ],
)
def test_a_snippet_that_takes_the_recorders_tool_is_told(what: str) -> None:
    ran = run(TAKEN.format(what=what), show=("machine",))
    assert [problem.partition(": ")[0] for problem in ran.problems] == ["docs/page.md:15"]


@pytest.mark.parametrize("how", KEPT)
def test_what_does_not_take_its_place_leaves_the_machine(how: str) -> None:
    ran = run(f"{NAPS}{KEPT[how]}\nwakepoint.run(main())\n", show=("machine",))
    assert ran.problems == []
    kinds = [event.kind for event in ran.recording.events]
    assert kinds.count("state.suspended") == 2


@pytest.mark.parametrize("show", [("code", "output", "kernel"), ("output",)])
def test_where_no_machine_is_shown_nothing_is_told(show: tuple[str, ...]) -> None:
    assert run(LOST["at the top"][0], show=show).problems == []


def test_a_snippet_without_coroutines_may_trace_itself() -> None:
    assert run("import sys\nsys.settrace(lambda *_: None)\n", show=("machine",)).problems == []


@takes_the_place
def test_figures_that_are_expected_of_such_a_run_are_told_with_the_reason() -> None:
    problems = run(LOST["at the top"][0], show=("output",), expect={"suspended": 1}).problems
    assert ["expected suspended=1 and counted 0" in line for line in problems] == [True, False]
    assert "traces itself in the recorder's place" in problems[1]


@takes_the_place
def test_a_recording_inside_a_recording_is_no_replacement() -> None:
    inner = dedent(LOST["at the top"][0])
    outer = (
        f"import sys, wakepoint\nfrom wakepoint.recording import record\n{NAPS}"
        f"inner = record({inner!r})\nassert inner.events[-1].kind == 'trace.replaced'\n"
        "wakepoint.run(main())\n"
    )
    kinds = [event.kind for event in run(outer).recording.events]
    assert "trace.replaced" not in kinds
    assert kinds.count("state.suspended") == 2


def test_what_traced_before_a_recording_goes_on_afterwards() -> None:
    def mine(frame: object, event: str, arg: object) -> None:
        return None

    before = sys.gettrace()
    sys.settrace(mine)
    try:
        record("x = 1\n")
        assert sys.gettrace() is mine
    finally:
        sys.settrace(before)
