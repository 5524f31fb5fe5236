"""A snippet and its lowered form: whether there is one, and whether both did the same."""

from __future__ import annotations

import ast

from mkdocs_wakepoint.snippet import Problem, Snippet
from mkdocs_wakepoint.views.lowered import difference
from wakepoint.machine import MachineError, lower_source
from wakepoint.recording import Recording


def cannot_be_lowered(snippet: Snippet) -> Problem | None:
    """Why a snippet has no lowered form; None if it has one, or is no Python at all."""
    try:
        ast.parse(snippet.source)
    except (SyntaxError, ValueError):  # its own run tells
        return None
    try:
        lower_source(snippet.source)
    except MachineError as error:
        remedy = 'take "lowered" out of show, or write the snippet without it'
        return Problem(snippet.at(0), f"it cannot be lowered: {error}", remedy)
    return None


def unlike(snippet: Snippet, original: Recording, form: Recording) -> list[Problem]:
    """What is wrong if the lowered form did something else."""
    differs = difference(original, form)
    if differs is None:
        return []
    what = f"the lowered form differs from the original: {differs}"
    return [Problem(snippet.at(0), what, 'report it, and take "lowered" out of show')]
