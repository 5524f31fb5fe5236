"""The stepper in a browser: what it shows is what Python says, and a reader gets around in it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tools.book import pages
from tools.stepped import shown, states

from .conftest import Open

pytestmark = pytest.mark.browser

MOST = 250
"""Steps of one run that are looked at; of longer ones some are left out."""

# What a reader sees of one stepper at each of the steps, reached by its slider.
READ = """([key, steps]) => {
    const root = document.querySelector(`.wp-stepper[data-key="${key}"]`);
    const by = root.querySelector(".wp-by");
    by.value = "every";
    by.dispatchEvent(new Event("change"));
    const slider = root.querySelector(".wp-slider");
    const texts = (which) => [...root.querySelectorAll(which)].map((one) => one.textContent);
    return steps.map((n) => {
        slider.value = n;
        slider.dispatchEvent(new Event("input"));
        return {
            n: Number(slider.value),
            sentence: root.querySelector(".wp-now").textContent,
            queue: texts(".wp-queue > li"), tasks: texts(".wp-tasks > li"),
            waits: texts(".wp-waits > li"), frames: texts(".wp-frame > p > code"),
            marks: [...document.querySelectorAll(".wp-stand")]
                .map((mark) => [mark.closest(".wp-line").id, mark.dataset.mark]).sort(),
            standing: [...root.querySelectorAll("svg [data-life]")].map((state) => [
                state.dataset.life,
                [...state.querySelectorAll(".wp-life-task")].map((task) => task.textContent),
            ]),
            ways: [...root.querySelectorAll("[data-move]")].map((way) => [
                way.dataset.move,
                way.querySelector(".wp-life-count").textContent,
                way.classList.contains("wp-last"),
            ]).sort(),
        };
    });
}"""


def data_blocks(page: Page) -> dict[str, Any]:
    blocks = page.evaluate(
        """() => [...document.querySelectorAll(".wp-stepper:not(.wp-pair)")]
            .map((root) => [root.dataset.key, root.querySelector(".wp-run").content.textContent])"""
    )
    return {key: json.loads(text) for key, text in blocks}


def sentences(page: Page, key: str) -> list[str]:
    texts: list[str] = page.evaluate(
        "(id) => [...document.getElementById(id).children].map((step) => step.textContent)",
        f"wp-{key}:steps",
    )
    return texts


@pytest.mark.parametrize("address", pages())
def test_each_step_shows_what_python_says(open_page: Open, address: str) -> None:
    page = open_page(address)
    for key, data in data_blocks(page).items():
        everything = list(states(data))
        halts = data["every"]
        steps = halts[:: 1 + len(halts) // MOST]
        told = sentences(page, key)
        # Each stepper of a page marks its own lines only; the others stand at their beginning.
        for seen in page.evaluate(READ, [key, steps]):
            n = seen.pop("n")
            said = seen.pop("sentence")
            assert said == (told[n - 1] if n else said), (key, n)
            expected = shown(everything[n], data)
            if not page.locator(f"[data-key='{key}'] .wp-frames").count():
                expected["frames"] = []  # it shows no machine
            assert seen == expected, (key, n)
        page.evaluate(READ, [key, [0]])


def stepper(open_page: Open, address: str = "book/08-loop", **options: Any) -> Page:
    page = open_page(address, **options)
    expect(page.locator(".wp-stepper").first).to_have_class(re.compile("wp-started"))
    return page


def veiled_from(page: Page) -> float:
    where: float = page.locator(".wp-veil").first.evaluate(
        "(veil) => Number(veil.getAttribute('x'))"
    )
    return where


def test_a_predict_in_the_text_opens_its_question(open_page: Open) -> None:
    page = stepper(open_page)
    page.get_by_role("button", name="Next").first.click()
    page.get_by_role("link", name="Predict").click()
    expect(page.locator(".wp-now").first).to_contain_text("One state for the await")
    expect(page.get_by_label("Ask me first").first).to_be_checked()


def test_nothing_has_run_at_first_and_no_answer_is_to_be_seen(open_page: Open) -> None:
    page = stepper(open_page)
    expect(page.locator(".wp-position").first).to_have_text("Step 0 of 33")
    expect(page.locator(".wp-now").first).to_contain_text("One state for the await")
    assert page.locator(".wp-figures:visible").count() == 0
    assert veiled_from(page) == 0
    assert page.locator(".wp-stand").count() == 0
    expect(page.locator("#wp-download .wp-machine").first).to_be_hidden()  # has a box per state


@pytest.mark.parametrize("button", ["one for each turn", "Next"])
def test_whoever_answers_or_goes_on_sees_the_machine(open_page: Open, button: str) -> None:
    page = stepper(open_page)
    machine, words = page.locator("#wp-download .wp-machine").first, page.locator(".wp-veiled")
    expect(words).to_have_text("Answer, or go on, to see the machine.")
    page.get_by_role("button", name=button).first.click()
    expect(machine).to_be_visible()
    expect(words).to_be_hidden()
    page.keyboard.press("Home")
    expect(words).to_be_visible(visible=button == "Next")


def test_there_is_no_empty_room_for_figures_that_are_not_to_be_seen(open_page: Open) -> None:
    page = stepper(open_page, width=390)
    lines = page.locator("#wp-download .wp-folded > summary")
    heights = "(all) => all.map((one) => one.offsetHeight)"
    assert len(set(lines.evaluate_all(heights))) == 1
    page.locator(".wp-now button").first.click()
    expect(lines.locator(".wp-figures").first).to_be_visible()
    assert len(set(lines.evaluate_all(heights))) > 1  # in the longest of them two lines of text


def test_a_line_that_the_author_marks_is_not_taken_for_one_that_runs(open_page: Open) -> None:
    page = stepper(open_page, "book/18-triggers")
    marked = page.locator(".wp-pane-code .hll").first
    expect(marked).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    expect(marked).to_have_css("box-shadow", "none")
    expect(marked).to_have_css("outline-style", "dashed")


def test_buttons_and_keys_go_from_poll_to_park_to_wake(open_page: Open) -> None:
    page = stepper(open_page)
    now = page.locator(".wp-now").first
    page.get_by_role("button", name="Next").first.click()
    expect(now).to_contain_text("takes task 1 from the run queue and polls it for the first time")
    page.keyboard.press("ArrowRight")
    expect(now).to_contain_text("Task 1 answers Pending")
    page.keyboard.press("ArrowLeft")
    expect(now).to_contain_text("for the first time")
    page.keyboard.press("End")
    expect(page.locator(".wp-position").first).to_have_text("Step 33 of 33")
    page.keyboard.press("Home")
    expect(now).to_contain_text("One state for the await")


def test_an_address_leads_to_a_step_and_follows_the_reader(open_page: Open) -> None:
    page = stepper(open_page)
    following = page.get_by_role("button", name="Next").first
    now = page.locator(".wp-now").first
    following.click()
    following.click()
    expect(now).to_contain_text("Task 1 answers Pending")
    expect(page).to_have_url(re.compile(r"#wp-download:\d+$"))
    step = page.url.partition("#")[2]
    following.click()
    expect(now).not_to_contain_text("Task 1 answers Pending")
    expect(page).not_to_have_url(re.compile(f"#{step}$"))
    page.evaluate(f"location.hash = '#{step}'")
    expect(now).to_contain_text("Task 1 answers Pending")


def test_a_question_comes_before_the_step_that_answers_it(open_page: Open) -> None:
    page = stepper(open_page)
    now = page.locator(".wp-now").first
    page.get_by_label("Ask me first").first.check()
    now.get_by_role("button", name="one state").click()
    expect(now).to_contain_text("Right. The executor takes task 1")
    page.get_by_role("button", name="Next").first.click()
    expect(now).to_contain_text("How does this poll of task 1 end?")
    assert veiled_from(page) < 100
    now.get_by_role("button", name="Pending, in line 13").click()
    expect(now).to_contain_text("Right. Task 1 answers Pending")


def test_it_plays_until_a_reader_stops_it(open_page: Open) -> None:
    page = stepper(open_page)
    page.clock.install()
    page.get_by_role("button", name="Play").first.click()
    page.clock.run_for(4000)
    expect(page.locator(".wp-position").first).to_have_text("Step 2 of 33")
    page.get_by_role("button", name="Pause").first.click()
    page.clock.run_for(10_000)
    expect(page.locator(".wp-position").first).to_have_text("Step 2 of 33")


def test_without_a_script_the_machine_stands_at_its_end(open_page: Open) -> None:
    page = open_page("book/08-loop", java_script_enabled=False)
    assert page.locator(".wp-top").first.is_hidden()
    assert page.locator(".wp-strip").first.is_hidden()
    assert page.locator(".wp-pane .highlight").first.is_visible()
    assert page.locator("figure.wp-machine").first.is_visible()
    assert page.locator("figure.wp-machine .wp-live").first.is_visible()  # a variable
    steps = page.locator(".wp-steps").first
    expect(steps.locator("summary").first).to_have_text(
        re.compile(r"All steps as text: 33 halts, \d+ events")
    )


def test_output_is_there_when_the_run_writes_it(open_page: Open) -> None:
    page = stepper(open_page)
    line = page.locator(".wp-written").first
    expect(line).to_be_hidden()
    page.get_by_role("button", name="Next").first.focus()
    page.keyboard.press("End")
    expect(line).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(line).to_be_visible()  # it was written before the task ended
    page.keyboard.press("Home")
    expect(line).to_be_hidden()


def test_the_life_of_a_future_goes_along(open_page: Open) -> None:
    page = stepper(open_page, "book/lifecycle")
    pane = page.locator(".wp-pane-life")
    expect(pane.locator(".wp-life-task")).to_have_count(0)
    expect(pane.locator("desc")).to_have_text("nothing yet")
    page.get_by_role("button", name="Next").first.click()
    expect(pane.locator("svg .wp-here")).to_have_attribute("data-life", "polled")
    expect(pane.locator("[data-move].wp-last")).to_have_attribute("data-move", "queued polled")
    page.keyboard.press("End")
    expect(pane.locator("desc")).to_contain_text("pending to polled (aborted): 1")


def test_a_link_into_what_is_folded_opens_it(open_page: Open) -> None:
    page = stepper(open_page)
    table = page.locator("#wp-download-download-table")
    expect(table).to_be_hidden()
    page.evaluate("location.hash = '#wp-download-download-table'")
    expect(table).to_be_visible()


def test_the_text_leads_to_the_steps_that_it_speaks_of(open_page: Open) -> None:
    page = stepper(open_page, "book/03-phases")
    page.get_by_role("link", name="wakes the waker").click()
    expect(page.locator(".wp-now").first).to_contain_text("The waker of task 1 is woken (timer 1")
    expect(page).to_have_url(re.compile(r"#wp-naps:\d+$"))
    # Not every step is one at which Next halts.
    page.get_by_role("link", name="the reactor note a timer").click()
    expect(page.locator(".wp-now").first).to_contain_text("The reactor notes timer 1")
