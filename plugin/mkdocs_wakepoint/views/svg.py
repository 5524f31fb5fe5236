"""What the machine's picture and the timeline have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from markupsafe import Markup

from mkdocs_wakepoint.views.markup import element

MARGIN: Final = 3.0
"""Around a picture, in pixels."""


def picture(
    anchor: str, title: str, description: str, parts: Iterable[Markup], *, width: int, height: int
) -> Markup:
    """A picture with its name and what it shows in words.

    Args:
        anchor: What ids begin with.
        title: The name.
        description: The words.
        parts: What is painted, from the back to the front.
        width: In pixels, margins included.
        height: The same.
    """
    return element(
        "svg",
        element("title", title, id=f"{anchor}-title"),
        element("desc", description, id=f"{anchor}-text"),
        *parts,
        class_="wp-svg",
        viewBox=f"{-MARGIN:g} {-MARGIN:g} {width} {height}",
        width=width,
        height=height,
        role="img",
        aria_labelledby=f"{anchor}-title",
        aria_describedby=f"{anchor}-text",
    )


def strip(class_: str, parts: Iterable[Markup], *, width: int, height: int) -> Markup:
    """A part of a picture that has its own place, as the heads of lanes; the picture names it.

    Args:
        class_: What tells it apart.
        parts: What is painted, from the back to the front.
        width: In pixels, margins included.
        height: The same.
    """
    return element(
        "svg",
        *parts,
        class_=f"wp-svg {class_}",
        viewBox=f"{-MARGIN:g} {-MARGIN:g} {width} {height}",
        width=width,
        height=height,
        aria_hidden="true",
    )


def text(
    *content: str | int,
    class_: str,
    x: float,
    y: float,
    anchor: str | None = None,
    room: int | None = None,
) -> Markup:
    """A line of text.

    Args:
        content: What it says.
        class_: How it looks.
        x: Where it begins, ends or has its middle, as `anchor` says.
        y: Of its base line.
        anchor: ``start``, ``middle`` or ``end``.
        room: Characters that another text has in its place.
    """
    return element("text", *content, class_=class_, x=x, y=y, text_anchor=anchor, data_room=room)


def tooltip(short: str, whole: str) -> Markup:
    """The whole text where only a part is shown."""
    return element("title", whole) if short != whole else Markup()
