"""Puts the views of a snippet together, and lays out the diagrams of a whole batch in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files

from mkdocs_wakepoint.snippet import Problem, Snippet
from mkdocs_wakepoint.views.code import code, output
from mkdocs_wakepoint.views.compare import Column, comparison
from mkdocs_wakepoint.views.layout import Layout, lay_out
from mkdocs_wakepoint.views.machine import Diagram
from mkdocs_wakepoint.views.story import Instance, Story, tell
from mkdocs_wakepoint.views.tables import kernel_calls, states
from wakepoint.machine.model import Machine
from wakepoint.recording import Environment, Recording
from wakepoint.recording.figures import figures


@dataclass(frozen=True, slots=True)
class Item:
    """A snippet to be shown.

    Attributes:
        snippet: What the author wrote.
        recording: Its run; None if it was not run.
        problems: What is wrong with it, shown above everything.
        others: Recordings of the same snippet from other platforms.
    """

    snippet: Snippet
    recording: Recording | None
    problems: tuple[Problem, ...]
    others: tuple[Recording, ...] = ()


def render_all(items: Sequence[Item]) -> list[str]:
    """The HTML of each item."""
    pages = [_Page(item) for item in items]
    diagrams = [diagram for page in pages for diagram in page.diagrams]
    places = iter(lay_out([diagram.dot() for diagram in diagrams]))
    return [page.html([next(places) for _ in page.diagrams]) for page in pages]


@cache
def stylesheet() -> str:
    """The style sheet that every page with a snippet needs."""
    return (files("mkdocs_wakepoint") / "assets" / "wakepoint.css").read_text(encoding="utf-8")


@cache
def script() -> str:
    """The script of the stepper; everything else does without."""
    return (files("mkdocs_wakepoint") / "assets" / "wakepoint.js").read_text(encoding="utf-8")


class _Page:
    """One snippet's place in a page."""

    def __init__(self, item: Item) -> None:
        self._item = item
        self._snippet = item.snippet
        self._show = item.snippet.options.show
        self._story: Story | None = None if item.recording is None else tell(item.recording)
        self._instances = self._chosen() if self._wants_instances() else []
        self.diagrams = [
            Diagram(instance, item.snippet.key, self._runs(instance.machine))
            for instance in self._instances
            if "machine" in self._show
        ]

    def _wants_instances(self) -> bool:
        return "machine" in self._show or "table" in self._show

    def _chosen(self) -> list[Instance]:
        """The first run of each machine that is shown; one that never ran stands at its start."""
        if self._story is None:
            return []
        wanted = self._snippet.options.machine
        shown = []
        for machine in self._story.recording.machines:
            if wanted and wanted not in (machine.name, machine.qualname):
                continue
            runs = self._story.of_machine(machine)
            if runs:
                shown.append(runs[0])
            elif wanted:
                shown.append(Instance(0, machine, None, None, {}))
        return shown

    def _runs(self, machine: Machine) -> int:
        return len(self._story.of_machine(machine)) if self._story else 0

    def html(self, layouts: Sequence[Layout]) -> str:
        """Everything, in the order that the author asked for."""
        parts = [problem_box(problem) for problem in self._item.problems]
        if not self._show or "code" not in self._show:
            parts += [code(self._snippet)] if self._item.recording is None else []
        for view in self._show:
            parts.append(self._view(view, layouts))
        if self._item.recording is not None:
            parts.append(_caption(self._item.recording))
        return f'<div class="wp" id="wp-{self._snippet.key}">{"".join(parts)}</div>'

    def _view(self, view: str, layouts: Sequence[Layout]) -> str:
        recording = self._item.recording
        if view == "code":
            return code(self._snippet)
        if recording is None:
            return ""
        match view:
            case "output":
                return output(recording)
            case "machine":
                pairs = zip(self.diagrams, self._instances, layouts, strict=True)
                return "".join(self._figure(*three) for three in pairs)
            case "table":
                return "".join(self._table(instance) for instance in self._instances)
            case "kernel":
                return _folding("Kernel calls", kernel_calls(recording)) + self._platforms()
            case _:
                return ""

    def _platforms(self) -> str:
        """The same snippet's runs on other platforms beside the build's own."""
        if self._item.recording is None or not self._item.others:
            return ""
        runs = (self._item.recording, *self._item.others)
        columns = [Column(run.environment.backend or "no backend", run) for run in runs]
        return comparison(columns, f"{self._snippet.key}-platforms")

    def _figure(self, diagram: Diagram, instance: Instance, layout: Layout) -> str:
        return (
            f'<figure class="wp-machine"><div class="wp-scroll" tabindex="0" role="region" '
            f'aria-label="State machine of {escape(instance.machine.name)}" data-search-exclude>'
            f"{diagram.svg(layout)}</div>"
            f"<figcaption>{self._how(instance)}</figcaption></figure>"
        )

    def _how(self, instance: Instance) -> str:
        name = f"<code>{escape(instance.machine.name)}</code>"
        runs = self._runs(instance.machine)
        if runs == 0:
            return f"The machine of {name}. Nothing polled it in this run."
        suspended = sum(visit.suspended for visit in instance.visits)
        times = f"{suspended} time" + ("" if suspended == 1 else "s")
        which = "" if runs == 1 else f" This is the first of its {runs} runs."
        return f"The machine of {name}, suspended {times} in this run.{which}"

    def _table(self, instance: Instance) -> str:
        return states(instance, self._snippet.key)


def _folding(title: str, content: str) -> str:
    return f'<details class="wp-details"><summary>{escape(title)}</summary>{content}</details>'


def problem_box(problem: Problem) -> str:
    """A problem as the page shows it, in the theme's own box for failures."""
    details = f"<pre><samp>{escape(problem.details)}</samp></pre>" if problem.details else ""
    return (
        '<div class="admonition failure wp-problem" role="alert">'
        f'<p class="admonition-title">{escape(problem.what)}</p>'
        f"<p>{escape(str(problem.location))}: {escape(problem.remedy)}.</p>{details}</div>"
    )


def _caption(recording: Recording) -> str:
    counted = figures(recording)
    polls = f"{counted.polls} poll" + ("" if counted.polls == 1 else "s")
    suspended = f"{counted.suspended} suspension" + ("" if counted.suspended == 1 else "s")
    run = f" {polls}, {suspended}." if counted.polls else ""
    return f'<p class="wp-caption">{escape(where(recording.environment))}.{run}</p>'


def where(environment: Environment) -> str:
    """Which backend, operating system and Python a recording was made on."""
    backend = f"{environment.backend} on " if environment.backend else ""
    told = (
        f"Recorded by running the code above: {backend}{environment.system}, {environment.python}"
    )
    if environment.clock == "virtual":
        told += ", virtual clock"
    if environment.emulation:
        told += f", emulated by {environment.emulation}"
    return told
