"""Several recordings side by side: what was counted, and the kernel calls behind each number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from markupsafe import Markup

from mkdocs_wakepoint.snippet import Snippet
from mkdocs_wakepoint.views.call_list import CallList
from mkdocs_wakepoint.views.differences import KERNEL_CALLS, Line, sentences
from mkdocs_wakepoint.views.folded import folded
from mkdocs_wakepoint.views.limits import DIFFERENCES, NAMES
from mkdocs_wakepoint.views.markup import element, joined, scrolling
from mkdocs_wakepoint.views.pair.data import Walked
from mkdocs_wakepoint.views.pair.view import pair
from mkdocs_wakepoint.views.sections import SECTIONS
from mkdocs_wakepoint.views.stepper.stops import can_step
from mkdocs_wakepoint.views.words import origin
from wakepoint.recording import Event, Recording
from wakepoint.recording.figures import Figures, figures


@dataclass(frozen=True, slots=True)
class Column:
    """One recording in a comparison.

    Attributes:
        heading: What tells it from the others: a backend, a platform, a snippet's title.
        recording: The run.
        snippet: What ran; None where nobody is to walk through it.
        in_page: True if the page has a stepper of this recording.
    """

    heading: str
    recording: Recording
    snippet: Snippet | None = None
    in_page: bool = False


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
    """What differs between recordings, and what does not: a column for each of them.

    Two of them can be walked through side by side, if their columns have snippets.

    Args:
        columns: In the order in which they are shown.
        key: Unique in the page; ids begin ``wp-<key>``.
        sections: Which of `SECTIONS` it has.
    """
    with_calls = "calls" in sections
    calls = (
        [CallList(one.heading, one.recording, n, key) for n, one in enumerate(columns)]
        if with_calls
        else []
    )
    lines = [*_lines(columns, calls, sections)]
    differing = [line for line in lines if line.differs]
    same = [line for line in lines if not line.differs]
    # Material's search takes the end of any inner div for the end of a div that is excluded.
    return element(
        "section",
        _told(differing, columns) if len(columns) > 1 else "",
        _pair(columns, key),
        _differences(differing, columns, with_calls=with_calls),
        _same(same, columns),
        *(one.html() for one in calls),
        class_="wp-compare",
        id=f"wp-{key}",
        data_search_exclude=True,
    )


def _told(lines: Sequence[Line], columns: Sequence[Column]) -> Markup:
    """What differs, in sentences; where there are many, the first ones, and the others folded."""
    if not lines:
        return element("p", "Nothing that was counted differs.", class_="wp-caption")
    told = sentences(lines, [one.heading for one in columns], [one.recording for one in columns])
    items = [element("li", each) for each in islice(told, NAMES)]
    open_ = len(items) if len(items) <= DIFFERENCES + 1 else DIFFERENCES
    first = element("ul", *items[:open_], class_="wp-differences")
    if len(items) == open_:
        return first
    more = element("ul", *items[open_:], class_="wp-differences")
    return joined((first, folded("Other differences", str(len(items) - open_), more, printed=True)))


def _pair(columns: Sequence[Column], key: str) -> Markup:
    """Two of the recordings side by side, where two can be walked through."""
    walked = [
        Walked(one.heading, one.recording, one.snippet, one.in_page)
        for one in columns
        if one.snippet is not None and can_step(one.recording)
    ]
    return pair(walked, key) if len(walked) > 1 else Markup()


def _differences(lines: Sequence[Line], columns: Sequence[Column], *, with_calls: bool) -> Markup:
    """What differs, as a table."""
    if not lines:
        return Markup()
    mark = element("span", "≠", class_="wp-mark")
    legend = f" marks a row whose columns differ.{_LINKS if with_calls else ''}"
    whole = _table("What differs", lines, columns)
    return joined((whole, element("p", mark, legend, class_="wp-caption")))


def _same(lines: Sequence[Line], columns: Sequence[Column]) -> Markup:
    """What is the same everywhere, folded; it is all there is to show of one recording."""
    if not lines:
        return Markup()
    if len(columns) == 1:
        return _table("Comparison", lines, columns)
    are = "row is" if len(lines) == 1 else "rows are"
    title = f"{len(lines)} {are} the same everywhere"
    return folded(title, "", _table("What is the same", lines, columns))


def _table(title: str, lines: Sequence[Line], columns: Sequence[Column]) -> Markup:
    head = element("tr", element("th", "In one run", scope="col"), *map(_heading, columns))
    rows: list[Markup] = []
    for section, group in groupby(lines, lambda line: line.section):
        together = [*group]
        rows += [_section(section, len(columns))] if section else []
        rows += map(_row, together[:NAMES])
        if len(together) > NAMES:
            rows.append(_section(f"and {len(together) - NAMES} other names", len(columns)))
    whole = element("table", element("thead", head), element("tbody", *rows), class_="wp-columns")
    return scrolling(title, whole)


def _lines(
    columns: Sequence[Column], calls: Sequence[CallList], sections: Sequence[str]
) -> Iterator[Line]:
    counted = [figures(column.recording) for column in columns]

    def count(section: str, name: str, of: Callable[[Figures], int]) -> Line:
        links: tuple[str, ...] = ()
        if calls and name in _BEHIND:
            links = tuple(one.first(_BEHIND[name]) for one in calls)
        return Line(section, name, tuple(of(f) for f in counted), links)

    if "figures" in sections:
        yield from (count("", *each) for each in _FIGURES)
    if "bytes" in sections:
        yield from (count("Bytes, by who copied them", *each) for each in _BYTES)
    if "operations" in sections:
        yield from _named("Operations handed to the kernel", [f.operations for f in counted])
    if "calls" in sections:
        yield from _named(KERNEL_CALLS, [f.calls for f in counted], calls)


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


def _named(
    section: str, counts: Sequence[dict[str, int]], calls: Sequence[CallList] = ()
) -> Iterator[Line]:
    """A line for each name that any column counted."""
    for name in sorted({name for counted in counts for name in counted}, key=str.lower):
        links = tuple(one.first_of(name) for one in calls)
        values = tuple(counted.get(name, 0) for counted in counts)
        yield Line(section, name, values, links, named=True)


def _row(line: Line) -> Markup:
    cells = []
    for n, value in enumerate(line.counts):
        target = line.links[n] if line.links and value else ""
        link = element("a", value, href=f"#{target}") if target else value
        cells.append(element("td", link))
    if not line.differs:
        return element("tr", element("th", line.label, scope="row"), *cells)
    mark = element("span", "≠", class_="wp-mark", role="img", aria_label="the columns differ")
    head = element("th", line.label, " ", mark, scope="row")
    return element("tr", head, *cells, class_="wp-differs")
