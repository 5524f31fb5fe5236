"""The pages for who comes from another library: both programs print the same; each name exists."""

from __future__ import annotations

import re
from operator import attrgetter

import pytest
from tools.book import DOCS
from tools.sites import Built

import wakepoint
import wakepoint.io
import wakepoint.net
import wakepoint.sync

PAGES = {"from-asyncio": "asyncio", "from-trio": "trio"}

CODE = re.compile(r"`([\w.]+)")


def names(page: str) -> list[str]:
    """What stands in the second column of the table of names."""
    text = (DOCS / "howto" / f"{page}.md").read_text(encoding="utf-8")
    table = text.partition("| Wakepoint |")[2].partition("\n\n")[0]
    rows = [row.split("|") for row in table.splitlines() if row.startswith("| ")]
    return [name for row in rows for name in CODE.findall(row[2])]


@pytest.mark.parametrize("page", PAGES)
def test_each_name_of_ours_exists(page: str) -> None:
    assert len(names(page)) > 20
    for name in names(page):
        assert callable(attrgetter(name)(wakepoint)), name


@pytest.mark.parametrize(("page", "other"), PAGES.items())
def test_both_programs_print_the_same(book: Built, page: str, other: str) -> None:
    soup = book.page(f"howto/{page}")
    theirs, ours = (
        [one.get_text() for one in soup.select(f"#wp-{key} .wp-stdout samp")]
        for key in (other, "ours")
    )
    assert len(ours) == 1
    assert ours == theirs
