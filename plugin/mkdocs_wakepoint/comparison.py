"""The fence ``wakepoint-compare``: what it says, and which recordings it asks for.

`mkdocs_wakepoint.views.comparison` draws them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import PurePosixPath
from typing import Final

from mkdocs_wakepoint.fence.options import BACKENDS
from mkdocs_wakepoint.fence.reader import Reader, ValueReader, one_of, words
from mkdocs_wakepoint.snippet import Location, Problem
from mkdocs_wakepoint.text import lines_of
from mkdocs_wakepoint.views import Item
from mkdocs_wakepoint.views.comparison import SECTIONS, Column, by_backend

_AXES: Final = ("backend", "platform", "snippet")


@dataclass(frozen=True, slots=True)
class ComparisonOptions:
    """What a fence says, one ``name: value`` a line; the field names are the names.

    Attributes:
        snippets: The snippets, by their ids: ``read`` in the same page, or
            ``book/04-waker.md#socket``.
        by: What the columns are: a ``backend`` each (without the emulated one where there is a
            real one), a ``platform`` each, or a ``snippet`` each, on the build's own platform.
        backends: Which backends to show, in this order. One of which there is no recording is a
            problem. Without it, there is a column for each that there is.
        sections: Which parts to show: ``figures``, ``bytes``, ``operations``, ``calls``.
    """

    snippets: tuple[str, ...] = ()
    by: str = "backend"
    backends: tuple[str, ...] = ()
    sections: tuple[str, ...] = SECTIONS


@dataclass(frozen=True, slots=True)
class Comparison:
    """A fence of this kind.

    Attributes:
        options: What it says.
        location: The line of the fence.
        key: Unique within the page.
    """

    options: ComparisonOptions
    location: Location
    key: str


def parse(source: str, lines: Sequence[Location]) -> tuple[ComparisonOptions, list[Problem]]:
    """Reads a fence.

    Args:
        source: What stands between its first and its last line.
        lines: Where its first line was written, and each below.
    """
    reader = Reader("line", _READERS)
    for line, here in zip(lines_of(source), lines[1:], strict=False):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if line.strip() and not colon:
            reader.problem(here, f"{line.strip()!r} has no name", _FORM)
        elif name in _READERS and not value.strip(", "):
            reader.problem(here, f"{name} has no value", _FORM)
        elif line.strip():
            reader.take(name, value, here)
    if "snippets" not in reader.values and not reader.problems:
        reader.problem(lines[0], "it names no snippet", "write snippets: and their ids")
    return ComparisonOptions(**reader.values), reader.problems


_FORM: Final = "write name: value, one to a line"

_READERS: Final[dict[str, ValueReader]] = {
    "snippets": words((), "snippet"),
    "by": one_of(_AXES),
    "backends": words([name for name in BACKENDS if name != "auto"], "backend"),
    "sections": words(SECTIONS, "section"),
}

assert set(_READERS) == {field.name for field in fields(ComparisonOptions)}


def columns(comparison: Comparison, items: Sequence[Item]) -> tuple[list[Column], list[Problem]]:
    """The recordings that are compared, and what is wrong.

    Args:
        comparison: The fence.
        items: All snippets that were run, with their recordings from other platforms.
    """
    chooser = _Chooser(comparison, items)
    return chooser.columns(), chooser.problems


class _Chooser:
    def __init__(self, comparison: Comparison, items: Sequence[Item]) -> None:
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

    def _item(self, name: str) -> Item | None:
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

    def _on(self, page: str) -> list[Item]:
        """The snippets on a page, this one if it has no name."""
        parts = PurePosixPath(page or self._location.file).parts

        def there(item: Item) -> bool:
            file = PurePosixPath(item.snippet.location.file).parts
            return file[-len(parts) :] == parts if page else file == parts

        return [item for item in self._items if there(item)]

    def _of_platforms(self, item: Item) -> list[Column]:
        """A snippet's runs, one column each."""
        runs = list(item.runs)
        if self._options.by == "backend":
            real_first = sorted(runs, key=lambda run: run.environment.emulation is not None)
            first = {run.environment.backend: run for run in reversed(real_first)}
            runs = [run for run in runs if first[run.environment.backend] is run]
        if not self._options.backends:
            return by_backend(runs)
        for name in self._options.backends:
            if all(run.environment.backend != name for run in runs):
                self._wrong(
                    f"there is no recording of {item.snippet.key!r} on {name}",
                    "make one with `mkdocs-wakepoint record` where there is that backend",
                )
        in_order = [
            r for name in self._options.backends for r in runs if r.environment.backend == name
        ]
        return [column for run in in_order for column in by_backend([run])]

    def _of_snippet(self, item: Item) -> list[Column]:
        """One column for a snippet: the build's run, or that on the one backend asked for."""
        if len(self._options.backends) > 1:
            self._wrong("by snippet compares on one backend", "name one in backends")
        heading = item.snippet.options.title or item.snippet.key
        return [Column(heading, column.recording) for column in self._of_platforms(item)[:1]]
