"""The log that the four seams and the machine tracer write to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from wakepoint.errors import GoesOn
from wakepoint.recording.model import Event
from wakepoint.recording.names import Names
from wakepoint.recording.safe_repr import LIMIT, cut, safe_repr
from wakepoint.recording.sizes import EVENTS


class Recorder:
    """Takes events in order and knows who acts.

    Attributes:
        truncated: How many events came after the limit.
        names: Stable names for what the system chose.
        backend: The mechanism in use, once there is one.
        system: The operating system, as the kernel in use calls it.
        goes_on: Who was cancelled and went on, when an exception ended the run.
        emulation: What stands in for the real system, or None.
    """

    def __init__(self, limit: int = EVENTS) -> None:
        self.truncated = 0
        self.names = Names()
        self.backend: str | None = None
        self.clock = "real"
        self.system: str | None = None
        self.emulation: str | None = None
        self.goes_on: tuple[GoesOn, ...] = ()
        self.because: str | None = None
        self._limit = min(limit, EVENTS)
        self._actors = ["main"]
        self._thread = threading.get_ident()
        # No lock: a signal handler may wake a task, which is an event, in the middle of another.
        self._events: list[tuple[str, str, dict[str, Any]]] = []
        self._ids: dict[str, dict[int, tuple[int, Any]]] = {}

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened so far."""
        numbered = enumerate(self._events, start=1)
        return tuple(Event(n, kind, by, facts) for n, (kind, by, facts) in numbered)

    @property
    def actor(self) -> str:
        """Who acts now: ``executor``, ``reactor``, ``task 1``, ``main``, or ``thread``."""
        return self._actors[-1] if threading.get_ident() == self._thread else "thread"

    @contextmanager
    def acting(self, actor: str) -> Iterator[None]:
        """Events are this actor's until the block ends."""
        if threading.get_ident() != self._thread:
            yield
            return
        self._actors.append(actor)
        try:
            yield
        finally:
            self._actors.pop()

    @contextmanager
    def reason(self, because: str) -> Iterator[None]:
        """Wakers that are woken in the block are woken because of this."""
        outer, self.because = self.because, because
        try:
            yield
        finally:
            self.because = outer

    def emit(self, kind: str, **facts: Any) -> dict[str, Any]:
        """Notes an event by the current actor.

        Returns:
            Its facts, for whoever learns better at once.
        """
        if len(self._events) >= self._limit:
            self.truncated += 1
        else:
            self._events.append((kind, self.actor, facts))
        return facts

    def number(self, sort: str, thing: object) -> int:
        """The thing's number among its sort, in order of appearance."""
        known = self._ids.setdefault(sort, {})
        if id(thing) not in known:
            # The thing is kept, so that its id() is not given to another one.
            known[id(thing)] = (len(known) + 1, thing)
        return known[id(thing)][0]

    def value(self, thing: object) -> str:
        """A value as text: bounded, and the same in every run."""
        whole = safe_repr(thing, limit=10 * LIMIT)  # an address that is cut could not be renamed
        return cut(self.names.normalise(whole, live=True))
