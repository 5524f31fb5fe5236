"""The lowered form of a snippet beside the original, line by line, and whether both agree."""

from __future__ import annotations

from html import escape
from itertools import zip_longest

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from mkdocs_wakepoint.views.code import hidden
from mkdocs_wakepoint.views.context import Context
from wakepoint.machine import Lowered, MachineError, lower_source
from wakepoint.recording import Recording
from wakepoint.recording.equality import told_by_machines

_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def lowered(recording: Recording, context: Context) -> str:
    """Both texts side by side, and what a run of each showed."""
    try:
        form = lower_source(recording.source)
    except MachineError as error:
        return f'<p class="wp-caption">{escape(str(error))}</p>'
    key = context.snippet.key
    left = _pane("The original", _original(recording.source, form, key))
    right = _pane("Its lowered form", _form(form, recording.source, key))
    return f'<section class="wp-lowered" data-search-exclude>{left}{right}</section>' + _verdict(
        recording, context.lowered
    )


def _pane(title: str, lines: str) -> str:
    return (
        '<div class="language-python highlight wp-pane">'
        f'<span class="filename">{title}</span><pre tabindex="0"><code>{lines}</code></pre></div>'
    )


def _lines(text: str) -> list[str]:
    html: str = highlight(text, PythonLexer(stripnl=False), _FORMATTER)
    return html.rstrip("\n").split("\n")


def _original(source: str, form: Lowered, key: str) -> str:
    """The snippet; the number of a line leads to where the lowered form does it."""
    first: dict[int, int] = {}
    wanted = _lowered_lines(form, source)
    for number, origin in enumerate(form.origins, 1):
        if origin is not None and number in wanted:
            first.setdefault(origin, number)
    return "".join(
        _line(f"wp-{key}-from-{number}", number, f"wp-{key}-to-{first.get(number)}", html)
        for number, (text, html) in enumerate(
            zip(source.splitlines(), _lines(source), strict=False), 1
        )
        if not hidden(text)
    )


def _lowered_lines(form: Lowered, source: str) -> set[int]:
    """The lines of the lowered text that are not the snippet's own."""
    own = source.splitlines()
    return {
        number
        for number, (text, origin) in enumerate(
            zip(form.text.splitlines(), form.origins, strict=True), 1
        )
        if origin is None or origin > len(own) or own[origin - 1] != text
    }


def _form(form: Lowered, source: str, key: str) -> str:
    """The machines; the number of a line is the original's, and leads there."""
    wanted = _lowered_lines(form, source)
    html = _lines(form.text)
    unseen = {number for number, text in enumerate(source.splitlines(), 1) if hidden(text)}
    shown = []
    for number, origin in enumerate(form.origins, 1):
        if number in wanted:
            target = f"wp-{key}-from-{None if origin in unseen else origin}"
            shown.append(_line(f"wp-{key}-to-{number}", origin, target, html[number - 1]))
    return "".join(shown)


def _line(own: str, number: int | None, target: str, html: str) -> str:
    shown = "" if number is None else number
    if number is None or target.endswith("None"):
        link = f'<span class="wp-lineno" data-n="{shown}"></span>'
    else:
        link = f'<a class="wp-lineno" href="#{target}" data-n="{shown}" tabindex="-1"></a>'
    return f'<span class="wp-line" id="{own}">{link}{html}\n</span>'


def _verdict(original: Recording, form: Recording | None) -> str:
    if form is None:
        return '<p class="wp-caption">The lowered form was not run.</p>'
    differs = difference(original, form)
    if differs is not None:
        return (
            '<p class="wp-caption wp-differs">Both were run by this build, and they differ: '
            f"{escape(differs)}.</p>"
        )
    count = len(told_by_machines(original))
    return (
        '<p class="wp-caption wp-same">Both were run by this build. Their recordings tell the '
        f"same {count} events of machines, in the same order, with the same values, and "
        "the same output.</p>"
    )


def difference(original: Recording, form: Recording) -> str | None:
    """The first thing in which a run of the lowered form differs from the original's."""
    ours, theirs = told_by_machines(original), told_by_machines(form)
    for one, other in zip_longest(ours, theirs):
        if one != other:
            return f"{_told(one)} in the original, {_told(other)} in the lowered form"
    ends = [(run.outcome.kind, run.outcome.error, run.outcome.message) for run in (original, form)]
    if ends[0] != ends[1]:
        return f"the original ends with {ends[0]}, the lowered form with {ends[1]}"
    return None if original.output == form.output else "what they wrote"


def _told(event: tuple[str, dict[str, object]] | None) -> str:
    return "nothing" if event is None else f"{event[0]} {event[1]}"
