"""What the documentation shows is what comes out."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "machine.md"


def test_the_example_prints_what_stands_below_it() -> None:
    text = PAGE.read_text(encoding="utf-8")
    example = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL)
    assert example is not None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(example[1], {})
    assert [line.rstrip() for line in printed.getvalue().splitlines()] == example[2].splitlines()
