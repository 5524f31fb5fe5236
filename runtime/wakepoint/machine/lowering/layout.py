"""Breaks long statements into lines, as ruff would."""

from __future__ import annotations

import ast
from collections.abc import Iterator

WIDTH = 60
"""How long a line of a case may be, which is indented by 20 columns and more."""


def broken(node: ast.stmt, width: int) -> Iterator[tuple[str, int | None]]:
    """The lines of a statement, each with its indentation; None for a line inside of a string."""
    text = ast.unparse(node)
    first, *rest = text.split("\n")
    if rest or len(first) <= width:
        yield first, 0
        yield from ((line, None) for line in rest)
        return
    yield first, 0


def in_brackets(before: str, parts: list[str], after: str) -> list[tuple[str, int]]:
    """Parts between brackets, each on its line if they are too long for one."""
    line = f"{before}{', '.join(parts)}{after}"
    if len(line) <= WIDTH + 24:
        return [(line, 0)]
    return [(before, 0), *((f"{part},", 4) for part in parts), (after, 0)]
