"""HTML and SVG in which text stays text.

Whatever is put into an element is escaped, unless it is `markupsafe.Markup` already, and control
characters get signs; so what a view is given by a recording or by an author can be anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

from markupsafe import Markup, escape

from mkdocs_wakepoint.text import visible

Content = str | int | float
"""What can stand in an element or in an attribute; `Markup` is a str that passes as it is."""

_VOID: Final = frozenset({"br", "input", "link", "wbr"})
_SHAPES: Final = frozenset({"circle", "path", "rect"})
_BLOCKS: Final = frozenset(
    {"caption", "details", "div", "figcaption", "figure", "li", "ol", "p", "pre"}
    | {"section", "summary", "table", "td", "th", "tr", "ul"}
)
"""What stands apart on the page stands apart in the text too, which a search reads."""

_BREAKABLE = re.compile(r"[.(,\[/](?=[^\s)\]])|_(?=[a-z])")


def element(tag: str, *content: Content, **attributes: Content | bool | None) -> Markup:
    """An element of HTML or SVG.

    Args:
        tag: Its name.
        content: What stands in it.
        attributes: By their names, with ``_`` for ``-``; one at the end keeps a name from being a
            keyword (``class_``). True is an attribute without a value, False and None are none.
    """
    start = tag
    behind = "\n" if tag in _BLOCKS else ""
    for name, value in attributes.items():
        if value is not None and value is not False:
            start += _attribute(name, value)
    if tag in _VOID:
        html = f"<{start}>"
    elif tag in _SHAPES and not content:
        html = f"<{start}/>"
    else:
        html = f"<{start}>{''.join(map(_shown, content))}</{tag}>{behind}"
    return _markup(html)  # the one place where markup is put together


def joined(parts: Iterable[Content]) -> Markup:
    """The parts one behind the other."""
    return Markup("".join(map(_shown, parts)))  # noqa: S704 - each is escaped, or markup


def lines(parts: Iterable[Content]) -> Markup:
    """The parts, each on a line of its own."""
    return Markup("<br>".join(map(_shown, parts)))  # noqa: S704 - each is escaped, or markup


def code(text: str, **attributes: Content | None) -> Markup:
    """A piece of code."""
    return element("code", text, **attributes)


def breakable_code(text: str) -> Markup:
    """A piece of code with places where a browser may break it."""
    text = visible(text)
    ends = [match.end() for match in _BREAKABLE.finditer(text)]
    starts = zip([0, *ends], [*ends, len(text)], strict=True)
    parts = (_shown(text[start:end]) for start, end in starts)
    return element("code", _markup(str(element("wbr")).join(parts)))


def scrolling(label: str, content: Markup, class_: str = "wp-scroll") -> Markup:
    """A box in which what is wider than the page scrolls, by keyboard too."""
    return element("div", content, class_=class_, tabindex=0, role="group", aria_label=label)


def _attribute(name: str, value: Content | bool) -> str:
    name = _attribute_name(name)
    return f" {name}" if value is True else f' {name}="{_shown(value)}"'


@cache  # there are a few dozen, and thousands of attributes on a page
def _attribute_name(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _shown(value: Content) -> str:
    if isinstance(value, Markup):
        return value
    if isinstance(value, str):
        return _escaped_again(value) if len(value) < _SHORT else _escaped(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _escaped(text: str) -> str:
    return str(escape(visible(text)))


_escaped_again = lru_cache(4096)(_escaped)
"""The same. Most texts of a page are names of classes, and other words that come again."""
_SHORT: Final = 64
"""Characters of a text that may be one of those."""


def _markup(html: str) -> Markup:
    """`Markup` of what is markup, past a constructor that asks what it is given."""
    return str.__new__(Markup, html)
