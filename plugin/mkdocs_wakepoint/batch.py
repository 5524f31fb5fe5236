"""Collects the snippets of one page or of a whole site, runs them, and renders them together."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from mkdocs_wakepoint.downloads import located
from mkdocs_wakepoint.engine.runs import Runs
from mkdocs_wakepoint.places import Places
from mkdocs_wakepoint.progress import Progress, slowest, so_far, summary
from mkdocs_wakepoint.recordings import Store
from mkdocs_wakepoint.snippet import Problem, Snippet
from mkdocs_wakepoint.waiting import wait_a_while

if TYPE_CHECKING:
    from concurrent.futures import Future

    from mkdocs_wakepoint.comparison import Comparison
    from mkdocs_wakepoint.downloads import Downloads
    from mkdocs_wakepoint.drawing import Drawing
    from mkdocs_wakepoint.quotes import Quote
    from mkdocs_wakepoint.target import Target


class Batch:
    """Snippets that are running, and the places that wait for them.

    Args:
        runs: Runs them.
        report: Called with every problem, once.
        store: Has the recordings from other platforms.
        progress: Shows how far it is, to somebody who waits; None shows it nowhere.
        downloads: Takes the files of what ran; None if nobody writes them.

    Attributes:
        used: True once it was given a snippet, a comparison, a quote or a problem.
    """

    def __init__(
        self,
        runs: Runs,
        report: Callable[[Problem], None],
        store: Store,
        progress: Progress | None = None,
        downloads: Downloads | None = None,
    ) -> None:
        self._runs = runs
        self._report = report
        self._store = store
        self._reported: set[Problem] = set()
        self._places = Places()
        self._numbers: dict[str, int] = {}
        self._html: dict[int, str] = {}
        self._targets: list[Target] = []
        self._drawing: Drawing | None = None
        self._waiting: list[tuple[int, Target, Future[None]]] = []
        self._part: list[Target] = []
        self._comparisons: list[tuple[int, list[Target], Comparison, tuple[Problem, ...]]] = []
        self._quotes: list[tuple[int, list[Target], Quote]] = []
        self._progress = Progress() if progress is None else progress
        self._downloads = downloads
        self._seconds = 0.0
        self.used = False

    def add(self, snippet: Snippet, problems: tuple[Problem, ...]) -> str:
        """Starts a snippet and returns the HTML that holds its place.

        A page may be converted twice, for an excerpt say; its snippets still run once.
        """
        number, new = self._number((snippet, problems))
        if new:
            started = time.monotonic()
            from mkdocs_wakepoint.drawing import Drawing  # noqa: PLC0415 - see `lazy`
            from mkdocs_wakepoint.target import Target  # noqa: PLC0415

            if self._drawing is None:
                self._drawing = Drawing(self._runs)
            target = Target(snippet, problems, self._runs, self._store)
            target.downloads = self._downloads
            self._waiting.append((number, target, self._drawing.add(target)))
            self._part.append(target)
            self._seconds += time.monotonic() - started
        return self._places.block(number)

    def add_comparison(self, comparison: Comparison, problems: tuple[Problem, ...]) -> str:
        """Takes a comparison and returns the HTML that holds its place."""
        number, new = self._number((comparison, problems))
        if new:
            self._comparisons.append((number, self._part, comparison, problems))
        return self._places.block(number)

    def add_quote(self, quote: Quote) -> str:
        """Takes a link that quotes a run, and returns the HTML that holds its text's place."""
        number, new = self._number(quote)
        if new:
            self._quotes.append((number, self._part, quote))
        return self._places.inline(number)

    def end_part(self) -> None:
        """What comes next knows nothing of what there was, nor the other way round."""
        self._part = []

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
        started = time.monotonic()
        now = [target for _, target, _ in self._waiting]
        self._targets += now
        self._wait([drawn for _, _, drawn in self._waiting])
        for problem in (*self._store.problems, *(one for each in now for one in each.problems)):
            self.report(problem)
        for number, target, _ in self._waiting:
            self._html[number] = target.html
        self._waiting.clear()
        self._comparisons = [one for one in self._comparisons if not self._draw(*one, all_known)]
        self._quotes = [one for one in self._quotes if not self._answer(*one, all_known)]
        self._seconds += time.monotonic() - started

    def _wait(self, drawings: list[Future[None]]) -> None:
        """Waits until all are drawn."""
        left = {drawn for drawn in drawings if not drawn.done()}
        shows = bool(left) and self._progress.visible
        while left:
            if shows:
                self._progress.show(so_far(self._targets, self._runs.settings.workers))
            left = wait_a_while(left, for_one=shows)
        if shows:
            self._progress.show("")
        for drawn in drawings:
            drawn.result()
        self.close()

    @property
    def summary(self) -> str:
        """One line about the snippets so far; empty if there is none that runs."""
        return summary(self._targets, self._seconds)

    @property
    def slowest(self) -> str:
        """The snippets that ran for longest; empty if none ran."""
        return slowest(self._targets)

    def close(self) -> None:
        """Leaves what is not drawn; no thread of its own stays behind."""
        if self._drawing is not None:
            self._drawing.close()

    def _draw(
        self,
        number: int,
        known: list[Target],
        comparison: Comparison,
        mistakes: tuple[Problem, ...],
        all_known: bool,
    ) -> bool:
        """Draws a comparison; False if that has to wait."""
        from mkdocs_wakepoint.columns import columns  # noqa: PLC0415 - see `lazy`
        from mkdocs_wakepoint.views.page import render_comparison  # noqa: PLC0415

        compared, wrong = columns(comparison, known)
        if wrong and not all_known:
            return False
        problems = (*mistakes, *wrong)
        for problem in problems:
            self.report(problem)
        sections = comparison.options.sections
        self._html[number] = render_comparison(compared, comparison.key, sections, problems)
        return True

    def _answer(self, number: int, known: list[Target], quote: Quote, all_known: bool) -> bool:
        """Answers a quote; False if that has to wait."""
        from mkdocs_wakepoint.answers import answer  # noqa: PLC0415 - see `lazy`
        from mkdocs_wakepoint.views.quote import quotation  # noqa: PLC0415

        text, mistake = answer(quote, known)
        if mistake is not None and not all_known:
            return False
        self._html[number] = quotation(text, quote.backend)
        if mistake is not None:
            self.report(mistake)
        return True

    def fill(self, html: str, locate: Callable[[str], str] = str) -> str:
        """HTML with its places filled, as far as what belongs there is known.

        Args:
            html: A page, or a part of one.
            locate: Tells how a path in the site is reached from that page.
        """

        def located_part(number: int) -> str | None:
            part = self._html.get(number)
            return part if part is None or self._downloads is None else located(part, locate)

        return self._places.fill(html, located_part)

    def holds(self, html: str) -> bool:
        """True if there are places in it."""
        return self._places.holds(html)

    def draws(self, html: str) -> bool:
        """True if a snippet or a comparison comes to stand in it: what our style sheet is for."""
        return self._places.holds_block(html)

    def stale(self, *, whole_site: bool) -> list[Problem]:
        """The kept recordings that fit no snippet; see `Store.stale`."""
        snippets = [target.snippet for target in self._targets]
        snippets += [target.snippet for _, target, _ in self._waiting]
        return self._store.stale(snippets, whole_site=whole_site)
