"""The reference pages say what the code says."""

from pathlib import Path

import pytest

from mkdocs_wakepoint import reference

PAGES = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", ["fence.md", "configuration.md"])
def test_each_table_is_what_the_code_makes_of_it(name: str) -> None:
    page = (PAGES / name).read_text(encoding="utf-8")
    assert page == reference.rewrite(page), (
        "run: python -m mkdocs_wakepoint.reference docs/reference"
    )


def test_every_table_is_on_a_page() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in PAGES.glob("*.md"))
    for name, table in reference.TABLES.items():
        assert table() in pages, name
