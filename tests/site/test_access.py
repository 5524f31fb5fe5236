"""What axe-core says of each page: to all rules of WCAG 2.2 AA, and to what is good practice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from tools.axe import COLOURS, violations
from tools.book import every_page

pytestmark = pytest.mark.browser

Open = Callable[..., Page]


@pytest.mark.parametrize("address", every_page())
def test_with_javascript_light_and_dark_wide_and_narrow(open_page: Open, address: str) -> None:
    page = open_page(address, color_scheme="light", reduced_motion="reduce")
    # Colours take longest. In light they are looked at below, without a script.
    assert violations(page, without=COLOURS) == []
    page.emulate_media(color_scheme="dark")
    page.locator("body[data-md-color-scheme=slate]").wait_for()
    page.set_viewport_size({"width": 390, "height": 800})
    assert violations(page) == []
    page.emulate_media(color_scheme="light")
    assert violations(page, without=COLOURS) == []


@pytest.mark.parametrize("address", every_page())
def test_without_javascript_wide_and_narrow(open_page: Open, address: str) -> None:
    page = open_page(address, 390, scripts=False)
    assert violations(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    assert violations(page, without=COLOURS) == []
