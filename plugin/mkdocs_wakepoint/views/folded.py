"""A part of a page that is folded: a line says what is inside, and a click opens it."""

from __future__ import annotations

from markupsafe import Markup

from mkdocs_wakepoint.views.markup import Content, element


def folded(
    title: str,
    inside: str,
    content: Markup,
    class_: str = "",
    *,
    printed: bool = False,
    **attributes: Content | bool,
) -> Markup:
    """A box that opens.

    Args:
        title: What the box is: ``Timeline``.
        inside: What can be counted in it, from the recording: ``157 events, 3 tasks, 5 parks``.
        content: What it has.
        class_: Its classes beside the one that all of them have.
        printed: On paper, show what is in it, open or not; else its title is all that is there.
        attributes: Of its element, as `element` takes them.
    """
    name = element("b", title)
    # Figures may answer what is asked above; the site's script hides them until then.
    figures = element("span", f": {inside}", class_="wp-figures") if inside else ""
    head = element("summary", name, figures)
    classes = " ".join(filter(None, ("wp-folded", "wp-printed" if printed else "", class_)))
    return element("details", head, content, class_=classes, **attributes)
