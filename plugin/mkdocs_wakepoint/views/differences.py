"""What differs between recordings, in sentences that are made from what was counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup

from mkdocs_wakepoint.views.limits import NAMES, VALUE
from mkdocs_wakepoint.views.markup import code, joined
from mkdocs_wakepoint.views.strace import kernel_calls
from mkdocs_wakepoint.views.words import cut, times
from wakepoint.recording import Recording

KERNEL_CALLS: Final = "Kernel calls"
"""The section of what the kernel was called for; only those can fail with an error of its own."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was counted in each of several recordings.

    Attributes:
        section: What is counted there besides; empty for the first of all.
        name: What it is.
        counts: One for each recording.
        links: The id that each count leads to; empty where it leads nowhere.
        named: True for the name of a call or of an operation.
    """

    section: str
    name: str
    counts: tuple[int, ...]
    links: tuple[str, ...] = field(default=())
    named: bool = False

    @property
    def differs(self) -> bool:
        """True if the recordings do not agree."""
        return len(set(self.counts)) > 1

    @property
    def label(self) -> Markup | str:
        """The name as it is shown."""
        return code(cut(self.name, VALUE)) if self.named else self.name


def sentences(
    lines: Iterable[Line], headings: Sequence[str], recordings: Sequence[Recording]
) -> Iterator[Markup]:
    """One for each thing that differs; names that only some of the recordings have share one.

    Args:
        lines: What was counted.
        headings: What the recordings are called: backends, platforms, titles of snippets.
        recordings: The same number of them.
    """
    word = "on" if all(map(_is_place, headings, recordings)) else "in"
    some: dict[tuple[str, tuple[str, ...]], list[Line]] = {}
    totals: dict[str, list[int]] = {}
    for line in lines:
        if line.named:
            before = totals.setdefault(line.section, [0] * len(headings))
            totals[line.section] = [a + b for a, b in zip(before, line.counts, strict=True)]
        if not line.differs:
            continue
        if line.named and 0 in line.counts:
            having = tuple(h for h, count in zip(headings, line.counts, strict=True) if count)
            some.setdefault((line.section, having), []).append(line)
        else:
            yield joined((line.label, ": ", _counts(line.counts, headings, word), "."))
    for section, counts in totals.items():
        if len(set(counts)) > 1:
            yield joined((section, ", all together: ", _counts(counts, headings, word), "."))
    errors = [_errors(recording) for recording in recordings]
    for (section, having), only in some.items():
        told = [_only(line, errors) for line in only[:NAMES]]
        told += [joined((f"and {len(only) - NAMES} more",))] if len(only) > NAMES else []
        where = f"{section} {word} {_and(having)} alone: "
        yield joined((where, Markup(", ").join(told), "."))


def _is_place(heading: str, recording: Recording) -> bool:
    environment = recording.environment
    return heading in (environment.backend, environment.system, "no backend")


def _counts(counts: Sequence[int], headings: Sequence[str], word: str) -> str:
    """``5 on epoll and kqueue, none on iocp``."""
    by_count: dict[int, list[str]] = {}
    for count, heading in zip(counts, headings, strict=True):
        by_count.setdefault(count, []).append(heading)
    return ", ".join(f"{count or 'none'} {word} {_and(of)}" for count, of in by_count.items())


def _and(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _only(line: Line, errors: Sequence[Counter[tuple[str, str]]]) -> Markup:
    """``recv 4 times, 3 of them EAGAIN``; where recordings differ, from the fewest to the most."""
    counts = sorted({count for count in line.counts if count})
    often = (
        f"{counts[0]} to {times(counts[-1], 'time')}" if counts[1:] else times(counts[0], "time")
    )
    failed: dict[str, set[int]] = {}
    for of_one in errors:
        for (name, error), count in of_one.items():
            if name == line.name:
                failed.setdefault(error, set()).add(count)
    why = [f"{_span(each)} {error}" for error, each in sorted(failed.items())]
    found = f" ({', '.join(why)})" if why and line.section == KERNEL_CALLS else ""
    return joined((line.label, f" {often}{found}"))


def _span(counts: set[int]) -> str:
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low} to {high}"


def _errors(recording: Recording) -> Counter[tuple[str, str]]:
    calls = kernel_calls(recording)
    return Counter((event["name"], event["error"]) for event in calls if event["error"])
