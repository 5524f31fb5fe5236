"""The gallery: every option of a fence has its place there, as its author writes it."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from tools.sites import Built

from mkdocs_wakepoint.comparison import ComparisonOptions
from mkdocs_wakepoint.fence.header import header_options, parse
from mkdocs_wakepoint.fence.options import LAYOUTS, VIEWS
from mkdocs_wakepoint.snippet import Location, Options

PAGE = "reference/gallery"


@pytest.fixture(scope="module")
def sources(book: Built) -> list[str]:
    """What stands there as source: fences, and text that quotes a run."""
    return [code.get_text() for code in book.page(PAGE).select(".language-markdown code")]


@pytest.fixture(scope="module")
def headers(sources: list[str]) -> list[str]:
    """What the fences say beside their language and ``wakepoint``."""
    infos = (source.partition("\n")[0].lstrip("`") for source in sources)
    return [options for options in map(header_options, infos) if options is not None]


@pytest.fixture(scope="module")
def options(headers: list[str]) -> list[Options]:
    return [parse(header, Location("gallery.md", 1)).options for header in headers]


def test_each_option_is_there(headers: list[str]) -> None:
    named = {name for header in headers for name in re.findall(r"(\w+)=[\"']", header)}
    assert {field.name for field in fields(Options)} - named == set()
    assert "" in headers, "a fence without options"


def test_each_view_and_each_layout_is_there_by_its_name(
    headers: list[str], options: list[Options]
) -> None:
    named = list(zip(headers, options, strict=True))
    assert {view for header, one in named if "show=" in header for view in one.show} == set(VIEWS)
    assert {one.layout for header, one in named if "layout=" in header} == set(LAYOUTS)


def test_each_kind_of_question_is_there(options: list[Options]) -> None:
    asked = [one.ask for one in options if one.ask is not None]
    kinds = {(bool(question.choices), bool(question.figure)) for question in asked}
    assert kinds == {(True, False), (False, True), (False, False)}


def test_what_is_no_option_is_there(sources: list[str]) -> None:
    every = "\n".join(sources)
    for written in ("# wakepoint: hide\n", "# wakepoint: hide-begin\n", "[count: ", "[call: "):
        assert written in every
    comparisons = [source for source in sources if source.startswith("```wakepoint-compare")]
    named = set(re.findall(r"(?m)^(\w+): ", "".join(comparisons)))
    # A comparison by snippets has no backends to choose from.
    assert {field.name for field in fields(ComparisonOptions)} - named == {"backends"}


def test_what_stands_there_as_source_is_what_was_run(book: Built) -> None:
    page = book.page(PAGE)
    for source in page.select(".language-markdown"):
        header, _, code = source.get_text().strip().removesuffix("```").partition("\n")
        shown = source.find_next(class_="wp")
        assert shown is not None
        if header.startswith("```python") and (lines := shown.select_one("[id$=-code]")):
            visible = re.sub(
                r"(?ms)^# wakepoint: hide-begin$.*?hide-end\n|^[^\n]*: hide\n", "", code
            )
            assert lines.get_text().strip() == visible.strip()
