"""A table in a box of its own that scrolls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from mkdocs_wakepoint.views.markup import Content, element, scrolling


def table(
    title: str,
    headings: Sequence[tuple[str, str]],
    rows: Iterable[Markup],
    **attributes: Content | bool,
) -> Markup:
    """A table with its caption.

    Args:
        title: The caption.
        headings: Of each column the name, and what it means where that needs telling.
        rows: Each a ``tr``.
        attributes: Of the table element, as `element` takes them.
    """
    heads = (element("th", name, scope="col", title=meaning or None) for name, meaning in headings)
    whole = element(
        "table",
        element("caption", title),
        element("thead", element("tr", *heads)),
        element("tbody", *rows),
        **attributes,
    )
    return scrolling(title, whole, class_="wp-scroll wp-table")
