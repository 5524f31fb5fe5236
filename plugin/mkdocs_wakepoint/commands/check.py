"""``mkdocs-wakepoint check``: runs every snippet of a site, and tells what is wrong."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path

from mkdocs_wakepoint.batch import Batch
from mkdocs_wakepoint.commands import opening
from mkdocs_wakepoint.commands.formats import FORMATS, Checked, usual
from mkdocs_wakepoint.comparison import Comparison
from mkdocs_wakepoint.engine import Pool, unavailable
from mkdocs_wakepoint.engine.runs import Runs
from mkdocs_wakepoint.pages import Pages
from mkdocs_wakepoint.quotes import Quote
from mkdocs_wakepoint.recordings import Store
from mkdocs_wakepoint.snippet import Location, Problem, Snippet
from wakepoint.recording import Event, Recording


def main(options: argparse.Namespace) -> int:
    """Prints the problems that a build would tell, and how many snippets there were.

    Returns:
        The exit status: 1 if there was a problem.

    Raises:
        ValueError: If there is no page, or the site cannot be.
    """
    pages = opening.pages(options.docs)
    with opening.pool(options, pages) as pool:
        checked = check(pages, pool, options.repeat)
    if not checked.count:
        raise opening.none_in(options.docs)
    print(FORMATS[options.format or usual()](checked))
    return 1 if checked.problems else 0


def check(pages: Pages, pool: Pool, repeat: int) -> Checked:
    """Runs all snippets.

    Args:
        pages: The site's, or some of them.
        pool: Runs the snippets.
        repeat: How often each snippet is run; runs that differ are a problem as well.
    """
    wrong: list[Problem] = []
    runs, store = Runs(pool.settings, pool=pool), Store(Path(pool.settings.recordings))
    with closing(Batch(runs, wrong.append, store)) as batch:
        repeated = _Repeated(batch, pool, repeat if repeat > 1 else 0, whole=pages.whole)
        count = pages.convert(repeated, batch.end_part)
        batch.finish()
    for snippet, futures in repeated.again:
        wrong += differences(snippet, [future.result() for future in futures])
    wrong.sort(key=lambda one: (one.location.file, one.location.line))
    return Checked(pages, count, len(repeated.snippets), wrong)


class _Repeated:
    """A batch, and more runs of each of its snippets.

    Args:
        batch: Takes all.
        pool: Runs the snippets again.
        times: How often.
        whole: False if there are pages besides, from which comparisons and quotes may draw.

    Attributes:
        snippets: Where those stand that are to run.
        again: The snippets that run again, and their runs.
    """

    def __init__(self, batch: Batch, pool: Pool, times: int, *, whole: bool) -> None:
        self.snippets: set[Location] = set()
        self.again: list[tuple[Snippet, list[Future[Recording]]]] = []
        self.report = batch.report
        self._batch = batch
        self._pool = pool
        self._times = times
        self._whole = whole

    def add(self, snippet: Snippet, problems: tuple[Problem, ...]) -> str:
        if snippet.options.run:
            self.snippets.add(snippet.location)
        missing = unavailable(snippet, self._pool.settings)
        if snippet.options.run and missing is None and self._times:
            self.again.append((snippet, [self._pool.submit(snippet) for _ in range(self._times)]))
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
