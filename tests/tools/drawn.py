"""A snippet that ran, and its views as a page shows them."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

from bs4 import BeautifulSoup, Tag

from mkdocs_wakepoint.snippet import Location, Options, Snippet
from mkdocs_wakepoint.views import Item, render_all
from wakepoint.recording import Recording, record

PLACE = Location("docs/page.md", 10)


def ran(source: str, backend: str = "simulated") -> Recording:
    """What the snippet does; indented or not."""
    return record(dedent(source), backend=backend)


def snippet(source: str, **options: Any) -> Snippet:
    """A snippet with the key ``key``, in line 10 of docs/page.md."""
    return Snippet(dedent(source), Options(**options), PLACE, "key")


def drawn(source: str, *show: str, recording: Recording | None = None, **options: Any) -> Tag:
    """The snippet's part of the page.

    Args:
        source: The snippet.
        show: The views.
        recording: Its run; without one, it is run.
        options: Its other options.
    """
    recording = recording or ran(source)
    item = Item(snippet(source, show=show, **options), recording, ())
    (html,) = render_all([item])
    return one(BeautifulSoup(html, "html.parser"), ".wp")


def one(inside: Tag, selector: str) -> Tag:
    """The only element that the selector finds."""
    (element,) = inside.select(selector)
    return element


def texts(inside: Tag, selector: str) -> list[str]:
    """The text of each element that the selector finds."""
    return [tag.get_text() for tag in inside.select(selector)]
