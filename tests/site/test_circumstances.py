"""How people read besides: from right to left, in the system's few colours, and on paper."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from tools.contrast import settle, too_faint

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

TURN = "document.documentElement.dir = document.body.dir = 'rtl'"

# Where each text of a picture and each line of code stands in its own box, in pixels.
WITHIN = """() => [...document.querySelectorAll(".wp-svg, .wp pre")].flatMap((box) => {
    box.scrollLeft = 0;
    const { left, width } = box.getBoundingClientRect();
    const inside = box.querySelectorAll("text, .wp-line");
    return [...inside].map((one) => Math.round(one.getBoundingClientRect().left - left));
})"""

# From which side of its line each text begins that is no code.
SIDES = """() => [...document.querySelectorAll(".wp th, .wp td, .wp figcaption, .wp-caption")]
    .filter((one) => one.checkVisibility() && getComputedStyle(one).textAlign !== "center")
    .map((one) => [getComputedStyle(one).direction, getComputedStyle(one).textAlign].join())"""

RUNNING = """() => [...document.querySelectorAll(".wp-line:is(.wp-runs, .wp-waits), .wp-changed")]
    .filter((one) => one.checkVisibility() && !(one instanceof SVGElement))
    .map((one) => getComputedStyle(one).outlineStyle)"""

PAGES = ["book/08-loop", "book/09-by-hand", "book/18-triggers"]


@pytest.mark.parametrize("address", PAGES)
def test_from_right_to_left_the_page_is_mirrored_and_code_and_pictures_are_not(
    open_page: Open, address: str
) -> None:
    page = open_page(address)
    settle(page)
    before = page.evaluate(WITHIN)
    page.evaluate(TURN)
    assert len(before) > 20
    assert page.evaluate(WITHIN) == before
    assert set(page.evaluate(SIDES)) <= {"rtl,start", "rtl,right"}
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_the_systems_few_colours_all_stands_out(
    open_page: Open, address: str, scheme: str
) -> None:
    page = open_page(address, forced_colors="active", color_scheme=scheme)
    assert too_faint(page) == []


def test_in_the_systems_few_colours_a_line_says_where_the_run_is(open_page: Open) -> None:
    page = open_page("book/08-loop", forced_colors="active")
    for _ in range(6):  # the first are about the task alone
        page.locator(".wp-stepper .wp-next").first.click()
    styles = page.evaluate(RUNNING)
    assert len(styles) > 0
    assert "none" not in styles


SHEETS = {"book/14-epoll": 11, "book/18-triggers": 11}
"""How many a chapter takes at most; before there were rules for paper it took 23 and 22."""


@pytest.mark.parametrize("address", SHEETS)
def test_a_printed_chapter_takes_few_sheets(open_page: Open, address: str) -> None:
    page = open_page(address)
    settle(page)
    printed = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) <= SHEETS[address]
