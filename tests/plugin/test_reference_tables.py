"""The reference pages say what the code says."""

import argparse
import re
from pathlib import Path

import pytest

from mkdocs_wakepoint import reference_tables
from mkdocs_wakepoint.cli import parser

PAGES = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", ["fence.md", "configuration.md", "comparison.md", "runtime.md"])
def test_each_table_is_what_the_code_makes_of_it(name: str) -> None:
    page = (PAGES / name).read_text(encoding="utf-8")
    assert page == reference_tables.rewrite(page), (
        "run: python -m mkdocs_wakepoint.reference_tables docs/reference"
    )


def test_every_table_is_on_a_page() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in PAGES.glob("*.md"))
    for name, table in reference_tables.TABLES.items():
        assert table() in pages, name


def test_the_command_line_page_has_each_command_and_option_and_no_other() -> None:
    page = (PAGES / "command-line.md").read_text(encoding="utf-8")
    # argparse has no other way to ask a parser for what it takes.
    (each,) = [a for a in parser()._actions if isinstance(a, argparse._SubParsersAction)]  # noqa: SLF001
    assert re.findall(r"^## (\w+)$", page, re.MULTILINE) == list(each.choices)
    general, _, rest = page.partition("\n## ")
    for name, command in each.choices.items():
        section = f"\n## {rest}".partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        known = {option for action in command._actions for option in action.option_strings}  # noqa: SLF001
        known -= {"-h", "--help", "--timeout", "--concurrency"}
        assert set(re.findall(r"^\| `(--[\w-]+)", section, re.MULTILINE)) == known, name
    assert set(re.findall(r"`(--[a-z][\w-]*)", general)) == {"--timeout", "--concurrency"}
