"""Recordings to HTML. Every view is a pure function of recordings; nothing here runs a snippet."""

from typing import TYPE_CHECKING

from mkdocs_wakepoint.lazy import lazy

if TYPE_CHECKING:
    from mkdocs_wakepoint.views.item import Item
    from mkdocs_wakepoint.views.page import render_all, render_comparison
    from mkdocs_wakepoint.views.problem import problem_box
    from mkdocs_wakepoint.views.quote import quotation
    from mkdocs_wakepoint.views.style import script, stylesheet
else:
    __getattr__ = lazy(
        __name__,
        {
            "Item": "item",
            "problem_box": "problem",
            "quotation": "quote",
            "render_all": "page",
            "render_comparison": "page",
            "script": "style",
            "stylesheet": "style",
        },
    )

__all__ = [
    "Item",
    "problem_box",
    "quotation",
    "render_all",
    "render_comparison",
    "script",
    "stylesheet",
]
