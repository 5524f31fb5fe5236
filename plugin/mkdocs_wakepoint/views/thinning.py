"""Which arrows of a machine's picture are drawn one by one, and which share one.

What no run took says little where there is much of it: then the arrows out of a box that lead to
others than the next become one, which says how many they are and where they lead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mkdocs_wakepoint.views.edges import Edge
from mkdocs_wakepoint.views.limits import GHOSTS, TRACKS

Target = tuple[int, bool]
"""Index of the state to which arrows lead, and whether they come from above."""


@dataclass(frozen=True, slots=True)
class Thinned:
    """The arrows of a picture.

    Attributes:
        edges: Those that are drawn one by one.
        folded: Those that share an arrow, by the state that they leave.
        beside: Those of `edges` that run beside the boxes, on a track.
        tracks: How far from the boxes these run, by where they lead. Arrows that lead to the same
            share a track.
        told: Those of `edges` for which there is no track: they say in words where they lead.
    """

    edges: tuple[Edge, ...]
    folded: Mapping[int, tuple[Edge, ...]]
    beside: frozenset[tuple[int, int]]
    tracks: Mapping[Target, int]
    told: frozenset[tuple[int, int]]

    def track(self, edge: Edge) -> int | None:
        """How far from the boxes an arrow runs; None if it leads straight to the next one."""
        return self.tracks[_target(edge)] if edge.name in self.beside else None


def thinned(edges: Sequence[Edge], order: Sequence[int]) -> Thinned:
    """Folds what is too much.

    Args:
        edges: All arrows.
        order: The boxes by their first states, from the top down.
    """
    places = {state: place for place, state in enumerate(order)}
    beside = [edge for edge in edges if places[edge.target] != places[edge.source] + 1]
    ghosts: defaultdict[int, list[Edge]] = defaultdict(list)
    for edge in beside:
        if not edge.room:
            ghosts[edge.source].append(edge)
    folded = {source: some for source, some in ghosts.items() if len(some) > GHOSTS}
    beside = [edge for edge in beside if edge not in folded.get(edge.source, ())]
    tracks = _tracks(beside, places)
    for edge in beside:
        if not edge.room and _target(edge) not in tracks:
            folded.setdefault(edge.source, []).append(edge)
    left = {edge.name for some in folded.values() for edge in some}
    placed = [edge for edge in beside if _target(edge) in tracks]
    return Thinned(
        edges=tuple(edge for edge in edges if edge.name not in left),
        folded={source: tuple(some) for source, some in sorted(folded.items())},
        beside=frozenset(edge.name for edge in placed),
        tracks=tracks,
        told=frozenset(edge.name for edge in beside if edge.room and edge not in placed),
    )


def _target(edge: Edge) -> Target:
    return edge.target, edge.source < edge.target


@dataclass(slots=True)
class _Bundle:
    """Arrows to the same target, from above or not, in half rows: boxes are even, gaps odd."""

    target: Target
    first: int
    last: int
    taken: bool = False

    @property
    def length(self) -> int:
        return self.last - self.first


def _tracks(edges: Iterable[Edge], places: Mapping[int, int]) -> dict[Target, int]:
    """Short ones run near the boxes. If not all have room, those that a run took come first."""
    bundles: dict[Target, _Bundle] = {}
    for edge in edges:
        ends = 2 * places[edge.source] + 1, 2 * places[edge.target]
        target = _target(edge)
        bundle = bundles.setdefault(target, _Bundle(target, min(ends), max(ends)))
        bundle.first, bundle.last = min(bundle.first, *ends), max(bundle.last, *ends)
        bundle.taken = bundle.taken or edge.room > 0
    short_first = sorted(bundles.values(), key=lambda one: (one.length, one.first, one.target))
    tracks = _placed(short_first)
    if len(tracks) < len(bundles):
        tracks = _placed(sorted(short_first, key=lambda one: not one.taken))
    return tracks


def _placed(bundles: Iterable[_Bundle]) -> dict[Target, int]:
    tracks: dict[Target, int] = {}
    busy: list[list[_Bundle]] = [[] for _ in range(TRACKS)]
    for bundle in bundles:
        for number, others in enumerate(busy):
            if all(bundle.last < other.first or other.last < bundle.first for other in others):
                others.append(bundle)
                tracks[bundle.target] = number
                break
    return tracks
