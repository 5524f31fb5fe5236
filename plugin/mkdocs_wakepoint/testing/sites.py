"""The pages that tests are collected from, read once for all files of a site."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mkdocs_wakepoint.comparison import Comparison
from mkdocs_wakepoint.engine import Settings
from mkdocs_wakepoint.engine.runs import Runs
from mkdocs_wakepoint.pages import MarkdownFiles, Pages
from mkdocs_wakepoint.quotes import Quote
from mkdocs_wakepoint.recordings import Store
from mkdocs_wakepoint.site import config_of, pages_of
from mkdocs_wakepoint.snippet import Location, Problem, Snippet
from mkdocs_wakepoint.target import Target


@dataclass(eq=False)
class Case:
    """What becomes one test: a snippet, or something that is wrong with a page.

    Attributes:
        location: Its line in the page.
        snippet: The snippet; None for a problem of the page itself.
        problems: What is wrong before anything runs.
        target: The snippet on its way, once it was started.
    """

    location: Location
    snippet: Snippet | None
    problems: tuple[Problem, ...]
    target: Target | None = None


class Site:
    """The cases of a site's pages, or of a page that is in none, and what runs them.

    Args:
        pages: They are read when this is made.

    Attributes:
        store: Has the recordings from other platforms.

    Raises:
        ValueError: If the site or its settings cannot be.
    """

    def __init__(self, pages: Pages) -> None:
        settings = Settings.of(pages.settings)
        self.store = Store(Path(settings.recordings))
        self._runs = Runs(settings)
        self._pages = pages
        self._cases: dict[Path, list[Case]] = {}
        with warnings.catch_warnings():
            # What MkDocs and other people's plugins warn of is no matter of the tests.
            warnings.simplefilter("ignore")
            pages.convert(self)

    @property
    def settings(self) -> Settings:
        """What the site says about running its snippets."""
        return self._runs.settings

    @property
    def at_a_time(self) -> int:
        """How many snippets run at a time."""
        return self._runs.settings.workers

    def cases(self, file: Path) -> list[Case]:
        """Those of a page, in the order of their lines."""
        return sorted(self._cases.get(file.resolve(), []), key=lambda case: case.location.line)

    def start(self, case: Case) -> Target:
        """Starts a case's snippet, unless that was done."""
        assert case.snippet is not None
        if case.target is None:
            case.target = Target(case.snippet, case.problems, self._runs, self.store)
        return case.target

    def close(self) -> None:
        """Ends what runs."""
        self._runs.close()

    # -- what a collector does ---------------------------------------------------------------------

    def add(self, snippet: Snippet, problems: tuple[Problem, ...]) -> str:
        """Takes a snippet, once."""
        of_page = self._of(snippet.location)
        if all(case.snippet != snippet for case in of_page):  # a page may be converted twice
            of_page.append(Case(snippet.location, snippet, problems))
        return ""

    def add_comparison(self, comparison: Comparison, problems: tuple[Problem, ...]) -> str:
        """Takes what is wrong with a comparison; what it draws is no test."""
        for problem in problems:
            self.report(problem)
        return ""

    def add_quote(self, quote: Quote) -> str:
        """Lets a quote be."""
        return ""

    def report(self, problem: Problem) -> None:
        """Takes a problem of a page."""
        self._of(problem.location).append(Case(problem.location, None, (problem,)))

    def _of(self, location: Location) -> list[Case]:
        return self._cases.setdefault(self._pages.path(location.file).resolve(), [])


class Sites:
    """The sites of all files that are collected."""

    def __init__(self) -> None:
        self._sites: dict[tuple[Path, Path], Site | ValueError] = {}

    def __iter__(self) -> Iterator[Site]:
        return (site for site in self._sites.values() if isinstance(site, Site))

    def of(self, file: Path, asked: Path) -> Site:
        """The site that a page is in.

        Args:
            file: The page.
            asked: What pytest was asked for: a page, or a folder with more of the site's.

        Raises:
            ValueError: If the site cannot be.
        """
        config = config_of(file)
        key = (config or file, asked)
        if key not in self._sites:
            try:
                pages = MarkdownFiles(file) if config is None else pages_of(config, asked)
                self._sites[key] = Site(pages)
            except ValueError as error:
                self._sites[key] = error
        site = self._sites[key]
        if isinstance(site, ValueError):
            raise site
        return site
