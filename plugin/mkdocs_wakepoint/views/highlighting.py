"""Python in colours, line by line."""

from __future__ import annotations

from markupsafe import Markup
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def highlighted(source: str) -> list[Markup]:
    """The HTML of each line."""
    html: str = highlight(source, PythonLexer(stripnl=False), _FORMATTER)
    return [Markup(line) for line in html.rstrip("\n").split("\n")]  # noqa: S704 - it escapes
