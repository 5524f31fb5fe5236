"""The runtime of chapter 26: the file to copy is its parts, and needs nothing of ours."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tools.book import DOCS
from tools.sites import Built

CHAPTER = (DOCS / "book" / "26-own-runtime.md").read_text(encoding="utf-8")


def source(key: str) -> str:
    """The snippet of this id."""
    fence = re.search(rf'(?ms)^```python wakepoint [^\n]*\bid="{key}"[^\n]*\n(.*?)^```$', CHAPTER)
    assert fence is not None
    return fence[1]


def statements(text: str) -> list[str]:
    """What is written at the top level, imports and assignments apart."""
    blocks = re.split(r"\n\n\n", text.strip())
    return [block for block in blocks if block.startswith(("class ", "async def ", "PENDING"))]


@pytest.mark.parametrize("part", ["protocol", "executor", "reactor", "own-run"])
def test_the_file_to_copy_consists_of_the_parts_that_are_explained(part: str) -> None:
    assert len(statements(source(part))) >= 3
    assert [one for one in statements(source(part)) if one not in source("whole")] == []


def test_it_runs_without_any_package_and_prints_what_the_page_shows(
    book: Built, tmp_path: Path
) -> None:
    script = tmp_path / "runtime.py"
    script.write_text(source("whole"), encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(script)]
    run = subprocess.run(command, capture_output=True, check=True, text=True, timeout=30)
    shown = book.page("book/26-own-runtime").select_one("#wp-whole .wp-output samp")
    assert shown is not None
    assert run.stdout.strip() == shown.get_text()
    assert "the end" in run.stdout


def test_each_class_is_explained_by_its_name() -> None:
    prose = re.sub(r"(?ms)^```.*?^```$", "", CHAPTER)
    for part in ("executor", "reactor"):
        for name in re.findall(r"(?m)^class (\w+)", source(part)):
            assert f"`{name}`" in prose or name == "Context", name
