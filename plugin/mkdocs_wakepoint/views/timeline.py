"""Who called whom, in the order of the run: lifelines as inline SVG, and the same as a table.

Each event takes one step down, however long it took: what a clock says differs from run to run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import takewhile
from typing import Final

from mkdocs_wakepoint.views.calls import KERNEL, REACTOR, Row, rows
from mkdocs_wakepoint.views.context import Context
from mkdocs_wakepoint.views.folding import Fold, fold
from mkdocs_wakepoint.views.lanes import HEAD_WIDTH, NUMBERS, Lane, Lanes
from mkdocs_wakepoint.views.tables import table
from mkdocs_wakepoint.views.words import times
from wakepoint.recording import Recording

HEAD: Final = 46.0
STEP: Final = 26.0
BAR: Final = 9.0
MARGIN: Final = 3.0
MANY: Final = 24
"""From so many rows on, the lanes are named again at the bottom."""

_ENDS: Final = frozenset({"pending", "ready", "raised", "poll"})
_HEADINGS: Final = ("Event", "From", "To", "What")


def timeline(recording: Recording, context: Context) -> str:
    """The figure, and its table in a box that opens."""
    told = rows(context.story)
    if not told:
        return '<p class="wp-caption">No task ran, so there is no timeline.</p>'
    steps = fold(told)
    anchor = f"wp-{context.snippet.key}-timeline"
    svg = Chart(recording, steps, anchor).svg()
    hidden = sum(len(step.rows) for step in steps if isinstance(step, Fold))
    folded = f"; {hidden} of them are folded" if hidden else ""
    count = times(len(told), "step")
    return (
        f'<figure class="wp-timeline" id="{anchor}" data-search-exclude>'
        '<div class="wp-scroll" tabindex="0" role="region" aria-label="Timeline">'
        f"{svg}</div><figcaption>Who called whom in this run, from the top down: {count}{folded}. "
        "The number is the event's; the distances say nothing about time.</figcaption>"
        f'<details class="wp-details"><summary>The timeline as a table</summary>'
        f"{_table(steps)}</details></figure>"
    )


def _table(steps: Sequence[Row | Fold]) -> str:
    body = []
    for step in steps:
        if isinstance(step, Fold):
            body.append(f'<tr><td colspan="4">{escape(step.text)}</td></tr>')
            continue
        target = "" if step.within else escape(step.target)
        body.append(
            f"<tr><td>{step.n}</td><td>{escape(step.source)}</td><td>{target}</td>"
            f"<td><code>{escape(step.full)}</code></td></tr>"
        )
    headings = [(name, "") for name in _HEADINGS]
    return table("Timeline", headings, body, ' class="wp-calls-table"')


class Chart:
    """The picture.

    Args:
        recording: Names the lanes.
        steps: What is drawn, from the top down.
        anchor: What ids begin with.
    """

    def __init__(self, recording: Recording, steps: Sequence[Row | Fold], anchor: str) -> None:
        self._steps = steps
        self._anchor = anchor
        self._rows = [step for step in steps if isinstance(step, Row)]
        self._lanes = Lanes(recording, self._rows)
        self._width = round(self._lanes.width + 2 * MARGIN)
        self._bottom = HEAD + STEP * (len(steps) + 1)

    def svg(self) -> str:
        """The whole picture."""
        again = len(self._steps) >= MANY
        height = round(self._bottom + (HEAD if again else 0) + 2 * MARGIN)
        parts = [*self._bands(), *self._lifelines(), *self._bars()]
        for number, step in enumerate(self._steps):
            y = self._y(number)
            parts += self._fold(step, y) if isinstance(step, Fold) else self._row(step, y)
        tops = (0.0, self._bottom) if again else (0.0,)
        parts += [_head(lane, top) for top in tops for lane in self._lanes.all]
        names = ", ".join(lane.name for lane in self._lanes.all)
        words = f"Calls between {names}, from the top down. The table below says the same in words."
        return (
            f'<svg class="wp-svg" viewBox="{-MARGIN:g} {-MARGIN:g} {self._width} {height}" '
            f'width="{self._width}" height="{height}" role="img" '
            f'aria-labelledby="{self._anchor}-title" aria-describedby="{self._anchor}-text">'
            f'<title id="{self._anchor}-title">Timeline</title>'
            f'<desc id="{self._anchor}-text">{escape(words)}</desc>'
            f"{''.join(parts)}</svg>"
        )

    def _y(self, number: int) -> float:
        return HEAD + STEP * (number + 1)

    def _bands(self) -> Iterable[str]:
        """Every other turn is shaded, from its poll to the next."""
        starts = [
            number
            for number, step in enumerate(self._steps)
            if isinstance(step, Row) and step.kind == "poll"
        ]
        for first, last in zip(starts[::2], [*starts[1::2], len(self._steps)], strict=False):
            yield (
                f'<rect class="wp-band" x="0" y="{self._y(first) - STEP / 2:g}" '
                f'width="{self._width - 2 * MARGIN:g}" height="{STEP * (last - first):g}"/>'
            )

    def _lifelines(self) -> Iterable[str]:
        for lane in self._lanes.all:
            yield f'<path class="wp-life" d="M{lane.x:g} {HEAD:g}V{self._bottom:g}"/>'

    def _bars(self) -> Iterable[str]:
        """Who is at work: a task from its poll to the poll's end, the reactor while it is asked."""
        for number, step in enumerate(self._steps):
            if not isinstance(step, Row):
                continue
            after = self._steps[number + 1 :]
            if step.kind == "poll":
                inside = list(takewhile(lambda one: not _ends(one), after))
                if all(isinstance(one, Row) for one in inside):
                    yield self._bar(step.target, number, number + 1 + len(inside))
            elif step.kind in ("park", "unpark"):
                work = list(takewhile(_is_reactors, after))
                yield self._bar(REACTOR, number, number + len(work))

    def _bar(self, lane: str, first: int, last: int) -> str:
        x, y = self._lanes[lane].x - BAR / 2, self._y(first) - 3
        height = min(self._y(last), self._bottom - STEP / 2) + 3 - y
        return (
            f'<rect class="wp-bar" x="{x:g}" y="{y:g}" width="{BAR:g}" height="{height:g}" rx="2"/>'
        )

    def _row(self, row: Row, y: float) -> Iterable[str]:
        text = self._lanes.text(row)
        whole = f"<title>{escape(row.full)}</title>" if row.full != text else ""
        source, target = self._lanes[row.source].x, self._lanes[row.target].x
        yield f'<g class="wp-call wp-{row.kind}">'
        if row.first:
            yield f'<text class="wp-n" x="{NUMBERS - 12:g}" y="{y + 4:g}">{row.n}</text>'
        if row.kind == "parked":
            left, right = sorted((source, target))
            yield (
                f'<rect class="wp-rest" x="{left + BAR:g}" y="{y - STEP / 2 + 2:g}" '
                f'width="{right - left - 2 * BAR:g}" height="{STEP - 5:g}" rx="5"/>'
            )
            yield _text(text, whole, (source + target) / 2, y + 3.5, "middle")
        elif row.within:
            yield f'<circle class="wp-point" cx="{source:g}" cy="{y:g}" r="4"/>'
            yield _text(text, whole, source + 12, y + 4, "start")
        else:
            yield _arrow(source, target, y)
            # All texts begin at the left ends of their arrows, so that they stand in columns.
            yield _text(text, whole, min(source, target) + 12, y - 5, "start")
        yield "</g>"

    def _fold(self, step: Fold, y: float) -> Iterable[str]:
        left, right = self._lanes.all[0].x - HEAD_WIDTH / 2, self._lanes.right
        yield (
            f'<g class="wp-fold"><rect class="wp-rest" x="{left:g}" y="{y - STEP / 2 + 2:g}" '
            f'width="{right - left:g}" height="{STEP - 4:g}" rx="5"/>'
            + _text(step.text, "", left + 12, y + 4, "start")
            + "</g>"
        )


def _arrow(source: float, target: float, y: float) -> str:
    """It ends beside the bar, not in it."""
    way = 1 if target > source else -1
    tip = target - way * BAR / 2
    return (
        f'<path class="wp-arrow" d="M{source:g} {y:g}H{tip - way * 6:g}"/>'
        f'<path class="wp-tip" d="M{tip:g} {y:g}l{-way * 10:g} -4.5 {way * 2.5:g} 4.5 '
        f'{-way * 2.5:g} 4.5z"/>'
    )


def _text(text: str, whole: str, x: float, y: float, anchor: str) -> str:
    return (
        f'<text class="wp-said" x="{x:g}" y="{y:g}" text-anchor="{anchor}">'
        f"{whole}{escape(text)}</text>"
    )


def _ends(step: Row | Fold) -> bool:
    return isinstance(step, Fold) or step.kind in _ENDS


def _is_reactors(step: Row | Fold) -> bool:
    if isinstance(step, Fold) or step.kind in ("poll", "park", "unpark"):
        return False
    return (step.source == REACTOR and step.target != KERNEL) or step.kind in ("wake", "call")


def _head(lane: Lane, top: float) -> str:
    left = lane.x - HEAD_WIDTH / 2
    return (
        f'<g class="wp-lane"><rect class="wp-lane-head" x="{left:g}" y="{top:g}" '
        f'width="{HEAD_WIDTH:g}" height="{HEAD - 4:g}" rx="7"/>'
        f'<text class="wp-lane-name" x="{lane.x:g}" y="{top + 18:g}" text-anchor="middle">'
        f"{escape(lane.name)}</text>"
        f'<text class="wp-foot" x="{lane.x:g}" y="{top + 34:g}" text-anchor="middle">'
        f"{escape(lane.note)}</text></g>"
    )
