"""What a run wrote, and the error that was announced."""

from __future__ import annotations

from markupsafe import Markup

from mkdocs_wakepoint.outcome import last_line
from mkdocs_wakepoint.views.context import Context
from mkdocs_wakepoint.views.markup import element, joined
from wakepoint.recording import Recording

_STREAMS = {"stdout": "Output", "stderr": "Standard error"}


def output(recording: Recording, context: Context) -> Markup:
    """What the run wrote, each stream by itself, and the error that was announced."""
    parts = [_written(one.stream, _STREAMS[one.stream], one.text) for one in recording.output]
    if context.snippet.options.expect_error and recording.outcome.kind != "finished":
        parts.append(_written("ended", "It ended with", last_line(recording.outcome)))
    return joined(parts)


def _written(kind: str, caption: str, text: str) -> Markup:
    name = element("p", caption, class_="wp-caption")
    written = element("pre", element("samp", text.rstrip("\n")), tabindex=0)
    return element("div", name, written, class_=f"wp-output wp-{kind}")
