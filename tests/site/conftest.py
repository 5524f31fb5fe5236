"""The book as its readers get it: built once, served here, and opened in Chromium."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tools.book import ROOT
from tools.sites import Built, build

Open = Callable[..., Page]
"""Opens a page of the book: ``open("book/02-poll", color_scheme="dark")``."""


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """By another process: a thread of this one would outlive the tests that need it.

    While a thread lives that might hold a waker, the runtime's own tests see no deadlock.
    """
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        try:
            _, _, address = server.stdout.readline().partition("(")  # … (http://127.0.0.1:1234/) …
            yield address.partition(")")[0]
        finally:
            server.kill()


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Where the book will be, as an address and as a folder."""
    folder = tmp_path_factory.mktemp("site")
    with _served(folder) as address:
        yield address, folder


@pytest.fixture(scope="session")
def book(place: tuple[str, Path]) -> Built:
    """The book, built. Instant navigation needs to know its address."""
    url, folder = place
    built = build(ROOT, into=str(folder), WAKEPOINT_SITE_URL=url)
    assert built.status == 0, built.log
    return built


# Not for the session: while Playwright is at work, its event loop runs in this thread, and another
# thread waits for its driver. (Nor for the package: without an __init__.py that is the session.)
@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # CI runs as root, where Chromium's own sandbox cannot start.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(book: Built, place: tuple[str, Path], browser: Browser) -> Iterator[Open]:
    contexts = []

    def open_page(page: str, width: int = 1280, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        opened = context.new_page()
        opened.goto(f"{place[0]}{page}/" if page else place[0])
        return opened

    yield open_page
    for context in contexts:
        context.close()
