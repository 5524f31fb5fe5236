"""Every file of a snippet that ran, by the end of its name."""

from __future__ import annotations

from mkdocs_wakepoint.views.context import Context
from mkdocs_wakepoint.views.files.dot import dot
from mkdocs_wakepoint.views.files.svg import svg
from mkdocs_wakepoint.views.files.trace import trace
from wakepoint.recording import Recording, dumps


def files(recording: Recording, context: Context, drawn: str) -> dict[str, str]:
    """The contents of each that there is.

    Args:
        recording: The run.
        context: Says which machines are shown.
        drawn: The snippet's HTML, which has their pictures.
    """
    made = {
        "json": dumps(recording),
        "dot": dot(context.shown) if "machine" in context.snippet.options.show else "",
        "svg": svg(drawn),
        "trace.json": trace(recording),
    }
    return {end: content for end, content in made.items() if content}
