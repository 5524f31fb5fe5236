"""The steps as text: what the stepper says, for those who read it, and without a script."""

from __future__ import annotations

from itertools import islice

from markupsafe import Markup

from mkdocs_wakepoint.views.context import Context
from mkdocs_wakepoint.views.folded import folded
from mkdocs_wakepoint.views.limits import STEPS
from mkdocs_wakepoint.views.markup import element, joined
from mkdocs_wakepoint.views.stepper.sentences import sentences
from mkdocs_wakepoint.views.stepper.stops import story
from mkdocs_wakepoint.views.words import times
from wakepoint.recording import Recording


def steps(recording: Recording, context: Context) -> Markup:
    """A list with a sentence for each event, folded."""
    events = recording.events[:STEPS]
    halts = set(story(events))
    told = islice(sentences(recording, context.lines), STEPS)
    items = (
        element("li", sentence, id=f"wp-{context.snippet.key}:{n}", class_="wp-halt")
        if n in halts
        else element("li", sentence)
        for n, sentence in enumerate(told, 1)
    )
    more = len(recording.events) - len(events) + recording.truncated
    rest = element("p", f"{more:,} more are left out here; the recording has them.") if more else ""
    listed = element("ol", *items, id=f"wp-{context.snippet.key}:steps", tabindex=0)
    counted = f"{times(len(halts) - 1, 'halt')}, {times(len(events), 'event')}"
    box = joined((listed, rest))
    return folded(
        "All steps as text", counted, box, "wp-steps", printed=True, data_search_exclude=True
    )
