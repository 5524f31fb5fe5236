"""How a reader gets about: without JavaScript, by keyboard, from page to page, and by search."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from tools.book import DOCS, chapters, pages
from tools.sites import Built

Open = Callable[..., Page]

SHOWN = """() => [...document.querySelectorAll(".wp-svg")].map((svg) => {
    const box = svg.getBoundingClientRect();
    return [box.width, box.height].join() + getComputedStyle(svg.querySelector("text")).fill;
})"""


@pytest.mark.browser
@pytest.mark.parametrize("address", chapters())
def test_without_javascript_all_is_there(open_page: Open, address: str) -> None:
    page = open_page(address, java_script_enabled=False)
    for what in (".wp-svg", ".wp pre", ".wp-output", ".wp-table", ".wp-where"):
        for one in page.locator(f"{what}:not(.wp-two *)").all():  # runs side by side take a script
            for folded in one.locator("xpath=ancestor::details").all():  # the outermost first
                if folded.get_attribute("open") is None:
                    folded.locator("> summary").click()
            expect(one).to_be_visible()
    assert page.locator(".wp-where").count() > 0


COVERED = """() => {
    const contents = document.querySelector(".md-sidebar--secondary .md-sidebar__scrollwrap");
    if (!contents?.offsetHeight) return [];
    const beside = contents.getBoundingClientRect();
    return [...document.querySelectorAll(".wp-wide")].filter((stepper) => {
        const box = stepper.getBoundingClientRect();
        return box.height && box.right > beside.left && box.top < beside.bottom;
    }).map((stepper) => stepper.firstElementChild.id);
}"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 1280, 1000])
def test_without_javascript_no_stepper_covers_the_table_of_contents(
    open_page: Open, served: str, width: int
) -> None:
    page = open_page("", width, java_script_enabled=False)
    for address in pages():
        page.goto(f"{served}{address}/" if address else served)
        assert page.evaluate(COVERED) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


@pytest.mark.browser
def test_without_javascript_a_machine_stands_beside_its_code(open_page: Open) -> None:
    page = open_page("book/08-loop", java_script_enabled=False)
    code, machine = (each.bounding_box() for each in page.locator(".wp-panes-2 > .wp-pane").all())
    assert code is not None
    assert machine is not None
    assert code["y"] == machine["y"]
    assert machine["x"] >= code["x"] + code["width"]


@pytest.mark.browser
@pytest.mark.parametrize("javascript", [True, False])
def test_lines_of_code_stand_close(open_page: Open, javascript: bool) -> None:
    page = open_page("book/03-phases", java_script_enabled=javascript)
    tops = [line.bounding_box() for line in page.locator("#wp-naps-code .wp-line").all()]
    steps = [b["y"] - a["y"] for a, b in itertools.pairwise(filter(None, tops))]
    assert steps == pytest.approx([18.9] * 11, abs=0.5)  # 1.4 em


@pytest.mark.browser
def test_the_copied_code_is_the_snippet(open_page: Open) -> None:
    page = open_page("book/03-phases", permissions=["clipboard-read", "clipboard-write"])
    page.locator(".highlight:has(#wp-naps-code) button").click()
    page.locator(".md-dialog--active").wait_for()  # says that it is copied
    copied = page.evaluate("navigator.clipboard.readText()")
    text = (DOCS / "book" / "03-phases.md").read_text(encoding="utf-8")
    assert f"\n{copied}\n```" in text
    assert copied.startswith("import wakepoint\n\n\nasync def naps():\n    await")


FOCUSED = """() => {
    const one = document.activeElement;
    const {outlineStyle, outlineWidth} = getComputedStyle(one);
    return {
        ours: one.matches(".wp-scroll, .wp summary"),
        seen: outlineStyle !== "none" && parseFloat(outlineWidth) >= 1,
        what: `${one.tagName} ${one.className}`,
        hidden: one.matches(".wp-scroll") ? one.scrollWidth - one.clientWidth : 0};
}"""


@pytest.mark.browser
def test_the_keyboard_reaches_and_scrolls_each_box(open_page: Open) -> None:
    page = open_page("book/04-waker", 390)
    page.evaluate("for (const one of document.querySelectorAll('.wp details')) one.open = true")
    count = page.locator(".wp-scroll:visible, .wp summary:visible").count()
    page.locator("article .headerlink").first.focus()
    reached = scrolled = 0
    while reached < count:
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        assert focused["what"] != "BODY ", f"{reached} of {count} were reached"
        reached += focused["ours"]
        assert focused["seen"] or not focused["ours"], f"one cannot see the focus on {focused}"
        if focused["hidden"] > 1:
            page.keyboard.press("ArrowRight")
            page.wait_for_function("document.activeElement.scrollLeft > 0")
            scrolled += 1
    assert scrolled > 3


@pytest.mark.browser
def test_a_details_box_opens_by_keyboard(open_page: Open) -> None:
    page = open_page("book/03-phases")
    for summary, inside in (
        (".wp-folded:has(> .wp-timeline) > summary", ".wp-timeline > .wp-scroll"),
        (".wp-timeline summary", ".wp-timeline table"),
    ):
        page.locator(summary).first.focus()
        page.keyboard.press("Enter")
        expect(page.locator(inside).first).to_be_visible()


@pytest.mark.browser
def test_instant_navigation_keeps_diagrams_as_they_are(open_page: Open) -> None:
    loaded = open_page("book/04-waker").evaluate(SHOWN)
    page = open_page("book/03-phases")
    page.wait_for_load_state("networkidle")  # the script has read the site map
    page.evaluate("window.stayed = true")
    page.locator(".md-footer__link--next").click()
    expect(page).to_have_url(re.compile("/book/04-waker/(#.*)?$"))
    expect(page.locator("#wp-socket .wp-started").first).to_be_visible()
    assert page.evaluate("window.stayed") is True, "the page was loaded anew"
    assert page.evaluate(SHOWN) == loaded


@pytest.mark.browser
def test_instant_navigation_brings_the_style_sheet_to_the_first_diagram(open_page: Open) -> None:
    page = open_page("howto/record-elsewhere")  # shows nothing of ours, and has no need of it
    page.wait_for_load_state("networkidle")
    sheet = page.locator("link[href$='assets/wakepoint.css']")
    expect(sheet).to_have_count(0)
    page.evaluate("window.stayed = true")
    page.locator("nav a[href$='/04-waker/']").first.evaluate("link => link.click()")
    page.locator("#wp-socket .wp-started .wp-next").first.click()
    expect(page.locator("#wp-socket .wp-machine svg").first).to_be_visible()
    assert page.evaluate("window.stayed") is True, "the page was loaded anew"
    expect(sheet).to_have_count(1)


@pytest.mark.browser
def test_the_palette_can_be_changed_on_the_page(open_page: Open) -> None:
    page = open_page("book/03-phases", color_scheme="light")
    before = page.evaluate(SHOWN)
    page.locator("form[data-md-component=palette] label:visible").click()  # to light
    page.locator("form[data-md-component=palette] label:visible").click()  # to dark
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    assert page.evaluate(SHOWN) != before


@pytest.mark.browser
def test_a_line_number_leads_to_its_line(open_page: Open) -> None:
    # With it, Material's script may scroll back if one clicks within a moment of scrolling.
    page = open_page("book/03-phases", java_script_enabled=False)
    page.locator("details:has(#wp-naps-naps-table) > summary").first.click()
    link = page.locator("#wp-naps-naps-table a").nth(1)
    line = page.locator("#" + str(link.get_attribute("href")).partition("#")[2])
    before = line.evaluate("line => getComputedStyle(line).backgroundColor")
    link.click()
    expect(line).to_be_in_viewport()
    expect(line).not_to_have_css("background-color", before)


@pytest.mark.parametrize("name", pages())
def test_the_search_index_has_no_text_of_a_picture(book: Built, name: str) -> None:
    index = json.loads((book.folder / "search" / "search_index.json").read_text("utf-8"))
    address = f"{name}/" if name else ""
    indexed = " ".join(
        entry["text"] for entry in index["docs"] if entry["location"].split("#")[0] == address
    )
    soup = book.page(name)
    pictures = soup.select("svg.wp-svg")
    drawn = {text.get_text() for text in soup.select("svg.wp-svg text, svg.wp-svg desc")}
    # Made by the build as well, and twice as long as the snippet.
    drawn |= {line.get_text().strip() for line in soup.select(".wp-lowered .wp-line")} - {""}
    for unsaid in soup.select("svg, [data-search-exclude]"):
        unsaid.decompose()
    visible = " ".join(soup.get_text().split())  # as in the index
    assert drawn or not pictures
    assert indexed
    assert [text for text in drawn if text in indexed and text not in visible] == []
    assert "<svg" not in indexed


@pytest.mark.parametrize("name", pages())
def test_ids_are_unique_and_links_within_a_page_lead_somewhere(book: Built, name: str) -> None:
    soup = book.page(name)
    ids = Counter(str(tag["id"]) for tag in soup.select(".wp [id], .wp[id]"))
    assert [name for name, count in ids.items() if count > 1] == []
    targets = {str(tag["id"]) for tag in soup.select("[id]")}
    links = {str(tag["href"])[1:] for tag in soup.select(".wp a[href^='#']")}
    assert links - targets == set()


def test_the_build_ends_in_silence(book: Built) -> None:
    assert [line for line in book.log if not line.startswith("INFO")] == []
