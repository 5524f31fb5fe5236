"""A snippet and its lowered form: whether there is one, and whether both did the same."""

from __future__ import annotations

from mkdocs_wakepoint.snippet import Problem, Snippet
from mkdocs_wakepoint.views.lowered import difference
from wakepoint.recording import Recording


def unlike(snippet: Snippet, original: Recording, form: Recording) -> list[Problem]:
    """What is wrong if there is no lowered form, or if it did something else."""
    if form.outcome.kind == "not-lowered":
        remedy = 'take "lowered" out of show, or write the snippet without it'
        what = f"it cannot be lowered: {form.outcome.message}"
        return [Problem(snippet.at(0), what, remedy)]
    differs = difference(original, form)
    if differs is None:
        return []
    what = f"the lowered form differs from the original: {differs}"
    return [Problem(snippet.at(0), what, 'report it, and take "lowered" out of show')]
