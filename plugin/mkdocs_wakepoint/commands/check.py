"""``mkdocs-wakepoint check``: runs every snippet of a site, and tells what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

from mkdocs_wakepoint.batch import Batch
from mkdocs_wakepoint.comparison import Comparison
from mkdocs_wakepoint.engine import Pool, unavailable
from mkdocs_wakepoint.engine.runs import Runs
from mkdocs_wakepoint.pages import Pages
from mkdocs_wakepoint.quotes import Quote
from mkdocs_wakepoint.recordings import Store
from mkdocs_wakepoint.snippet import Problem, Snippet
from wakepoint.recording import Event, Recording


def check(pages: Pages, pool: Pool, repeat: int) -> int:
    """Runs and prints one line for each problem, as a build does.

    Args:
        pages: The site's, or some of them.
        pool: Runs the snippets.
        repeat: How often each snippet is run; runs that differ are a problem as well.

    Returns:
        The exit status: 1 if there was a problem.
    """
    wrong: list[Problem] = []
    batch = Batch(Runs(pool.settings, pool), wrong.append, Store(Path(pool.settings.recordings)))
    checked = _Checked(batch, pool, repeat if repeat > 1 else 0, whole=pages.whole)
    pages.convert(checked)
    batch.finish()
    for snippet, runs in checked.runs:
        wrong += differences(snippet, [run.result() for run in runs])
    for problem in sorted(wrong, key=lambda one: (one.location.file, one.location.line)):
        print(problem)
    return 1 if wrong else 0


class _Checked:
    """A batch, and more runs of each of its snippets.

    Args:
        batch: Takes all.
        pool: Runs the snippets again.
        times: How often.
        whole: False if there are pages besides, from which comparisons and quotes may draw.
    """

    def __init__(self, batch: Batch, pool: Pool, times: int, *, whole: bool) -> None:
        self.runs: list[tuple[Snippet, list[Future[Recording]]]] = []
        self.report = batch.report
        self._batch = batch
        self._pool = pool
        self._times = times
        self._whole = whole

    def add(self, snippet: Snippet, problems: tuple[Problem, ...]) -> str:
        if snippet.options.run and unavailable(snippet) is None and self._times:
            self.runs.append((snippet, [self._pool.submit(snippet) for _ in range(self._times)]))
        return self._batch.add(snippet, problems)

    def add_comparison(self, comparison: Comparison, problems: tuple[Problem, ...]) -> str:
        return self._batch.add_comparison(comparison, problems) if self._whole else ""

    def add_quote(self, quote: Quote) -> str:
        return self._batch.add_quote(quote) if self._whole else ""


def differences(snippet: Snippet, recordings: list[Recording]) -> Iterator[Problem]:
    """The first run that is not what the first one was, if there is one."""
    first = recordings[0]
    for number, recording in enumerate(recordings[1:], 2):
        if recording != first:
            yield Problem(
                snippet.at(0),
                f"run {number} of {len(recordings)} was not as the first: "
                f"{_difference(first, recording)}",
                "what the kernel decides is told differently by each build; show less of it",
            )
            return


def _difference(one: Recording, other: Recording) -> str:
    if one.outcome != other.outcome:
        return f"it ended as {other.outcome.kind}, not as {one.outcome.kind}"
    for first, second in zip(one.events, other.events, strict=False):
        if first != second:
            return f"event {first.n} is {_event(second)}, not {_event(first)}"
    if len(one.events) != len(other.events):
        return f"it had {len(other.events)} events, not {len(one.events)}"
    return "it wrote something else"


def _event(event: Event) -> str:
    facts = " ".join(f"{name}={value}" for name, value in event.facts.items() if value is not None)
    text = f"{event.kind} {facts}".strip()
    return text if len(text) <= 60 else f"{text[:60]}…"
