"""The stepper's HTML. Without a script it is the code beside the machine in its last state."""

from __future__ import annotations

from markupsafe import Markup

from mkdocs_wakepoint.views.code import code
from mkdocs_wakepoint.views.context import Context
from mkdocs_wakepoint.views.lifecycle import lifecycle
from mkdocs_wakepoint.views.limits import STEPS
from mkdocs_wakepoint.views.machine import machines
from mkdocs_wakepoint.views.markup import element, joined
from mkdocs_wakepoint.views.output import output
from mkdocs_wakepoint.views.stepper.data import data_block
from mkdocs_wakepoint.views.stepper.steps import steps
from mkdocs_wakepoint.views.stepper.track import Track
from wakepoint.recording import Recording


def stepper(recording: Recording, context: Context) -> Markup:
    """Code, machine, queue, reactor and kernel, which a script moves together."""
    events = recording.events[:STEPS]
    show = context.snippet.options.show
    track = Track(events)
    panes = [_pane("code", "Code", code(context.snippet))] if "code" in show else []
    life = lifecycle(recording, context) if "lifecycle" in show else Markup()
    if "machine" in show and context.shown:
        panes.append(_pane("machine", "Machine", machines(recording, context), life))
    elif life:
        panes.append(_pane("life", "Life of a future", life))
    box = element(
        "div",
        _bar(track, len(events), context.snippet.key),
        element(
            "p", class_="wp-now wp-scripted", aria_live="polite", id=f"wp-{context.snippet.key}:ask"
        ),
        element("div", *panes, class_=f"wp-panes wp-panes-{len(panes)}"),
        _output(recording, context),
        _strip(),
        data_block(recording, context),
        class_="wp-stepper" if context.snippet.options.ask is None else "wp-stepper wp-asking",
        data_key=context.snippet.key,
    )
    return joined((element("div", box, class_="wp-wide"), steps(recording, context)))


def _output(recording: Recording, context: Context) -> Markup:
    if "output" not in context.snippet.options.show:
        return Markup()
    written = output(recording, context, is_dated=True)
    return element("div", written, class_="wp-output-row") if written else Markup()


def _bar(track: Track, count: int, key: str) -> Markup:
    controls = element(
        "div",
        _button("first", "|◀", "First step"),
        _button("back", "◀ Back"),
        _button("next", "Next ▶"),
        _button("last", "▶|", "Last step"),
        _button("play", "Play"),
        element(
            "label",
            "Step by ",
            element(
                "select",
                element("option", "poll, park, wake", value="story"),
                element("option", "every event", value="every"),
                class_="wp-by",
            ),
        ),
        element("label", element("input", type="checkbox", class_="wp-ask"), " Ask me first"),
        element("span", class_="wp-position"),
        class_="wp-controls",
    )
    slider = element(
        "input", type="range", class_="wp-slider", min=0, max=count, value=0, step=1,
        aria_label="Step of the run",
    )  # fmt: skip
    groove = element("div", track.picture(), slider, class_="wp-groove-box")
    lanes = element("div", track.names(), groove, class_="wp-track")
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


def _button(name: str, text: str, label: str | None = None) -> Markup:
    return element("button", text, type="button", class_=f"wp-{name}", aria_label=label)


def _pane(name: str, title: str, *content: Markup) -> Markup:
    head = element("p", title, class_="wp-pane-name wp-scripted", data_search_exclude=True)
    # It scrolls where the stepper would be taller than the window, so keys have to reach it.
    box = element("div", *content, class_="wp-pane-box", tabindex=0, role="group", aria_label=title)
    # The script puts a tab here for each machine; until then the row has its height.
    tabs = element("div", class_="wp-tabs wp-scripted", role="group", aria_label="Machine")
    between = (tabs,) if name == "machine" else ()
    return element("div", head, *between, box, class_=f"wp-pane wp-pane-{name}")


def _strip() -> Markup:
    """What is true of the runtime and the kernel; the script fills it."""
    lists = (
        ("queue", "Run queue"),
        ("tasks", "Tasks"),
        ("waits", "Reactor waits for"),
        ("kernel", "Kernel"),
    )
    boxes = (
        element(
            "div",
            element("p", title, class_="wp-pane-name"),
            element("ul", class_=f"wp-{name}"),
        )
        for name, title in lists
    )
    return element("section", *boxes, class_="wp-strip wp-scripted", data_search_exclude=True)
