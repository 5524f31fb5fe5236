"""What a run says to a link that quotes it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import islice
from urllib.parse import unquote, urlsplit

from mkdocs_wakepoint.fence.options import BACKENDS, FIGURES
from mkdocs_wakepoint.quotes import ANCHOR, Quote
from mkdocs_wakepoint.snippet import Problem, Snippet
from mkdocs_wakepoint.views.item import HasRuns
from mkdocs_wakepoint.views.limits import STEPS
from mkdocs_wakepoint.views.quote import Call, Step
from mkdocs_wakepoint.views.source_lines import SourceLines
from mkdocs_wakepoint.views.stepper.sentences import sentences
from mkdocs_wakepoint.views.stepper.stops import is_stepped
from mkdocs_wakepoint.views.strace import call, kernel_calls
from wakepoint.recording import Recording
from wakepoint.recording.figures import figures, visits

_OWN = BACKENDS[0]
_OF_FUNCTIONS = ("entered", "suspended")

Answer = Call | Step | str | int | None
"""A call, a step, what the author wrote, a count, or None where there is no run on that backend."""


def answer(quote: Quote, items: Sequence[HasRuns]) -> tuple[Answer, Problem | None]:
    """What the run says to a quote, and what is wrong with that.

    A snippet that has no recording of the backend is no problem: who edits it may not have what it
    takes to make one.

    Args:
        quote: The link.
        items: All snippets that were run, with their recordings from other platforms.
    """
    kind, backend, _ = quote.parts

    def wrong(what: str, remedy: str) -> tuple[Answer, Problem]:
        return quote.text, Problem(quote.location, what, remedy)

    if backend not in BACKENDS:
        return wrong(f"there is no backend {backend!r}", f"choose of {', '.join(BACKENDS)}")
    item = _item(quote, items)
    if item is None:
        return wrong(f"there is no snippet {quote.href!r}", "write page.md#wp-id")
    run = _run(item, backend)
    if run is None:
        return (Step(None) if kind == "step" else None), None
    said = _said(quote, item, run)
    return wrong(*_unsaid(quote, item.snippet)) if said is None else (said, None)


def _said(quote: Quote, item: HasRuns, run: Recording) -> Call | Step | int | None:
    kind, _, which = quote.parts
    name, _, part = which.partition(" ")
    if kind == "count":
        return _count(run, name, part)
    said = _step(item.snippet, run, which) if kind == "step" else _call(run, name, part)
    # Its page may walk through another run, or through none.
    walked = run is item.recording and is_stepped(item.snippet.options, run)
    return said if walked or said is None else replace(said, step=None)


def _unsaid(quote: Quote, snippet: Snippet) -> tuple[str, str]:
    """What is wrong where a run has no answer, and what to do."""
    kind, backend, which = quote.parts
    match kind:
        case "call":
            what = f"{snippet.key!r} made no call {which!r} on {backend}"
            return what, "correct this, or what the page says of it"
        case "step":
            what = f"no step of {snippet.key!r} says {which!r} on {backend}"
            return what, "copy words from all its steps as text"
    remedy = f"name a kernel call, or one of calls, {', '.join(FIGURES)}"
    if " " in which:
        remedy = f"write {' or '.join(_OF_FUNCTIONS)}, a function, and a state's number"
    return f"nothing called {which!r} was counted on {backend}", remedy


def _item(quote: Quote, items: Sequence[HasRuns]) -> HasRuns | None:
    parts = urlsplit(quote.href)
    here = quote.location.file
    there = posixpath.normpath(posixpath.join(posixpath.dirname(here), unquote(parts.path)))
    file = there if parts.path else here
    key = parts.fragment.removeprefix(ANCHOR)
    for item in items:
        if item.snippet.key == key and item.snippet.location.file == file:
            return item
    return None


def _run(item: HasRuns, backend: str) -> Recording | None:
    if backend == _OWN:
        return item.recording
    return next((run for run in item.runs if run.environment.backend == backend), None)


def _count(run: Recording, name: str, part: str) -> int | None:
    if part:
        return _of_function(run, name, part.split())
    counted = figures(run)
    if name == "calls":
        return sum(counted.calls.values())
    if name in FIGURES:
        number: int = asdict(counted)[name]
        return number
    return counted.calls.get(name)


def _of_function(run: Recording, name: str, rest: Sequence[str]) -> int | None:
    """How often a function was suspended, or a state entered: what follows is ``client 2``."""
    function, *state = rest
    if name not in _OF_FUNCTIONS or len(state) > 1 or not all(map(str.isdecimal, state)):
        return None
    return visits(run, f"state.{name}", function, *map(int, state))


def _call(run: Recording, name: str, part: str) -> Call | None:
    pattern = _pattern(part)
    calls = (Call(call(event), event.n) for event in kernel_calls(run) if event["name"] == name)
    return next((one for one in calls if pattern.search(one.text)), None)


def _step(snippet: Snippet, run: Recording, words: str) -> Step | None:
    """The first step that says the words; of what stands behind a ``then``, the first one after."""
    if not is_stepped(snippet.options, run):
        return None
    told = islice(sentences(run, SourceLines(snippet, run.source)), STEPS)
    steps = enumerate((sentence.striptags() for sentence in told), 1)
    number = None
    for part in words.split(" then "):
        pattern = _pattern(part)
        number = next((n for n, sentence in steps if pattern.search(sentence)), None)
    return None if number is None else Step(number)


def _pattern(part: str) -> re.Pattern[str]:
    """What finds a text in which anything can stand for ``…``."""
    return re.compile(".*".join(re.escape(each.strip()) for each in part.split("…")))
