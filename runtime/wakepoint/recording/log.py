"""The log of a run while it goes on: one flat list, of which events are made when it is over.

An event in it is what kind of event it is, who did it, and its facts, one after the other. So it
takes eight bytes a fact beside the facts themselves, and no object that the garbage collector would
have to look at: the script's own collections come when they would without a recorder.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable
from typing import Any, TypeAlias

from wakepoint.recording.model import Event

_LISTS = frozenset({"variables", "args"})
"""Facts that are lists in the recording. A kind of events has one of them at most."""

_USUAL = 5
"""Items of an event, on average. Where they are fewer, some more than the limit are noted."""


class Shape:
    """A kind of events whose facts have these names.

    Args:
        kind: One of `wakepoint.recording.schema`.
        names: Of the facts, in the order in which they are written down.
        revisable: How many of the last facts are together in a `Revisable`.
    """

    __slots__ = ("is_plain", "kind", "listed", "names", "width")

    def __init__(self, kind: str, *names: str, revisable: int = 0) -> None:
        self.kind = kind
        self.names = names
        self.listed = next((at for at, each in enumerate(names) if each in _LISTS), -1)
        self.is_plain = not revisable and self.listed < 0
        self.width = 2 + len(names) - max(0, revisable - 1)


Variables: TypeAlias = tuple[tuple[str, ...], tuple[str | int, ...]]
"""Names of variables, shared by all visits of a state, and what is told of each: its text, or an
integer whose text is made when the run is over."""


class Revisable(list[Any]):
    """The last facts of an event, of which more may be learned; empty if it did not take place."""

    __slots__ = ()


class Log:
    """Events as they come.

    Args:
        limit: How many are kept at least; `events` gives so many of them at most.

    Attributes:
        items: All of it.
        add: Adds an event in one step: its shape, who did it, its facts. There is no lock: a signal
            handler may wake a task, which is an event, in the middle of another.
        look_at: The number of items from which on somebody has to ask `is_full`.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.items: list[Any] = []
        self._counted = self._counted_to = 0
        self.add = self.items.extend
        self.look_at = _USUAL * limit

    def is_full(self) -> bool:
        """True if there are as many events as may be kept."""
        items, at, n = self.items, self._counted_to, self._counted
        end = len(items)
        while at < end:
            at += items[at].width
            n += 1
        self._counted_to, self._counted = at, n
        left = self._limit - n
        self.look_at = at + _USUAL * left
        return left <= 0

    def ordinals(self, ends: Iterable[int]) -> list[int]:
        """How many of the events that are kept stand before each of these places in `items`.

        Args:
            ends: Ascending.
        """
        ordinals: list[int] = []
        items, at, n = self.items, 0, 0
        for end in ends:
            while at < end:
                shape: Shape = items[at]
                at += shape.width
                n += shape.is_plain or _took_place(items[at - 1])
            ordinals.append(min(n, self._limit))
        return ordinals

    def events(self) -> tuple[tuple[Event, ...], int]:
        """The events that are kept, and how many there are besides."""
        collects = gc.isenabled()
        gc.disable()  # it would go through all that was made, again and again, and find nothing
        try:
            return self._events()
        finally:
            if collects:
                gc.enable()

    def _events(self) -> tuple[tuple[Event, ...], int]:
        events: list[Event] = []
        items, at, n = self.items, 0, 0
        size = len(items)
        while at < size:
            shape: Shape = items[at]
            end = at + shape.width
            facts = items[at + 2 : end]
            if shape.is_plain or _complete(shape, facts):
                n += 1
                if n <= self._limit:
                    named = dict(zip(shape.names, facts, strict=True))
                    events.append(Event(n, shape.kind, items[at + 1], named))
            at = end
        return tuple(events), n - len(events)


def _complete(shape: Shape, facts: list[Any]) -> bool:
    """Makes the facts as the recording has them; False if it turned out that nothing happened."""
    if type(facts[-1]) is Revisable:
        revisable = facts.pop()
        if not revisable:
            return False
        facts += revisable
    at = shape.listed
    if at >= 0:
        fact = facts[at]
        facts[at] = _variables(*fact) if shape.names[at] == "variables" else list(fact)
    return True


def _took_place(last: Any) -> bool:
    """False if the last fact of an event says that it turned out to be none."""
    return type(last) is not Revisable or bool(last)


def _variables(names: tuple[str, ...], values: tuple[str | int, ...]) -> list[dict[str, str]]:
    return [{"name": name, "value": str(value)} for name, value in zip(names, values, strict=True)]
