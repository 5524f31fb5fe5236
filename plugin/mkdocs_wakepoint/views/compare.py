"""Several recordings side by side: what was counted, and the kernel calls behind each number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape

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

SECTIONS = ("figures", "bytes", "operations", "calls")
"""The parts of a comparison."""


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
    told = "".join(event["args"])
    return event["name"].startswith(names) or any(each in told for each in operations)


def comparison(columns: Sequence[Column], key: str, sections: Sequence[str] = SECTIONS) -> str:
    """A table with one column for each recording.

    Args:
        columns: In the order in which they are shown.
        key: Unique in the page; ids begin ``wp-<key>``.
        sections: Which of `SECTIONS` it has.
    """
    counted = [figures(column.recording) for column in columns]

    def counts(name: str, count: Callable[[Figures], int]) -> str:
        links = [""] * len(columns)
        if "calls" in sections and name in _BEHIND:
            links = [_first(column, n, key, _BEHIND[name]) for n, column in enumerate(columns)]
        return _row(name, [count(f) for f in counted], links)

    rows: list[str] = []
    if "figures" in sections:
        rows += [counts(*each) for each in _FIGURES]
    if "bytes" in sections:
        rows += _section("Bytes, by who copied them", len(columns))
        rows += [counts(*each) for each in _BYTES]
    if "operations" in sections:
        rows += _named("Operations handed to the kernel", [f.operations for f in counted])
    if "calls" in sections:
        rows += _named("Kernel calls", [f.calls for f in counted], key)
    head = "".join(map(_heading, columns))
    lists = "".join(_calls(column, n, key) for n, column in enumerate(columns))
    # Material's search takes the end of any inner div for the end of a div that is excluded.
    return (
        f'<section class="wp-compare" id="wp-{key}" data-search-exclude>'
        '<div class="wp-scroll" tabindex="0" role="region" aria-label="Comparison">'
        '<table class="wp-columns"><thead><tr><th scope="col">In one run</th>'
        f"{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
        '<p class="wp-caption"><span class="wp-mark">≠</span> marks a row whose columns differ.'
        f"{_LINKS if 'calls' in sections else ''}</p>"
        f"{lists if 'calls' in sections else ''}</section>"
    )


def stamp(recording: Recording) -> str:
    """Where a recording comes from, in words: system, Python, date, and what emulated it."""
    environment = recording.environment
    words = [environment.system, environment.python]
    if environment.emulation:
        words.append(f"emulated by {environment.emulation}")
    words.append(
        f"recorded {environment.recorded}" if environment.recorded else "run by this build"
    )
    return ", ".join(words)


def _heading(column: Column) -> str:
    return (
        f'<th scope="col">{escape(column.heading)}'
        f'<span class="wp-stamp">{escape(stamp(column.recording))}</span></th>'
    )


def _section(title: str, columns: int) -> list[str]:
    return [
        f'<tr class="wp-section"><th scope="rowgroup" colspan="{columns + 1}">{title}</th></tr>'
    ]


def _named(title: str, counts: Sequence[dict[str, int]], key: str = "") -> list[str]:
    """A section with one row for each name that any column counted."""
    names = sorted({name for counted in counts for name in counted}, key=str.lower)
    if not names:
        return []
    rows = _section(title, len(counts))
    for name in names:
        links = [f"wp-{key}-{n}-{name}-1" for n in range(len(counts))] if key else []
        values = [counted.get(name, 0) for counted in counts]
        rows.append(_row(f"<code>{escape(name)}</code>", values, links))
    return rows


def _row(label: str, values: Sequence[int], links: Sequence[str] = ()) -> str:
    cells = []
    for n, value in enumerate(values):
        target = links[n] if links and value else ""
        link = f'<a href="#{target}">{value}</a>' if target else str(value)
        cells.append(f"<td>{link}</td>")
    if len(set(values)) == 1:
        return f'<tr><th scope="row">{label}</th>{"".join(cells)}</tr>'
    mark = '<span class="wp-mark" role="img" aria-label="the columns differ">≠</span>'
    return f'<tr class="wp-differs"><th scope="row">{label} {mark}</th>{"".join(cells)}</tr>'


def _first(column: Column, number: int, key: str, wanted: Callable[[Event], bool]) -> str:
    """The id of the first call in a column's list that is wanted; empty if there is none."""
    seen: Counter[str] = Counter()
    for event in column.recording.events:
        if event.kind == "kernel.called":
            seen[event["name"]] += 1
            if wanted(event):
                return f"wp-{key}-{number}-{escape(event['name'])}-{seen[event['name']]}"
    return ""


def _calls(column: Column, number: int, key: str) -> str:
    """Every kernel call of one recording in order; each leads to the next one of its name."""
    calls = [event for event in column.recording.events if event.kind == "kernel.called"]
    if not calls:
        return ""
    total = figures(column.recording).calls
    seen: dict[str, int] = {}
    items = []
    for event in calls:
        name = event["name"]
        nth = seen[name] = seen.get(name, 0) + 1
        anchor = f"wp-{key}-{number}-{escape(name)}"
        onward = ""
        if nth < total[name]:
            onward = f' <a href="#{anchor}-{nth + 1}" title="the next {escape(name)}">↓</a>'
        items.append(f'<li id="{anchor}-{nth}"><code>{escape(call(event))}</code>{onward}</li>')
    title = f"The kernel calls of {column.heading}, in order ({len(calls)})"
    return (
        f'<details class="wp-details wp-calls"><summary>{escape(title)}</summary>'
        f"<ol>{''.join(items)}</ol></details>"
    )


def call(event: Event) -> str:
    """A kernel call as strace would write it."""
    result = event["result"] if event["error"] is None else f"-1 {event['error']}"
    return f"{event['name']}({', '.join(event['args'])}) = {result}"
