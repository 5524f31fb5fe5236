"""The fence ``wakepoint-compare``: what it says; `mkdocs_wakepoint.columns` has what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

from mkdocs_wakepoint.fence.options import BACKENDS, LAYOUTS
from mkdocs_wakepoint.fence.reader import Reader, ValueReader, one_of, words
from mkdocs_wakepoint.snippet import Location, Problem
from mkdocs_wakepoint.text import lines_of
from mkdocs_wakepoint.views.sections import SECTIONS

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
        layout: ``stepper`` has two of the recordings side by side, as the reader steps through
            both; ``stack`` has the tables alone.
    """

    snippets: tuple[str, ...] = ()
    by: str = "backend"
    backends: tuple[str, ...] = ()
    sections: tuple[str, ...] = SECTIONS
    layout: str = "stepper"


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
    "layout": one_of(LAYOUTS),
}

assert set(_READERS) == {field.name for field in fields(ComparisonOptions)}
