"""Two recordings side by side in a browser: each shows what Python says, and both move together."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tools.book import pages
from tools.stepped import facts, shown, states

from .conftest import Open

pytestmark = pytest.mark.browser

CHAPTER = "book/19-differences"
KEY = "compare"


# All that a page has of its pairs: their data, and that of the steppers which they share it with.
DATA = """() => {
    const text = (root) => root.querySelector(".wp-run").content.textContent;
    const steps = (all) => [...all].map((step) => step.textContent);
    return [...document.querySelectorAll(".wp-pair")].map((root) => {
        const told = [...root.querySelectorAll(".wp-told")];
        const known = JSON.parse(text(root));
        known.key = root.dataset.key;
        for (const run of known.runs) {
            const own = document.querySelector(`.wp-stepper[data-key="${run.key}"]:not(.wp-pair)`);
            run.steps = run.data ? steps(told.shift().content.children)
                : steps(document.getElementById(`wp-${run.key}:steps`).children);
            run.data ??= JSON.parse(text(own));
        }
        return known;
    });
}"""

# What a reader sees on both sides at each row, with these two recordings on them.
READ = """([key, chosen]) => {
    const root = document.querySelector(`.wp-pair[data-key="${key}"]`);
    chosen.forEach((one, side) => {
        const choice = root.querySelector(`[data-side="${side}"] .wp-whose`);
        if (!choice || Number(choice.value) === one) return;
        choice.value = one;
        choice.dispatchEvent(new Event("change"));
    });
    const slider = root.querySelector(".wp-slider");
    return [...Array(Number(slider.max) + 1).keys()].map((n) => {
        slider.value = n;
        slider.dispatchEvent(new Event("input"));
        return [0, 1].map((side) => {
            const texts = (which) => [...root.querySelectorAll(`[data-side="${side}"] ${which}`)]
                .map((one) => one.textContent);
            return {
                sentence: texts(".wp-now")[0],
                queue: texts(".wp-queue > li"), tasks: texts(".wp-tasks > li"),
                waits: texts(".wp-waits > li"), frames: texts(".wp-frame > p > code"),
                kernel: texts(".wp-kernel > li"),
                marks: [...root.querySelectorAll(`[data-side="${side}"] .wp-stand`)]
                    .map((mark) => [mark.closest(".wp-line").id, mark.dataset.mark]).sort(),
            };
        });
    });
}"""


def rows(known: Mapping[str, Any], chosen: Sequence[int]) -> Iterator[list[tuple[int, int, bool]]]:
    """For each row and side: the event before it, the event at it, and whether the side moves."""
    low, high = sorted(chosen)
    halts = [known["runs"][one]["halts"] for one in chosen]
    own = "<" if chosen[0] == low else ">"
    at, before = [-1, -1], [0, 0]
    for step in known["alignments"][f"{low} {high}"]:
        moves = [step in ("=", own), step == "=" or step != own]
        at = [one + moved for one, moved in zip(at, moves, strict=True)]
        now = [of[one] for of, one in zip(halts, at, strict=True)]
        yield list(zip(before, now, moves, strict=True))
        before = now


def expected(run: Mapping[str, Any], state: dict[str, Any], prefix: str) -> dict[str, Any]:
    seen = shown(state, run["data"])
    names = [
        run["data"]["machines"][run["data"]["instances"][str(one)][0]]["name"]
        for one in facts(state, run["data"])["chain"]
    ]
    own = f"wp-{run['key']}-line-"
    marks = [
        [f"{prefix}.{run['code']}-line-{line.removeprefix(own)}", mark]
        for line, mark in seen["marks"]
        if line.startswith(own)
    ]
    parts = {name: seen[name] for name in ("queue", "tasks", "waits")}
    return parts | {"frames": names, "marks": sorted(marks)}


@pytest.mark.parametrize("address", pages())
def test_each_side_shows_what_python_says(open_page: Open, address: str) -> None:
    page = open_page(address)
    for known in page.evaluate(DATA):
        folded = [list(states(run["data"])) for run in known["runs"]]
        for pair in known["alignments"]:
            left, right = map(int, pair.split())
            check(page, known, folded, [left, right])
            if len(folded) > 2:  # else there is nothing to choose
                check(page, known, folded, [right, left])


def check(
    page: Page, known: Mapping[str, Any], folded: Sequence[Sequence[Any]], chosen: list[int]
) -> None:
    runs = [known["runs"][one] for one in chosen]
    seen = page.evaluate(READ, [known["key"], chosen])
    told = list(rows(known, chosen))
    assert len(seen) == len(told)
    for row, (sides, events) in enumerate(zip(seen, told, strict=True)):
        for side, (before, n, moves) in enumerate(events):
            where = (known["key"], chosen, row, side)
            run, what = runs[side], sides[side]
            sentence, kernel = what.pop("sentence"), what.pop("kernel")
            if not moves:
                other = runs[1 - side]["name"]
                assert sentence == f"Stands still. Only {other} has this step.", where
            else:
                assert sentence == (run["steps"][n - 1] if n else "Nothing has run yet."), where
            prefix = f"wp-{known['key']}.{side}"
            state = json.loads(json.dumps(folded[chosen[side]][n]))
            assert what == expected(run, state, prefix), where
            calls = [call for call in run["calls"] if before < call <= n]
            assert sum(" → " in line for line in kernel) == min(len(calls), 4), where
            earlier = max(len(calls) - 4, 0)
            words = "1 call, and then" if earlier == 1 else f"{earlier} calls, and then"
            assert (kernel[0] == words) is (earlier > 0), where


def opened(open_page: Open, fragment: str = "", **options: Any) -> Page:
    page = open_page(f"{CHAPTER}/index.html{fragment}", **options)
    if options.get("java_script_enabled", True):
        expect(page.locator(".wp-pair")).to_have_class(re.compile("wp-started"))
    return page


def positions(page: Page) -> str:
    return page.locator(".wp-pair .wp-position").text_content() or ""


def sentences(page: Page) -> list[str]:
    return page.locator(".wp-pair .wp-now").all_text_contents()


def test_next_moves_both_sides(open_page: Open) -> None:
    page = opened(open_page)
    assert sentences(page) == ["Nothing has run yet."] * 2
    both = page.locator(".wp-pair")
    both.get_by_role("button", name="Next").click()
    first = "The executor takes task 1 from the run queue and polls it for the first time."
    assert sentences(page) == [first, first]
    page.keyboard.press("ArrowRight")
    assert [one.split(":")[0] for one in sentences(page)] == ["Task 1 answers Pending"] * 2
    page.keyboard.press("End")
    assert re.fullmatch(r"Step (\d+) of \1: both", positions(page))
    page.keyboard.press("Home")
    assert positions(page).startswith("Step 0 of")


def test_both_are_at_the_same_moment_or_one_stands_still(open_page: Open) -> None:
    page = opened(open_page, f"#wp-{KEY}.1-3:0")
    both = page.locator(".wp-pair")
    expect(both.locator(".wp-whose").last).to_have_value("2")
    alone = 0
    for _ in range(int(both.locator(".wp-slider").get_attribute("max") or 0)):
        both.get_by_role("button", name="Next").click()
        said = sentences(page)
        still = [one.startswith("Stands still.") for one in said]
        who = positions(page).split(": ")[1]
        assert who == {(False, False): "both", (True, False): "only iocp"}.get(
            (still[0], still[1]), "only epoll"
        )
        assert not all(still)
        alone += any(still)
        if not any(still):
            about = [re.search(r"[Tt]ask \d+|thread", one) for one in said]
            assert len({one[0].lower() if one else "" for one in about}) == 1, said
            kinds = [
                [word for word in ("polls", "Pending", "Ready", "woken", "parked") if word in one]
                for one in said
            ]
            assert kinds[0] == kinds[1], said
    assert alone


def test_a_step_has_an_address(open_page: Open) -> None:
    page = opened(open_page, f"#wp-{KEY}:2")
    both = page.locator(".wp-pair")
    expect(both.locator(".wp-position")).to_have_text("Step 2 of 40: both")
    both.get_by_role("button", name="Next").click()
    expect(page).to_have_url(re.compile(f"#wp-{KEY}:3$"))
    both.locator(".wp-whose").last.select_option("io_uring")
    expect(page).to_have_url(re.compile(rf"#wp-{KEY}\.1-4:\d+$"))
    page.evaluate("(hash) => { location.hash = hash }", f"#wp-{KEY}.3-1:5")
    expect(both.locator(".wp-position")).to_have_text(re.compile("^Step 5 of "))
    expect(both.locator(".wp-whose").first).to_have_value("2")


def test_an_address_that_names_no_two_recordings_leads_nowhere(open_page: Open) -> None:
    page = opened(open_page, f"#wp-{KEY}.9-1:7")
    assert positions(page).startswith("Step 0 of ")


def test_who_is_chosen_on_the_other_side_changes_places(open_page: Open) -> None:
    page = opened(open_page, f"#wp-{KEY}:7")
    both = page.locator(".wp-pair")
    before = sentences(page)
    both.locator(".wp-whose").first.select_option("kqueue")
    assert both.locator(".wp-whose").last.input_value() == "0"
    assert both.locator(".wp-lanes > li").all_text_contents() == ["kqueue", "epoll"]
    assert sentences(page) == before[::-1]


def test_the_other_side_stays_where_it_is(open_page: Open) -> None:
    page = opened(open_page, f"#wp-{KEY}:12")
    both = page.locator(".wp-pair")
    before = sentences(page)[0]
    both.locator(".wp-whose").last.select_option("iocp")
    assert sentences(page)[0] == before


def test_steps_of_a_pair_leave_the_stepper_of_its_snippet_alone(open_page: Open) -> None:
    page = opened(open_page)
    page.locator(".wp-pair").get_by_role("button", name="Next").click()
    alone = page.locator(".wp-stepper:not(.wp-pair)").first
    expect(alone.locator(".wp-position")).to_have_text(re.compile("^Step 0 of"))
    assert alone.locator(".wp-stand").count() == 0


PARTS = (".wp-head", ".wp-pane-code", ".wp-pane-coroutines", ".wp-strip")


def columns(page: Page) -> Iterator[tuple[float, float]]:
    """Where the parts of the left side and of the right begin, which must be at the same height."""
    for part in PARTS:
        cells = page.locator(f".wp-pair {part}")
        left, right = cells.first.bounding_box(), cells.last.bounding_box()
        assert left is not None
        assert right is not None
        assert left["y"] == right["y"]
        assert left["width"] == pytest.approx(right["width"], abs=1)
        yield left["x"], right["x"] + right["width"]


@pytest.mark.parametrize("width", [1440, 1280])
def test_two_columns_where_there_is_room(open_page: Open, width: int) -> None:
    page = opened(open_page, f"#wp-{KEY}:3", width=width)
    assert all(right <= width for _, right in columns(page))


def test_on_a_phone_one_scrolls_from_the_left_side_to_the_right(open_page: Open) -> None:
    page = opened(open_page, f"#wp-{KEY}:3", width=390)
    seen = page.locator(".wp-pair .wp-pane-code").last.bounding_box()
    assert seen is not None
    assert 300 < seen["x"] < 360  # looks in from the edge
    page.locator(".wp-pair .wp-sides").evaluate("(sides) => { sides.scrollLeft = 9999; }")
    assert all(left < 0 and right <= 390 for left, right in columns(page))
    page.locator(".wp-pair").get_by_role("button", name="Next").click()
    assert all(left < 0 and right <= 390 for left, right in columns(page))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_nobody_has_made_a_step_at_first(open_page: Open) -> None:
    page = opened(open_page)
    expect(page.locator(".wp-pair .wp-position")).to_have_text("Step 0 of 40")


def test_nothing_moves_while_it_plays(open_page: Open) -> None:
    page = opened(open_page, f"#wp-{KEY}:0")
    head = page.locator(".wp-pair .wp-pane-code").first
    before = head.bounding_box()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
        page.locator(".wp-pair").get_by_role("button", name="Next").click()
        assert head.bounding_box() == before


def test_without_a_script_and_on_paper_there_is_nothing_of_it(open_page: Open) -> None:
    page = opened(open_page, java_script_enabled=False)
    expect(page.locator(".wp-pair")).to_be_hidden()
    expect(page.locator(".wp-differences").first).to_be_visible()
    page = opened(open_page)
    page.emulate_media(media="print")
    expect(page.locator(".wp-pair")).to_be_hidden()


def test_the_line_of_the_task_that_moves_is_in_view(open_page: Open) -> None:
    page = open_page(f"book/17-buffers/index.html#wp-{KEY}.1-3:9")
    for side in (0, 1):
        code = page.locator(f'.wp-pair [data-side="{side}"] .wp-pane-box').first
        box, line = code.bounding_box(), code.locator("[data-mark*='task 1 waits']").bounding_box()
        assert box is not None
        assert line is not None
        assert box["y"] <= line["y"]
        assert line["y"] + line["height"] <= box["y"] + box["height"]


def test_an_address_within_what_is_folded_opens_it(open_page: Open) -> None:
    page = open_page("book/14-epoll/index.html#wp-ten-platforms:3")
    folded = page.locator("#wp-ten-platforms .wp-pair")
    expect(folded).to_be_visible()
    expect(folded.locator(".wp-position")).to_have_text(re.compile("^Step 3 of"))
    folded.get_by_role("button", name="Next").click()
    expect(page).to_have_url(re.compile("#wp-ten-platforms:4$"))
