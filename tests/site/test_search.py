"""What the search of the book has to search in."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from tools.book import pages
from tools.sites import Built

_WITHIN_A_WORD = frozenset(
    {"a", "abbr", "b", "code", "em", "i", "kbd", "mark", "q", "s", "samp", "small", "span"}
    | {"strong", "sub", "sup", "u", "var", "wbr"}
)
"""Elements that may begin or end in the middle of a word."""


@cache
def words_shown(page: Path) -> frozenset[str]:
    """The words of a page, as far as they stand apart for who sees it."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    for tag in soup.find_all(lambda tag: tag.name not in _WITHIN_A_WORD):
        tag.insert_before(" ")
        tag.insert_after(" ")
    for name in soup.select(".filename"):  # it stands in a line of its own
        name.insert_after(" ")
    return frozenset(soup.get_text().split())


def entries(book: Built) -> list[tuple[str, str]]:
    """Of each section its address and its text."""
    index = json.loads((book.folder / "search" / "search_index.json").read_text("utf-8"))
    return [(one["location"], one["text"]) for one in index["docs"]]


def test_no_words_are_glued_together(book: Built) -> None:
    glued = {}
    for location, html in entries(book):
        page = book.folder / location.partition("#")[0] / "index.html"
        words = BeautifulSoup(html, "html.parser").get_text().split()
        if unknown := set(words) - words_shown(page):
            glued[location] = unknown
    assert glued == {}


@pytest.mark.parametrize("name", pages())
def test_it_has_the_prose_the_code_and_the_output(book: Built, name: str) -> None:
    address = f"{name}/" if name else ""
    found = "".join(
        _squeezed(BeautifulSoup(html, "html.parser").get_text())
        for location, html in entries(book)
        if location.partition("#")[0] == address
    )
    told = book.page(name).select("article > p, code[id$=-code], .wp-output samp")
    missing = [one.get_text() for one in told if _squeezed(one.get_text()) not in found]
    assert len(told) > 2
    assert missing == []


def _squeezed(text: str) -> str:
    return "".join(text.split())
