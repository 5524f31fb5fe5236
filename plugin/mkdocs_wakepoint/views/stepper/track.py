"""The groove of the scrubber: who runs when, when the thread is parked, and what wakes whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from mkdocs_wakepoint.views.limits import VALUE
from mkdocs_wakepoint.views.markup import element
from mkdocs_wakepoint.views.row import OTHERS, lane_of_task
from mkdocs_wakepoint.views.words import cut
from wakepoint.recording import Event

WIDTH: Final = 1000.0
LANE: Final = 18.0
_BAR: Final = 12.0
_NARROWEST: Final = 1.5
"""Bars of one lane that are closer to each other than that become one."""
_DOTS: Final = 3
"""Of the head of an arrow; the style sheet says how wide each is."""
_PARKED: Final = "thread parked"
_POLL_ENDS: Final = frozenset({"task.pending", "task.ready", "task.raised", "task.dropped"})


@dataclass(slots=True)
class _Bar:
    lane: int
    left: float
    right: float


class Track:
    """The lanes of a run.

    Args:
        events: Those that can be stepped through.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events
        self._scale = WIDTH / max(len(events), 1)
        self.lanes: dict[str, str] = {}
        """What each lane is, and the name of what runs there."""
        for event in events:
            if event.kind == "task.spawned":
                lane = lane_of_task(event["task"])
                self.lanes.setdefault(lane, "" if lane == OTHERS else event["name"])
        self.lanes[_PARKED] = ""
        self._places = {lane: place for place, lane in enumerate(self.lanes)}

    @property
    def height(self) -> float:
        """In pixels."""
        return LANE * len(self.lanes)

    def names(self) -> Markup:
        """The lanes' heads."""
        heads = (
            element("li", lane, *([" ", element("b", cut(name, VALUE))] if name else []))
            for lane, name in self.lanes.items()
        )
        return element("ul", *heads, class_="wp-lanes", aria_hidden="true")

    def picture(self) -> Markup:
        """The lanes; what lies ahead is veiled while questions are asked."""
        parts = [*map(self._bar, self._bars()), *self._arrows()]
        veil = element("rect", class_="wp-veil", x=WIDTH, y=0, width=WIDTH, height=self.height)
        now = element("path", class_="wp-needle", d=f"M0 0V{self.height:g}")
        return element(
            "svg",
            *parts,
            veil,
            now,
            class_="wp-groove",
            viewBox=f"0 0 {WIDTH:g} {self.height:g}",
            preserveAspectRatio="none",
            height=self.height,
            aria_hidden="true",
            focusable="false",
        )

    def _bars(self) -> list[_Bar]:
        bars: list[_Bar] = []
        last: dict[int, _Bar] = {}
        opened: dict[int, int] = {}
        for index, event in enumerate(self._events):
            if event.kind in ("task.polled", "executor.parked"):
                opened[self._lane(event)] = index
            elif event.kind in _POLL_ENDS or event.kind == "executor.unparked":
                lane = self._lane(event)
                begun = opened.pop(lane, None)
                if begun is not None:
                    self._add(
                        bars, last, _Bar(lane, begun * self._scale, (index + 1) * self._scale)
                    )
        end = len(self._events)
        for lane, begun in opened.items():
            self._add(bars, last, _Bar(lane, begun * self._scale, end * self._scale))
        return bars

    def _lane(self, event: Event) -> int:
        task = event.facts.get("task")
        return self._places[_PARKED if task is None else lane_of_task(task)]

    @staticmethod
    def _add(bars: list[_Bar], last: dict[int, _Bar], bar: _Bar) -> None:
        before = last.get(bar.lane)
        if (
            before is not None
            and bar.left - before.right < _NARROWEST / 2
            and bar.right - before.left < 4
        ):
            before.right = bar.right
            return
        last[bar.lane] = bar
        bars.append(bar)

    def _bar(self, bar: _Bar) -> Markup:
        parked = bar.lane == self._places[_PARKED]
        return element(
            "rect",
            class_="wp-parked" if parked else f"wp-task wp-task-{bar.lane + 1}",
            x=_short(bar.left),
            y=bar.lane * LANE + (LANE - _BAR) / 2,
            width=_short(max(bar.right - bar.left, _NARROWEST)),
            height=_BAR,
        )

    def _wakes(self) -> list[tuple[float, int]]:
        wakes: dict[tuple[float, int], None] = {}
        for index, event in enumerate(self._events):
            if event.kind == "waker.woken" and event["queued"] and event.by == "reactor":
                place = round((index + 0.5) * self._scale / 2) * 2.0
                wakes[place, self._lane(event)] = None
        return list(wakes)

    def _arrows(self) -> list[Markup]:
        """From the parked thread up to the task that was woken.

        The picture is stretched, so a head cannot be drawn as a triangle. It is dots, one below the
        other and each wider: the width of a stroke is not stretched.
        """
        wakes = [(x, lane * LANE + LANE - 3) for x, lane in self._wakes()]
        if not wakes:
            return []
        bottom = self._places[_PARKED] * LANE + LANE / 2
        shafts = "".join(f"M{x:g} {bottom:g}V{top + 4:g}" for x, top in wakes)
        dots = ("".join(f"M{x:g} {top + 2 * n:g}h0" for x, top in wakes) for n in range(_DOTS))
        heads = (element("path", class_=f"wp-woken wp-dot-{n}", d=d) for n, d in enumerate(dots))
        return [element("path", class_="wp-woken", d=shafts), *heads]


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
