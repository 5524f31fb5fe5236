"""The snippet's code, as Material for MkDocs shows code."""

from __future__ import annotations

from markupsafe import Markup

from mkdocs_wakepoint.shown_lines import shown_lines
from mkdocs_wakepoint.snippet import Snippet
from mkdocs_wakepoint.text import lines_of
from mkdocs_wakepoint.views.highlighting import NOT_AGAIN, highlighted
from mkdocs_wakepoint.views.markup import element, joined


def code(snippet: Snippet) -> Markup:
    """Highlighted source with one element for each line, ``wp-<key>-line-<n>``."""
    texts = lines_of(snippet.source)
    numbers = shown_lines(snippet.source).numbers
    if not numbers and snippet.source.strip():
        return Markup()  # all of it is hidden
    coloured = highlighted("\n".join(texts[number - 1] for number in numbers))
    marked = _marked(snippet.options.hl_lines)
    start = int(snippet.options.linenums or 1)
    body = (
        _line(snippet.key, number, html, position in marked, start + position - 1)
        for position, (number, html) in enumerate(zip(numbers, coloured, strict=False), 1)
    )
    title = snippet.options.title
    lines = element("code", *body, id=f"wp-{snippet.key}-code", class_=NOT_AGAIN)
    return element(
        "div",
        joined((element("span", title, class_="filename"), "\n")) if title else "",
        element("pre", lines, tabindex=0),
        class_="language-python highlight",
    )


def _marked(lines: str) -> set[int]:
    marked: set[int] = set()
    for part in lines.split():
        first, _, last = part.partition("-")
        marked |= set(range(int(first), int(last or first) + 1))
    return marked


def _line(key: str, number: int, html: Markup, marked: bool, shown_number: int) -> Markup:
    gutter = element("span", class_="wp-lineno", data_n=shown_number)
    # Its end is within: Material's script drops what stands between the lines.
    text = joined((gutter, html, "\n"))
    if marked:
        text = element("span", text, class_="hll")
    return element("span", text, class_="wp-line", id=f"wp-{key}-line-{number}")
