"""The fence ``wakepoint-compare``: a table over recordings of snippets that stand elsewhere."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import PurePosixPath
from typing import Any, Final

from mkdocs_wakepoint.fence import BACKENDS
from mkdocs_wakepoint.snippet import Location, Problem
from mkdocs_wakepoint.views import Item, problem_box
from mkdocs_wakepoint.views.compare import SECTIONS, Column, by_backend, comparison
from wakepoint.recording import Recording

_AXES: Final = ("backend", "platform", "snippet")


@dataclass(frozen=True, slots=True)
class Wanted:
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
        wanted: What it says.
        location: The line of the fence.
        key: Unique within the page.
    """

    wanted: Wanted
    location: Location
    key: str


def parse(source: str, location: Location) -> tuple[Wanted, list[Problem]]:
    """Reads a fence.

    Args:
        source: What stands between its first and its last line.
        location: Its first line.
    """
    taken: dict[str, Any] = {}
    found = []
    for number, line in enumerate(source.splitlines(), location.line + 1):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not line.strip():
            continue
        wrong = _take(name, value, taken) if colon else (f"{line.strip()!r} has no name", _FORM)
        if wrong is not None:
            found.append(Problem(Location(location.file, number), *wrong))
    if "snippets" not in taken and not found:
        found.append(Problem(location, "it names no snippet", "write snippets: and their ids"))
    return Wanted(**taken), found


_FORM: Final = "write name: value, one to a line"


def _take(name: str, value: str, taken: dict[str, Any]) -> tuple[str, str] | None:
    words = tuple(value.replace(",", " ").split())
    if name not in _CHOICES:
        near = difflib.get_close_matches(name, _CHOICES, n=1)
        hint = f"write {near[0]}" if near else f"there are {', '.join(_CHOICES)}"
        return f"a comparison has no {name!r}", hint
    if name in taken:
        return f"{name!r} is given twice", "keep one of them"
    choices = _CHOICES[name]
    if not words or (name == "by" and len(words) > 1):
        return f"{name} has {'more than one value' if words else 'no value'}", _FORM
    for word in words:
        if choices and word not in choices:
            return f"{name}: {word!r} cannot be", f"choose of {', '.join(choices)}"
    taken[name] = words[0] if name == "by" else words
    return None


_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "snippets": (),
    "by": _AXES,
    "backends": tuple(name for name in BACKENDS if name != "auto"),
    "sections": SECTIONS,
}

assert set(_CHOICES) == {field.name for field in fields(Wanted)}


def draw(asked: Comparison, items: Sequence[Item], report: Callable[[Problem], None]) -> str:
    """The HTML of a comparison.

    Args:
        asked: The fence.
        items: All snippets that were run, with their recordings from other platforms.
        report: Called with what is wrong; the page shows it too.
    """
    problems: list[Problem] = []

    def wrong(what: str, remedy: str) -> None:
        problems.append(Problem(asked.location, what, remedy))

    wanted = asked.wanted
    chosen = [item for name in wanted.snippets for item in _named(name, asked, items, wrong)]
    if wanted.by == "snippet":
        columns = [column for item in chosen for column in _of_snippet(item, wanted, wrong)]
    else:
        if len(wanted.snippets) > 1:
            wrong(f"by {wanted.by} compares one snippet", "name one, or write by: snippet")
        columns = [column for item in chosen[:1] for column in _of_platforms(item, wanted, wrong)]
    for problem in problems:
        report(problem)
    table = comparison(columns, asked.key, wanted.sections) if columns else ""
    return f'<div class="wp">{"".join(map(problem_box, problems))}{table}</div>'


def _named(
    name: str, asked: Comparison, items: Sequence[Item], wrong: Callable[[str, str], None]
) -> list[Item]:
    page, _, key = name.rpartition("#")
    found = [
        item
        for item in items
        if item.snippet.key == key and _is_page(item.snippet.location.file, page, asked)
    ]
    if not found:
        near = [
            item.snippet.key for item in items if _is_page(item.snippet.location.file, "", asked)
        ]
        hint = f"this page has {', '.join(near)}" if near else "write page.md#id"
        wrong(f"there is no snippet {name!r}", hint)
    elif found[0].recording is None:
        wrong(f"the snippet {name!r} is not run", 'remove its run="no"')
        return []
    return found[:1]


def _is_page(file: str, page: str, asked: Comparison) -> bool:
    if not page:
        return file == asked.location.file
    parts = PurePosixPath(page).parts
    return PurePosixPath(file).parts[-len(parts) :] == parts


def _runs(item: Item) -> list[Recording]:
    return [*([] if item.recording is None else [item.recording]), *item.others]


def _of_platforms(item: Item, wanted: Wanted, wrong: Callable[[str, str], None]) -> list[Column]:
    """A snippet's runs, one column each."""
    runs = _runs(item)
    if wanted.by == "backend":
        real_first = sorted(runs, key=lambda run: run.environment.emulation is not None)
        first = {run.environment.backend: run for run in reversed(real_first)}
        runs = [run for run in runs if first[run.environment.backend] is run]
    if wanted.backends:
        for name in wanted.backends:
            if all(run.environment.backend != name for run in runs):
                wrong(
                    f"there is no recording of {item.snippet.key!r} on {name}",
                    "make one with `mkdocs-wakepoint record` where there is that backend",
                )
        runs = [r for name in wanted.backends for r in runs if r.environment.backend == name]
        return [column for run in runs for column in by_backend([run])]
    return by_backend(runs)


def _of_snippet(item: Item, wanted: Wanted, wrong: Callable[[str, str], None]) -> list[Column]:
    """One column for a snippet: the build's run, or that on the one backend that is asked for."""
    if len(wanted.backends) > 1:
        wrong("by snippet compares on one backend", "name one in backends")
    heading = item.snippet.options.title or item.snippet.key
    columns = _of_platforms(item, wanted, wrong)[:1]
    return [Column(heading, column.recording) for column in columns]
