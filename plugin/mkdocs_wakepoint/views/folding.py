"""Long runs: turns that repeat are folded, and so is the middle of what is still too long.

Kernel calls in a row that set something up, or close it, are one row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from mkdocs_wakepoint.views.row import Row
from mkdocs_wakepoint.views.set_up import FEWEST, sort_of, together_as

MAX_ROWS: Final = 100
"""More rows than this are not drawn."""
LAST_ROWS: Final = 20
"""About so many of them stand after the fold."""
LONGEST_PERIOD: Final = 4
"""Of so many turns together it is seen that they repeat."""
FEWEST_FOLDED: Final = 12
"""Fewer rows than this are not worth a fold."""

Turn = list[Row]
"""From one poll to the next."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Rows that are not drawn, and what is said in their place."""

    rows: tuple[Row, ...]
    text: str


def fold(rows: Sequence[Row]) -> list[Row | Fold]:
    """The rows, with a fold wherever some are left out."""
    turns = _turns(rows)
    folded: list[Turn | Fold] = []
    at = 0
    while at < len(turns):
        period, count = _repeats(turns, at)
        first, rest = turns[at : at + period], turns[at + period : at + period * count]
        hidden = tuple(row for turn in rest for row in turn)
        if len(hidden) < FEWEST_FOLDED:
            folded.append(turns[at])
            at += 1
            continue
        folded += first
        folded.append(Fold(hidden, _same_again(hidden, count - 1)))
        at += period * count
    return _cut(folded)


def _turns(rows: Sequence[Row]) -> list[Turn]:
    turns: list[Turn] = [[]]
    for row in rows:
        if row.kind == "poll" and turns[-1]:
            turns.append([])
        turns[-1].append(row)
    return turns


def _repeats(turns: Sequence[Turn], at: int) -> tuple[int, int]:
    """The period that covers most turns from here on, and how often it comes."""
    best = (1, 1)
    for period in range(1, LONGEST_PERIOD + 1):
        pattern = _keys(turns[at : at + period])
        count = 1
        while _keys(turns[at + period * count : at + period * (count + 1)]) == pattern:
            count += 1
        if count > 1 and period * count > best[0] * best[1]:
            best = (period, count)
    return best


def _keys(turns: Sequence[Turn]) -> list[list[tuple[object, ...]]]:
    return [[row.key for row in turn] for turn in turns]


def _same_again(hidden: Sequence[Row], count: int) -> str:
    again = "once more" if count == 1 else f"{count} times more"
    return f"the same {again}: events {hidden[0].n}–{hidden[-1].n}"


def _cut(folded: list[Turn | Fold]) -> list[Row | Fold]:
    """Leaves out the middle, whole turns of it where it can, if there is too much."""
    flat: list[Row | Fold] = []
    for part in folded:
        flat += [part] if isinstance(part, Fold) else _set_up_folded(part)
    if len(flat) <= MAX_ROWS:
        return flat
    begin, end = MAX_ROWS - LAST_ROWS, len(flat) - LAST_ROWS
    # A cut between two turns leaves no poll without its end.
    begin = max((n for n in range(begin // 2, begin) if _begins(flat[n])), default=begin)
    end = min((n for n in range(end, len(flat)) if _begins(flat[n])), default=end)
    hidden: list[Row] = []
    for step in flat[begin:end]:
        hidden += step.rows if isinstance(step, Fold) else step.stands_for or (step,)
    text = f"events {hidden[0].n}–{hidden[-1].n} are left out here; the recording has them all"
    return [*flat[:begin], Fold(tuple(hidden), text), *flat[end:]]


def _set_up_folded(turn: Turn) -> Turn:
    """The turn with one row for calls in a row that matter little."""
    made: Turn = []
    for (sort, _), group in groupby(turn, lambda row: (sort_of(row.call, None), row.source)):
        together = [*group]
        made += [_one(sort, together)] if sort and len(together) >= FEWEST else together
    return made


def _one(sort: str, calls: Sequence[Row]) -> Row:
    text = together_as(sort, (row.call for row in calls))
    full = f"{text} (events {calls[0].n}–{calls[-1].n})"
    return replace(calls[0], kind="set-up", text=text, full=full, call="", stands_for=tuple(calls))


def _begins(step: Row | Fold) -> bool:
    return isinstance(step, Fold) or step.kind == "poll"
