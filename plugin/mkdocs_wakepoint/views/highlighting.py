"""Python in colours, line by line."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from mkdocs_wakepoint.text import with_signs

NOT_AGAIN: Final = "nohighlight"
"""The class that highlight.js, which MkDocs' own themes use, leaves as it is."""

_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def highlighted(source: str) -> list[Markup]:
    """The HTML of each line."""
    # A lexer drops nothing of it, a form feed neither, so that lines stay as many as there are.
    html: str = highlight(with_signs(source), PythonLexer(stripnl=False), _FORMATTER)
    return [Markup(line) for line in html.rstrip("\n").split("\n")]  # noqa: S704 - it escapes
