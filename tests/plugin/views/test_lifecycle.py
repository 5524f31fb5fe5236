"""The life of a future: what became of each task, and how often each way was taken."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from bs4 import Tag
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.drawn import drawn, one, ran, texts

from mkdocs_wakepoint.views.lives import (
    CREATED,
    DROPPED,
    MOVES,
    PENDING,
    POLLED,
    QUEUED,
    RAISED,
    READY,
    STATES,
    Lives,
    Move,
)
from wakepoint.recording import Recording
from wakepoint.recording.figures import figures

FOUR = """
    import wakepoint

    async def nap():
        await wakepoint.sleep(0.010)

    async def step_back():
        await wakepoint.yield_now()
        raise ValueError

    async def wait_long():
        await wakepoint.sleep(60)

    async def main():
        napping = wakepoint.spawn(nap())
        stepping = wakepoint.spawn(step_back())
        waiting = wakepoint.spawn(wait_long())
        await napping
        try:
            await stepping
        except ValueError:
            pass
        waiting.abort()

    wakepoint.run(main())
"""
DEADLOCK = """
    import wakepoint

    class Never(wakepoint.Future):
        def poll(self, context):
            return wakepoint.PENDING

    async def main():
        wakepoint.spawn(Never())
        await Never()

    wakepoint.run(main())
"""


def lived(recording: Recording) -> Lives:
    lives = Lives()
    for event in recording.events:
        lives.take(event)
    return lives


def counts(picture: Tag) -> dict[Move, int]:
    """What the arrows of a picture say."""
    said = {}
    for arrow in picture.select("[data-move]"):
        source, target = str(arrow["data-move"]).split()
        number = re.search(r"×(\d+)$", one(arrow, "text").get_text())
        said[source, target] = int(number[1]) if number else 0
    return said


def test_each_arrow_says_how_often_it_was_taken() -> None:
    assert counts(drawn(FOUR, "lifecycle")) == {
        (CREATED, QUEUED): 4,
        (QUEUED, POLLED): 7,
        (QUEUED, DROPPED): 0,
        (POLLED, QUEUED): 1,
        (POLLED, PENDING): 3,
        (POLLED, READY): 2,
        (POLLED, RAISED): 1,
        (POLLED, DROPPED): 1,
        (PENDING, QUEUED): 2,
        (PENDING, POLLED): 1,
        (PENDING, DROPPED): 0,
    }


def test_each_task_stands_where_its_run_left_it() -> None:
    page = drawn(FOUR, "lifecycle")
    standing = {
        box["data-life"]: texts(box, ".wp-life-task") for box in page.select("svg [data-life]")
    }
    assert {state: tasks for state, tasks in standing.items() if tasks} == {
        READY: ["2", "1"],  # from right to left
        RAISED: ["3"],
        DROPPED: ["4"],
    }


def test_what_the_run_did_not_do_is_a_ghost() -> None:
    page = drawn("import wakepoint\nwakepoint.run(wakepoint.sleep(0.01))", "lifecycle")
    ghosts = [box["data-life"] for box in page.select("svg .wp-unvisited")]
    assert ghosts == [RAISED, DROPPED]
    untaken = {tuple(str(arrow["data-move"]).split()) for arrow in page.select(".wp-untaken")}
    assert untaken == {move for move, count in counts(page).items() if not count}


def test_tasks_that_nobody_wakes_are_pending_until_the_run_ends() -> None:
    lives = lived(ran(DEADLOCK))
    assert lives.counts[POLLED, PENDING] == 2
    assert lives.counts[PENDING, DROPPED] == 2
    assert set(lives.standing.values()) == {DROPPED}


def test_a_task_that_is_woken_while_it_ends_is_not_queued_again() -> None:
    source = """
        import wakepoint

        class WakesAndEnds(wakepoint.Future):
            def poll(self, context):
                context.waker.wake()
                return wakepoint.Ready(1)

        wakepoint.run(WakesAndEnds())
    """
    recording = ran(source)
    assert figures(recording).wakes == 1
    assert lived(recording).counts == {
        (CREATED, QUEUED): 1,
        (QUEUED, POLLED): 1,
        (POLLED, READY): 1,
    }


def test_every_state_is_explained_in_words() -> None:
    page = drawn(FOUR, "lifecycle")
    assert dict(zip(texts(page, "dt"), texts(page, "dd"), strict=True)) == STATES
    described = one(page, ".wp-lifecycle desc").get_text()
    assert "polled to pending (answers Pending): 3" in described
    assert "pending to dropped" not in described


def test_wake_ups_without_effect_are_told() -> None:
    source = """
        import wakepoint

        class Twice(wakepoint.Future):
            polled = False

            def poll(self, context):
                if self.polled:
                    return wakepoint.Ready(1)
                self.polled = True
                context.waker.wake()
                context.waker.wake()
                return wakepoint.PENDING

        wakepoint.run(Twice())
    """
    caption = one(drawn(source, "lifecycle"), ".wp-lifecycle figcaption").get_text()
    assert "1 wake-up had no effect" in caption


def test_more_tasks_than_there_is_room_for_are_counted() -> None:
    source = """
        import wakepoint

        async def main():
            await wakepoint.join(*[wakepoint.spawn(wakepoint.sleep(0.01)) for _ in range(9)])

        wakepoint.run(main())
    """
    box = one(drawn(source, "lifecycle"), f"svg [data-life={READY}]")
    assert texts(box, ".wp-life-task") == ["+6", "4", "3", "2", "1"]


@pytest.mark.parametrize("show", [("code", "lifecycle"), ("code", "machine", "lifecycle")])
def test_it_stands_in_the_stepper(show: tuple[str, ...]) -> None:
    page = drawn(FOUR, *show)
    (figure,) = page.select(".wp-lifecycle")
    assert figure.find_parent(class_="wp-pane")
    assert "move queued polled" in str(one(page, ".wp-run"))


def test_a_page_without_it_does_not_carry_its_data() -> None:
    assert "move queued polled" not in str(one(drawn(FOUR, "code", "machine"), ".wp-run"))


def test_nothing_lies_outside_of_the_picture_and_a_phone_has_room_for_it() -> None:
    svg = one(drawn(FOUR, "lifecycle"), ".wp-lifecycle svg")
    assert int(str(svg["width"])) <= 330
    for box in svg.select("[data-life]"):
        x, y = map(float, re.findall(r"[\d.]+", str(box["transform"]))[:2])
        frame = one(box, ".wp-box")
        assert x + float(str(frame["width"])) <= int(str(svg["width"]))
        assert y + float(str(frame["height"])) <= int(str(svg["height"]))


PARTS = {
    "nap": "await wakepoint.sleep(0.001)",
    "yield": "await wakepoint.yield_now()",
    "raise": "raise ValueError",
    "spawn": "started.append(wakepoint.spawn(wakepoint.sleep(0.002)))",
    "abort": "started and started.pop().abort()",
}


@settings(max_examples=40)
@given(st.lists(st.lists(st.sampled_from(sorted(PARTS)), max_size=4), min_size=1, max_size=4))
def test_whatever_runs_goes_only_where_an_arrow_leads(bodies: list[list[str]]) -> None:
    functions = [
        f"async def f{n}():\n" + "".join(f"    {PARTS[part]}\n" for part in [*body, "nap"])
        for n, body in enumerate(bodies)
    ]
    spawns = "".join(f"    started.append(wakepoint.spawn(f{n}()))\n" for n in range(len(bodies)))
    main = f"async def main():\n{spawns}    await wakepoint.sleep(0.003)\n"
    lines = ["import wakepoint\nstarted = []\n", *functions, main, "wakepoint.run(main())\n"]
    recording = ran("".join(lines))
    lives, counted = lived(recording), figures(recording)
    assert lives.counts.keys() <= MOVES.keys()
    arrived: Counter[str] = Counter()
    for (source, target), count in lives.counts.items():
        arrived[target] += count
        arrived[source] -= count
    assert {state: n for state, n in arrived.items() if n and state != CREATED} == Counter(
        lives.standing.values()
    )
    assert lives.counts[CREATED, QUEUED] == counted.tasks
    assert lives.counts[QUEUED, POLLED] + lives.counts[PENDING, POLLED] == counted.polls
    assert lives.counts[PENDING, QUEUED] + lives.counts[POLLED, QUEUED] <= counted.wakes
