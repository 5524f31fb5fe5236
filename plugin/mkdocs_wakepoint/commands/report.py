"""Recordings as a page of their own: one file that needs no other, on the disk or elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from mkdocs_wakepoint.views import Item, render_all, script, stylesheet


def report(title: str, items: Sequence[Item]) -> str:
    """The page, as HTML.

    Args:
        title: What it is about.
        items: What was run, and what came of it. Several have a heading each.
    """
    parts = []
    for item, html in zip(items, render_all(items), strict=True):
        if len(items) > 1:
            name = f"{item.snippet.location}  {item.snippet.options.title}".rstrip()
            parts.append(Markup("<h2>{}</h2>\n").format(name))
        parts.append(html)
    return Markup(
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n<title>{}</title>\n'
        "<style>{}</style>\n<body>\n{}\n<script>{}</script>\n</body>\n</html>"
    ).format(title, stylesheet(), Markup("\n").join(parts), script())
