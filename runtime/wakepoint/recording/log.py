"""The log of a run while it goes on: one flat list, of which events are made when it is over.

An event in it is what kind of event it is, who did it, and its facts, one after the other. So it
takes eight bytes a fact beside the facts themselves, and no object that the garbage collector would
have to look at: the script's own collections come when they would without a recorder.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from wakepoint.recording.model import Event

_SMALLEST = 3
"""Places that an event takes at least."""


class Shape:
    """A kind of events whose facts have these names.

    Args:
        kind: One of `wakepoint.recording.schema`.
        names: Of the facts, in the order in which they are written down.
        revisable: How many of the last facts are together in a `Revisable`.
    """

    __slots__ = ("is_plain", "kind", "names", "width")

    def __init__(self, kind: str, *names: str, revisable: int = 0) -> None:
        self.kind = kind
        self.names = names
        self.is_plain = not revisable and not {"variables", "args"} & {*names}
        self.width = 2 + len(names) - max(0, revisable - 1)


Variables: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]
"""Names of variables, shared by all visits of a state, and what is told of each."""


class Revisable(list[Any]):
    """The last facts of an event, of which more may be learned; empty if it did not take place."""

    __slots__ = ()


class Log:
    """Events as they come.

    Args:
        limit: How many are kept at least; `events` gives so many of them at most.

    Attributes:
        add: Adds an event in one step: its shape, who did it, its facts. There is no lock: a signal
            handler may wake a task, which is an event, in the middle of another.
        look_at: The length from which on somebody has to ask `is_full`. An event takes three places
            or more, so until then it is not.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._items: list[Any] = []
        self._counted = self._counted_to = 0
        self.add = self._items.extend
        self.look_at = _SMALLEST * limit

    def __len__(self) -> int:
        return len(self._items)

    def is_full(self) -> bool:
        """True if there are as many events as may be kept."""
        items, at = self._items, self._counted_to
        end = len(items)
        while at < end:
            shape: Shape = items[at]
            at += shape.width
            self._counted += 1
        self._counted_to = at
        left = self._limit - self._counted
        self.look_at = at + _SMALLEST * left
        return left <= 0

    def events(self) -> tuple[tuple[Event, ...], int]:
        """The events that are kept, and how many there are besides."""
        events: list[Event] = []
        items, at, beyond = self._items, 0, 0
        while at < len(items):
            shape: Shape = items[at]
            end = at + shape.width
            facts = _facts(shape, items[at + 2 : end])
            if facts is not None and len(events) < self._limit:
                events.append(Event(len(events) + 1, shape.kind, items[at + 1], facts))
            elif facts is not None:
                beyond += 1
            at = end
        return tuple(events), beyond


def _facts(shape: Shape, facts: list[Any]) -> dict[str, Any] | None:
    """The facts as the recording has them; None if it turned out that nothing happened."""
    if not shape.is_plain:
        if isinstance(facts[-1], Revisable):
            revisable = facts.pop()
            if not revisable:
                return None
            facts += revisable
        facts = [_whole(each, fact) for each, fact in zip(shape.names, facts, strict=True)]
    return dict(zip(shape.names, facts, strict=True))


def _whole(name: str, fact: Any) -> Any:
    if name == "variables":
        return [{"name": each, "value": value} for each, value in zip(*fact, strict=True)]
    return list(fact) if name == "args" else fact
