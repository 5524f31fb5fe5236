"""Which recordings a comparison asks for; `mkdocs_wakepoint.views.comparison` draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from mkdocs_wakepoint.comparison import Comparison
from mkdocs_wakepoint.snippet import Problem
from mkdocs_wakepoint.views.comparison import Column, by_backend
from mkdocs_wakepoint.views.item import HasRuns
from mkdocs_wakepoint.views.stepper.stops import is_stepped


def columns(comparison: Comparison, items: Sequence[HasRuns]) -> tuple[list[Column], list[Problem]]:
    """The recordings that are compared, and what is wrong.

    Args:
        comparison: The fence.
        items: All snippets that were run, with their recordings from other platforms.
    """
    chooser = _Chooser(comparison, items)
    return chooser.columns(), chooser.problems


class _Chooser:
    def __init__(self, comparison: Comparison, items: Sequence[HasRuns]) -> None:
        self._location = comparison.location
        self._options = comparison.options
        self._items = items
        self.problems: list[Problem] = []

    def columns(self) -> list[Column]:
        options = self._options
        chosen = [item for name in options.snippets if (item := self._item(name)) is not None]
        if options.by == "snippet":
            return [column for item in chosen for column in self._of_snippet(item)]
        if len(options.snippets) > 1:
            self._wrong(f"by {options.by} compares one snippet", "name one, or write by: snippet")
        return [column for item in chosen[:1] for column in self._of_platforms(item)]

    def _wrong(self, what: str, remedy: str) -> None:
        self.problems.append(Problem(self._location, what, remedy))

    def _item(self, name: str) -> HasRuns | None:
        """The snippet of that name, if it was run."""
        page, _, key = name.rpartition("#")
        item = next((item for item in self._on(page) if item.snippet.key == key), None)
        if item is None:
            near = [item.snippet.key for item in self._on("")]
            hint = f"this page has {', '.join(near)}" if near else "write page.md#id"
            self._wrong(f"there is no snippet {name!r}", hint)
        elif item.recording is None:
            self._wrong(f"the snippet {name!r} is not run", 'remove its run="no"')
            return None
        return item

    def _on(self, page: str) -> list[HasRuns]:
        """The snippets on a page, this one if it has no name."""
        parts = PurePosixPath(page or self._location.file).parts

        def there(item: HasRuns) -> bool:
            file = PurePosixPath(item.snippet.location.file).parts
            return file[-len(parts) :] == parts if page else file == parts

        return [item for item in self._items if there(item)]

    def _of_platforms(self, item: HasRuns) -> list[Column]:
        """A snippet's runs, one column each."""
        runs = list(item.runs)
        if self._options.by == "backend":
            real_first = sorted(runs, key=lambda run: run.environment.emulation is not None)
            first = {run.environment.backend: run for run in reversed(real_first)}
            runs = [run for run in runs if first[run.environment.backend] is run]
        if not self._options.backends:
            return self._walkable(item, by_backend(runs))
        for name in self._options.backends:
            if all(run.environment.backend != name for run in runs):
                self._wrong(
                    f"there is no recording of {item.snippet.key!r} on {name}",
                    "make one with `mkdocs-wakepoint record` where there is that backend",
                )
        in_order = [
            r for name in self._options.backends for r in runs if r.environment.backend == name
        ]
        return self._walkable(item, [one for run in in_order for one in by_backend([run])])

    def _walkable(self, item: HasRuns, columns: Sequence[Column]) -> list[Column]:
        """The same with what ran, so that a reader can walk through them."""
        snippet = item.snippet
        if self._options.layout == "stack":
            return [*columns]
        here = snippet.location.file == self._location.file
        return [
            replace(
                column,
                snippet=snippet,
                in_page=here
                and column.recording is item.recording
                and is_stepped(snippet.options, column.recording),
            )
            for column in columns
        ]

    def _of_snippet(self, item: HasRuns) -> list[Column]:
        """One column for a snippet: the build's run, or that on the one backend asked for."""
        if len(self._options.backends) > 1:
            self._wrong("by snippet compares on one backend", "name one in backends")
        heading = item.snippet.options.title or item.snippet.key
        return [replace(column, heading=heading) for column in self._of_platforms(item)[:1]]
