"""What of a machine's picture is left out where its arrows are too many to be drawn, or to be seen.

First it is what the run did not take, but for what leads to a neighbour; then all of that; and what
it took late, if that is still too much.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mkdocs_wakepoint.views.edges import Edge
from mkdocs_wakepoint.views.limits import CROWD


@dataclass(frozen=True, slots=True)
class Thinned:
    """The arrows of a picture.

    Attributes:
        edges: Those that are drawn.
        untaken: How many are left out that the run did not take.
        taken: How many are left out that it took.
        spine: Pairs of neighbours that no arrow holds together; without one, who is left alone
            would stand anywhere.
    """

    edges: list[Edge]
    untaken: int = 0
    taken: int = 0
    spine: tuple[tuple[int, int], ...] = ()


def thinned(edges: Sequence[Edge], order: Sequence[int], *, whole: bool) -> Thinned:
    """Leaves out what is too much.

    Args:
        edges: All arrows between states that are drawn.
        order: These states, from the top down.
        whole: True if these are all states of the machine.
    """
    places = {state: place for place, state in enumerate(order)}

    def is_near(edge: Edge) -> bool:
        return abs(places[edge.target] - places[edge.source]) == 1

    near = [edge for edge in edges if edge.badges or is_near(edge)]
    taken = [edge for edge in edges if edge.badges]
    drawn = next(
        (some for some in (edges, near, taken) if _fits(some, places)),
        _first_of(taken, places),
    )
    count = sum(1 for edge in drawn if edge.badges)
    untaken = len(edges) - len(taken) - (len(drawn) - count)
    if whole and len(drawn) == len(edges):
        return Thinned(list(drawn))
    joined = {(edge.source, edge.target) for edge in drawn}
    spine = tuple(pair for pair in pairwise(order) if pair not in joined)
    return Thinned(list(drawn), untaken, len(taken) - count, spine)


class _Crowd:
    """How much there is to lay out, as `limits.CROWD` counts it."""

    def __init__(self, places: dict[int, int]) -> None:
        self._places = places
        self._between = [0] * len(places)
        self._sum = 0

    def add(self, edge: Edge) -> bool:
        """Adds an arrow; False if that is too much."""
        ends = self._places[edge.source], self._places[edge.target]
        for row in range(min(ends), max(ends)):
            self._sum += 2 * self._between[row] + 1
            self._between[row] += 1
        return self._sum <= CROWD


def _fits(edges: Iterable[Edge], places: dict[int, int]) -> bool:
    crowd = _Crowd(places)
    return all(crowd.add(edge) for edge in edges)


def _first_of(taken: Iterable[Edge], places: dict[int, int]) -> list[Edge]:
    """Those that the run took first."""
    crowd = _Crowd(places)
    # What is alone in its row is there already, and invisible.
    room = [edge for edge in sorted(taken, key=lambda edge: edge.first) if crowd.add(edge)]
    return sorted(room, key=lambda edge: (edge.source, edge.target))
