"""Collects the snippets of one page or of a whole site, runs them, and renders them together."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from mkdocs_wakepoint.both_forms import unlike
from mkdocs_wakepoint.comparison import Comparison, columns
from mkdocs_wakepoint.engine import Pool, not_implemented, problems, unavailable
from mkdocs_wakepoint.places import Places
from mkdocs_wakepoint.quotes import Quote, answer
from mkdocs_wakepoint.recordings import Store
from mkdocs_wakepoint.snippet import Problem, Snippet
from mkdocs_wakepoint.views import Item, quotation, render_all, render_comparison
from wakepoint.recording import Environment, Recording

_NOWHERE = Environment(None, "", "")
"""What matches no kept recording's platform."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    number: int
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
        used: True once it was given a snippet, a comparison, a quote or a problem.
    """

    def __init__(self, pool: Pool, report: Callable[[Problem], None], store: Store) -> None:
        self._pool = pool
        self._report = report
        self._store = store
        self._reported: set[Problem] = set()
        self._places = Places()
        self._numbers: dict[str, int] = {}
        self._html: dict[int, str] = {}
        self._items: list[Item] = []
        self._waiting: list[_Waiting] = []
        self._comparisons: list[tuple[int, Comparison, tuple[Problem, ...]]] = []
        self._quotes: list[tuple[int, Quote]] = []
        self.used = False

    def add(self, snippet: Snippet, problems: tuple[Problem, ...]) -> str:
        """Starts a snippet and returns the HTML that holds its place.

        A page may be converted twice, for an excerpt say; its snippets still run once.
        """
        number, new = self._number((snippet, problems))
        if new:
            missing = unavailable(snippet)
            run = snippet.options.run and missing is None
            future = self._pool.submit(snippet) if run else None
            lower = run and "lowered" in snippet.options.show
            form = self._pool.submit(snippet, lowered=True) if lower else None
            self._waiting.append(_Waiting(number, snippet, problems, future, form, missing))
        return self._places.block(number)

    def add_comparison(self, comparison: Comparison, problems: tuple[Problem, ...]) -> str:
        """Takes a comparison and returns the HTML that holds its place."""
        number, new = self._number((comparison, problems))
        if new:
            self._comparisons.append((number, comparison, problems))
        return self._places.block(number)

    def add_quote(self, quote: Quote) -> str:
        """Takes a link that quotes a run, and returns the HTML that holds its text's place."""
        number, new = self._number(quote)
        if new:
            self._quotes.append((number, quote))
        return self._places.inline(number)

    def _number(self, contents: object) -> tuple[int, bool]:
        """The number of something's place, and whether that is new."""
        self.used = True
        key = repr(contents)
        if key in self._numbers:
            return self._numbers[key], False
        self._numbers[key] = len(self._numbers)
        return self._numbers[key], True

    def report(self, problem: Problem) -> None:
        """Passes on a problem, unless it was told already."""
        self.used = True
        if problem not in self._reported:
            self._reported.add(problem)
            self._report(problem)

    def finish(self, *, all_known: bool = True) -> None:
        """Waits for the snippets and renders them, and what is drawn from several.

        Args:
            all_known: False if there will be more. What cannot be drawn then, or not without a
                problem, waits for the snippets to come.
        """
        items = [self._item(waiting) for waiting in self._waiting]
        self._items += items
        for problem in (*self._store.problems, *(one for item in items for one in item.problems)):
            self.report(problem)
        for waiting, html in zip(self._waiting, render_all(items), strict=True):
            self._html[waiting.number] = html
        self._waiting.clear()
        self._comparisons = [one for one in self._comparisons if not self._draw(*one, all_known)]
        self._quotes = [one for one in self._quotes if not self._answer(*one, all_known)]

    def _draw(
        self, number: int, comparison: Comparison, mistakes: tuple[Problem, ...], all_known: bool
    ) -> bool:
        """Draws a comparison; False if that has to wait."""
        compared, wrong = columns(comparison, self._items)
        if wrong and not all_known:
            return False
        problems = (*mistakes, *wrong)
        for problem in problems:
            self.report(problem)
        sections = comparison.options.sections
        self._html[number] = render_comparison(compared, comparison.key, sections, problems)
        return True

    def _answer(self, number: int, quote: Quote, all_known: bool) -> bool:
        """Answers a quote; False if that has to wait."""
        text, mistake = answer(quote, self._items)
        if mistake is not None and not all_known:
            return False
        self._html[number] = quotation(text, quote.backend)
        if mistake is not None:
            self.report(mistake)
        return True

    def fill(self, html: str) -> str:
        """HTML with its places filled, as far as what belongs there is known."""
        return self._places.fill(html, self._html.get)

    def holds(self, html: str) -> bool:
        """True if there are places in it."""
        return self._places.holds(html)

    def draws(self, html: str) -> bool:
        """True if a snippet or a comparison comes to stand in it: what our style sheet is for."""
        return self._places.holds_block(html)

    def stale(self, *, whole_site: bool) -> list[Problem]:
        """The kept recordings that fit no snippet; see `Store.stale`."""
        snippets = [item.snippet for item in self._items]
        snippets += [waiting.snippet for waiting in self._waiting]
        return self._store.stale(snippets, whole_site=whole_site)

    def _item(self, waiting: _Waiting) -> Item:
        snippet = waiting.snippet
        if waiting.recording is not None:
            recording = waiting.recording.result()
            others = self._store.matching(snippet, recording.environment)
            if others and not_implemented(snippet, recording):
                recording, *others = others
        elif waiting.missing is None:
            return Item(snippet, None, waiting.problems)
        elif recordings := self._store.matching(snippet, _NOWHERE):
            recording, *others = recordings
        else:
            return Item(snippet, None, (*waiting.problems, waiting.missing))
        all_problems = (*waiting.problems, *problems(snippet, recording))
        form = waiting.lowered.result() if waiting.lowered is not None else None
        if form is not None and recording.outcome.kind != "syntax-error":
            all_problems = (*all_problems, *unlike(snippet, recording, form))
        return Item(snippet, recording, all_problems, tuple(others), form)
