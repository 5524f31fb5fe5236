"""What stands around the views of a snippet."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from mkdocs_wakepoint.snippet import Problem
from mkdocs_wakepoint.views.markup import element
from mkdocs_wakepoint.views.problem import problem_box


def framed(problems: Iterable[Problem], body: Markup, key: str) -> Markup:
    """The HTML of a snippet.

    Args:
        problems: What is wrong with it, shown above everything.
        body: Its views.
        key: Of the snippet.
    """
    return element("div", *map(problem_box, problems), body, class_="wp", id=f"wp-{key}")
