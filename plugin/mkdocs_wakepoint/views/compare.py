"""Several recordings of the same snippet side by side: what was counted, and the calls behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


_ROWS: tuple[tuple[str, Callable[[Figures], int]], ...] = (
    ("polls", lambda f: f.polls),
    ("polls in vain", lambda f: f.vain),
    ("suspensions", lambda f: f.suspended),
    ("wake-ups", lambda f: f.wakes),
    ("times parked", lambda f: f.parked),
    ("events returned", lambda f: f.events),
    ("timers fired", lambda f: f.timers),
    ("bytes received", lambda f: f.received),
    ("bytes sent", lambda f: f.sent),
)


def comparison(columns: Sequence[Column], key: str) -> str:
    """A table with one column for each recording.

    Args:
        columns: In the order in which they are shown.
        key: Unique in the page; ids begin ``wp-<key>``.
    """
    counted = [figures(column.recording) for column in columns]
    head = "".join(_heading(column) for column in columns)
    rows = [_row(name, [count(f) for f in counted]) for name, count in _ROWS]
    names = sorted({name for f in counted for name in f.calls})
    if names:
        rows.append(_section("Kernel calls, by name", len(columns)))
    for name in names:
        links = [f"wp-{key}-{n}-{name}" for n in range(len(columns))]
        rows.append(_row(name, [f.calls.get(name, 0) for f in counted], links))
    details = [_calls(column, n, key) for n, column in enumerate(columns)]
    table = (
        f'<table><thead><tr><th scope="col">in one run</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )
    return (
        f'<div class="wp-compare" id="wp-{key}" data-search-exclude>'
        '<div class="wp-scroll" tabindex="0" role="region" aria-label="Comparison">'
        f"{table}</div>"
        '<p class="wp-legend"><span class="wp-differs-mark">≠</span> marks a row whose columns '
        f"differ.</p>{''.join(details)}</div>"
    )


def stamp(recording: Recording) -> str:
    """Where a recording comes from, in words: system, Python, date, and what emulated it."""
    environment = recording.environment
    words = [environment.system, environment.python]
    if environment.emulation:
        words.append(f"on {environment.emulation}")
    words.append(
        f"recorded {environment.recorded}" if environment.recorded else "run by this build"
    )
    return ", ".join(words)


def _heading(column: Column) -> str:
    return (
        f'<th scope="col">{escape(column.heading)}'
        f'<span class="wp-stamp">{escape(stamp(column.recording))}</span></th>'
    )


def _section(title: str, columns: int) -> str:
    return f'<tr><th scope="rowgroup" colspan="{columns + 1}">{escape(title)}</th></tr>'


def _row(name: str, values: list[int], links: list[str] | None = None) -> str:
    differs = len(set(values)) > 1
    mark = ' <span class="wp-differs-mark" title="the columns differ">≠</span>' if differs else ""
    cells = []
    for n, value in enumerate(values):
        text = str(value) if value else "–"
        if links and value:
            text = f'<a href="#{links[n]}">{text}</a>'
        cells.append(f"<td>{text}</td>")
    attribute = ' class="wp-differs"' if differs else ""
    label = f"<code>{escape(name)}</code>" if links else escape(name)
    return f'<tr{attribute}><th scope="row">{label}{mark}</th>{"".join(cells)}</tr>'


def _calls(column: Column, number: int, key: str) -> str:
    """Every kernel call of one recording in order; the first of each name is what numbers link to."""
    seen: set[str] = set()
    items = []
    for event in column.recording.events:
        if event.kind == "kernel.called":
            anchor = ""
            if event["name"] not in seen:
                seen.add(event["name"])
                anchor = f' id="wp-{key}-{number}-{escape(event["name"])}"'
            items.append(f"<li{anchor}><code>{escape(call(event))}</code></li>")
    if not items:
        return ""
    title = f"The {len(items)} kernel calls of {column.heading}, in order"
    return f"<details><summary>{escape(title)}</summary><ol>{''.join(items)}</ol></details>"


def call(event: Event) -> str:
    """A kernel call as strace would write it."""
    result = event["result"] if event["error"] is None else f"-1 {event['error']}"
    return f"{event['name']}({', '.join(event['args'])}) = {result}"
