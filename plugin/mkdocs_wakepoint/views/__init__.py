"""Recordings to HTML. Every view is a pure function of recordings; nothing here runs a snippet."""

from mkdocs_wakepoint.views.item import Item
from mkdocs_wakepoint.views.page import render_all, render_comparison, stylesheet
from mkdocs_wakepoint.views.problem import problem_box
from mkdocs_wakepoint.views.quote import quotation

__all__ = [
    "Item",
    "problem_box",
    "quotation",
    "render_all",
    "render_comparison",
    "stylesheet",
]
