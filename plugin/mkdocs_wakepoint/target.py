"""A snippet of a batch, on its way from its source to its HTML."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING

from markupsafe import Markup

from mkdocs_wakepoint.engine.runs import Runs
from mkdocs_wakepoint.recordings import Store
from mkdocs_wakepoint.snippet import Problem, Snippet
from mkdocs_wakepoint.views.frame import framed

if TYPE_CHECKING:
    from mkdocs_wakepoint.views import Item
    from wakepoint.recording import Recording


class Target:
    """A snippet, its runs, and what is drawn of them.

    Args:
        snippet: What the author wrote.
        mistakes: What is wrong with its header.
        runs: Runs it.
        store: Has its recordings from other platforms.

    Attributes:
        snippet: The same.
        under_way: Its runs that have to end before it can be drawn.
        problems: What is wrong with it, once it is drawn.
    """

    def __init__(
        self, snippet: Snippet, mistakes: tuple[Problem, ...], runs: Runs, store: Store
    ) -> None:
        self.snippet = snippet
        self.problems = mistakes
        self.under_way: list[Future[Recording]] = []
        self._store = store
        self._missing: Problem | None = None
        self._item: Item | None = None
        self._body = Markup()
        if snippet.options.run:
            self._start(runs)

    def _start(self, runs: Runs) -> None:
        from mkdocs_wakepoint.engine import unavailable  # noqa: PLC0415 - see `lazy`

        self._missing = unavailable(self.snippet)
        if self._missing is None:
            self.under_way.append(runs.submit(self.snippet))
            if "lowered" in self.snippet.options.show:
                self.under_way.append(runs.submit(self.snippet, lowered=True))

    @property
    def item(self) -> Item:
        """The snippet with its recordings; waits for its runs."""
        if self._item is None:
            from mkdocs_wakepoint.results import item_of  # noqa: PLC0415 - see `lazy`

            ended = [run.result() for run in self.under_way]
            self._item = item_of(self.snippet, self.problems, ended, self._missing, self._store)
        return self._item

    @property
    def recording(self) -> Recording | None:
        """Its run; None if it was not run."""
        return self.item.recording

    @property
    def runs(self) -> tuple[Recording, ...]:
        """Every recording of it, this build's own first."""
        return self.item.runs

    def draw(self) -> None:
        """Draws it, once its runs have ended; any thread may do that."""
        from mkdocs_wakepoint.views.page import body  # noqa: PLC0415 - see `lazy`

        self.problems = self.item.problems
        self._body = body(self.item)

    @property
    def html(self) -> Markup:
        """What stands in its place in the page, once it is drawn."""
        return framed(self.problems, self._body, self.snippet.key)
