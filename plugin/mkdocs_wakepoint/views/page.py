"""Puts the views of a snippet together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import escape
from importlib.resources import files

from mkdocs_wakepoint.snippet import Problem, Snippet
from mkdocs_wakepoint.views.code import code, output
from mkdocs_wakepoint.views.compare import by_backend, comparison
from mkdocs_wakepoint.views.context import Context, context
from mkdocs_wakepoint.views.lowered import lowered
from mkdocs_wakepoint.views.machine import machines
from mkdocs_wakepoint.views.tables import kernel_calls, states
from mkdocs_wakepoint.views.timeline import timeline
from mkdocs_wakepoint.views.words import times
from wakepoint.recording import Environment, Recording
from wakepoint.recording.figures import figures

View = Callable[[Recording, Context], str]
"""A pure function of a recording; the context says for which snippet, and where in the page."""


def _kernel(recording: Recording, context: Context) -> str:
    """The kernel calls, and beside them what the same snippet did on other platforms."""
    told = kernel_calls(recording, context)
    if not context.others:
        return told
    columns = by_backend((recording, *context.others))
    names = ", ".join(column.heading for column in columns[1:])
    return (
        f'{told}<details class="wp-details" data-search-exclude>'
        f"<summary>Beside it: the same on {escape(names)}</summary>"
        f"{comparison(columns, f'{context.snippet.key}-platforms')}</details>"
    )


VIEWS: dict[str, View] = {
    "output": output,
    "machine": machines,
    "table": states,
    "timeline": timeline,
    "lowered": lowered,
    "kernel": _kernel,
}
"""What draws each value of the option ``show``; ``code`` needs no recording and stands apart."""


@dataclass(frozen=True, slots=True)
class Item:
    """A snippet to be shown.

    Attributes:
        snippet: What the author wrote.
        recording: Its run; None if it was not run.
        problems: What is wrong with it, shown above everything.
        others: Recordings of the same snippet from other platforms.
        lowered: The run of its lowered form, if that is shown.
    """

    snippet: Snippet
    recording: Recording | None
    problems: tuple[Problem, ...]
    others: tuple[Recording, ...] = ()
    lowered: Recording | None = None


def render_all(items: Sequence[Item]) -> list[str]:
    """The HTML of each item."""
    return [_render(item) for item in items]


@cache
def stylesheet() -> str:
    """The style sheet that every page with a snippet needs."""
    return (files("mkdocs_wakepoint") / "assets" / "wakepoint.css").read_text(encoding="utf-8")


@cache
def script() -> str:
    """The script of the stepper; everything else does without."""
    return (files("mkdocs_wakepoint") / "assets" / "wakepoint.js").read_text(encoding="utf-8")


def _render(item: Item) -> str:
    """Everything, in the order that the author asked for."""
    snippet, recording = item.snippet, item.recording
    parts = [problem_box(problem) for problem in item.problems]
    if recording is None:
        parts.append(code(snippet))
    else:
        known = replace(context(snippet, recording, item.others), lowered=item.lowered)
        for name in snippet.options.show:
            if name == "code":
                parts.append(code(snippet))
            elif name in VIEWS:
                parts.append(VIEWS[name](recording, known))
        parts.append(_caption(recording))
    return f'<div class="wp" id="wp-{snippet.key}">{"".join(parts)}</div>'


def problem_box(problem: Problem) -> str:
    """A problem as the page shows it, in the theme's own box for failures."""
    details = f"<pre><samp>{escape(problem.details)}</samp></pre>" if problem.details else ""
    return (
        '<div class="admonition failure wp-problem" role="alert">'
        f'<p class="admonition-title">{escape(problem.what)}</p>'
        f"<p><code>{escape(str(problem.location))}</code>: {escape(problem.remedy)}.</p>"
        f"{details}</div>"
    )


def _caption(recording: Recording) -> str:
    counted = figures(recording)
    run = ""
    if counted.polls:
        run = f" {times(counted.polls, 'poll')}, {times(counted.suspended, 'suspension')}."
    return f'<p class="wp-caption wp-where">{escape(where(recording.environment))}.{run}</p>'


def where(environment: Environment) -> str:
    """Which backend, operating system and Python made a recording: ``Ran on epoll · Linux · …``."""
    facts = [environment.backend, environment.system, environment.python]
    if environment.emulation:
        facts.append(f"emulated by {environment.emulation}")
    if environment.clock == "virtual":
        facts.append("virtual clock")
    told = " · ".join(fact for fact in facts if fact)
    when = f", recorded {environment.recorded}" if environment.recorded else ""
    return f"Ran on {told}{when}"
