"""The timeline: what becomes a row, what is folded, and what the picture and its table say."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from bs4 import Tag
from hypothesis import given
from hypothesis import strategies as st
from tools.drawn import drawn, one, ran, texts

from mkdocs_wakepoint.fence import header, options
from mkdocs_wakepoint.snippet import Location
from mkdocs_wakepoint.views import page
from mkdocs_wakepoint.views.calls import rows
from mkdocs_wakepoint.views.folding import MAX_ROWS, Fold, fold
from mkdocs_wakepoint.views.lanes import CHARACTER
from mkdocs_wakepoint.views.row import MAX_TASKS, OTHERS, Row
from mkdocs_wakepoint.views.story import tell
from wakepoint.recording import Recording, record
from wakepoint.recording.figures import figures

NAPS = """
    import wakepoint

    async def naps():
        await wakepoint.sleep(0.010)
        await wakepoint.sleep(0.020)
        return 2

    wakepoint.run(naps())
"""

PIPE = """
    import wakepoint

    async def read(reader):
        return await reader.read(100)

    async def main():
        reader, writer = wakepoint.pipe()
        task = wakepoint.spawn(read(reader))
        await wakepoint.sleep(0.001)
        await writer.write_all(b"12345")
        print(await task)
        reader.close()
        writer.close()

    wakepoint.run(main())
"""

COUNTDOWN = """
    from wakepoint import PENDING, Future, Ready, run

    class Countdown(Future):
        def __init__(self, count):
            self.count = count

        def poll(self, cx):
            self.count -= 1
            if self.count == 0:
                return Ready("lift-off")
            cx.waker.wake()
            return PENDING

    run(Countdown(POLLS))
"""


def told(source: str) -> list[Row]:
    return rows(tell(ran(source)))


def page_of(recording: Recording) -> Tag:
    return drawn(recording.source, "timeline", recording=recording)


def drawing(recording: Recording) -> Tag:
    return one(page_of(recording), ".wp-timeline svg:not(.wp-heads)")


def lines(some_rows: list[Row]) -> list[str]:
    return [f"{row.source} > {row.target}: {row.text}" for row in some_rows]


# -- the option -----------------------------------------------------------------------------------


def test_a_wake_by_a_primitive_names_the_operation() -> None:
    story = tell(
        ran("""
        from wakepoint import run, spawn
        from wakepoint.sync import Notify

        async def wait(notify):
            await notify.notified()

        async def main():
            notify = Notify()
            task = spawn(wait(notify))
            spawn(tell(notify))
            await task

        async def tell(notify):
            notify.notify_one()

        run(main())
        """)
    )
    wakes = [row.text for row in rows(story) if row.kind == "wake" and row.source == "task 3"]
    assert wakes == ["Notify.notify_one in task 3"]


def test_everything_that_show_can_name_is_drawn() -> None:
    assert set(page.VIEWS) | {"code"} == set(options.VIEWS)


def test_what_nothing_draws_is_refused_in_one_line() -> None:
    read = header.parse('show="code gantt"', Location("docs/a.md", 7))
    (problem,) = read.problems
    assert str(problem).startswith("docs/a.md:7: show='code gantt' cannot be; there is no view")


# -- rows -----------------------------------------------------------------------------------------


def test_poll_wait_wake_and_poll_again() -> None:
    texts = [line for line in lines(told(NAPS)) if "kernel" not in line]
    assert texts[:9] == [
        "executor > executor: spawn naps",
        "executor > task 1: poll 1",
        "task 1 > task 1: 1: await wakepoint.sleep(0.010)",
        "task 1 > reactor: timer 1, 10 ms + waker",
        "task 1 > executor: Pending, state 1",
        "executor > reactor: queue empty: park",
        "reactor > waker: timer 1 fired",
        "waker > executor: queue task 1",
        "executor > task 1: poll 2",
    ]
    assert texts[-1] == "task 1 > executor: Ready(2)"


def test_a_wait_in_the_kernel_is_a_call_a_rest_and_a_return() -> None:
    all_rows = told(NAPS)
    kinds = [row.kind for row in all_rows]
    at = kinds.index("parked")
    assert kinds[at - 2 : at + 2] == ["park", "call", "parked", "unpark"]
    assert all_rows[at].text == "parked until timer 1 (10 ms)"
    assert (all_rows[at + 1].source, all_rows[at + 1].target) == ("kernel", "reactor")


@pytest.mark.parametrize("source", [NAPS, PIPE, COUNTDOWN.replace("POLLS", "5")])
def test_nothing_that_can_be_counted_is_missing(source: str) -> None:
    recording = ran(source)
    kinds = [row.kind for row in rows(tell(recording))]
    counted = figures(recording)
    assert kinds.count("poll") == counted.polls
    assert kinds.count("spawn") == counted.tasks
    assert kinds.count("wake") == 2 * counted.wakes + counted.idle_wakes
    assert kinds.count("park") == kinds.count("parked") == counted.parked
    assert kinds.count("call") == sum(counted.calls.values())


def test_an_await_that_does_not_suspend_is_told_apart() -> None:
    source = """
        import wakepoint

        async def cached():
            return 1

        async def main():
            await cached()
            await wakepoint.sleep(0.001)

        wakepoint.run(main())
    """
    states = [row.text for row in told(source) if row.kind == "state"]
    assert states == ["main 1: await cached(): straight on", "main 2: await wakepoint.sleep(0.001)"]


def test_of_nested_machines_it_is_told_where_each_stands() -> None:
    source = """
        import wakepoint

        async def inner():
            await wakepoint.sleep(0.001)

        async def outer():
            await wakepoint.yield_now()
            await inner()

        wakepoint.run(outer())
    """
    pending = [(row.text, row.full) for row in told(source) if row.kind == "pending"]
    assert pending == [
        ("Pending, state 1", "Pending: outer in state 1"),
        ("Pending, 2 deep", "Pending: outer in state 2, inner in state 1"),
    ]


def test_a_wake_that_does_nothing_queues_nothing() -> None:
    source = """
        from wakepoint import PENDING, Future, Ready, run

        class Eager(Future):
            polls = 0

            def poll(self, cx):
                self.polls += 1
                cx.waker.wake()
                cx.waker.wake()
                return PENDING if self.polls == 1 else Ready(None)

        run(Eager())
    """
    first = [row for row in told(source) if row.kind in ("wake", "pending")][:4]
    assert [row.text for row in first] == ["wake", "queue task 1", "wake, to no effect", "Pending"]


def test_many_tasks_share_a_lane_and_are_told_apart() -> None:
    source = f"""
        import wakepoint

        async def nothing():
            pass

        async def main():
            for task in [wakepoint.spawn(nothing()) for _ in range({MAX_TASKS + 2})]:
                await task

        wakepoint.run(main())
    """
    recording = ran(source)
    polls = [row for row in rows(tell(recording)) if row.kind == "poll" and row.target == OTHERS]
    assert [row.text for row in polls] == [
        f"poll 1 of task {number}" for number in range(MAX_TASKS + 1, MAX_TASKS + 4)
    ]
    names = texts(page_of(recording), ".wp-lane-name")
    tasks = [f"task {number}" for number in range(1, MAX_TASKS + 1)]
    assert names[: MAX_TASKS + 3] == ["executor", *tasks, OTHERS, "waker"]


@pytest.mark.parametrize(
    "body, last",
    [
        ("raise ValueError('no')", "raised ValueError: no"),
        ("await wakepoint.Future()", "raised NotImplementedError"),
        ("return '<b>' + 100 * 'x'", "Ready('<b>xxxxxxxxxxxx"),
    ],
)
def test_each_end_is_told(body: str, last: str) -> None:
    source = f"import wakepoint\nasync def main():\n    {body}\nwakepoint.run(main())"
    recording = ran(source)
    ends = [row for row in rows(tell(recording)) if row.source == "task 1" and not row.within]
    assert ends[-1].text.startswith(last)
    assert texts(page_of(recording), "td code")[-1] == ends[-1].full


def test_a_run_that_hangs_in_a_poll_has_a_timeline() -> None:
    source = "import wakepoint\nasync def main():\n    while True: pass\nwakepoint.run(main())"
    recording = record(source, backend="simulated", timeout=0.1)
    assert recording.outcome.kind == "timeout"
    assert len(drawing(recording).select(".wp-bar")) == 1


def test_a_wait_that_was_interrupted_is_told() -> None:
    whole = ran(NAPS)
    (first, *_) = [event.n for event in whole.events if event.kind == "executor.parked"]
    recording = replace(whole, events=whole.events[:first])
    assert [row.kind for row in rows(tell(recording))[-2:]] == ["park", "parked"]
    parked = "parked until timer 1 (10 ms), which did not come"
    assert texts(page_of(recording), "td code")[-1] == parked
    assert texts(page_of(recording), ".wp-parked title") == [parked]


def test_without_a_task_it_says_so() -> None:
    page = page_of(ran("print(1)"))
    assert texts(page, ".wp-caption")[0] == "No task ran, so there is no timeline."
    assert page.select("svg") == []


# -- folding --------------------------------------------------------------------------------------


def unfolded(steps: list[Row | Fold]) -> list[Row]:
    found: list[Row] = []
    for step in steps:
        found += step.rows if isinstance(step, Fold) else step.stands_for or [step]
    return found


def test_turns_that_repeat_are_folded_and_said_to_be() -> None:
    all_rows = told(COUNTDOWN.replace("POLLS", "200"))
    steps = fold(all_rows)
    assert unfolded(steps) == all_rows
    (folded,) = [step for step in steps if isinstance(step, Fold)]
    first, last = folded.rows[0].n, folded.rows[-1].n
    assert folded.text == f"the same 198 times more: events {first}–{last}"
    assert len(steps) < 12
    assert [row.text for row in steps if isinstance(row, Row)][-1] == "Ready('lift-off')"


SOCKETS = """
    import wakepoint

    async def main():
        with wakepoint.TcpListener.bind() as listener:
            with await wakepoint.TcpStream.connect(*listener.local_addr) as stream:
                try:
                    await wakepoint.timeout(0.01, stream.read(1))
                except TimeoutError:
                    print("nothing came")

    wakepoint.run(main())
"""


def test_calls_that_set_something_up_are_one_row_and_each_in_the_table() -> None:
    recording = ran(SOCKETS)
    steps = fold(rows(tell(recording)))
    first = next(step for step in steps if isinstance(step, Row) and step.stands_for)
    names = ["socket", "setsockopt", "bind", "listen", "getsockname"]
    assert [row.call for row in first.stands_for] == names
    assert first.text == f"{len(names)} set-up calls: {', '.join(names)}"
    assert (first.source, first.target) == ("task 1", "kernel")
    cells = texts(page_of(recording), "tbody td code")
    assert [cell.partition("(")[0] for cell in cells if cell.startswith("listen")] == ["listen"]


def test_of_a_wait_it_is_told_how_long_it_may_take_and_for_what() -> None:
    all_rows = rows(tell(ran(SOCKETS, "auto")))
    parked = [row.text for row in all_rows if row.kind == "parked"]
    waits = [row.text for row, after in pairwise(all_rows) if after.kind == "parked"]
    assert any("timer 1 (10 ms) or " in text for text in parked), parked
    assert any("until timer 1" in text or "timeout" in text for text in waits), waits


def test_few_rows_are_not_folded() -> None:
    all_rows = told(COUNTDOWN.replace("POLLS", "4"))
    assert fold(all_rows) == all_rows


def row(n: int, kind: str) -> Row:
    return Row(n, kind, "executor", "task 1", f"{kind} {n}", (kind,))


@given(st.lists(st.sampled_from(["poll", "call", "wake"]), max_size=400))
def test_a_fold_loses_and_moves_nothing(kinds: list[str]) -> None:
    all_rows = [row(n, kind) for n, kind in enumerate(kinds, 1)]
    steps = fold(all_rows)
    assert unfolded(steps) == all_rows
    assert len(steps) <= MAX_ROWS + 1
    for step in steps:
        if isinstance(step, Fold):
            assert re.findall(r"\d+(?=–)|(?<=–)\d+", step.text) == [
                str(step.rows[0].n),
                str(step.rows[-1].n),
            ]


# -- the picture and the table --------------------------------------------------------------------


@pytest.mark.parametrize("source", [NAPS, PIPE, COUNTDOWN.replace("POLLS", "9")])
def test_two_runs_give_the_same_bytes(source: str) -> None:
    assert str(page_of(ran(source, "auto"))) == str(page_of(ran(source, "auto")))


@pytest.mark.parametrize("source", [NAPS, PIPE])
def test_the_picture_is_well_formed_named_and_free_of_script_and_style(source: str) -> None:
    svg = drawing(ran(source))
    ET.fromstring(str(svg))  # raises if it is not
    assert svg["role"] == "img"
    for attribute, name in (("aria-labelledby", "title"), ("aria-describedby", "desc")):
        assert one(svg, f"[id='{svg[attribute]}']").name == name
    assert not svg.select("style, script, foreignObject")


@pytest.mark.parametrize("source", [NAPS, PIPE])
def test_no_text_leaves_the_picture(source: str) -> None:
    svg = drawing(ran(source))
    left, _, width, _ = map(float, str(svg["viewbox"]).split())
    for text in svg.select(".wp-said"):
        content = "".join(text.find_all(string=True, recursive=False))
        room = len(content) * CHARACTER
        x = float(str(text["x"])) - (room / 2 if text["text-anchor"] == "middle" else 0)
        assert x >= left
        assert x + room <= left + width


def test_each_poll_has_a_bar_that_ends_where_it_ends() -> None:
    recording = ran(PIPE)
    page = page_of(recording)
    svg = one(page, ".wp-timeline svg:not(.wp-heads)")
    lanes = {
        one(lane, ".wp-lane-name").get_text(): float(str(one(lane, "rect")["x"]))
        for lane in page.select(".wp-lane")
    }
    bars = [float(str(bar["x"])) for bar in svg.select(".wp-bar")]
    of_tasks = [x for x in bars if x < lanes["waker"]]
    assert len(of_tasks) == figures(recording).polls
    for bar in svg.select(".wp-bar"):
        assert float(str(bar["height"])) > 0


def test_the_table_has_each_row_in_full() -> None:
    recording = ran(PIPE)
    cells = [texts(line, "td") for line in page_of(recording).select("details tbody tr")]
    all_rows = rows(tell(recording))
    assert cells == [
        [str(row.n), row.source, "" if row.within else row.target, row.full] for row in all_rows
    ]


def test_it_is_folded_and_its_line_says_what_is_inside() -> None:
    recording = ran(NAPS)
    box = one(page_of(recording), ".wp > details:not(.wp-steps)")
    counts = f"{len(recording.events)} events, 1 task, 2 parks"
    assert one(box, ":scope > summary").get_text() == f"Timeline: {counts}"
    assert not box.has_attr("open")


def test_it_is_kept_from_the_search_index_and_can_be_scrolled_by_keyboard() -> None:
    figure = one(page_of(ran(NAPS)), "figure")
    assert figure.has_attr("data-search-exclude")
    box = one(figure, ".wp-scroll:has(svg)")
    assert (box["tabindex"], box["role"], box["aria-label"]) == ("0", "group", "Timeline")
