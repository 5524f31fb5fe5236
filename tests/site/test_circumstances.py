"""How people read besides: from right to left, in the system's few colours, without motion."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
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


def test_who_asks_for_less_motion_has_none_that_was_not_asked_for(open_page: Open) -> None:
    page = open_page("book/08-loop", 1280, reduced_motion="reduce")
    moving = """() => [...document.querySelectorAll(".wp, .wp *, .md-sidebar--secondary")]
        .filter((one) => {
            const { transitionDuration, animationDuration } = getComputedStyle(one);
            return /[1-9]/.test(transitionDuration + animationDuration);
        }).map((one) => one.className)"""
    assert page.evaluate(moving) == []


def test_a_finger_steps_and_drags(open_page: Open) -> None:
    page = open_page("book/08-loop", 390, has_touch=True, is_mobile=True)
    position = page.locator(".wp-position").first
    page.get_by_role("button", name="Next").first.tap()
    expect(position).to_have_text("Step 1 of 33")
    groove = page.locator(".wp-groove-box").first
    groove.scroll_into_view_if_needed()
    box = groove.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(position).to_have_text(re.compile(r"Step 1\d of 33"))
    small = """() => [...document.querySelectorAll(".wp-stepper :is(button, select, input)")]
        .filter((one) => !one.closest("pre"))  // the theme's
        .map((one) => one.closest("label") ?? one).filter((one) => one.checkVisibility())
        .filter((one) => {
            const { width, height } = one.getBoundingClientRect();
            return Math.min(width, height) < 24;
        }).map((one) => one.outerHTML)"""
    assert page.evaluate(small) == []  # WCAG 2.5.8
