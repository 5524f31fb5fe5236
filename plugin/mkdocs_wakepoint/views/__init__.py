"""Recordings to HTML. Every view is a pure function of recordings; nothing here runs a snippet."""

from mkdocs_wakepoint.views.page import Item, problem_box, render_all, script, stylesheet

__all__ = ["Item", "problem_box", "render_all", "script", "stylesheet"]
