"""A problem as the page shows it."""

from __future__ import annotations

from markupsafe import Markup

from mkdocs_wakepoint.snippet import Problem
from mkdocs_wakepoint.views.markup import code, element


def problem_box(problem: Problem) -> Markup:
    """A problem in the theme's own box for failures."""
    place = element("p", code(str(problem.location)), f": {problem.remedy}.")
    details = element("pre", element("samp", problem.details)) if problem.details else ""
    title = element("p", problem.what, class_="admonition-title")
    return element(
        "div", title, place, details, class_="admonition failure wp-problem", role="alert"
    )
