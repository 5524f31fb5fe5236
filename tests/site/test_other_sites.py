"""The stepper in other people's sites: MkDocs' own themes, and Zensical."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tools.sites import Built, build, write

pytestmark = pytest.mark.browser

SNIPPET = """\
# {0}

```python wakepoint id="{0}" backend="simulated"
import wakepoint

async def {0}():
    await wakepoint.sleep(0.01)

wakepoint.run({0}())
```

[The other](other.md)
"""
PAGES = {
    "index.md": SNIPPET.format("one"),
    "other.md": f"{SNIPPET.format('two')}\n{SNIPPET.format('three')}".replace("other", "index"),
    "plain.md": "# Plain\n\n[One](index.md)\n",
}
SETTINGS = "site_name: A site\nsite_url: {0}\nuse_directory_urls: false\n"

Serve = Callable[[Path], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serves a folder, and tells where; by a process, as the book is."""
    servers = []

    def serve(folder: Path) -> str:
        command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]
        server = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        servers.append(server)
        assert server.stdout is not None
        return server.stdout.readline().partition("(")[2].partition(")")[0]

    yield serve
    for server in servers:
        with server:
            server.kill()


def steps(page: Page, key: str) -> None:
    """A step is made by the button, and its address is the page's."""
    stepper = page.locator(f"[data-key={key}]")
    expect(stepper.locator(".wp-position")).to_contain_text("Step 0")
    stepper.locator(".wp-next").click()
    expect(stepper.locator(".wp-position")).to_contain_text("Step 1")
    expect(stepper.locator(".wp-now")).to_contain_text("task 1")
    expect(page).to_have_url(re.compile(f"#wp-{key}:"))


@pytest.mark.parametrize("theme", ["mkdocs", "readthedocs", "material"])
def test_in_themes_of_mkdocs(browser: Browser, serve: Serve, tmp_path: Path, theme: str) -> None:
    config = f"{SETTINGS.format('')}plugins: [wakepoint]\ntheme: {{name: {theme}}}\n"
    write(tmp_path, PAGES, config)
    built = build(tmp_path)
    assert built.status == 0, built.log
    page = browser.new_page()
    page.goto(f"{serve(built.folder)}other.html")
    for key in ("two", "three"):
        steps(page, key)
    page.close()


def test_in_zensical_also_when_a_page_comes_by_instant_navigation(
    browser: Browser, serve: Serve, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    address = serve(site)
    config = SETTINGS.format(address) + "theme: {features: [navigation.instant]}\n"
    write(tmp_path, PAGES, f"{config}markdown_extensions: [wakepoint]\n")
    command = [sys.executable, "-m", "zensical", "build"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    page = browser.new_page()
    page.goto(f"{address}plain.html")
    page.wait_for_load_state("networkidle")
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name="One", exact=True).click()
    steps(page, "one")
    page.get_by_role("link", name="The other", exact=True).click()
    for key in ("two", "three"):
        steps(page, key)
    assert page.evaluate("window.stayed") is True, "the page was loaded anew"
    page.close()


def test_in_a_site_that_is_opened_from_disk(book: Built, browser: Browser) -> None:
    page = browser.new_page()
    page.goto((book.folder / "index.html").as_uri())
    steps(page, "hello")
    page.close()


def test_where_ids_have_the_name_of_their_page_in_front(
    browser: Browser, serve: Serve, tmp_path: Path
) -> None:
    write(tmp_path, PAGES, f"{SETTINGS.format('')}plugins: [wakepoint]\n")
    built = build(tmp_path)
    page = browser.new_page()
    html = (built.folder / "other.html").read_text(encoding="utf-8")
    printed = re.sub(r'( id="|href="#|aria-\w+by=")(?=wp-)', r"\1other-wp-1-", html)  # a print page
    (built.folder / "other.html").write_text(printed, encoding="utf-8")
    page.goto(f"{serve(built.folder)}other.html")
    for key in ("two", "three"):
        steps(page, key)
        page.locator(f"[data-key={key}] .wp-next").click()
        expect(page.locator(f"#other-wp-1-wp-{key}-line-4")).to_have_class(re.compile("wp-waits"))
        tab = page.locator(f"[data-key={key}] .wp-tabs button")
        expect(tab).to_have_text(key)
    page.close()
