"""The question of a snippet of which there is nothing to walk through."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from tools.programs import PIPE

from mkdocs_wakepoint.snippet import Location, Options, Question, Snippet
from mkdocs_wakepoint.views import Item, render_all
from wakepoint.recording import record

ALONE = Question("Who wrote it?")
CHOICES = Question("Who wrote it?", ("Ada", "Grace"), 1)
FIGURE = Question("How many polls?", figure="polls")


def page(question: Question | None, show: tuple[str, ...], source: str = PIPE) -> BeautifulSoup:
    options = Options(ask=question, show=show, layout="stack", backend="simulated")
    snippet = Snippet(source, options, Location("docs/a.md", 3), "pipe")
    (html,) = render_all([Item(snippet, record(source, backend="simulated"), ())])
    return BeautifulSoup(html, "html.parser")


@pytest.mark.parametrize("question", [ALONE, CHOICES, FIGURE])
def test_what_answers_is_folded_below_the_question(question: Question) -> None:
    drawn = page(question, ("code", "output", "machine", "timeline"))
    box = drawn.find(id="wp-pipe:ask")
    assert box is not None
    assert question.text in box.get_text()
    seen = drawn.select("figure, .wp-output, .wp-timeline, .wp-where")
    assert seen
    assert all(part.find_parent("details") for part in seen)
    assert drawn.select_one(".highlight").find_parent("details") is None  # type: ignore[union-attr]


def test_the_right_answer_is_told_where_the_fold_opens() -> None:
    drawn = page(CHOICES, ("code", "output"))
    assert [one.get_text() for one in drawn.select(".wp-asked li")] == ["Ada", "Grace"]
    fold = drawn.select_one("details")
    assert fold is not None
    assert "The right answer: Grace." in fold.get_text()
    assert "The right answer" not in page(ALONE, ("code", "output")).get_text()
    several = [one.get_text() for one in page(FIGURE, ("code", "output")).select(".wp-asked li")]
    assert len(several) == 4


def test_without_code_all_is_folded_and_without_a_question_nothing() -> None:
    assert page(CHOICES, ("output",)).select_one(".wp-asked") is not None
    assert page(None, ("code", "output")).select_one("details") is None
