"""Breaks long statements into lines, as ruff would."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from typing import Any

LINE = 88
"""How long a line may be."""

CASE = 20
"""How far a statement of a case is indented, at least."""


def broken(node: ast.stmt) -> Iterator[tuple[str, int | None]]:
    """The lines of a statement, each with its indentation; None for a line inside of a string."""
    text = ast.unparse(node)
    first, *rest = text.split("\n")
    if not rest and len(first) > LINE - CASE:
        arguments = _arguments(node)
        if arguments:
            before, parts = arguments
            yield from in_brackets(before, parts, ")", fits=False)
            return
    yield first, 0
    yield from ((line, None) for line in rest)


def _arguments(node: Any) -> tuple[str, list[str]] | None:
    """A statement up to the bracket of the call that it ends with, and the arguments."""
    value = getattr(node, "value", None)
    if not isinstance(value, ast.Call):
        return None
    made = copy.copy(node)
    made.value = ast.Call(value.func, [], [])
    text = ast.unparse(made)
    parts = [ast.unparse(each) for each in (*value.args, *value.keywords)]
    if not parts or not text.endswith("()") or "\n" in "".join((text, *parts)):
        return None
    return text.removesuffix(")"), parts


def in_brackets(
    before: str, parts: list[str], after: str, *, fits: bool = True
) -> list[tuple[str, int]]:
    """Parts between brackets, each on its line if they are too long for one.

    Args:
        before: What stands before them, with the bracket.
        parts: The parts.
        after: What stands behind them.
        fits: False if they are known to be too long for the line that they begin on.
    """
    line = f"{before}{', '.join(parts)}{after}"
    if fits and len(line) <= LINE - 4:
        return [(line, 0)]
    together = ", ".join(parts)
    if not fits and len(together) <= LINE - CASE - 4:
        return [(before, 0), (together, 4), (after, 0)]
    return [(before, 0), *((f"{part},", 4) for part in parts), (after, 0)]
