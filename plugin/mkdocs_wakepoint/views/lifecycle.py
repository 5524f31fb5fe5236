"""The life of a future as a picture: one machine for all tasks, with the counts of a run."""

from __future__ import annotations

import math
from typing import Final

from markupsafe import Markup

from mkdocs_wakepoint.views.column import Arrow, Branch, Column, Layout, Part
from mkdocs_wakepoint.views.context import Context
from mkdocs_wakepoint.views.layout import Rectangle, lay_out
from mkdocs_wakepoint.views.lives import (
    DROPPED,
    MOVES,
    PENDING,
    POLLED,
    QUEUED,
    RAISED,
    READY,
    STATES,
    Lives,
    Move,
)
from mkdocs_wakepoint.views.markup import element, scrolling
from mkdocs_wakepoint.views.svg import MARGIN, picture, text
from mkdocs_wakepoint.views.words import times
from wakepoint.recording import Recording
from wakepoint.recording.figures import Figures, figures

_WIDTH = 326
"""Of the picture, which fits a pane of the stepper on a phone."""
_HEIGHT, _LINE = 36.0, 17.0
"""Of a box, and of a label."""
_BASE_LINE = 23.0
"""From the top of a box to the base line of its name."""
_TRACKS: Final[dict[Move, int]] = {
    (PENDING, POLLED): 0,
    (POLLED, QUEUED): 1,
    (PENDING, QUEUED): 1,
    (POLLED, READY): 2,
    (POLLED, RAISED): 3,
    (QUEUED, DROPPED): 4,
    (POLLED, DROPPED): 4,
    (PENDING, DROPPED): 4,
}
"""How far from the boxes an arrow runs that leads past one; those to one end run together."""
_TIPS: Final = {"down": "l-4.5-9 4.5 2.5 4.5-2.5z", "left": "l9-4.5-2.5 4.5 2.5 4.5z"}
_CHIPS: Final = 5
"""Tasks that are named in a box; further ones are counted."""
_CHIP, _CHIP_HEIGHT = 28.0, 20.0
"""From one chip to the next, and how high they are."""


def lifecycle(recording: Recording, context: Context) -> Markup:
    """The picture, and each of its states in words."""
    lives = Lives()
    for event in recording.events:
        lives.take(event)
    anchor = f"wp-{context.snippet.key}:life"
    return element(
        "figure",
        scrolling("Life of a future", _svg(lives, anchor)),
        element("dl", *(_meaning(state, lives) for state in STATES)),
        element("figcaption", _caption(figures(recording))),
        class_="wp-lifecycle",
        id=anchor,
        data_search_exclude=True,
    )


def graph() -> str:
    """What Graphviz is going to be given for it, in DOT; the same for every run."""
    return _column().dot()


def _column() -> Column:
    names = list(STATES)
    parts = []
    for state in names:
        branches = (
            Branch((source, target), _LINE, names.index(target), _TRACKS.get((source, target)))
            for source, target in MOVES
            if source == state
        )
        parts.append(Part(_HEIGHT, framed=False, branches=tuple(branches)))
    return Column(parts, _WIDTH - 2 * MARGIN, len(set(_TRACKS.values())))


def _svg(lives: Lives, anchor: str) -> Markup:
    column = _column()
    (places,) = lay_out([column.dot()])
    layout: Layout = column.placed(places)
    # What was taken lies above what was not.
    arrows = (
        _arrow(move, lives.counts[move], layout.arrows[move])
        for move in sorted(MOVES, key=lambda move: lives.counts[move] > 0)
    )
    boxes = (_box(state, lives, place) for state, place in zip(STATES, layout.boxes, strict=True))
    return picture(
        anchor,
        "Life of a future",
        words(lives),
        [*arrows, *boxes],
        width=math.ceil(layout.width + 2 * MARGIN),
        height=math.ceil(layout.height + 2 * MARGIN),
    )


def words(lives: Lives) -> str:
    """How often each move was made, as text."""
    made = (
        f"{source} to {target} ({why}): {lives.counts[source, target]}"
        for (source, target), why in MOVES.items()
        if lives.counts[source, target]
    )
    return "; ".join(made) or "nothing yet"


def _arrow(move: Move, count: int, arrow: Arrow) -> Markup:
    (tip_x, tip_y), (x, y) = arrow.tip, arrow.label
    number = element("tspan", f" ×{count}" if count else "", class_="wp-life-count")
    return element(
        "g",
        element("path", class_="wp-edge", d=arrow.path),
        element("path", class_="wp-arrowhead", d=f"M{tip_x:g} {tip_y:g}{_TIPS[arrow.way]}"),
        text(MOVES[move], number, class_="wp-condition", x=x, y=y + 13),
        class_="wp-transition" if count else "wp-transition wp-untaken",
        data_move=" ".join(move),
        data_why=MOVES[move],
    )


def _box(state: str, lives: Lives, place: Rectangle) -> Markup:
    standing = [task for task, where in lives.standing.items() if where == state]
    entered = any(lives.counts[move] for move in MOVES if state in move)
    return element(
        "g",
        element("rect", class_="wp-box", width=place.width, height=place.height, rx=7),
        text(state, class_="wp-label", x=12, y=_BASE_LINE),
        element(
            "g",
            *_chips(standing),
            class_="wp-life-chips",
            transform=f"translate({place.width - 8:g} {(place.height - _CHIP_HEIGHT) / 2:g})",
        ),
        class_=f"wp-life-{state}" if entered else f"wp-life-{state} wp-unvisited",
        data_life=state,
        transform=f"translate({place.x:g} {place.y:g})",
    )


def _chips(tasks: list[int]) -> list[Markup]:
    """The tasks that stand in a state, from right to left."""
    shown, more = tasks, 0
    if len(tasks) > _CHIPS:
        shown, more = tasks[: _CHIPS - 1], len(tasks) - _CHIPS + 1
    names = [*((f"{task}", f"wp-task-{min(task, 7)}") for task in shown)]
    names += [(f"+{more}", "wp-task-7")] * bool(more)
    return [
        element(
            "g",
            element("rect", x=-_CHIP + 3, width=_CHIP - 3, height=_CHIP_HEIGHT, rx=10),
            text(name, x=-_CHIP / 2 + 1.5, y=14.5, anchor="middle", class_="wp-life-task"),
            class_=kind,
            transform=f"translate({-_CHIP * place:g} 0)",
        )
        for place, (name, kind) in enumerate(reversed(names))
    ]


def _meaning(state: str, lives: Lives) -> Markup:
    reached = any(lives.counts[move] for move in MOVES if state in move)
    kind = None if reached else "wp-unvisited"
    name = element("dt", state, class_=kind)
    return element("div", name, element("dd", STATES[state]), data_life=state)


def _caption(counted: Figures) -> str:
    idle = ""
    if counted.idle_wakes:
        idle = (
            f" {times(counted.idle_wakes, 'wake-up')} had no effect: the task was queued "
            "already, or had ended."
        )
    return (
        f"The life of a future, of {times(counted.tasks, 'task')} together, with how often each "
        f"went which way. Meanwhile the thread parked {times(counted.parked, 'time')}.{idle}"
    )
