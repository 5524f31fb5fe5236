"""The snippet's code and its output, as Material for MkDocs shows code."""

from __future__ import annotations

import re
from html import escape

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from mkdocs_wakepoint.snippet import Snippet
from mkdocs_wakepoint.views.context import Context
from wakepoint.recording import Recording

_HIDE = re.compile(r"^.*#\s*wakepoint:\s*hide\s*$")


def code(snippet: Snippet) -> str:
    """Highlighted source with one element for each line, ``wp-<key>-line-<n>``."""
    shown = [(n, text) for n, text in enumerate(snippet.source.splitlines(), 1) if not hidden(text)]
    while shown and not shown[-1][1].strip():
        shown.pop()
    whole = highlight("\n".join(text for _, text in shown), PythonLexer(stripnl=False), _FORMATTER)
    lines = whole.rstrip("\n").split("\n")
    marked = _marked(snippet.options.hl_lines)
    start = int(snippet.options.linenums) if snippet.options.linenums else None
    body = "\n".join(
        _line(snippet.key, number, html, position in marked, start and start + position - 1)
        for position, ((number, _), html) in enumerate(zip(shown, lines, strict=False), 1)
    )
    title = snippet.options.title
    name = f'<span class="filename">{escape(title)}</span>' if title else ""
    return (
        f'<div class="language-python highlight">{name}'
        f'<pre id="wp-{snippet.key}-code" tabindex="0">'
        f"<code>{body}\n</code></pre></div>"
    )


_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def hidden(line: str) -> bool:
    """True for a line that runs but is not shown."""
    return _HIDE.match(line) is not None


def _marked(lines: str) -> set[int]:
    marked: set[int] = set()
    for part in lines.split():
        first, _, last = part.partition("-")
        marked |= set(range(int(first), int(last or first) + 1))
    return marked


def _line(key: str, number: int, html: str, marked: bool, shown_number: int | None) -> str:
    text = f'<span class="hll">{html}</span>' if marked else html
    gutter = f'<span class="wp-lineno" data-n="{shown_number}"></span>' if shown_number else ""
    return f'<span class="wp-line" id="wp-{key}-line-{number}">{gutter}{text}</span>'


def output(recording: Recording, context: Context) -> str:
    """What the run wrote, each stream by itself."""
    parts = []
    for piece in recording.output:
        name = "Output" if piece.stream == "stdout" else "Standard error"
        text = escape(piece.text.rstrip("\n"))
        parts.append(
            f'<div class="wp-output wp-{piece.stream}"><p class="wp-caption">{name}</p>'
            f'<pre tabindex="0"><samp>{text}</samp></pre></div>'
        )
    return "".join(parts)
