"""The reference pages say what the code says."""

import re
from pathlib import Path

import pytest

from mkdocs_wakepoint import reference_tables

PAGES = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize(
    "name", ["fence.md", "configuration.md", "comparison.md", "runtime.md", "command-line.md"]
)
def test_each_table_is_what_the_code_makes_of_it(name: str) -> None:
    page = (PAGES / name).read_text(encoding="utf-8")
    assert page == reference_tables.rewrite(page), (
        "run: python -m mkdocs_wakepoint.reference_tables docs/reference"
    )


def test_every_table_is_on_a_page() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in PAGES.glob("*.md"))
    for name, table in reference_tables.TABLES.items():
        assert table() in pages, name


def test_the_command_line_page_has_a_section_for_each_command() -> None:
    page = (PAGES / "command-line.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert [name for name, _ in sections] == list(reference_tables.commands())
    for name, section in sections:
        assert f"<!-- table: command_{name} -->" in section
        assert f"[`{name}`](#{name})" in page
