"""What who comes to the book sees within ten seconds, and where the doors lead."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tools import picture
from tools.book import DOCS, ROOT
from tools.sites import Built

from wakepoint.recording import loads
from wakepoint.recording.figures import figures

from .conftest import Open

# What ends below the window, and what begins there.
BELOW = """([whole, begun]) => {
    const box = (selector) => document.querySelector(selector).getBoundingClientRect();
    return [
        ...whole.filter((one) => box(one).bottom > innerHeight),
        ...begun.filter((one) => box(one).top > innerHeight - 24),
    ];
}"""

STEPPER = "[data-key=hello]"
SAYS = ["article h1", "article h1 + p", f"{STEPPER} .wp-controls", f"{STEPPER} .wp-now"]
SHOWS = [f"{STEPPER} pre", f"{STEPPER} .wp-svg"]


@pytest.mark.browser
@pytest.mark.parametrize(
    "width, height, whole, begun",
    [
        (1440, 900, [*SAYS, *SHOWS], []),
        (1280, 800, [*SAYS, f"{STEPPER} pre"], [f"{STEPPER} [data-state='1']"]),
        (390, 844, [*SAYS, f"{STEPPER} pre"], [f"{STEPPER} .wp-pane-machine"]),
    ],
)
def test_what_it_is_and_a_stepper_are_seen_at_once(
    open_page: Open, width: int, height: int, whole: list[str], begun: list[str]
) -> None:
    page = open_page("", width)
    page.set_viewport_size({"width": width, "height": height})
    expect(page.locator(f"{STEPPER}.wp-started")).to_be_visible()
    assert page.evaluate(BELOW, [whole, begun]) == []


@pytest.mark.browser
def test_nothing_moves_until_the_reader_says_so(open_page: Open) -> None:
    page = open_page("")
    page.clock.install()
    page.reload()
    position = page.locator(f"{STEPPER} .wp-position")
    expect(position).to_contain_text("Step 0")
    page.clock.run_for(60_000)
    expect(position).to_contain_text("Step 0")
    page.locator(f"{STEPPER} .wp-play").click()
    page.clock.run_for(4_000)
    expect(position).to_contain_text("Step 2")
    page.locator(f"{STEPPER} .wp-play").click()
    page.clock.run_for(60_000)
    expect(position).to_contain_text("Step 2")


def test_the_first_door_leads_to_chapter_1_and_each_door_somewhere(book: Built) -> None:
    doors = book.page("").select(".book-doors > ul > li")
    links = [[str(link["href"]) for link in door.select("a")] for door in doors]
    assert len(links) == 3
    assert links[0][0] == "book/01-future/"
    for address in (link for door in links for link in door):
        path, _, anchor = address.partition("#")
        assert (book.folder / path / "index.html").exists()
        assert not anchor or book.page(path).find(id=anchor)


def test_the_fence_beside_a_result_is_the_one_that_ran(book: Built) -> None:
    written, drawn = book.page("").select(".book-beside > div")
    fence = written.select(".language-markdown code")[0].get_text()
    header, _, source = fence.removesuffix("```\n").partition("\n")
    assert header.startswith("```python wakepoint")
    (link,) = drawn.select(".wp-downloads a[href$='snippet.json']")
    recording = loads((book.folder / str(link["href"])).read_text(encoding="utf-8"))
    assert recording.source == source


def test_the_life_of_a_future_has_the_counts_of_its_run(book: Built) -> None:
    life = book.page("").select_one(".wp-lifecycle")
    assert life is not None
    text = (book.folder / "assets/wakepoint/index/life.json").read_text(encoding="utf-8")
    counted = figures(loads(text))
    moves = {str(one["data-move"]): one.get_text() for one in life.select("[data-move]")}
    assert f"×{counted.tasks}" in moves["created queued"]
    assert f"×{counted.polls - 1}" in moves["queued polled"]  # an abort polls without the queue
    assert "×1" in moves["polled dropped"]


def test_the_readme_has_the_same_snippet_and_a_picture_of_it() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    snippet = readme.partition("```python wakepoint\n")[2].partition("```")[0]
    home = (DOCS / "index.md").read_text(encoding="utf-8")
    assert f'```python wakepoint id="hello" show="code output machine"\n{snippet}```' in home
    for taken in picture.PICTURES.values():
        assert f'"{taken.relative_to(ROOT).as_posix()}"' in readme
        assert taken.stat().st_size < 150_000
