"""What MkDocs' own search reads of a page: nothing that ``data-search-exclude`` keeps from others.

Material's search and Zensical's leave such elements out. MkDocs' does not know them, and takes
longer for the many elements of a picture than for all the rest of a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

_EXCLUDED = " data-search-exclude"
_NAME = re.compile(r"<(\w+)")


def give_less(search: type, listeners: list[Callable[..., Any]]) -> None:
    """Has a plugin of a class read pages without what is excluded; no other plugin sees less.

    Args:
        search: The class.
        listeners: What is called for each page's context, of all plugins.
    """
    for at, listener in enumerate(listeners):
        if isinstance(getattr(listener, "__self__", None), search):
            listeners[at] = _given_less(listener)


def _given_less(listener: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(listener)
    def reads_less(context: Any, *, page: Any, **others: Any) -> Any:
        whole = page.content
        page.content = without_excluded(whole or "")
        try:
            return listener(context, page=page, **others)
        finally:
            page.content = whole

    return reads_less


def without_excluded(html: str) -> str:
    """HTML without its elements that have the attribute ``data-search-exclude``.

    One whose end cannot be found stays.
    """
    kept, position = [], 0
    while (found := html.find(_EXCLUDED, position)) >= 0:
        start = html.rfind("<", position, found)
        end = -1 if start < 0 or ">" in html[start:found] else _end(html, start)
        kept.append(html[position : found + 1 if end < 0 else start])
        position = found + 1 if end < 0 else end
    return "".join((*kept, html[position:]))


def _end(html: str, start: int) -> int:
    """Where the element ends that begins at a place; -1 if it does not."""
    name = _NAME.match(html, start)
    if name is None:
        return -1
    depth = 0
    for tag in re.compile(rf"<(/?){name[1]}[\s>]").finditer(html, start):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return tag.end()
    return -1
