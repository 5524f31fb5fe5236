"""Collects the snippets of one page or of a whole site, runs them, and renders them together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass

from mkdocs_wakepoint.comparison import Comparison, draw
from mkdocs_wakepoint.engine import Pool, problems, unavailable
from mkdocs_wakepoint.recordings import Store
from mkdocs_wakepoint.snippet import Problem, Snippet
from mkdocs_wakepoint.source import Page
from mkdocs_wakepoint.views import Item, problem_box, render_all
from wakepoint.recording import Environment, Recording

_PLACEHOLDER = re.compile(r'<div class="wp-pending" data-wp="(c?)(\d+)"></div>')

_NOWHERE = Environment(None, "", "")
"""What matches no kept recording's platform."""


@dataclass(slots=True)
class _Waiting:
    snippet: Snippet
    problems: tuple[Problem, ...]
    recording: Future[Recording] | None
    missing: Problem | None


class Batch:
    """Snippets that are running, and the places that wait for them.

    Args:
        pool: Runs them.
        report: Called with every problem, once.
        store: Has the recordings from other platforms.

    Attributes:
        page: The page that is being converted.
        used: True once it was given a snippet, a comparison or a problem.
    """

    def __init__(self, pool: Pool, report: Callable[[Problem], None], store: Store) -> None:
        self._pool = pool
        self._report = report
        self._store = store
        self._waiting: list[_Waiting] = []
        self._comparisons: list[tuple[Comparison, tuple[Problem, ...]]] = []
        self.page = Page("markdown")
        self.used = False

    def add(self, snippet: Snippet, found: Iterable[Problem]) -> str:
        """Starts a snippet and returns the HTML that holds its place."""
        self.used = True
        missing = unavailable(snippet)
        run = snippet.options.run and missing is None
        future = self._pool.submit(snippet) if run else None
        self._waiting.append(_Waiting(snippet, tuple(found), future, missing))
        return f'<div class="wp-pending" data-wp="{len(self._waiting) - 1}"></div>'

    def add_comparison(self, comparison: Comparison, found: Iterable[Problem]) -> str:
        """Takes a comparison and returns the HTML that holds its place."""
        self.used = True
        self._comparisons.append((comparison, tuple(found)))
        return f'<div class="wp-pending" data-wp="c{len(self._comparisons) - 1}"></div>'

    def report(self, problem: Problem) -> None:
        """Passes on a problem that belongs to no snippet."""
        self.used = True
        self._report(problem)

    def finish(self) -> Callable[[str], str]:
        """Waits for all snippets and renders them.

        Returns:
            What puts the rendered snippets into a page's HTML.
        """
        comparisons, self._comparisons = self._comparisons, []
        items = [self._item(waiting) for waiting in self._waiting]
        self._waiting.clear()
        for problem in (*self._store.problems, *(p for _, found in comparisons for p in found)):
            self._report(problem)
        for item in items:
            for problem in item.problems:
                self._report(problem)
        rendered = render_all(items)
        drawn = [
            "".join(map(problem_box, found)) + draw(asked, items, self._report)
            for asked, found in comparisons
        ]
        parts = {"": rendered, "c": drawn}
        return lambda html: _PLACEHOLDER.sub(lambda place: parts[place[1]][int(place[2])], html)

    def stale(self, *, whole_site: bool) -> list[Problem]:
        """The kept recordings that fit no snippet; see `Store.stale`. Ask before `finish`."""
        snippets = [waiting.snippet for waiting in self._waiting]
        return self._store.stale(snippets, whole_site=whole_site)

    def _item(self, waiting: _Waiting) -> Item:
        snippet, found = waiting.snippet, waiting.problems
        if waiting.recording is not None:
            recording = waiting.recording.result()
            others = self._store.matching(snippet, recording.environment)
        elif waiting.missing is None:
            return Item(snippet, None, found)
        elif kept := self._store.matching(snippet, _NOWHERE):
            recording, *others = kept
        else:
            return Item(snippet, None, (*found, waiting.missing))
        return Item(snippet, recording, (*found, *problems(snippet, recording)), tuple(others))


def key(page: Page, wanted: str) -> str:
    """A key that no other snippet of the page has, made from its id or title."""
    base = re.sub(r"[^a-z0-9]+", "-", wanted.lower()).strip("-") or "snippet"
    name, number = base, 1
    while name in page.keys:
        number += 1
        name = f"{base}-{number}"
    page.keys.add(name)
    return name
