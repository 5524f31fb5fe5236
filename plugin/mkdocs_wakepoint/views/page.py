"""Puts the views of a snippet together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from markupsafe import Markup

from mkdocs_wakepoint.snippet import Problem
from mkdocs_wakepoint.views.asked import asked
from mkdocs_wakepoint.views.code import code
from mkdocs_wakepoint.views.comparison import Column, comparison
from mkdocs_wakepoint.views.context import Context, context
from mkdocs_wakepoint.views.files.all import files
from mkdocs_wakepoint.views.frame import framed
from mkdocs_wakepoint.views.item import Item
from mkdocs_wakepoint.views.kernel import kernel
from mkdocs_wakepoint.views.layout import lay_out, uses_dot
from mkdocs_wakepoint.views.lifecycle import graph, lifecycle
from mkdocs_wakepoint.views.lowered import lowered
from mkdocs_wakepoint.views.machine import graphs, machines
from mkdocs_wakepoint.views.markup import element, joined
from mkdocs_wakepoint.views.output import output
from mkdocs_wakepoint.views.problem import problem_box
from mkdocs_wakepoint.views.states import states
from mkdocs_wakepoint.views.stepper.stops import is_stepped
from mkdocs_wakepoint.views.stepper.view import stepper
from mkdocs_wakepoint.views.timeline import timeline
from mkdocs_wakepoint.views.words import origin, times
from wakepoint.recording import Environment, Recording
from wakepoint.recording.figures import figures

View = Callable[[Recording, Context], Markup]
"""A pure function of a recording; the context says for which snippet, and where in the page."""


VIEWS: dict[str, View] = {
    "output": output,
    "machine": machines,
    "lifecycle": lifecycle,
    "table": states,
    "timeline": timeline,
    "lowered": lowered,
    "kernel": kernel,
}
"""What draws each value of the option ``show``; ``code`` needs no recording and stands apart."""


IN_STEPPER = frozenset({"code", "output", "machine", "lifecycle"})
"""What moves along where a run is walked through, and is not shown a second time."""


def render_all(items: Sequence[Item]) -> list[Markup]:
    """The HTML of each item."""
    return [framed(item.problems, body(item), item.snippet.key) for item in items]


def render_comparison(
    columns: Sequence[Column], key: str, sections: Sequence[str], problems: Iterable[Problem]
) -> Markup:
    """The HTML of a comparison, with what is wrong with it above.

    Args:
        columns: The recordings.
        key: Unique in the page; ids begin ``wp-<key>``.
        sections: Which of `SECTIONS` it has.
        problems: What is wrong.
    """
    table = comparison(columns, key, sections) if columns else ""
    return element("div", *map(problem_box, problems), table, class_="wp")


def body(item: Item) -> Markup:
    """All views, in the order that the author asked for; the same wherever the snippet stands."""
    snippet, recording = item.snippet, item.recording
    if recording is None:
        return code(snippet)
    known = _context(item, recording)
    steps = is_stepped(snippet.options, recording)
    parts = [stepper(recording, known)] if steps else []
    for name in snippet.options.show:
        if steps and name in IN_STEPPER:
            continue
        if name == "code":
            parts.append(code(snippet))
        elif name in VIEWS:
            parts.append(VIEWS[name](recording, known))
    parts.append(_caption(recording))
    question = snippet.options.ask
    if question is None or steps:
        return joined(parts)
    shown = [parts.pop(0)] if snippet.options.show[0] == "code" else []
    return joined((*shown, asked(question, recording, snippet.key, joined(parts))))


def files_of(item: Item, drawn: str) -> dict[str, str]:
    """What a reader can take along of a snippet that ran; see `mkdocs_wakepoint.views.files`.

    Args:
        item: The snippet.
        drawn: Its HTML.
    """
    if item.recording is None:
        return {}
    return files(item.recording, _context(item, item.recording), drawn)


def lay_out_together(items: Iterable[Item]) -> None:
    """Has all pictures of several items laid out in one start of ``dot``, if that lays out."""
    if not uses_dot():
        return
    lay_out(
        wanted
        for item in items
        if item.recording is not None
        for wanted in _graphs(item, item.recording)
    )


def _graphs(item: Item, recording: Recording) -> Iterable[str]:
    if "machine" in item.snippet.options.show:
        yield from graphs(_context(item, recording))
    if "lifecycle" in item.snippet.options.show:
        yield graph()


def _context(item: Item, recording: Recording) -> Context:
    return replace(context(item.snippet, recording, item.others), lowered=item.lowered)


def _caption(recording: Recording) -> Markup:
    counted = figures(recording)
    run = Markup()
    if counted.polls:
        text = f" {times(counted.polls, 'poll')}, {times(counted.suspended, 'suspension')}."
        run = element("span", text, class_="wp-figures")
    return element("p", f"{where(recording.environment)}.", run, class_="wp-caption wp-where")


def where(environment: Environment) -> str:
    """Which backend, operating system and Python made a recording: ``Ran on epoll · Linux · …``."""
    facts = [environment.backend, *origin(environment)]
    if environment.clock == "virtual":
        facts.append("virtual clock")
    text = " · ".join(filter(None, facts))
    when = f", recorded {environment.recorded}" if environment.recorded else ""
    return f"Ran on {text}{when}"
