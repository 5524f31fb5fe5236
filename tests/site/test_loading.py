"""What loading a page does: it asks no other host, it keeps to a strict policy, and nothing moves.

The book is served here with the Content-Security-Policy that our command prints for it.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tools.book import ROOT, every_page
from tools.sites import Built

from mkdocs_wakepoint.commands.policy import policy

pytestmark = pytest.mark.browser

Watched = Callable[..., tuple[Page, list[str]]]
"""Opens a page and waits for all that it asks for; the list goes on to be what that is."""

WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
    window.violations.push([event.effectiveDirective, event.blockedURI, event.sample].join(" "));
});
const name = ({ node }) => String(node?.className || node?.nodeName);
window.moved = [];
new PerformanceObserver((list) => {
    for (const { value, sources } of list.getEntries()) {
        window.moved.push([value, ...sources.map(name)]);
    }
}).observe({ type: "layout-shift", buffered: true });
"""

TELL_WHEN_PAINTED = """
const tellWhenPainted = (before, frames) => requestAnimationFrame(() => {
    const rows = document.getElementsByTagName("tr").length;
    if (rows && frames === 3) fetch("/-/painted");
    else tellWhenPainted(rows, rows === before ? frames + 1 : 0);
});
tellWhenPainted(0, 0);
"""

SHIFT = 0.01
"""The most that a page may move while it loads, as Chromium counts: parts of the screen."""


@pytest.fixture(scope="module")
def served(book: Built, place: tuple[int, Path]) -> Iterator[str]:
    """Where the book is served with its policy."""
    port, folder = place
    yield from _served(folder, "tools.policed", port, policy(folder))


@pytest.fixture
def served_in_two(book: Built) -> Iterator[str]:
    """Where its pages come in two parts, the second when the first was painted."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    yield from _served(book.folder, "tools.halting", port)


def _served(folder: Path, tool: str, port: int, *arguments: str) -> Iterator[str]:
    command = [sys.executable, "-m", tool, str(port), *arguments]
    env = {"PYTHONPATH": str(ROOT / "tests")}
    with subprocess.Popen(
        command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        try:
            assert str(port) in server.stdout.readline()
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.kill()


@pytest.fixture
def watched(served: str, browser: Browser) -> Iterator[Watched]:
    contexts = []

    def watched(address: str, width: int = 1280) -> tuple[Page, list[str]]:
        context = browser.new_context(viewport={"width": width, "height": 800})
        contexts.append(context)
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.add_init_script(WATCH)
        page.goto(f"{served}{address}")
        page.wait_for_load_state("networkidle")
        return page, asked

    yield watched
    for context in contexts:
        context.close()


def elsewhere(asked: list[str], served: str) -> list[str]:
    return [url for url in asked if not url.startswith((served, "data:", "blob:"))]


def moved(page: Page) -> list[Any]:
    """What has moved, if it was too much."""
    shifts: list[Any] = page.evaluate("moved")
    return shifts if sum(value for value, *_ in shifts) > SHIFT else []


def address(page: str) -> str:
    return page if page.endswith(".html") or not page else f"{page}/"


def test_the_policy_is_strict(book: Built) -> None:
    told = policy(book.folder)
    assert re.sub(r" 'sha256-[\w/+]{43}='", "", told) == (
        "default-src 'self'; img-src 'self' data:; script-src 'self'"
    )


@pytest.mark.parametrize("page", every_page())
def test_a_page_asks_nobody_else_breaks_no_policy_and_stands_still(
    watched: Watched, served: str, page: str
) -> None:
    for width in (1280, 390):
        opened, asked = watched(address(page), width)
        assert len(asked) > 3
        assert elsewhere(asked, served) == []
        assert opened.evaluate("violations") == []
        assert moved(opened) == []
        opened.close()


@pytest.mark.parametrize("page", ["glossary", "book", "reference/runtime", "reference/security"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_rest_of_a_table_moves_nothing(
    served_in_two: str, browser: Browser, page: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    opened = context.new_page()
    opened.add_init_script(WATCH + TELL_WHEN_PAINTED)
    opened.goto(f"{served_in_two}{address(page)}")
    opened.wait_for_load_state("networkidle")
    assert opened.locator("tr").count() > 5
    assert moved(opened) == []
    context.close()


def test_getting_about_breaks_no_policy(watched: Watched, served: str) -> None:
    page, asked = watched("book/08-loop/")
    position = page.locator(".wp-position").first.inner_text()
    page.locator(".wp-stepper .wp-next").first.click()
    expect(page.locator(".wp-position").first).not_to_have_text(position)
    page.locator("form[data-md-component=palette] label:visible").click()
    page.locator(".md-search__input").click()
    page.keyboard.type("waker")
    expect(page.locator(".md-search-result__link").first).to_be_visible()
    page.keyboard.press("Escape")
    page.evaluate("window.stayed = true")
    page.locator(".md-footer__link--next").click()
    expect(page).to_have_url(re.compile("/book/09-by-hand/(#.*)?$"))
    expect(page.locator(".md-content h1")).to_contain_text("hand")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.stayed") is True, "the page was loaded anew"
    assert page.evaluate("violations") == []
    assert elsewhere(asked, served) == []
