"""Collects the snippets of one page or of a whole site, runs them, and renders them together."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from mkdocs_wakepoint.both_forms import cannot_be_lowered, unlike
from mkdocs_wakepoint.comparison import Comparison, columns
from mkdocs_wakepoint.engine import Pool, not_implemented, problems, unavailable
from mkdocs_wakepoint.quotes import Quote, answer
from mkdocs_wakepoint.recordings import Store
from mkdocs_wakepoint.snippet import Problem, Snippet
from mkdocs_wakepoint.source import Page
from mkdocs_wakepoint.views import Item, quotation, render_all, render_comparison
from wakepoint.recording import Environment, Recording

_PLACEHOLDER = re.compile(r'<(div|span) class="wp-pending" data-wp="(\d+)"></\1>')

_NOWHERE = Environment(None, "", "")
"""What matches no kept recording's platform."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    place: int
    snippet: Snippet
    problems: tuple[Problem, ...]
    recording: Future[Recording] | None
    lowered: Future[Recording] | None
    missing: Problem | None


class Batch:
    """Snippets that are running, and the places that wait for them.

    Args:
        pool: Runs them.
        report: Called with every problem, once.
        store: Has the recordings from other platforms.

    Attributes:
        page: The page that is being converted.
        used: True once it was given a snippet, a comparison, a quote or a problem.
    """

    def __init__(self, pool: Pool, report: Callable[[Problem], None], store: Store) -> None:
        self._pool = pool
        self._tell = report
        self._store = store
        self._told: set[Problem] = set()
        self._places: dict[str, int] = {}
        self._html: list[str] = []
        self._items: list[Item] = []
        self._waiting: list[_Waiting] = []
        self._comparisons: list[tuple[int, Comparison, tuple[Problem, ...]]] = []
        self._quotes: list[tuple[int, Quote]] = []
        self.page = Page("markdown")
        self.used = False

    def add(self, snippet: Snippet, found: tuple[Problem, ...]) -> str:
        """Starts a snippet and returns the HTML that holds its place.

        A page may be converted twice, for an excerpt say; its snippets still run once.
        """
        place, new = self._place((snippet, found))
        if new:
            missing = unavailable(snippet)
            run = snippet.options.run and missing is None
            future = self._pool.submit(snippet) if run else None
            form = None
            if run and "lowered" in snippet.options.show:
                wrong = cannot_be_lowered(snippet)
                if wrong is None:
                    form = self._pool.submit(snippet, lowered=True)
                else:
                    found = (*found, wrong)
            self._waiting.append(_Waiting(place, snippet, found, future, form, missing))
        return f'<div class="wp-pending" data-wp="{place}"></div>'

    def add_comparison(self, comparison: Comparison, found: tuple[Problem, ...]) -> str:
        """Takes a comparison and returns the HTML that holds its place."""
        place, new = self._place((comparison, found))
        if new:
            self._comparisons.append((place, comparison, found))
        return f'<div class="wp-pending" data-wp="{place}"></div>'

    def add_quote(self, quote: Quote) -> str:
        """Takes a link that quotes a run, and returns the HTML that holds its text's place."""
        place, new = self._place(quote)
        if new:
            self._quotes.append((place, quote))
        return f'<span class="wp-pending" data-wp="{place}"></span>'

    def _place(self, wanted: object) -> tuple[int, bool]:
        """The number of something's place, and whether that is new."""
        self.used = True
        known = repr(wanted)
        if known in self._places:
            return self._places[known], False
        self._places[known] = len(self._html)
        self._html.append("")
        return self._places[known], True

    def report(self, problem: Problem) -> None:
        """Passes on a problem, unless it was told already."""
        self.used = True
        if problem not in self._told:
            self._told.add(problem)
            self._tell(problem)

    def finish(self) -> None:
        """Waits for the snippets and renders them, and what is drawn from several."""
        items = [self._item(waiting) for waiting in self._waiting]
        self._items += items
        for problem in (*self._store.problems, *(one for item in items for one in item.problems)):
            self.report(problem)
        for waiting, html in zip(self._waiting, render_all(items), strict=True):
            self._html[waiting.place] = html
        for place, comparison, found in self._comparisons:
            compared, wrong = columns(comparison, self._items)
            for one in (*found, *wrong):
                self.report(one)
            sections = comparison.wanted.sections
            self._html[place] = render_comparison(
                compared, comparison.key, sections, (*found, *wrong)
            )
        for place, asked in self._quotes:
            told, mistake = answer(asked, self._items)
            self._html[place] = quotation(told, asked.backend)
            if mistake is not None:
                self.report(mistake)
        for done in (self._waiting, self._comparisons, self._quotes):
            done.clear()

    def fill(self, html: str) -> str:
        """HTML with its places filled."""
        return _PLACEHOLDER.sub(lambda place: self._html[int(place[2])], html)

    def stale(self, *, whole_site: bool) -> list[Problem]:
        """The kept recordings that fit no snippet; see `Store.stale`. Ask before `finish`."""
        snippets = [waiting.snippet for waiting in self._waiting]
        return self._store.stale(snippets, whole_site=whole_site)

    def _item(self, waiting: _Waiting) -> Item:
        snippet, found = waiting.snippet, waiting.problems
        if waiting.recording is not None:
            recording = waiting.recording.result()
            others = self._store.matching(snippet, recording.environment)
            if others and not_implemented(snippet, recording):
                recording, *others = others
        elif waiting.missing is None:
            return Item(snippet, None, found)
        elif kept := self._store.matching(snippet, _NOWHERE):
            recording, *others = kept
        else:
            return Item(snippet, None, (*found, waiting.missing))
        told = (*found, *problems(snippet, recording))
        form = waiting.lowered.result() if waiting.lowered is not None else None
        if form is not None and recording.outcome.kind != "syntax-error":
            told = (*told, *unlike(snippet, recording, form))
        return Item(snippet, recording, told, tuple(others), form)


def key(page: Page, wanted: str) -> str:
    """A key that no other snippet of the page has, made from its id or title."""
    base = re.sub(r"[^a-z0-9]+", "-", wanted.lower()).strip("-") or "snippet"
    name, number = base, 1
    while name in page.keys:
        number += 1
        name = f"{base}-{number}"
    page.keys.add(name)
    return name
