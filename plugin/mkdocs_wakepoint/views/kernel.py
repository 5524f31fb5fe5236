"""The kernel calls of a run, and beside them what the same snippet did on other platforms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from markupsafe import Markup

from mkdocs_wakepoint.views.comparison import by_backend, comparison
from mkdocs_wakepoint.views.context import Context
from mkdocs_wakepoint.views.folded import folded
from mkdocs_wakepoint.views.limits import CALLS, LAST_CALLS, TEXT
from mkdocs_wakepoint.views.markup import code, element, joined
from mkdocs_wakepoint.views.set_up import FEWEST, sort_of, together_as
from mkdocs_wakepoint.views.stepper.stops import is_stepped
from mkdocs_wakepoint.views.strace import invocation, kernel_calls
from mkdocs_wakepoint.views.table import table
from mkdocs_wakepoint.views.words import cut, times
from wakepoint.recording import Event, Recording


def kernel(recording: Recording, context: Context) -> Markup:
    """A box that opens, with each call in order; and one with those of other platforms."""
    own = _box(recording)
    if not context.others:
        return own
    known = is_stepped(context.snippet.options, recording)
    columns = [
        replace(column, snippet=context.snippet, in_page=known and column.recording is recording)
        for column in by_backend((recording, *context.others))
    ]
    names = ", ".join(column.heading for column in columns[1:])
    beside = comparison(columns, f"{context.snippet.key}-platforms")
    inside = f"beside it, the same on {names}"
    box = folded("Platforms", inside, beside, "wp-widens", printed=True, data_search_exclude=True)
    return joined((own, box))


def _box(recording: Recording) -> Markup:
    calls = kernel_calls(recording)
    if not calls:
        return element("p", "The runtime made no call to the kernel.", class_="wp-caption")
    rows = _rows([*enumerate(calls, 1)])
    left_out = max(len(rows) - CALLS, 0)
    if left_out:
        note = element("td", f"{left_out} rows are folded; the recording has them all", colspan=4)
        rows = [*rows[: CALLS - LAST_CALLS], element("tr", note), *rows[-LAST_CALLS:]]
    headings = [(heading, "") for heading in ("Step", "By", "Call", "Result")]
    calls_table = table("Kernel calls", headings, rows, class_="wp-kernel")
    return folded(
        "Kernel calls", _counted(calls), calls_table, "wp-again", data_search_exclude=True
    )


def _counted(calls: Sequence[Event]) -> str:
    """``31, 9 of them EAGAIN``."""
    errors = Counter(event["error"] for event in calls if event["error"])
    most = errors.most_common(1)
    others = errors.total() - sum(count for _, count in most)
    told = [f"{count} of them {cut(error, TEXT)}" for error, count in most]
    told += [times(others, "other error")] if others else []
    return ", ".join([str(len(calls)), *told])


def _rows(calls: Sequence[tuple[int, Event]]) -> list[Markup]:
    """A row for each call; for calls in a row that set something up, or close it, one together."""
    rows: list[Markup] = []
    for (sort, by), group in groupby(calls, lambda one: (_sort(one[1]), one[1].by)):
        together = [*group]
        if not sort or len(together) < FEWEST:
            rows += [_row(*one) for one in together]
            continue
        steps = f"{together[0][0]}–{together[-1][0]}"
        names = together_as(sort, (event["name"] for _, event in together))
        cells = (element("td", steps), element("td", by), element("td", names, colspan=2))
        rows.append(element("tr", *cells, class_="wp-set-up"))
    return rows


def _sort(event: Event) -> str:
    return sort_of(event["name"], event["error"])


def _row(number: int, event: Event) -> Markup:
    error = event["error"]
    result = joined(("−1 ", element("strong", cut(error, TEXT)))) if error else None
    cells = (number, event.by, code(invocation(event)), result or cut(event["result"], TEXT))
    return element("tr", *(element("td", cell) for cell in cells))
