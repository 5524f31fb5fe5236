"""The snippet's code and its output, as Material for MkDocs shows code."""

from __future__ import annotations

import re
from html import escape

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from mkdocs_wakepoint.snippet import Snippet
from mkdocs_wakepoint.views.context import Context
from wakepoint.recording import Outcome, Recording

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
    body = "".join(
        _line(snippet.key, number, html, position in marked, start and start + position - 1)
        for position, ((number, _), html) in enumerate(zip(shown, lines, strict=False), 1)
    )
    title = snippet.options.title
    name = f'<span class="filename">{escape(title)}</span>' if title else ""
    return (
        f'<div class="language-python highlight">{name}'
        '<pre tabindex="0">'
        f'<code id="wp-{snippet.key}-code">{body}</code></pre></div>'
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
    gutter = f'<span class="wp-lineno" data-n="{shown_number}"></span>' if shown_number else ""
    # Its end is within: Material's script drops what stands between the lines.
    text = f"{gutter}{html}\n"
    if marked:
        text = f'<span class="hll">{text}</span>'
    return f'<span class="wp-line" id="wp-{key}-line-{number}">{text}</span>'


def output(recording: Recording, context: Context) -> str:
    """What the run wrote, each stream by itself, and the error that was announced."""
    names = {"stdout": "Output", "stderr": "Standard error"}
    parts = [_written(piece.stream, names[piece.stream], piece.text) for piece in recording.output]
    if context.snippet.options.expect_error and recording.outcome.kind != "finished":
        parts.append(_written("ended", "It ended with", _error(recording.outcome)))
    return "".join(parts)


def _written(kind: str, caption: str, text: str) -> str:
    text = escape(text.rstrip("\n"))
    return (
        f'<div class="wp-output wp-{kind}"><p class="wp-caption">{caption}</p>'
        f'<pre tabindex="0"><samp>{text}</samp></pre></div>'
    )


def _error(outcome: Outcome) -> str:
    """The last line of the traceback that Python would write."""
    names = {"deadlock": "Deadlock", "exited": "SystemExit", "timeout": "TimeoutError"}
    name = names.get(outcome.kind, outcome.error or outcome.kind)
    return f"{name}: {outcome.message}" if outcome.message else name
