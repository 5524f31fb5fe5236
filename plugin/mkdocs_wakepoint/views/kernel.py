"""The kernel calls of a run, and beside them what the same snippet did on other platforms."""

from __future__ import annotations

from markupsafe import Markup

from mkdocs_wakepoint.views.comparison import by_backend, comparison
from mkdocs_wakepoint.views.context import Context
from mkdocs_wakepoint.views.limits import CALLS, LAST_CALLS, TEXT
from mkdocs_wakepoint.views.markup import code, details, element, joined
from mkdocs_wakepoint.views.strace import invocation, kernel_calls
from mkdocs_wakepoint.views.table import table
from mkdocs_wakepoint.views.words import cut, times
from wakepoint.recording import Event, Recording


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
    numbered = list(enumerate(calls, 1))
    folded = max(len(calls) - CALLS, 0)
    begin = CALLS - LAST_CALLS if folded else len(calls)
    rows = [_row(number, event) for number, event in numbered[:begin]]
    if folded:
        note = element("td", f"{folded} calls are folded; the recording has them all", colspan=4)
        last = (_row(number, event) for number, event in numbered[-LAST_CALLS:])
        rows += [element("tr", note), *last]
    headings = [(heading, "") for heading in ("Step", "By", "Call", "Result")]
    calls_table = table("Kernel calls", headings, rows, class_="wp-kernel")
    return details(times(len(calls), "kernel call"), calls_table, data_search_exclude=True)


def _row(number: int, event: Event) -> Markup:
    error = event["error"]
    result = joined(("−1 ", element("strong", cut(error, TEXT)))) if error else None
    cells = (number, event.by, code(invocation(event)), result or cut(event["result"], TEXT))
    return element("tr", *(element("td", cell) for cell in cells))
