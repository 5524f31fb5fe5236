"""States below one another and most arrows beside them, which Graphviz gives their places.

Boxes and labels have their sizes already; nothing is painted here. An arrow leaves its box below,
through the stem that all arrows of the box share. One to the next box goes straight on; another
branches off to the right in a row of its own, under its label, to a track beside the boxes. To
Graphviz, a box with the rows below it is one node, and a track has a node beside each of those that
it passes. So labels cost height, and how wide a picture is depends on its tracks alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from mkdocs_wakepoint.views.layout import POINTS, Places, Point, Rectangle

FRAME: Final = 8.0
"""From the boxes to the frame around those that suspended."""
STEM: Final = 21.0
"""From the left edge of a box to where its arrows leave it."""
LABEL: Final = 36.0
"""From there to the labels."""
TRACK: Final = 13.0
"""From one track to the next, at most."""
NAME: Final = 20.0
"""Height of a frame's name."""
STUB: Final = 18.0
"""Length of an arrow that says in words where it leads."""
_APART = 12.0
"""Between two nodes side by side."""
_TURN = 6.0
_TIP = 9.0
_GAP = 10.0
"""Below a box and what leaves it; Graphviz adds a little."""
_ROOM, _MIDDLE, _BELOW = 6.0, 9.0, 7.0
"""Above a label, to the middle of its first line, and from it to the line that branches off."""
_FROM_ABOVE, _FROM_BELOW = 11.0, 24.0
"""Where arrows beside the boxes come in, from the top of a box."""

Way = Literal["down", "left", "right"]


@dataclass(frozen=True, slots=True)
class Branch:
    """An arrow that leaves a box.

    Attributes:
        key: Finds it again in the layout.
        label: Height of its label, in pixels.
        target: Number of the box that it leads to; None if its label says where to.
        track: How far from the boxes it runs; None if it leads to the next box, or has no target.
    """

    key: object
    label: float
    target: int | None = None
    track: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A box and what leaves it.

    Attributes:
        height: Of the box, in pixels.
        framed: True if it stands in a frame with its neighbours that do.
        branches: In any order.
    """

    height: float
    framed: bool
    branches: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow that has its place.

    Attributes:
        path: As SVG has it.
        tip: Where its tip is.
        way: Where that points.
        label: Left and upper end of its label.
    """

    path: str
    tip: Point
    way: Way
    label: Point


@dataclass(frozen=True, slots=True)
class Layout:
    """A picture whose parts have their places.

    Attributes:
        width: Of the whole, in pixels.
        height: Of the whole.
        boxes: In the order in which they were given.
        frames: Around boxes that stand in one.
        arrows: By their keys.
    """

    width: float
    height: float
    boxes: tuple[Rectangle, ...]
    frames: tuple[Rectangle, ...]
    arrows: dict[object, Arrow]


def box_width(width: float, tracks: int) -> float:
    """What is left for the boxes of a picture of that width."""
    return width - 2 * FRAME - tracks * TRACK - (2 if tracks else 0)


class Column:
    """What a picture has, from the top down.

    Args:
        parts: Its boxes with what leaves them.
        width: How wide it is meant to be, in pixels.
        tracks: How many there are.
    """

    def __init__(self, parts: Sequence[Part], width: float, tracks: int) -> None:
        self._width = width
        self._box = box_width(width, tracks)
        framed = [part.framed for part in parts]
        self._blocks = [
            _Block(part, number, begins=is_in and not before, ends=is_in and not after)
            for number, (part, before, is_in, after) in enumerate(
                zip(parts, [False, *framed], framed, [*framed[1:], False], strict=False)
            )
        ]
        self._passed: defaultdict[int, set[int]] = defaultdict(set)
        """By the number of a box: the tracks that it has beside it."""
        for row in self._rows():
            if row.branch.track is not None:
                for number in row.reach:
                    self._passed[number].add(row.branch.track)

    def _rows(self) -> Iterable[_Row]:
        return (row for block in self._blocks for row in block.rows)

    def dot(self) -> str:
        """What Graphviz is given: nodes of fixed size, and edges that nobody sees."""
        width = self._box / POINTS
        lines = [_GRAPH]
        for number, block in enumerate(self._blocks):
            lines.append(f"s{number} [width={width:.3f} height={block.height / POINTS:.3f}]")
            beside = [f"t{track}_{number}" for track in sorted(self._passed[number])]
            if beside:
                nodes = "; ".join(f"{name} [{_ON_TRACK}]" for name in beside)
                order = " -> ".join([f"s{number}", *beside])
                lines.append(f"{{rank=same; {nodes}; {order}}}")
        lines += [f"s{n} -> s{n + 1} [weight=100]" for n in range(len(self._blocks) - 1)]
        links = {
            (row.branch.track, number)
            for row in self._rows()
            if row.branch.track is not None
            for number in row.reach[:-1]
        }
        lines += [f"t{k}_{n} -> t{k}_{n + 1} [weight=50]" for k, n in sorted(links)]
        return "\n".join([*lines, "}"])

    def placed(self, places: Places) -> Layout:
        """What came of it.

        Args:
            places: What Graphviz has answered.
        """
        tops = [places.nodes[f"s{number}"].y for number in range(len(self._blocks))]
        left = places.nodes["s0"].x
        boxes = tuple(
            Rectangle(FRAME, top + block.box, self._box, block.part.height)
            for top, block in zip(tops, self._blocks, strict=True)
        )
        tracks = {
            row.branch.key: max(
                places.nodes[f"t{row.branch.track}_{number}"].middle for number in row.reach
            )
            - left
            + FRAME
            for row in self._rows()
            if row.branch.track is not None
        }
        arrows = {
            row.branch.key: _arrow(row, tops[row.source], boxes, tracks.get(row.branch.key, 0))
            for row in self._rows()
        }
        width = max(self._width, *(x + FRAME + 2 for x in tracks.values()), 0)
        height = tops[-1] + self._blocks[-1].bottom
        return Layout(width, height, boxes, tuple(self._frames(tops, width)), arrows)

    def _frames(self, tops: Sequence[float], width: float) -> Iterable[Rectangle]:
        top = 0.0
        for above, block in zip(tops, self._blocks, strict=True):
            if block.begins:
                top = above
            if block.ends is not None:
                yield Rectangle(0, top, width, above + block.ends - top)


_GRAPH = f"""digraph {{
graph [rankdir=TB nodesep={_APART / POINTS:.3f} ranksep=0.02 splines=false pad=0 margin=0]
node [shape=box fixedsize=true label="" group=spine]
edge [style=invis]"""
_ON_TRACK = "width=0.01 height=0.01 group=track"


class _Block:
    """A box with the rows below it.

    Attributes:
        part: The box.
        box: Where that begins, from the top of the block.
        rows: What is below it.
        begins: True if a frame begins above it.
        ends: Where a frame ends below it; None if none does.
        bottom: Where the last of this ends.
        height: Of the block, with the room to the next one.
    """

    def __init__(self, part: Part, number: int, *, begins: bool, ends: bool) -> None:
        self.part = part
        self.begins = begins
        self.box = NAME if begins else 0.0
        self.rows: list[_Row] = []
        self.bottom = self.box + part.height
        branches = sorted(part.branches, key=lambda branch: _order(branch, number))
        back = [branch for branch in branches if _leads_back(branch, number)]
        for branch in back:
            self._add(branch, number)
        self.ends = self.bottom + FRAME if ends else None
        self.bottom = self.ends or self.bottom
        for branch in branches[len(back) :]:
            self._add(branch, number)
        self.height = self.bottom + _GAP

    def _add(self, branch: Branch, number: int) -> None:
        """The row of an arrow: its label, and below that the line that branches off."""
        top = self.bottom + _ROOM
        if branch.target is None:
            turn = top + _MIDDLE
        else:
            turn = top + branch.label + (0 if branch.track is None else _BELOW)
        self.bottom = max(turn, top + branch.label)
        self.rows.append(_Row(branch, number, top, turn))


@dataclass(frozen=True, slots=True)
class _Row:
    """The row of an arrow: the box that it leaves, where its label begins and where it turns."""

    branch: Branch
    source: int
    top: float
    turn: float

    @property
    def reach(self) -> range:
        """The boxes that it passes, with those at its ends."""
        ends = self.source, self.source if self.branch.target is None else self.branch.target
        return range(min(ends), max(ends) + 1)


def _arrow(row: _Row, above: float, boxes: Sequence[Rectangle], track: float) -> Arrow:
    branch, source = row.branch, boxes[row.source]
    x, y, top = FRAME + STEM, above + row.turn, above + row.top
    start = f"M{x:g} {source.bottom:g}"
    if branch.target is None:
        path = f"{start}V{y - _TURN:g}q0 {_TURN:g} {_TURN:g} {_TURN:g}H{x + STUB - _TIP + 2:g}"
        return Arrow(path, (x + STUB, y), "right", (x + STUB + 6, top))
    label, target = (FRAME + LABEL, top), boxes[branch.target]
    if branch.track is None:
        return Arrow(f"{start}V{target.y - _TIP + 2:g}", (x, target.y), "down", label)
    down = branch.target > row.source
    end = target.y + (_FROM_ABOVE if down else _FROM_BELOW)
    turn = _TURN if down else -_TURN
    path = (
        f"{start}V{y - _TURN:g}q0 {_TURN:g} {_TURN:g} {_TURN:g}H{track - _TURN:g}"
        f"q{_TURN:g} 0 {_TURN:g} {turn:g}V{end - turn:g}q0 {turn:g} {-_TURN:g} {turn:g}"
        f"H{target.right + _TIP - 2:g}"
    )
    return Arrow(path, (target.right, end), "left", label)


def _leads_back(branch: Branch, number: int) -> bool:
    return branch.target is not None and branch.target <= number


def _order(branch: Branch, number: int) -> tuple[int, int]:
    """From the top down, so that few arrows cross: back, down beside the boxes, straight down."""
    track = branch.track or 0
    if _leads_back(branch, number):
        return 0, track
    if branch.target is None:
        return 2, 0
    return (3, 0) if branch.track is None else (1, -track)
