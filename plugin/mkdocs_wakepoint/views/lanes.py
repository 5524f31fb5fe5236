"""The lifelines of a timeline: which there are, what their heads say, and where they stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from mkdocs_wakepoint.views.calls import STRAIGHT_ON
from mkdocs_wakepoint.views.row import EXECUTOR, KERNEL, OTHERS, REACTOR, WAKER, Row
from mkdocs_wakepoint.views.words import cut
from wakepoint.recording import Recording

CHARACTER: Final = 7.3
"""Width of a character of a row's text, in pixels: 12 px monospace is 0.6 em wide, plus slack."""
_ITALIC: Final = 6.6
"""The same for a proportional font, on average."""
NUMBERS: Final = 36.0
"""Width of the column of event numbers, in pixels."""
HEAD_WIDTH: Final = 78.0
LONGEST: Final = 36
"""Characters of a row's text; the table says it in full."""
LONGEST_BETWEEN: Final = 28
"""The same for a text that has to fit between two neighbours."""
LONGEST_REST: Final = 44
"""The same for what the thread is parked for."""
SHORTEST: Final = 28
"""Characters that a text within a lane may always have; others end where the last lane does."""
LONGEST_NAME: Final = 11

_ORDER: Final = ("thread", "main", EXECUTOR)
_LAST: Final = (WAKER, REACTOR, KERNEL)
_INDENT: Final = 18.0
"""Where a text within a lane begins, from the lane's line."""
_NARROWEST: Final = 84.0
_BESIDE: Final = 18.0
"""Room that an arrow needs besides its text, in pixels."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A lifeline: its name, what stands below the name, and where it is, in pixels."""

    name: str
    note: str
    x: float


class Lanes:
    """The lifelines, from left to right.

    Args:
        recording: Names the backend, the system and the tasks.
        rows: Those that are drawn; only lanes that they touch are.
    """

    def __init__(self, recording: Recording, rows: Sequence[Row]) -> None:
        names = _names(rows)
        self._numbers = {name: number for number, name in enumerate(names)}
        x = NUMBERS + HEAD_WIDTH / 2
        self.all: list[Lane] = []
        for name, gap in zip(names, [*self._gaps(rows), 0.0], strict=True):
            self.all.append(Lane(name, _note(name, recording), x))
            x += gap
        self._lanes = {lane.name: lane for lane in self.all}
        self.right = self.all[-1].x + HEAD_WIDTH / 2
        """Where the last head ends."""
        within = [row for row in rows if row.within]
        ends = (self[row.source].x + _INDENT + len(self.text(row)) * CHARACTER for row in within)
        self.width = max(self.right, *ends, 0.0)

    def __getitem__(self, name: str) -> Lane:
        return self._lanes[name]

    def text(self, row: Row) -> str:
        """What the row says, as long as it may be."""
        if row.within:
            room = int((self.right - self[row.source].x - _INDENT) / CHARACTER)
            return _shortened_await(row.text, max(room, SHORTEST))
        if row.kind == "parked":
            return cut(row.text, LONGEST_REST)
        first, last = self._span(row)
        room = LONGEST_BETWEEN if last - first == 1 else LONGEST
        return _shortened_call(row.text, room) if row.kind == "call" else cut(row.text, room)

    def _span(self, row: Row) -> tuple[int, int]:
        ends = self._numbers[row.source], self._numbers[row.target]
        return min(ends), max(ends)

    def _gaps(self, rows: Iterable[Row]) -> list[float]:
        """The distances between neighbours, so wide that every text fits between its lanes."""
        gaps = [_NARROWEST] * (len(self._numbers) - 1)
        rooms: dict[tuple[int, int], float] = {}
        for row in rows:
            if row.within:
                continue
            character = _ITALIC if row.kind == "parked" else CHARACTER
            room = len(self.text(row)) * character + _BESIDE
            rooms[self._span(row)] = max(rooms.get(self._span(row), 0.0), room)
        for (first, last), room in sorted(rooms.items(), key=lambda one: one[0][1] - one[0][0]):
            missing = room - sum(gaps[first:last])
            for gap in range(first, last) if missing > 0 else ():
                gaps[gap] += missing / (last - first)
        return gaps


def _shortened_call(text: str, room: int) -> str:
    """Without its last arguments, or without any, or without its result too, until it fits."""
    call, equals, result = text.partition(" = ")
    name, _, _ = call.partition("(")
    end = call.rfind(", ", len(name), room - len(equals + result) - 2)
    fewer = [f"{call[:end]}, …){equals}{result}"] if end > 0 else []
    ways = [text, *fewer, f"{name}(…){equals}{result}", f"{name}(…)"]
    return next((way for way in ways if len(way) <= room), cut(text, room))


def _shortened_await(text: str, room: int) -> str:
    """Cut, but so that it still says that it went straight on."""
    head = text.removesuffix(STRAIGHT_ON)
    on = text[len(head) :]
    return cut(head, max(room - len(on), 8)) + on


def _names(rows: Sequence[Row]) -> list[str]:
    used = {lane for row in rows for lane in (row.source, row.target)}
    tasks = sorted(
        (lane for lane in used if lane not in (*_ORDER, *_LAST, OTHERS)),
        key=lambda lane: int(lane.removeprefix("task ")),
    )
    return [lane for lane in (*_ORDER, *tasks, OTHERS, *_LAST) if lane in used]


def _note(name: str, recording: Recording) -> str:
    environment = recording.environment
    sort, _, number = name.partition(" ")
    if sort == "task":
        names = [
            event["name"]
            for event in recording.events
            if event.kind == "task.spawned" and str(event["task"]) == number
        ]
        return cut(names[0], LONGEST_NAME) if names else ""
    notes = {
        "main": "the script",
        "thread": "another one",
        EXECUTOR: "run queue",
        WAKER: "of a task",
        REACTOR: environment.backend or "",
        KERNEL: environment.emulation or environment.system,
    }
    return notes.get(name, "")
