"""mkdocs-print-site-plugin, which makes one page of all: there an id has to say whose it is.

It keeps each page's HTML as ``page.html``. When the site is written it leads every link ``#id`` to
``#<page>-id``, and renames headings and some list items to match; what else has an id stays behind.
So ours are renamed here, in its copy of the page and nowhere else. The id of a list item moves into
it, so that it is not renamed once more.
"""

from __future__ import annotations

import re

NAME = "print-site"

# An id of ours, and what refers to one other than by a link.
_OURS = re.compile(r'(?P<before>(?: (?:id|aria-labelledby|aria-describedby)="|url\(#))(?=wp-)')
_ITEM = re.compile(r'<li id="(wp-[^"]*)"([^>]*)>')


def with_ids_of_page(html: str, url: str) -> str:
    """A page's HTML with our ids as they have to be in a print page.

    Args:
        html: The page, as it is in the site.
        url: Its address there.
    """
    from mkdocs_print_site_plugin.urls import get_page_key  # noqa: PLC0415 - not every site has it

    moved = _ITEM.sub(r'<li\2><span id="\1"></span>', html)
    return _OURS.sub(rf"\g<before>{get_page_key(url)}-", moved)
