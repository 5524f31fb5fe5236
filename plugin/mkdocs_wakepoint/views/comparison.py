"""Several recordings side by side: what was counted, and the kernel calls behind each number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from mkdocs_wakepoint.views.markup import code, details, element, joined, scrolling
from mkdocs_wakepoint.views.sections import SECTIONS
from mkdocs_wakepoint.views.strace import call, kernel_calls
from mkdocs_wakepoint.views.words import origin
from wakepoint.recording import Event, Recording
from wakepoint.recording.figures import Figures, figures


@dataclass(frozen=True, slots=True)
class Column:
    """One recording in a comparison.

    Attributes:
        heading: What tells it from the others: a backend, a platform, a snippet's title.
        recording: The run.
    """

    heading: str
    recording: Recording


_ORDER = ("epoll", "kqueue", "iocp", "io_uring", "simulated")
"""Readiness first, then completion."""


def by_backend(runs: Iterable[Recording]) -> list[Column]:
    """One column for each run: this build's own, then the others in the order of their kinds."""
    known = [Column(run.environment.backend or "no backend", run) for run in runs]
    return known[:1] + sorted(known[1:], key=lambda column: _rank(column.heading))


def _rank(backend: str) -> int:
    return _ORDER.index(backend) if backend in _ORDER else len(_ORDER)


_FIGURES: tuple[tuple[str, Callable[[Figures], int]], ...] = (
    ("polls", lambda f: f.polls),
    ("polls in vain", lambda f: f.vain),
    ("suspensions", lambda f: f.suspended),
    ("wake-ups", lambda f: f.wakes),
    ("times parked", lambda f: f.parked),
    ("timers fired", lambda f: f.timers),
    ("events returned", lambda f: f.events),
)
_BYTES: tuple[tuple[str, Callable[[Figures], int]], ...] = (
    ("received, copied within a call of ours", lambda f: f.received - f.received_pending),
    ("received, copied while we were pending", lambda f: f.received_pending),
    ("sent, copied within a call of ours", lambda f: f.sent - f.sent_pending),
    ("sent, copied while we were pending", lambda f: f.sent_pending),
)

_LINKS = " A number that is a link leads to the first kernel call behind it."

# Which calls are behind a number, by the name of its row.
_WAITED = re.compile(r"[1-9]\d* (event|packet|completion)")
_BEHIND: dict[str, Callable[[Event], bool]] = {
    "events returned": lambda e: _WAITED.match(e["result"]) is not None,
    "received, copied within a call of ours": lambda e: _moved(e, ("recv", "read")),
    "received, copied while we were pending": lambda e: _handed(
        e, ("WSARecv", "ReadFile"), ("IORING_OP_RECV", "IORING_OP_READ")
    ),
    "sent, copied within a call of ours": lambda e: _moved(e, ("send", "write")),
    "sent, copied while we were pending": lambda e: _handed(
        e, ("WSASend", "WriteFile"), ("IORING_OP_SEND", "IORING_OP_WRITE")
    ),
}


def _moved(event: Event, names: tuple[str, ...]) -> bool:
    return bool(event["bytes"]) and event["name"].startswith(names)


def _handed(event: Event, names: tuple[str, ...], operations: tuple[str, ...]) -> bool:
    """True for a call that hands an operation over, by itself or in a list."""
    arguments = "".join(event["args"])
    return event["name"].startswith(names) or any(each in arguments for each in operations)


def comparison(columns: Sequence[Column], key: str, sections: Sequence[str] = SECTIONS) -> Markup:
    """A table with one column for each recording.

    Args:
        columns: In the order in which they are shown.
        key: Unique in the page; ids begin ``wp-<key>``.
        sections: Which of `SECTIONS` it has.
    """
    head = element("tr", element("th", "In one run", scope="col"), *map(_heading, columns))
    rows = _rows(columns, key, sections)
    whole = element("table", element("thead", head), element("tbody", *rows), class_="wp-columns")
    with_calls = "calls" in sections
    mark = element("span", "≠", class_="wp-mark")
    legend = f" marks a row whose columns differ.{_LINKS if with_calls else ''}"
    lists = [_calls(column, n, key) for n, column in enumerate(columns)] if with_calls else []
    # Material's search takes the end of any inner div for the end of a div that is excluded.
    return element(
        "section",
        scrolling("Comparison", whole),
        element("p", mark, legend, class_="wp-caption"),
        *lists,
        class_="wp-compare",
        id=f"wp-{key}",
        data_search_exclude=True,
    )


def _rows(columns: Sequence[Column], key: str, sections: Sequence[str]) -> list[Markup]:
    counted = [figures(column.recording) for column in columns]

    def counts(name: str, count: Callable[[Figures], int]) -> Markup:
        links = [""] * len(columns)
        if "calls" in sections and name in _BEHIND:
            links = [_first(column, n, key, _BEHIND[name]) for n, column in enumerate(columns)]
        return _row(name, [count(f) for f in counted], links)

    rows: list[Markup] = []
    if "figures" in sections:
        rows += [counts(*each) for each in _FIGURES]
    if "bytes" in sections:
        rows.append(_section("Bytes, by who copied them", len(columns)))
        rows += [counts(*each) for each in _BYTES]
    if "operations" in sections:
        rows += _named("Operations handed to the kernel", [f.operations for f in counted])
    if "calls" in sections:
        rows += _named("Kernel calls", [f.calls for f in counted], key)
    return rows


def stamp(recording: Recording) -> str:
    """Where a recording comes from, in words: system, Python, what emulated it, and the date."""
    date = recording.environment.recorded
    when = f"recorded {date}" if date else "run by this build"
    return ", ".join((*origin(recording.environment), when))


def _heading(column: Column) -> Markup:
    where = element("span", stamp(column.recording), class_="wp-stamp")
    return element("th", column.heading, where, scope="col")


def _section(title: str, columns: int) -> Markup:
    head = element("th", title, scope="rowgroup", colspan=columns + 1)
    return element("tr", head, class_="wp-section")


def _named(title: str, counts: Sequence[dict[str, int]], key: str = "") -> list[Markup]:
    """A section with one row for each name that any column counted."""
    names = sorted({name for counted in counts for name in counted}, key=str.lower)
    if not names:
        return []
    rows = [_section(title, len(counts))]
    for name in names:
        links = [_anchor(key, n, name, 1) for n in range(len(counts))] if key else []
        values = [counted.get(name, 0) for counted in counts]
        rows.append(_row(code(name), values, links))
    return rows


def _row(label: str, values: Sequence[int], links: Sequence[str] = ()) -> Markup:
    cells = []
    for n, value in enumerate(values):
        target = links[n] if links and value else ""
        link = element("a", value, href=f"#{target}") if target else value
        cells.append(element("td", link))
    if len(set(values)) == 1:
        return element("tr", element("th", label, scope="row"), *cells)
    mark = element("span", "≠", class_="wp-mark", role="img", aria_label="the columns differ")
    head = element("th", label, " ", mark, scope="row")
    return element("tr", head, *cells, class_="wp-differs")


def _anchor(key: str, column: int, name: str, nth: int) -> str:
    """The id of the n-th call of a name in a column's list."""
    return f"wp-{key}-{column}-{name}-{nth}"


def _first(column: Column, number: int, key: str, matches: Callable[[Event], bool]) -> str:
    """The id of the first call in a column's list that is wanted; empty if there is none."""
    counts: Counter[str] = Counter()
    for event in kernel_calls(column.recording):
        counts[event["name"]] += 1
        if matches(event):
            return _anchor(key, number, event["name"], counts[event["name"]])
    return ""


def _calls(column: Column, number: int, key: str) -> Markup:
    """Every kernel call of one recording in order; each leads to the next one of its name."""
    calls = kernel_calls(column.recording)
    if not calls:
        return Markup()
    total = figures(column.recording).calls
    counts: Counter[str] = Counter()
    items = []
    for event in calls:
        name = event["name"]
        counts[name] += 1
        onward = Markup()
        if counts[name] < total[name]:
            target = f"#{_anchor(key, number, name, counts[name] + 1)}"
            link = element("a", "↓", href=target, title=f"the next {name}")
            onward = joined((" ", link))
        anchor = _anchor(key, number, name, counts[name])
        items.append(element("li", code(call(event)), onward, id=anchor))
    title = f"The kernel calls of {column.heading}, in order ({len(calls)})"
    return details(title, element("ol", *items), class_="wp-details wp-calls")
