"""Who called whom, in the order of the run: lifelines as inline SVG, and the same as a table.

Each event takes one step down, however long it took: what a clock says differs from run to run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Final

from markupsafe import Markup

from mkdocs_wakepoint.views.calls import rows
from mkdocs_wakepoint.views.context import Context
from mkdocs_wakepoint.views.folded import folded
from mkdocs_wakepoint.views.folding import Fold, fold
from mkdocs_wakepoint.views.lanes import HEAD_WIDTH, NUMBERS, Lane, Lanes
from mkdocs_wakepoint.views.markup import code, element, joined, scrolling
from mkdocs_wakepoint.views.row import KERNEL, REACTOR, Row
from mkdocs_wakepoint.views.svg import MARGIN, picture, strip, text, tooltip
from mkdocs_wakepoint.views.table import table
from mkdocs_wakepoint.views.words import times
from wakepoint.recording import Recording
from wakepoint.recording.figures import figures

HEAD: Final = 46.0
STEP: Final = 26.0
BAR: Final = 9.0

_ENDS: Final = frozenset({"pending", "ready", "raised", "poll"})
_HEADINGS: Final = ("Event", "From", "To", "What")


def timeline(recording: Recording, context: Context) -> Markup:
    """A box with the figure, and in that a box with its table."""
    all_rows = rows(context.story)
    if not all_rows:
        return element("p", "No task ran, so there is no timeline.", class_="wp-caption")
    steps = fold(all_rows)
    anchor = f"wp-{context.snippet.key}-timeline"
    hidden = len(all_rows) - sum(isinstance(step, Row) and not step.stands_for for step in steps)
    left_out = f"; {hidden} of them are folded" if hidden else ""
    count = times(len(all_rows), "step")
    caption = (
        f"Who called whom in this run, from the top down: {count}{left_out}. "
        "The number is the event's; the distances say nothing about time."
    )
    in_full = [each for step in steps for each in _in_full(step)]
    chart = Chart(recording, steps, anchor)
    figure = element(
        "figure",
        scrolling("Timeline", joined((chart.heads(), chart.svg())), "wp-scroll wp-tall"),
        element("figcaption", caption),
        folded("The timeline as a table", times(len(in_full), "row"), _table(in_full)),
        class_="wp-timeline",
        id=anchor,
        data_search_exclude=True,
    )
    return folded("Timeline", _counted(recording), figure, "wp-widens wp-again")


def _counted(recording: Recording) -> str:
    counted = figures(recording)
    counts = (
        (len(recording.events), "event"),
        (counted.tasks, "task"),
        (counted.parked, "park"),
    )
    return ", ".join(times(*each) for each in counts)


def _in_full(step: Row | Fold) -> tuple[Row | Fold, ...]:
    """What the table has for a step of the picture: there is room for each call of its own."""
    return (step.stands_for if isinstance(step, Row) else ()) or (step,)


def _table(steps: Sequence[Row | Fold]) -> Markup:
    headings = [(name, "") for name in _HEADINGS]
    return table("Timeline", headings, map(_table_row, steps), class_="wp-calls-table")


def _table_row(step: Row | Fold) -> Markup:
    if isinstance(step, Fold):
        return element("tr", element("td", step.text, colspan=4))
    cells = (step.n, step.source, "" if step.within else step.target, code(step.full))
    return element("tr", *(element("td", cell) for cell in cells))


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
        self._bottom = STEP * (len(steps) + 1)

    def heads(self) -> Markup:
        """What the lanes are called, which stays in sight while the rest scrolls."""
        heads = [_head(lane) for lane in self._lanes.all]
        return strip("wp-heads", heads, width=self._width, height=round(HEAD + MARGIN))

    def svg(self) -> Markup:
        """The rest of the picture, below the heads."""
        height = round(self._bottom + 2 * MARGIN)
        parts: list[Markup] = [*self._bands(), *self._lifelines(), *self._bars()]
        for number, step in enumerate(self._steps):
            y = self._y(number)
            parts.append(self._fold(step, y) if isinstance(step, Fold) else self._row(step, y))
        names = ", ".join(lane.name for lane in self._lanes.all)
        words = f"Calls between {names}, from the top down. The table below says the same in words."
        return picture(self._anchor, "Timeline", words, parts, width=self._width, height=height)

    def _y(self, number: int) -> float:
        return STEP * (number + 1)

    def _bands(self) -> Iterable[Markup]:
        """Every other turn is shaded, from its poll to the next."""
        starts = [
            number
            for number, step in enumerate(self._steps)
            if isinstance(step, Row) and step.kind == "poll"
        ]
        for first, last in zip(starts[::2], [*starts[1::2], len(self._steps)], strict=False):
            yield element(
                "rect",
                class_="wp-band",
                x=0,
                y=self._y(first) - STEP / 2,
                width=self._width - 2 * MARGIN,
                height=STEP * (last - first),
            )

    def _lifelines(self) -> Iterable[Markup]:
        for lane in self._lanes.all:
            yield element("path", class_="wp-life", d=f"M{lane.x:g} 0V{self._bottom:g}")

    def _bars(self) -> Iterable[Markup]:
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

    def _bar(self, lane: str, first: int, last: int) -> Markup:
        x, y = self._lanes[lane].x - BAR / 2, self._y(first) - 3
        height = min(self._y(last), self._bottom - STEP / 2) + 3 - y
        return element("rect", class_="wp-bar", x=x, y=y, width=BAR, height=height, rx=2)

    def _row(self, row: Row, y: float) -> Markup:
        source, target = self._lanes[row.source].x, self._lanes[row.target].x
        parts: list[Markup] = []
        if row.first:
            parts.append(text(row.n, class_="wp-n", x=NUMBERS - 12, y=y + 4))
        if row.kind == "parked":
            left, right = sorted((source, target))
            parts.append(_rest(left + BAR, right - BAR, y, STEP - 5))
            parts.append(self._text(row, (source + target) / 2, y + 3.5, "middle"))
        elif row.within:
            parts.append(element("circle", class_="wp-point", cx=source, cy=y, r=4))
            parts.append(self._text(row, source + 12, y + 4, "start"))
        else:
            parts.append(_arrow(source, target, y))
            # All texts begin at the left ends of their arrows, so that they stand in columns.
            parts.append(self._text(row, min(source, target) + 12, y - 5, "start"))
        return element("g", *parts, class_=f"wp-call wp-{row.kind}")

    def _text(self, row: Row, x: float, y: float, anchor: str) -> Markup:
        short = self._lanes.text(row)
        return text(tooltip(short, row.full), short, class_="wp-said", x=x, y=y, anchor=anchor)

    def _fold(self, step: Fold, y: float) -> Markup:
        left, right = self._lanes.all[0].x - HEAD_WIDTH / 2, self._lanes.right
        words = text(step.text, class_="wp-said", x=left + 12, y=y + 4, anchor="start")
        return element("g", _rest(left, right, y, STEP - 4), words, class_="wp-fold")


def _rest(left: float, right: float, y: float, height: float) -> Markup:
    """A band: while the thread is parked, or instead of what is folded."""
    top, width = y - STEP / 2 + 2, right - left
    return element("rect", class_="wp-rest", x=left, y=top, width=width, height=height, rx=5)


def _arrow(source: float, target: float, y: float) -> Markup:
    """It ends beside the bar, not in it."""
    way = 1 if target > source else -1
    tip = target - way * BAR / 2
    line = f"M{source:g} {y:g}H{tip - way * 6:g}"
    head = f"M{tip:g} {y:g}l{-way * 10:g} -4.5 {way * 2.5:g} 4.5 {-way * 2.5:g} 4.5z"
    return joined(
        (
            element("path", class_="wp-arrow", d=line),
            element("path", class_="wp-tip", d=head),
        )
    )


def _ends(step: Row | Fold) -> bool:
    return isinstance(step, Fold) or step.kind in _ENDS


def _is_reactors(step: Row | Fold) -> bool:
    if isinstance(step, Fold) or step.kind in ("poll", "park", "unpark"):
        return False
    return (step.source == REACTOR and step.target != KERNEL) or step.kind in (
        "wake",
        "call",
        "set-up",
    )


def _head(lane: Lane) -> Markup:
    left, width, height = lane.x - HEAD_WIDTH / 2, HEAD_WIDTH, HEAD - 4
    return element(
        "g",
        element("rect", class_="wp-lane-head", x=left, y=0, width=width, height=height, rx=7),
        text(lane.name, class_="wp-lane-name", x=lane.x, y=18, anchor="middle"),
        text(lane.note, class_="wp-foot", x=lane.x, y=34, anchor="middle"),
        class_="wp-lane",
    )
