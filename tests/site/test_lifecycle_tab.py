"""The life of a future as a tab beside the machines of a snippet."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tools.drawn import drawn

from .conftest import Open

pytestmark = pytest.mark.browser

# Run before there is a browser: its threads might hold a waker.
SNIPPET = str(
    drawn(
        """
        import wakepoint

        async def nap():
            await wakepoint.sleep(0.010)

        async def main():
            await wakepoint.spawn(nap())

        wakepoint.run(main())
        """,
        "code",
        "machine",
        "lifecycle",
    )
)


def test_the_life_of_a_future_is_one_more_tab(open_page: Open) -> None:
    page = open_page("book/lifecycle")
    page.evaluate(
        """(html) => {
            document.querySelector("article").innerHTML = html;
            window.wakepoint.start();
        }""",
        SNIPPET,
    )
    life, machine = page.locator(".wp-lifecycle"), page.locator(".wp-frames")
    tab = page.get_by_role("button", name="life of a future")
    expect(life).to_be_hidden()
    expect(machine).to_be_visible()
    tab.click()
    expect(life).to_be_visible()
    expect(machine).to_be_hidden()
    page.get_by_role("button", name="Next").click()
    expect(tab).to_have_attribute("aria-pressed", "true")
    expect(life.locator("svg .wp-here")).to_have_attribute("data-life", "polled")
    tab.click()
    expect(life).to_be_hidden()
    tab.click()
    page.get_by_role("button", name="nap").click()
    expect(life).to_be_hidden()
    expect(machine).to_be_visible()
