"""What pytest collects of a page, and how a test tells what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from mkdocs_wakepoint.engine import SandboxError, Settings, unavailable
from mkdocs_wakepoint.snippet import Problem
from mkdocs_wakepoint.testing.sites import Case, Site, Sites
from mkdocs_wakepoint.text import in_one_line, visible
from wakepoint.recording import Recording

_SITES = pytest.StashKey[Sites]()


def close(config: pytest.Config) -> None:
    """Ends what still runs."""
    for site in config.stash.get(_SITES, ()):
        site.close()


class PageFile(pytest.File):
    """A Markdown page."""

    def collect(self) -> Iterator[SnippetItem]:
        """Each snippet of the page, and each problem of the page itself."""
        sites = self.config.stash.setdefault(_SITES, Sites())
        try:
            site = sites.of(self.path, self._asked())
        except ValueError as error:
            raise self.CollectError(in_one_line(str(error))) from error
        names: set[str] = set()
        for case in site.cases(self.path):
            name = _name(case, names)
            names.add(name)
            item = SnippetItem.from_parent(self, name=name, case=case, site=site)
            if reason := _why_not_run(case, site.settings):
                item.add_marker(pytest.mark.skip(reason=reason))
            yield item

    def _asked(self) -> Path:
        """The page, or the folder, that pytest was asked for and that this page is found in."""
        start = self.config.invocation_params.dir
        for argument in self.config.args:
            path = (start / argument.partition("::")[0]).resolve()
            if self.path.resolve().is_relative_to(path):
                return path
        return self.path


class SnippetItem(pytest.Item):
    """A snippet as a test: it fails if a build would tell a problem.

    Args:
        case: The snippet.
        site: Runs it.
        arguments: Those of every item.
    """

    def __init__(self, *, case: Case, site: Site, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._case = case
        self._site = site

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the fence stands."""
        return self.path, max(self._case.location.line - 1, 0), self.name

    def runtest(self) -> None:
        """Waits for the snippet's run.

        Raises:
            SnippetFailedError: If something is wrong.
        """
        if not _runs(self._case):
            raise SnippetFailedError(self._case.problems)
        self._start_next()
        target = self._site.start(self._case)
        recordings = [run.recording() for run in target.ran]
        for recording in recordings[:1]:
            self._show_output(recording)
        if target.item.problems:
            raise SnippetFailedError(target.item.problems)
        if recordings and target.recording is not recordings[0]:
            pytest.skip(f"not possible on this platform: {recordings[0].outcome.message}")

    def _start_next(self) -> None:
        """Has the snippets that come next run meanwhile, where no other process runs them."""
        if hasattr(self.config, "workerinput"):  # one of pytest-xdist's
            return
        items = self.session.items
        behind = items[items.index(self) + 1 :]
        following = (item for item in behind if isinstance(item, SnippetItem))
        for item in islice(following, self._site.at_a_time):
            item.start()

    def start(self) -> None:
        """Starts the snippet, if it is to run."""
        if _runs(self._case) and not _why_not_run(self._case, self._site.settings):
            self._site.start(self._case)

    def _show_output(self, recording: Recording) -> None:
        for stream, text in recording.written().items():
            self.add_report_section("call", stream, visible(text))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The problems as a build tells them, each with the lines of the author's file."""
        if isinstance(excinfo.value, SnippetFailedError):
            return "\n".join(map(_told, excinfo.value.problems))
        if isinstance(excinfo.value, SandboxError):
            return in_one_line(str(excinfo.value))
        return super().repr_failure(excinfo, style)


class SnippetFailedError(Exception):
    """A snippet with problems.

    Attributes:
        problems: These.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def _runs(case: Case) -> bool:
    return case.snippet is not None and case.snippet.options.run


def _why_not_run(case: Case, settings: Settings) -> str:
    """Why nothing can be said of a snippet here; empty if something can."""
    if case.snippet is None or case.problems:
        return ""
    if not case.snippet.options.run:
        return 'run="no"'
    missing = unavailable(case.snippet, settings)
    return "" if missing is None else missing.what


def _name(case: Case, taken: set[str]) -> str:
    """The title, or the line; pytest writes a colon twice between the names of page and test."""
    line = f"line {case.location.line}"
    title = case.snippet.options.title if case.snippet is not None else ""
    name = in_one_line(title).replace("::", ":") or line
    number = 1
    unique = name if name not in taken else f"{name} ({line})"
    while unique in taken:  # two on one line, of an included file
        number += 1
        unique = f"{name} ({line}, {number})"
    return unique


def _told(problem: Problem) -> str:
    details = "".join(f"    {line}\n" for line in visible(problem.details).splitlines())
    return f"{problem}\n{details}".rstrip()
