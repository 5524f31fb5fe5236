"""Where the parts of a machine's picture go, whatever it has."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mkdocs_wakepoint.views.column import Branch, Column, Layout, Part, box_width
from mkdocs_wakepoint.views.layout import lay_out

WIDTH = 394.0
TRACKS = 4


@st.composite
def columns(draw: st.DrawFn) -> list[Part]:
    """Boxes in a row with arrows of any kind."""
    count = draw(st.integers(1, 8))
    numbers = range(count)

    def part(number: int) -> Part:
        straight = draw(st.booleans()) and number + 1 < count
        beside = draw(st.lists(st.sampled_from(numbers), max_size=3, unique=True))
        told = draw(st.booleans())
        branches = [
            Branch((number, target), draw(st.sampled_from([0, 17, 34])), target, draw(tracks))
            for target in beside
            if target != number + 1
        ]
        branches += [Branch((number, "words"), 17)] * told
        branches += [Branch((number, number + 1), 17, number + 1)] * straight
        return Part(draw(st.integers(30, 200)), draw(st.booleans()), tuple(branches))

    tracks = st.integers(0, TRACKS - 1)
    return [part(number) for number in numbers]


def points(path: str) -> list[tuple[float, float]]:
    """Where an arrow's path goes: its corners are round, and their middle is left out."""
    x = y = 0.0
    found = []
    for letter, rest in re.findall(r"([MVHq])([-\d. ]+)", path):
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", rest)]
        match letter:
            case "M":
                x, y = numbers
            case "V":
                y = numbers[0]
            case "H":
                x = numbers[0]
            case "q":
                x, y = x + numbers[2], y + numbers[3]
        found.append((x, y))
    return found


def laid_out(parts: list[Part]) -> Layout:
    column = Column(parts, WIDTH, TRACKS)
    (places,) = lay_out([column.dot()])
    return column.placed(places)


@given(columns())
def test_boxes_are_below_one_another_and_equally_wide(parts: list[Part]) -> None:
    layout = laid_out(parts)
    assert [box.height for box in layout.boxes] == [part.height for part in parts]
    assert {(box.x, box.width) for box in layout.boxes} == {(8, box_width(WIDTH, TRACKS))}
    for above, below in pairwise(layout.boxes):
        assert above.bottom + 10 <= below.y


@given(columns())
def test_each_arrow_leaves_its_box_below_and_ends_where_it_leads(parts: list[Part]) -> None:
    layout = laid_out(parts)
    branches = [branch for part in parts for branch in part.branches]
    assert set(layout.arrows) == {branch.key for branch in branches}
    for number, part in enumerate(parts):
        source = layout.boxes[number]
        for branch in part.branches:
            arrow = layout.arrows[branch.key]
            x, y = points(arrow.path)[0]
            assert y == source.bottom
            assert source.x < x < source.right
            if branch.target is None:
                assert source.bottom < arrow.tip[1]
                continue
            target = layout.boxes[branch.target]
            assert target.x <= arrow.tip[0] <= target.right
            assert target.y <= arrow.tip[1] <= target.bottom


@given(columns())
def test_nothing_leaves_the_picture_and_no_label_lies_on_a_box(parts: list[Part]) -> None:
    layout = laid_out(parts)
    for branch in (branch for part in parts for branch in part.branches):
        arrow = layout.arrows[branch.key]
        for x, y in [*points(arrow.path), arrow.tip, arrow.label]:
            assert 0 <= x <= WIDTH
            assert 0 <= y <= layout.height + 1 or branch.target is None
        top, bottom = arrow.label[1], arrow.label[1] + branch.label
        for box in layout.boxes:
            assert bottom <= box.y or box.bottom <= top


@given(columns())
def test_rows_of_arrows_lie_apart(parts: list[Part]) -> None:
    layout = laid_out(parts)
    rows = sorted(
        (layout.arrows[branch.key].label[1], branch.label)
        for part in parts
        for branch in part.branches
    )
    for (top, height), (below, _) in pairwise(rows):
        assert top + height < below


@given(columns())
def test_a_frame_holds_what_is_framed_and_nothing_else(parts: list[Part]) -> None:
    layout = laid_out(parts)
    for part, box in zip(parts, layout.boxes, strict=True):
        around = [frame for frame in layout.frames if frame.y < box.bottom and box.y < frame.bottom]
        assert len(around) == part.framed
        for frame in around:
            assert frame.x < box.x
            assert box.right < frame.right
            assert frame.y < box.y
            assert box.bottom < frame.bottom
