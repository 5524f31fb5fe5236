"""What a reader sees: in light and dark, on a small screen, and on paper."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from tools.book import chapters, pages
from tools.contrast import too_faint

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

SIZES = """() => [...document.querySelectorAll(".wp-svg")]
    .filter((svg) => svg.checkVisibility()).map((svg) => ({
    wanted: Number(svg.getAttribute("width")), shown: svg.getBoundingClientRect().width}))"""

# How far anything of ours reaches beyond the box that it is in, or the page, in pixels.
CLIPPED = """() => [...document.querySelectorAll(".wp, .wp *:not(svg *)")]
    .filter((one) => one.checkVisibility())
    .map((one) => ({
        what: `${one.tagName} ${one.className}`,
        right: one.getBoundingClientRect().right - document.documentElement.clientWidth,
        hidden: getComputedStyle(one).overflowX === "visible" ? 0
            : one.scrollWidth - one.clientWidth}))
    .filter(({right, hidden}) => right > 1 || hidden > 1)"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", pages())
def test_texts_and_lines_stand_out(open_page: Open, address: str, scheme: str) -> None:
    page = open_page(address, color_scheme=scheme)
    expected = "default" if scheme == "light" else "slate"
    assert page.locator("body").get_attribute("data-md-color-scheme") == expected
    assert too_faint(page) == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("address", pages())
def test_the_page_is_as_wide_as_the_screen_and_diagrams_as_wide_as_drawn(
    open_page: Open, address: str, width: int
) -> None:
    page = open_page(address, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    sizes = page.evaluate(SIZES)
    assert [one["shown"] for one in sizes] == pytest.approx([one["wanted"] for one in sizes])


@pytest.mark.parametrize("address", chapters())
def test_the_table_of_states_fits_the_column_of_a_desktop(open_page: Open, address: str) -> None:
    page = open_page(address)
    hidden = page.evaluate(
        """() => [...document.querySelectorAll(".wp-table:has(.wp-states)")]
            .map((box) => box.scrollWidth - box.clientWidth)"""
    )
    assert max(hidden, default=0) <= 0


@pytest.mark.parametrize("address", chapters())
def test_a_phone_shows_the_boxes_of_a_machine_whole(open_page: Open, address: str) -> None:
    page = open_page(address, 390)
    cut = page.evaluate(
        """() => [...document.querySelectorAll(".wp-stepper .wp-svg .wp-box")]
            .filter((box) => box.checkVisibility())
            .map((box) => box.getBoundingClientRect().right
                - box.closest(".wp-scroll").getBoundingClientRect().right)"""
    )
    assert max(cut, default=0) <= 0


@pytest.mark.parametrize("address", chapters())
def test_what_is_wider_than_a_small_screen_scrolls_in_its_box(
    open_page: Open, address: str
) -> None:
    page = open_page(address, 390)
    boxes = page.locator(".wp-scroll:visible")
    for box in boxes.all():
        reach = box.evaluate(
            """box => {
                box.scrollLeft = 9999;
                const { overflowX } = getComputedStyle(box);
                return [overflowX, box.scrollLeft, box.scrollWidth - box.clientWidth];
            }"""
        )
        assert reach == ["auto", pytest.approx(reach[2], abs=1), reach[2]]


@pytest.mark.parametrize("address", chapters())
def test_paper_is_light_and_nothing_on_it_is_cut(open_page: Open, address: str) -> None:
    page = open_page(address, 718, color_scheme="dark")  # A4 within Chromium's margins
    page.emulate_media(media="print")
    assert too_faint(page) == []
    paper = "getComputedStyle(document.querySelector('.wp')).getPropertyValue('--wp-paper')"
    assert page.evaluate(paper) == "#fff"
    assert page.evaluate(CLIPPED) == []
