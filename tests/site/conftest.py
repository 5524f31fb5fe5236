"""The book as its readers get it: built once, served here, and opened in Chromium."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright
from tools.book import ROOT
from tools.sites import Built, build

Open = Callable[..., Page]
"""Opens a page of the book: ``open("book/02-poll", color_scheme="dark")``."""

_SCRIPTS = re.compile(r"<script(?![^>]*json).*?</script>|</?noscript>", re.DOTALL)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Path]:
    """Where the book will be: the port at which this machine serves it, and its folder."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1], tmp_path_factory.mktemp("site")


# Not for the session: other tests look whether this process has a child left. And by a process:
# while a thread lives that might hold a waker, the runtime's own tests see no deadlock.
@pytest.fixture(scope="module")
def served(place: tuple[int, Path]) -> Iterator[str]:
    """Where the book is served."""
    port, folder = place
    command = [sys.executable, "-u", "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        try:
            line = server.stdout.readline()  # … (http://127.0.0.1:1234/) …
            assert _address(port) in line
            yield _address(port)
        finally:
            server.kill()


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}/"


@pytest.fixture(scope="session")
def book(place: tuple[int, Path]) -> Built:
    """The book, built as it is published. Instant navigation needs to know its address."""
    port, folder = place
    built = build(
        ROOT,
        into=str(folder),
        WAKEPOINT_SITE_URL=_address(port),
        WAKEPOINT_REPO_URL="https://github.com/python/cpython",  # Material's script knows the host
        WAKEPOINT_EDIT_URI="edit/main/docs/",
    )
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


def _without_scripts(route: Route) -> None:
    """A page as a browser shows it that runs no scripts; this one does, and so can test tools."""
    answer = route.fetch()
    if "text/html" in answer.headers.get("content-type", ""):
        route.fulfill(response=answer, body=_SCRIPTS.sub("", answer.text()))
    else:
        route.fulfill(response=answer)


@pytest.fixture
def open_page(book: Built, served: str, browser: Browser) -> Iterator[Open]:
    contexts = []

    def open_page(page: str, width: int = 1280, scripts: bool = True, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        opened = context.new_page()
        if not scripts:
            opened.route("**/*", _without_scripts)
        opened.goto(f"{served}{page}/" if page and "." not in page else f"{served}{page}")
        return opened

    yield open_page
    for context in contexts:
        context.close()
