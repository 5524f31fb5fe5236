"""The stepper's HTML. Without a script it is the code beside the machine in its last state."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from mkdocs_wakepoint.views.code import code
from mkdocs_wakepoint.views.context import Context
from mkdocs_wakepoint.views.lifecycle import lifecycle
from mkdocs_wakepoint.views.limits import STEPS
from mkdocs_wakepoint.views.machine import machines
from mkdocs_wakepoint.views.markup import element, joined
from mkdocs_wakepoint.views.output import output
from mkdocs_wakepoint.views.stepper.controls import buttons, groove, lists, pane_box, position
from mkdocs_wakepoint.views.stepper.data import data, data_block
from mkdocs_wakepoint.views.stepper.steps import steps
from mkdocs_wakepoint.views.stepper.stops import halts_at
from mkdocs_wakepoint.views.stepper.track import Track
from wakepoint.recording import Event, Recording

# It may answer what the author asks: a state for each place where the function can be suspended.
_VEILED = element(
    "p",
    "Answer, or go on, to see the machine.",
    class_="wp-veiled",
    data_search_exclude=True,
)


def stepper(recording: Recording, context: Context) -> Markup:
    """Code, machine, queue, reactor and kernel, which a script moves together."""
    events = recording.events[:STEPS]
    show = context.snippet.options.show
    track = Track(events)
    panes = [_pane("code", "Code", code(context.snippet))] if "code" in show else []
    life = lifecycle(recording, context) if "lifecycle" in show else Markup()
    if "machine" in show and context.shown:
        panes.append(_pane("machine", "Machine", _VEILED, machines(recording, context), life))
    elif life:
        panes.append(_pane("life", "Life of a future", life))
    box = element(
        "div",
        _bar(track, events, context.snippet.key),
        element(
            "p", class_="wp-now wp-scripted", aria_live="polite", id=f"wp-{context.snippet.key}:ask"
        ),
        element("div", *panes, class_=f"wp-panes wp-panes-{len(panes)}"),
        _output(recording, context),
        _strip(),
        data_block(data(recording, context)),
        class_="wp-stepper" if context.snippet.options.ask is None else "wp-stepper wp-asking",
        data_key=context.snippet.key,
    )
    return joined((element("div", box, class_="wp-wide"), steps(recording, context)))


def _output(recording: Recording, context: Context) -> Markup:
    if "output" not in context.snippet.options.show:
        return Markup()
    written = output(recording, context, is_dated=True)
    return element("div", written, class_="wp-output-row") if written else Markup()


def _bar(track: Track, events: Sequence[Event], key: str) -> Markup:
    by = element(
        "select",
        element("option", halts_at(events), value="story"),
        element("option", "every event", value="every"),
        class_="wp-by",
    )
    controls = element(
        "div",
        buttons(),
        element("label", "Step by ", by),
        element("label", element("input", type="checkbox", class_="wp-ask"), " Ask me first"),
        position(),
        class_="wp-controls",
    )
    lanes = element(
        "div",
        track.names(),
        groove(track.picture(), len(events), "Step of the run"),
        class_="wp-track",
    )
    # Material's search ends what it leaves out at the end of any element of that name.
    return element(
        "section",
        controls,
        lanes,
        class_="wp-top wp-scripted",
        role="group",
        aria_label=f"Stepper of {key}",  # a page may have several
        data_search_exclude=True,
    )


def _pane(name: str, title: str, *content: Markup) -> Markup:
    head = element("p", title, class_="wp-pane-name wp-scripted", data_search_exclude=True)
    # The script puts a tab here for each machine; until then the row has its height.
    tabs = element("div", class_="wp-tabs wp-scripted", role="group", aria_label="Machine")
    between = (tabs,) if name == "machine" else ()
    return element(
        "div", head, *between, pane_box(title, *content), class_=f"wp-pane wp-pane-{name}"
    )


def _strip() -> Markup:
    """What is true of the runtime and the kernel; the script fills it."""
    return element("section", lists(), class_="wp-strip wp-scripted", data_search_exclude=True)
