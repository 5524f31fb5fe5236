"""Mends what Markdown's extensions write, for who reads by keyboard, by ear, or by the search.

What scrolls can be reached by keyboard, with or without Material's script. An empty corner of a
table is no heading. Between two words that stand apart on the page is a space for the search, which
does not read what is drawn. And behind a table stands that it is whole: until that has come, it is not
shown, since its columns change with each row that comes over a slow line.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

from mkdocs.plugins import event_priority

_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
_HEADING = re.compile(r"<th[ >].*?</th>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_CORNER = re.compile(r"<th( [^>]*)?></th>")
_CODE = re.compile(r"(<pre>(?:<span></span>)?<code)(?=[ >])")
_TABS = re.compile(r'(<div class="tabbed-labels")(?=>)')
_DRAWN = re.compile(r'<svg(?= class="book-picture")')
_WHOLE = '<span class="book-whole" hidden></span>'
_APART = re.compile(r"(?<=</span>)(?=<pre[ >])|(?<=</label>)(?=<label[ >])")


@event_priority(100)  # before the search reads it
def on_page_context(context: Any, *, page: Any, **_: Any) -> Any:
    """Mends a page that is finished but for the theme."""
    html = _TABLE.sub(_in_a_box, page.content)
    html = _CODE.sub(r'\1 tabindex="0"', html)
    html = _TABS.sub(r'\1 tabindex="0" role="group" aria-label="What to show"', html)
    html = _DRAWN.sub("<svg data-search-exclude", html)
    page.content = _APART.sub("\n", html)
    return context


def _in_a_box(table: re.Match[str]) -> str:
    html = _CORNER.sub(r"<td\1></td>", table[0])
    headings = (unescape(_TAG.sub("", one[0])).strip() for one in _HEADING.finditer(html))
    name = escape(f"Table of {', '.join(filter(None, headings))}")
    return f'<div class="book-table" tabindex="0" role="group" aria-label="{name}">{html}{_WHOLE}</div>'
