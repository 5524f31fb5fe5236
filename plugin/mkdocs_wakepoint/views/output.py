"""What a run wrote, and the error that was announced."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from markupsafe import Markup

from mkdocs_wakepoint.outcome import last_line
from mkdocs_wakepoint.views.context import Context
from mkdocs_wakepoint.views.limits import OUTPUT, PIECES
from mkdocs_wakepoint.views.markup import element, joined
from mkdocs_wakepoint.views.terminal import Cell, displayed
from mkdocs_wakepoint.views.terminal_style import PLAIN, Style
from wakepoint.recording import Recording

_LINE = re.compile(r"\bline (\d+)\b")
_STREAMS = {"stdout": "Output", "stderr": "Standard error"}


def output(recording: Recording, context: Context, *, is_dated: bool = False) -> Markup:
    """What the run wrote, each stream by itself, and the error that was announced.

    Args:
        recording: The run.
        context: Of the view.
        is_dated: True if each line is to have the ordinal of the event after which it was written
            in its ``data-n``; none if it is not known.
    """
    parts = [
        _written(stream, _STREAMS[stream], text, _dates(recording, stream) if is_dated else None)
        for stream, text in recording.written().items()
    ]
    if context.snippet.options.expect_error and recording.outcome.kind != "finished":
        ended = last_line(recording.outcome)
        if recording.outcome.kind == "deadlock":  # whose text names lines of what ran
            ended = _LINE.sub(lambda match: context.lines.name(int(match[1])), ended)
        parts.append(_written("ended", "It ended with", ended, [] if is_dated else None))
    return joined(parts)


def _dates(recording: Recording, stream: str) -> list[int | None]:
    """For each line of a stream the event after which the last of it was written."""
    dates: list[int | None] = []
    is_open = False
    for piece in recording.output:
        if piece.stream == stream and piece.text:
            ends = piece.text.count("\n")
            if is_open:
                dates.pop()  # what was written of the line before goes on
            is_open = not piece.text.endswith("\n")
            dates += [piece.n] * (ends + is_open)
    return dates


def _written(kind: str, caption: str, text: str, dates: Sequence[int | None] | None) -> Markup:
    name = element("p", caption, class_="wp-caption")
    lines = displayed(text)
    while lines and not lines[-1]:
        lines.pop()
    shown = [*map(_line, _bounded(lines))]
    if dates is not None:
        # A terminal's commands may make other lines of it; then nobody knows when each was there.
        known = dates if len(dates) == len(shown) else []
        shown = [
            element("span", line, class_="wp-written", data_n=n)
            for line, n in zip_longest(shown, known)
        ]
    content = Markup("\n").join(shown)
    box = element("pre", element("samp", content), tabindex=0)
    return element("div", name, box, class_=f"wp-output wp-{kind}")


def _bounded(lines: Iterable[list[Cell]]) -> Iterable[list[Cell]]:
    """The lines that there is room for; where looks change too often, what follows is plain."""
    characters = pieces = 0
    for line in lines:
        pieces += len(line)
        text = "".join(cell for cell, _ in line)
        characters += len(text)
        if characters > OUTPUT:
            yield [(f"{text[: OUTPUT - characters]}… the rest is left out here", PLAIN)]
            return
        yield line if pieces <= PIECES else [(text, PLAIN)]


def _line(pieces: Iterable[Cell]) -> Markup:
    return joined(_piece(text, style) for text, style in pieces)


def _piece(text: str, style: Style) -> Markup | str:
    ground = (style.colour or "text") if "inverse" in style.fonts else style.ground
    classes = [f"wp-ansi-{font}" for font in sorted(style.fonts - {"inverse"})]
    if ground:
        # The text is on an element of its own: what is behind it follows the page's text colour.
        inner = element("span", text, class_="wp-ansi-inverse")
        return element("span", inner, class_=" ".join((*classes, f"wp-ansi-on-{ground}")))
    if style.colour:
        classes.append(f"wp-ansi-{style.colour}")
    return element("span", text, class_=" ".join(classes)) if classes else text
