"""The kernel calls of a run, and beside them what the same snippet did on other platforms."""

from __future__ import annotations

from markupsafe import Markup

from mkdocs_wakepoint.views.comparison import by_backend, comparison
from mkdocs_wakepoint.views.context import Context
from mkdocs_wakepoint.views.markup import code, details, element, joined
from mkdocs_wakepoint.views.strace import invocation, kernel_calls
from mkdocs_wakepoint.views.table import table
from mkdocs_wakepoint.views.words import times
from wakepoint.recording import Event, Recording

MAX_CALLS = 60
"""More kernel calls than this are folded; the recording has them all."""
LAST_CALLS = 10
"""So many of them stand after the fold."""


def kernel(recording: Recording, context: Context) -> Markup:
    """A box that opens, with each call in order; and one with those of other platforms."""
    own = _box(recording)
    if not context.others:
        return own
    columns = by_backend((recording, *context.others))
    names = ", ".join(column.heading for column in columns[1:])
    beside = comparison(columns, f"{context.snippet.key}-platforms")
    box = details(f"Beside it: the same on {names}", beside, data_search_exclude=True)
    return joined((own, box))


def _box(recording: Recording) -> Markup:
    calls = kernel_calls(recording)
    if not calls:
        return element("p", "The runtime made no call to the kernel.", class_="wp-caption")
    rows = [_row(number, event) for number, event in enumerate(calls, 1)]
    if len(calls) > MAX_CALLS:
        folded = len(calls) - MAX_CALLS
        note = element("td", f"{folded} calls are folded; the recording has them all", colspan=4)
        rows = [*rows[: MAX_CALLS - LAST_CALLS], element("tr", note), *rows[-LAST_CALLS:]]
    headings = [(heading, "") for heading in ("Step", "By", "Call", "Result")]
    calls_table = table("Kernel calls", headings, rows, class_="wp-kernel")
    return details(times(len(calls), "kernel call"), calls_table, data_search_exclude=True)


def _row(number: int, event: Event) -> Markup:
    error = event["error"]
    result = joined(("−1 ", element("strong", error))) if error else event["result"]
    cells = (number, event.by, code(invocation(event)), result)
    return element("tr", *(element("td", cell) for cell in cells))
