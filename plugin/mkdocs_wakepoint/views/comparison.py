"""Several recordings side by side: what was counted, and the kernel calls behind each number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice

from markupsafe import Markup

from mkdocs_wakepoint.views.differences import KERNEL_CALLS, Line, sentences
from mkdocs_wakepoint.views.folded import folded
from mkdocs_wakepoint.views.limits import COMPARED_CALLS, LAST_COMPARED_CALLS, NAMES, VALUE
from mkdocs_wakepoint.views.markup import code, element, joined, scrolling
from mkdocs_wakepoint.views.sections import SECTIONS
from mkdocs_wakepoint.views.strace import call, kernel_calls
from mkdocs_wakepoint.views.words import cut, origin
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
    """What differs between recordings, and what does not: a column for each of them.

    Args:
        columns: In the order in which they are shown.
        key: Unique in the page; ids begin ``wp-<key>``.
        sections: Which of `SECTIONS` it has.
    """
    with_calls = "calls" in sections
    calls = [_Calls(column, n, key) for n, column in enumerate(columns)] if with_calls else []
    lines = [*_lines(columns, calls, sections)]
    differing = [line for line in lines if line.differs]
    same = [line for line in lines if not line.differs]
    # Material's search takes the end of any inner div for the end of a div that is excluded.
    return element(
        "section",
        _differences(differing, columns, with_calls=with_calls) if len(columns) > 1 else "",
        _same(same, columns),
        *(one.html() for one in calls),
        class_="wp-compare",
        id=f"wp-{key}",
        data_search_exclude=True,
    )


def _differences(lines: Sequence[Line], columns: Sequence[Column], *, with_calls: bool) -> Markup:
    """What differs: in sentences, and as a table."""
    if not lines:
        return element("p", "Nothing that was counted differs.", class_="wp-caption")
    told = sentences(lines, [one.heading for one in columns], [one.recording for one in columns])
    listed = element(
        "ul", *(element("li", each) for each in islice(told, NAMES)), class_="wp-differences"
    )
    mark = element("span", "≠", class_="wp-mark")
    legend = f" marks a row whose columns differ.{_LINKS if with_calls else ''}"
    whole = _table("What differs", lines, columns)
    return joined((listed, whole, element("p", mark, legend, class_="wp-caption")))


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
    columns: Sequence[Column], calls: Sequence[_Calls], sections: Sequence[str]
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
    section: str, counts: Sequence[dict[str, int]], calls: Sequence[_Calls] = ()
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


def _is_listed(place: int, count: int) -> bool:
    """False for a call in the middle of very many."""
    before_fold = COMPARED_CALLS - LAST_COMPARED_CALLS
    return count <= COMPARED_CALLS or not before_fold <= place < count - LAST_COMPARED_CALLS


@dataclass(frozen=True, slots=True)
class _Call:
    """A kernel call of a column: its place among all, its event, and the id that leads to it."""

    place: int
    event: Event
    anchor: str


class _Calls:
    """The kernel calls of one recording.

    Args:
        column: The recording.
        number: Its column.
        key: Unique in the page.
    """

    def __init__(self, column: Column, number: int, key: str) -> None:
        self._column = column
        events = kernel_calls(column.recording)
        self._count = len(events)
        self._listed: list[_Call] = []
        self._first: dict[str, str] = {}
        counts: Counter[str] = Counter()
        for place, event in enumerate(events):
            name = event["name"]
            counts[name] += 1
            if _is_listed(place, self._count):
                anchor = f"wp-{key}-{number}-{cut(name, VALUE)}-{counts[name]}"
                self._listed.append(_Call(place, event, anchor))
                if counts[name] == 1:
                    self._first[name] = anchor

    def first_of(self, name: str) -> str:
        """The id of the first call of a name; empty if it is not listed."""
        return self._first.get(name, "")

    def first(self, matches: Callable[[Event], bool]) -> str:
        """The id of the first call that is wanted; empty if none is listed."""
        found = next((one for one in self._listed if matches(one.event)), None)
        if found is None or self._is_behind_fold(found):
            return ""  # behind the fold it may not be the first
        return found.anchor

    def _is_behind_fold(self, one: _Call) -> bool:
        return len(self._listed) < self._count and one.place >= self._count - LAST_COMPARED_CALLS

    def html(self) -> Markup:
        """Every call in order; each leads to the next one of its name."""
        if not self._listed:
            return Markup()
        left_out = self._count - len(self._listed)
        items: list[Markup] = []
        following: dict[str, str] = {}  # the id of the next call of each name
        for one in reversed(self._listed):
            name = one.event["name"]
            onward = Markup()
            if name in following:
                title = f"the next {cut(name, VALUE)}"
                onward = joined((" ", element("a", "↓", href=f"#{following[name]}", title=title)))
            following[name] = one.anchor
            # Behind the fold the numbers are what they would be without it.
            is_behind = left_out > 0 and one.place == self._count - LAST_COMPARED_CALLS
            value = one.place + 1 if is_behind else None
            items.append(element("li", code(call(one.event)), onward, id=one.anchor, value=value))
            if is_behind:
                text = f"{left_out} calls are left out here; the recording has them all"
                items.append(element("li", element("em", text)))
        title = f"The kernel calls of {self._column.heading}, in order"
        return folded(title, str(self._count), element("ol", *reversed(items)), "wp-calls")
