"""The diagram of a machine, its table, and that the two say the same."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from bs4 import Tag
from tools.drawn import drawn, one, texts

STRAIGHT = """
    import wakepoint

    async def ready():
        return 1

    async def main(name):
        first = await ready()
        await wakepoint.sleep(0.001)
        return first

    wakepoint.run(main("Ada"))
"""

LOOP = """
    import wakepoint

    async def main(count):
        total = 0
        for n in range(count):
            await wakepoint.sleep(0.001)
            total += n
        return total

    wakepoint.run(main(5))
"""

DEADLOCK = """
    import wakepoint

    class Never(wakepoint.Future):
        def poll(self, cx):
            return wakepoint.PENDING

    async def main():
        await wakepoint.yield_now()
        await Never()

    wakepoint.run(main())
"""

CLOSED = """
    async def main():
        pass

    main().close()
"""

LEFT = """
    import wakepoint

    async def slow():
        await wakepoint.sleep(1)

    class PolledOnce(wakepoint.Future):
        def poll(self, cx):
            future = wakepoint.into_future(slow())
            future.poll(cx)
            future.drop()
            return wakepoint.Ready(None)

    async def main():
        wakepoint.spawn(slow())
        await PolledOnce()

    wakepoint.run(main())
"""

AROUND = """
    import wakepoint

    async def main(parts):
        while parts:
            await wakepoint.sleep(0.001)
            if not parts.pop():
                return
            await wakepoint.sleep(0.001)

    wakepoint.run(main([False, True, True]))
"""

SOURCES = [STRAIGHT, LOOP, DEADLOCK, CLOSED, LEFT, AROUND]


def rows(page: Tag, table: str) -> dict[str, dict[str, str]]:
    """The table's cells by the first word of their row and the name of their column."""
    whole = one(page, f"[id='{table}']")
    names = texts(whole, "thead th")
    return {
        one(row, "th").get_text().split()[0]: dict(zip(names[1:], texts(row, "td"), strict=True))
        for row in whole.select("tbody tr")
    }


def state(page: Tag, number: int, name: str = "main") -> Tag:
    """The box of a state."""
    return one(page, f"[id='wp-key-{name}'] [data-state='{number}']")


def arrow(page: Tag, source: int, target: int, name: str = "main") -> Tag:
    """The arrow from a state to another."""
    return one(page, f"[id='wp-key-{name}'] [data-from='{source}'][data-to='{target}']")


def words(box: Tag) -> str:
    """All that a box says."""
    return " ".join(texts(box, "text"))


# -- what is said ---------------------------------------------------------------------------------


def test_a_state_says_what_it_awaits_how_often_it_suspended_and_what_it_keeps() -> None:
    page = drawn(STRAIGHT, "machine", "table", machine="main")
    assert words(state(page, 1)) == "1 await ready() ×0 name = 'Ada' line 8 · went straight on"
    assert texts(state(page, 1), ".wp-kept .wp-value") == ["name = 'Ada'"]
    assert texts(state(page, 2), ".wp-live .wp-value") == ["first = 1"]
    assert words(state(page, 2)).endswith("line 9 · waits on timer 1")
    table = rows(page, "wp-key-main-table")
    assert table["1"] == {
        "Line": "8",
        "Entered": "1",
        "Suspended": "0",
        "Saved variables": "○ name = 'Ada'",
        "Awaits": "ready()",
        "Waits on": "",
        "Left by": "2 to state 2: went straight on",
    }
    assert table["2"]["Left by"] == "3 to returned: timer 1 fired"
    assert table["✓"]["Saved variables"] == "Ready(1)"


def test_the_turns_of_a_loop_are_one_arrow() -> None:
    page = drawn(LOOP, "machine", "table")
    loop = arrow(page, 1, 1)
    assert texts(loop, ".wp-badge-text") == ["2–5"]
    assert " ".join(texts(loop, ".wp-cause")) == "timer 1 … 4 fired"
    assert rows(page, "wp-key-main-table")["1"]["Suspended"] == "5"


def test_each_step_of_an_async_for_is_inside_the_generator() -> None:
    page = drawn(
        """
        import wakepoint

        async def items():
            for item in range(3):
                await wakepoint.sleep(0.001)
                yield item

        async def main():
            async for item in items():
                pass

        wakepoint.run(main())
        """,
        "machine",
        "table",
        machine="main",
    )
    row = rows(page, "wp-key-main-table")["1"]
    assert row["Awaits"] == "items()"
    assert row["Waits on"] == "timer 1, 2, 3, inside items()"
    assert "waits on timer 3, inside items()" in words(state(page, 1))


def test_of_exceptions_a_handler_is_drawn_and_a_context_manager_is_not() -> None:
    source = """
        import contextlib
        import wakepoint

        async def main():
            with contextlib.nullcontext():
                await wakepoint.sleep(0.001)
                print("between")
            await wakepoint.sleep(0.001)
            try:
                await wakepoint.sleep(0.001)
            except OSError:
                await wakepoint.sleep(0.001)

        wakepoint.run(main())
    """
    drawing = drawn(source, "machine")
    ghosts = [(tag["data-from"], tag["data-to"]) for tag in drawing.select(".wp-untaken")]
    assert ghosts == [("3", "4"), ("4", "5")]
    assert texts(arrow(drawing, 3, 4), ".wp-condition")[0].startswith("OSError")


def test_in_a_deadlock_it_stands_where_it_is_stuck() -> None:
    page = drawn(DEADLOCK, "machine", "table")
    assert "wp-stuck" in state(page, 2)["class"]
    assert words(state(page, 2)).endswith("line 10 · still waits on Never")
    table = rows(page, "wp-key-main-table")
    assert table["2"]["Waits on"] == "Never (still)"
    assert table["✗"]["Entered"] == "never"


def test_what_was_dropped_says_where() -> None:
    page = drawn(LEFT, "machine", "table", machine="slow")
    table = rows(page, "wp-key-slow-table")
    assert table["1"]["Left by"] == "2 to dropped: let go"
    assert table["✗"] == {**table["✗"], "Entered": "1", "Saved variables": "dropped in state 1"}


def test_a_task_that_is_polled_to_be_ended_was_cancelled() -> None:
    source = LEFT.replace("await PolledOnce()", "await wakepoint.sleep(0)")
    page = drawn(source, "table", machine="slow")
    table = rows(page, "wp-key-slow-table")
    assert table["1"]["Left by"] == "2 to raised: cancelled"


def test_a_column_that_says_nothing_is_left_out() -> None:
    page = drawn(CLOSED, "table", machine="main")
    names = texts(one(page, "table"), "thead th")
    assert names[0] == "State"
    assert not {"Suspended", "Awaits", "Waits on"} & set(names)


# -- how it is drawn ------------------------------------------------------------------------------


@pytest.mark.parametrize("source", SOURCES)
def test_a_picture_is_well_formed_named_and_free_of_script_and_style(source: str) -> None:
    for svg in drawn(source, "machine").select(".wp-machine svg"):
        ET.fromstring(str(svg))  # raises if it is not
        for attribute, name in (("aria-labelledby", "title"), ("aria-describedby", "desc")):
            assert one(svg, f"[id='{svg[attribute]}']").name == name
        assert not svg.select("style, script, foreignObject")


def frame(tag: Tag) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a rectangle, moved as its group is."""
    names = ("x", "y", "width", "height")
    x, y, width, height = (float(str(tag.get(name, "0"))) for name in names)
    group = tag.find_parent("g", attrs={"transform": True})
    if group is not None:
        dx, dy = map(float, re.findall(r"[-\d.]+", str(group["transform"])))
        x, y = x + dx, y + dy
    return x, y, x + width, y + height


@pytest.mark.parametrize("source", SOURCES)
def test_boxes_lie_apart_and_within_the_picture(source: str) -> None:
    for svg in drawn(source, "machine").select("svg"):
        x, y, width, height = map(float, str(svg["viewbox"]).split())
        boxes = [frame(tag) for tag in svg.select(".wp-box")]
        for left, top, right, bottom in boxes:
            assert x <= left < right <= x + width
            assert y <= top < bottom <= y + height
        for n, box in enumerate(boxes):
            for other in boxes[n + 1 :]:
                apart = (
                    box[2] <= other[0]
                    or other[2] <= box[0]
                    or box[3] <= other[1]
                    or other[3] <= box[1]
                )
                assert apart


@pytest.mark.parametrize("source", SOURCES)
def test_the_ends_stand_below_the_frame_of_the_suspended_states(source: str) -> None:
    for svg in drawn(source, "machine").select("svg"):
        for cluster in svg.select(".wp-cluster"):
            _, _, _, bottom = frame(cluster)
            ends = svg.select(".wp-returned, .wp-raised, .wp-dropped, .wp-unreached")
            assert ends
            for end in ends:
                assert frame(one(end, ".wp-box"))[1] >= bottom


@pytest.mark.parametrize("source", SOURCES)
def test_every_step_of_the_run_is_on_an_arrow_and_in_the_table(source: str) -> None:
    page = drawn(source, "machine", "table")
    for figure in page.select("figure.wp-machine"):
        on_arrows = " ".join(texts(figure, ".wp-badge-text")).split()
        table = one(page, f"[id='{figure['id']}-table']")
        assert on_arrows
        assert sorted(texts(table, "tbody .wp-sign-step")) == sorted(on_arrows)


TWICE = """
    import wakepoint

    async def reader(parts):
        for part in parts:
            if part:
                await wakepoint.sleep(0.001)
            else:
                await wakepoint.yield_now()
                seen = part

    async def main():
        await reader([1, 1])
        await reader([0, 1])

    wakepoint.run(main())
"""


def test_what_only_another_run_did_has_its_place_and_is_not_told() -> None:
    page = drawn(TWICE, "machine", machine="reader")
    elsewhere = arrow(page, 0, 2, "reader")
    assert "wp-untaken" in elsewhere["class"]
    assert texts(elsewhere, "[data-badge] text") == [""]
    assert "wp-unvisited" in state(page, 2, "reader")["class"]
    rows = state(page, 2, "reader").select("[data-variable]")
    assert [row["data-variable"] for row in rows] == ["parts", "part"]
    assert texts(state(page, 2, "reader"), ".wp-absent[data-variable] .wp-value") == [
        "parts",
        "part",
    ]
    never = arrow(page, 2, 2, "reader")
    assert not never.select("[data-badge]")


def test_the_frame_holds_only_what_suspended() -> None:
    page = drawn(STRAIGHT, "machine", machine="main")
    box = frame(one(page, ".wp-cluster"))
    assert texts(page, ".wp-cluster-name") == ["SUSPENDED"]
    straight, suspended = (frame(one(state(page, n), ".wp-box")) for n in (1, 2))
    assert straight[3] < box[1]
    assert box[1] < suspended[1] < suspended[3] < box[3]


def test_a_run_that_never_suspended_has_no_frame() -> None:
    assert not drawn(CLOSED, "machine", machine="main").select(".wp-cluster")


def test_ends_that_no_run_reached_are_one_box() -> None:
    box = one(drawn(LOOP, "machine"), ".wp-unreached")
    assert words(box) == "✗ raised or dropped: not in this run"


def test_values_that_are_cut_are_told_on_hover() -> None:
    long = repr("x" * 38)
    source = f"""
        import wakepoint

        async def main():
            text = {long}
            await wakepoint.sleep(0.001)

        wakepoint.run(main())
    """
    value = one(drawn(source, "machine"), ".wp-value")
    assert one(value, "title").get_text() == f"text = {long}"
    assert value.get_text().endswith("…")


def test_where_the_picture_is_wider_than_a_phone_there_is_a_hint() -> None:
    wide = drawn(
        """
        import wakepoint

        async def main(address):
            await wakepoint.sleep(0.001)

        wakepoint.run(main("a value that needs more room than a phone"))
        """,
        "machine",
    )
    assert one(wide, ".wp-machine svg")["width"] == "360"
    assert one(wide, ".wp-goes-on-360").get_text().startswith("The picture goes on to the right")
    assert one(drawn(LOOP, "machine"), ".wp-machine svg")["width"] == "330"


def test_half_of_an_expression_has_not_the_value_that_its_variable_has_now() -> None:
    source = """
        import wakepoint

        async def cost():
            await wakepoint.sleep(0.001)
            return 10

        async def total():
            amount = 0
            for _ in range(2):
                amount = amount + await cost()
            return amount

        wakepoint.run(total())
        """
    rows = [row.get_text() for row in drawn(source, "machine").select(".wp-svg .wp-value")]
    assert "amount = 10" in rows
    assert rows.count("amount") == 1


@pytest.mark.parametrize("source", SOURCES)
def test_two_runs_give_the_same_bytes(source: str) -> None:
    show = ("machine", "table", "kernel")
    assert str(drawn(source, *show)) == str(drawn(source, *show))
