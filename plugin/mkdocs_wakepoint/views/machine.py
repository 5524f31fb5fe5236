"""The figures of the state machines of a snippet, as they ran."""

from __future__ import annotations

from markupsafe import Markup

from mkdocs_wakepoint.views.context import Context, Shown
from mkdocs_wakepoint.views.diagram import Diagram
from mkdocs_wakepoint.views.layout import lay_out
from mkdocs_wakepoint.views.legend import legend
from mkdocs_wakepoint.views.markup import code, element, joined, scrolling
from mkdocs_wakepoint.views.missing import left_out
from mkdocs_wakepoint.views.story import Instance
from mkdocs_wakepoint.views.words import times
from wakepoint.recording import Recording


def machines(recording: Recording, context: Context) -> Markup:
    """A figure for each machine that is shown, and which ones are not."""
    diagrams = [Diagram(shown, context.lines) for shown in context.shown]
    places = lay_out(diagram.dot() for diagram in diagrams)
    figures = (
        _figure(shown, diagram, diagram.svg(where), explained=shown is context.shown[0])
        for shown, diagram, where in zip(context.shown, diagrams, places, strict=True)
    )
    return joined((*figures, left_out(recording, context)))


def graphs(context: Context) -> list[str]:
    """What Graphviz is going to be given for them, in DOT."""
    return [Diagram(shown, context.lines).dot() for shown in context.shown]


def _figure(shown: Shown, diagram: Diagram, svg: Markup, *, explained: bool) -> Markup:
    return element(
        "figure",
        _goes_on(diagram.width),
        scrolling(f"State machine of {shown.instance.machine.name}", svg),
        legend(diagram) if explained else "",
        element("figcaption", _caption(shown), _unlisted(shown.instance)),
        class_="wp-machine",
        id=shown.anchor,
        data_instance=shown.instance.number,
        data_search_exclude=True,
    )


def _goes_on(width: int) -> Markup:
    """What a reader is told whose page is narrower; the style sheet says when."""
    text = "The picture goes on to the right: scroll it for the rest of the boxes and the arrows."
    return element("p", text, class_=f"wp-goes-on wp-goes-on-{width}")


def _caption(shown: Shown) -> Markup:
    name = code(shown.instance.machine.qualname)
    if not shown.runs:
        return joined(("The machine of ", name, ". Nothing polled it in this run."))
    suspended = times(sum(visit.suspended for visit in shown.instance.visits), "time")
    first = f" This is the first of its {len(shown.runs)} runs." if len(shown.runs) > 1 else ""
    return joined(("The machine of ", name, f", suspended {suspended} in this run.{first}"))


def _unlisted(instance: Instance) -> str:
    count = instance.machine.unlisted
    possible = f" {count:,} steps are possible in it; only what the run took is drawn."
    return possible if count else ""
