"""What a reader of the printed book has: all that is needed, in readable text, on few sheets."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tools.book import chapters
from tools.contrast import settle

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

BEFORE = {
    "01-future": 4,
    "02-poll": 6,
    "03-phases": 8,
    "04-waker": 20,
    "05-states": 7,
    "06-variables": 10,
    "07-straight-on": 7,
    "08-loop": 11,
    "09-by-hand": 9,
    "10-nested": 6,
    "12-pin": 6,
    "14-epoll": 23,
    "15-kqueue": 15,
    "16-iocp": 15,
    "17-buffers": 20,
    "18-triggers": 22,
    "19-differences": 14,
}
"""How many sheets each chapter took when there was no stepper, and no rules for paper."""

SHEETS = {
    "11-green-threads": 3,
    "13-parked": 4,
    "20-nobody-wakes": 6,
    "21-wakes-itself": 5,
    "22-concurrent": 4,
    "23-blocking": 5,
    "24-cancelling": 10,
    "25-futurelock": 7,
    "26-own-runtime": 7,
    "27-asyncio": 4,
    "28-summary": 4,
}
"""How many sheets each chapter takes that came later; one more is no fault."""

WIDTH = 703
"""Of a sheet of A4 within the margins of the book, in pixels."""

SMALLEST = 8
"""Points of the smallest text."""

# The points of each text that is seen, and the text.
POINTS = """() => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const sizes = [];
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        const box = text.parentElement;
        const range = document.createRange();
        range.selectNodeContents(text);
        if (!text.data.trim() || !range.getClientRects().length) continue;
        if (!box.checkVisibility({ visibilityProperty: true })) continue;
        const scale = box.closest("svg") ? box.getScreenCTM().a : box.currentCSSZoom;
        sizes.push([parseFloat(getComputedStyle(box).fontSize) * scale * 0.75, text.data.trim()]);
    }
    return sizes;
}"""


@pytest.mark.parametrize("chapter", BEFORE)
def test_a_chapter_takes_at_most_half_as_many_sheets_as_before(
    open_page: Open, chapter: str
) -> None:
    assert sheets(open_page(f"book/{chapter}")) <= (BEFORE[chapter] + 1) // 2


@pytest.mark.parametrize("chapter", SHEETS)
def test_a_chapter_that_came_later_takes_no_more_sheets(open_page: Open, chapter: str) -> None:
    assert sheets(open_page(f"book/{chapter}")) <= SHEETS[chapter] + 1


def test_no_chapter_is_left_out() -> None:
    numbered = {address.partition("/")[2] for address in chapters()} - {"lifecycle"}
    assert numbered == {*BEFORE, *SHEETS}


def sheets(page: Page) -> int:
    """How many sheets of A4 a page takes."""
    settle(page)
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))


@pytest.mark.parametrize("address", chapters())
def test_no_text_on_paper_is_smaller_than_eight_points(open_page: Open, address: str) -> None:
    page = open_page(address, WIDTH)
    page.emulate_media(media="print")
    settle(page)
    sizes = page.evaluate(POINTS)
    assert len(sizes) > 20
    assert [one for one in sizes if one[0] < SMALLEST - 0.01] == []


def test_paper_has_code_machines_output_each_step_once_and_the_titles_of_what_is_left_out(
    open_page: Open,
) -> None:
    page = open_page("book/08-loop", WIDTH)
    page.emulate_media(media="print")
    box = page.locator(".wp:has(.wp-stepper)").first
    for shown in (
        ".wp-pane-code .wp-line",
        "figure.wp-machine svg",
        ".wp-output",
        ".wp-steps li",
        ".wp-states",
        ".wp-again > summary",
    ):
        expect(box.locator(shown).first).to_be_visible()
    for hidden in ("figure.wp-timeline", ".wp-controls", ".wp-downloads"):
        expect(box.locator(hidden)).to_be_hidden()
    settle(page)  # Material opens each box before it prints
    expect(box.locator("figure.wp-timeline")).to_be_hidden()


def test_on_paper_each_machine_of_a_chain_of_awaits_is_there(open_page: Open) -> None:
    page = open_page("book/10-nested", WIDTH)
    page.emulate_media(media="print")
    machines = page.locator("figure.wp-machine").all()
    assert len(machines) == 3
    for one in machines:
        expect(one).to_be_visible()


def test_on_a_wide_sheet_the_stepper_stays_in_its_column(open_page: Open) -> None:
    page = open_page("book/08-loop", 1400)
    page.emulate_media(media="print")
    column = page.locator(".md-content__inner").bounding_box()
    box = page.locator(".wp-wide").first.bounding_box()
    assert column is not None
    assert box is not None
    assert box["width"] < column["width"] / 2


def test_a_machine_on_paper_has_what_each_state_has_held(open_page: Open) -> None:
    page = open_page("book/09-by-hand")
    machine = page.locator("#wp-greet .wp-machine").first
    expect(page.locator(".wp-started").first).to_be_visible()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(machine.locator("[data-state='2']")).to_contain_text("name = 'Ada'")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(machine.locator("[data-state='2']")).not_to_contain_text("name = 'Ada'")
    page.get_by_role("button", name="Last").first.click()
    expect(machine.locator(".wp-here")).to_have_count(1)
