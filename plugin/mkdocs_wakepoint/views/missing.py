"""Which machines are not shown, and why."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from mkdocs_wakepoint.views.context import Context
from mkdocs_wakepoint.views.limits import CAUSES, TEXT
from mkdocs_wakepoint.views.markup import element, joined
from mkdocs_wakepoint.views.words import cut, times
from wakepoint.recording import Recording


def left_out(recording: Recording, context: Context) -> Markup:
    """A line for each function without a machine, and how many have no room."""
    return joined(element("p", line, class_="wp-caption") for line in _lines(recording, context))


def _lines(recording: Recording, context: Context) -> Iterator[str]:
    name = context.snippet.options.machine
    missing = [
        each
        for each in recording.unanalysed
        if not name or name in (each.name, each.name.rpartition(".")[2])
    ]
    for each in missing[:CAUSES]:
        yield f"There is no machine of {cut(each.name, TEXT)}: {cut(each.reason, TEXT)}."
    if len(missing) > CAUSES:
        yield f"There is none of {times(len(missing) - CAUSES, 'other function')} either."
    if context.left_out:
        yield (
            f"{times(context.left_out, 'more machine')} ran and have no room here; "
            "the option machine chooses one."
        )
