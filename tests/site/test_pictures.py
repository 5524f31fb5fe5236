"""The pictures of machines: wherever a page is read, they are whole, or say that they go on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from tools.book import pages

pytestmark = pytest.mark.browser

Open = Callable[..., Page]

PICTURES = """() => [...document.querySelectorAll("figure.wp-machine")]
    .filter((figure) => figure.checkVisibility())
    .map((figure) => {
        const box = figure.querySelector(".wp-scroll");
        const hint = figure.querySelector(".wp-goes-on");
        return {
            hidden: box.scrollWidth - box.clientWidth,
            told: Boolean(hint && hint.checkVisibility()),
            smallest: Math.min(...[...figure.querySelectorAll("text")]
                .map((text) => parseFloat(getComputedStyle(text).fontSize))),
        };
    })"""

VISIBLE = '() => document.querySelector("#wp-twice-reader").checkVisibility()'


@pytest.mark.parametrize("width", [390, 820, 1280])
@pytest.mark.parametrize("address", pages())
def test_no_picture_is_cut_without_a_word(open_page: Open, address: str, width: int) -> None:
    for picture in open_page(address, width).evaluate(PICTURES):
        assert picture["told"] == (picture["hidden"] > 0)
        assert picture["smallest"] >= 12
        assert width == 390 or picture["hidden"] <= 0


def test_a_picture_stays_where_another_function_moves(open_page: Open) -> None:
    page = open_page("book/07-straight-on")
    page.wait_for_function(VISIBLE)
    page.locator("[data-key='twice'] button.wp-last").click()
    assert page.evaluate(VISIBLE)
