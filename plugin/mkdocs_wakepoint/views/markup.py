"""HTML and SVG in which text stays text.

Whatever is put into an element is escaped, unless it is `markupsafe.Markup` already; so what a view
is given by a recording or by an author can be anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from markupsafe import Markup, escape

Content = str | int | float
"""What can stand in an element or in an attribute; `Markup` is a str that passes as it is."""

_VOID: Final = frozenset({"br", "wbr"})
_SHAPES: Final = frozenset({"circle", "path", "rect"})

_BREAKABLE = re.compile(r"[.(,\[/](?=[^\s)\]])|_(?=[a-z])")


def element(tag: str, *content: Content, **attributes: Content | bool | None) -> Markup:
    """An element of HTML or SVG.

    Args:
        tag: Its name.
        content: What stands in it.
        attributes: By their names, with ``_`` for ``-``; one at the end keeps a name from being a
            keyword (``class_``). True is an attribute without a value, False and None are none.
    """
    start = joined(_attribute(name, value) for name, value in attributes.items())
    if tag in _VOID:
        return Markup("<{}{}>").format(tag, start)
    if tag in _SHAPES and not content:
        return Markup("<{}{}/>").format(tag, start)
    return Markup("<{0}{1}>{2}</{0}>").format(tag, start, joined(content))


def joined(parts: Iterable[Content]) -> Markup:
    """The parts one behind the other."""
    return Markup().join(map(_shown, parts))


def lines(parts: Iterable[Content]) -> Markup:
    """The parts, each on a line of its own."""
    return element("br").join(map(_shown, parts))


def code(text: str, **attributes: Content) -> Markup:
    """A piece of code."""
    return element("code", text, **attributes)


def breakable_code(text: str) -> Markup:
    """A piece of code with places where a browser may break it."""
    ends = [found.end() for found in _BREAKABLE.finditer(text)]
    starts = zip([0, *ends], [*ends, len(text)], strict=True)
    return element("code", element("wbr").join(_shown(text[start:end]) for start, end in starts))


def scrolling(label: str, content: Markup, class_: str = "wp-scroll") -> Markup:
    """A box in which what is wider than the page scrolls, by keyboard too."""
    return element("div", content, class_=class_, tabindex=0, role="region", aria_label=label)


def details(summary: str, content: Markup, **attributes: Content | bool) -> Markup:
    """A box that opens."""
    head = element("summary", summary)
    return element("details", head, content, **{"class_": "wp-details", **attributes})


def _attribute(name: str, value: Content | bool | None) -> Markup:
    if value is None or value is False:
        return Markup()
    name = name.rstrip("_").replace("_", "-")
    if value is True:
        return Markup(" {}").format(name)
    return Markup(' {}="{}"').format(name, _shown(value))


def _shown(value: Content) -> Markup:
    return escape(f"{value:g}" if isinstance(value, float) else value)
