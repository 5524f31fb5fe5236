"""The log that the four seams and the machine tracer write to."""

from __future__ import annotations

from _thread import get_ident
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

from wakepoint.errors import GoesOn
from wakepoint.recording.errors import is_the_recorders
from wakepoint.recording.foreign_repr import type_name
from wakepoint.recording.log import Log, Shape
from wakepoint.recording.model import Event
from wakepoint.recording.names import Names
from wakepoint.recording.numbers import Numbers
from wakepoint.recording.safe_repr import LIMIT, cut, message_of, safe_repr, short_repr
from wakepoint.recording.sizes import EVENTS

_FAILED = Shape("trace.failed", "error", "message")

_SHORT = 10**39
"""Numbers below are told whole."""


class Recorder:
    """Takes events in order and knows who acts.

    Attributes:
        full: True once as many events are kept as may be. Whoever tells of more than what is
            counted then saves itself the trouble, and the tracer stops.
        truncated: How many events of the executor, the reactor and the kernel came after that.
        names: Stable names for what the system chose.
        backend: The mechanism in use, once there is one.
        system: The operating system, as the kernel in use calls it.
        goes_on: Who was cancelled and went on, when an exception ended the run.
        emulation: What stands in for the real system, or None.
        actors: Who acts, and on whose behalf; the last one acts. On another thread nobody of them.
        thread: The one on which they act.
        log: Where events go.
        because: Why wakers are woken that are woken now.
        stop_following: Called once, when no more is to be told of machines: there is no room, or
            the recorder failed.
        failure: The type and the text of the first error that the recorder made.
    """

    def __init__(self, limit: int = EVENTS) -> None:
        limit = min(limit, EVENTS)
        self.full = limit <= 0
        self.truncated = 0
        self.names = Names()
        self._renamed = self.names.renamed[True]
        self.backend: str | None = None
        self.clock = "real"
        self.system: str | None = None
        self.emulation: str | None = None
        self.goes_on: tuple[GoesOn, ...] = ()
        self.because: str | None = None
        self.stop_following: Callable[[], None] | None = None
        self.failure: tuple[str, str] | None = None
        self._is_failure_told = False
        self.actors = ["main"]
        self.log = Log(limit)
        self.thread = get_ident()
        self._numbers: dict[str, Numbers] = {}
        self._timers = 0

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened so far."""
        return self.log.events()[0]

    @property
    def actor(self) -> str:
        """Who acts now: ``executor``, ``reactor``, ``task 1``, ``main``, or ``thread``."""
        return self.actors[-1] if get_ident() == self.thread else "thread"

    def begin_acting(self, actor: str) -> bool:
        """Events are this actor's until `end_acting`.

        Returns:
            True if there is something to end: on other threads there is not.
        """
        if get_ident() != self.thread:
            return False
        self.actors.append(actor)
        return True

    def end_acting(self) -> None:
        """Events are again those of whoever acted before."""
        self.actors.pop()

    def acting(self, actor: str) -> AbstractContextManager[None]:
        """Events are this actor's until the block ends."""
        return _Acting(self, actor)

    def reason(self, because: str) -> AbstractContextManager[None]:
        """Wakers that are woken in the block are woken because of this."""
        return _Reason(self, because)

    def emit(self, shape: Shape, *facts: Any) -> None:
        """Notes an event by the current actor."""
        if self.full:
            self.truncated += 1
            return
        log = self.log
        try:
            log.add((shape, self.actors[-1] if get_ident() == self.thread else "thread", *facts))
        except MemoryError as error:
            self.out_of_memory(error)
        if len(log.items) >= log.look_at:
            self.look()

    def out_of_memory(self, error: MemoryError) -> None:
        """An event could not be noted, and so nothing more is told.

        Raises:
            MemoryError: If it is the script's.
        """
        if not self.failed(error):
            raise error
        self.full = True

    def look(self) -> None:
        """Sees whether there is room for more events."""
        if self.log.is_full() and not self.full:
            self.full = True
            self._stop_following()

    def _stop_following(self) -> None:
        if self.stop_following is not None:
            self.stop_following()
            self.stop_following = None

    def failed(self, error: Exception) -> bool:
        """No more is told of machines, after an error that then does not reach the script.

        Returns:
            False if it is the script's error.
        """
        if not is_the_recorders(error):
            return False
        try:
            if self.failure is None:
                self.failure = type_name(error), ""
                self.failure = self.error(error)
                self.tell_failure()
            self._stop_following()
        except Exception:
            # There may be no memory for that either. The next event fails as this one did.
            return True
        return True

    def untold(self, error: Exception) -> str:
        """What is told where the recorder has made a mistake: nothing.

        Raises:
            Exception: The error, if it is the script's.
        """
        if not self.failed(error):
            raise error
        return ""

    def tell_failure(self) -> None:
        """Tells of the recorder's first error, if there is one that is not told yet."""
        if self.failure is not None and not self._is_failure_told:
            with suppress(MemoryError):
                self.log.add((_FAILED, "main", *self.failure))
                self._is_failure_told = True

    def numbering(self, sort: str) -> Callable[[object], int]:
        """What gives the things of one sort their numbers, in order of appearance."""
        if sort not in self._numbers:
            self._numbers[sort] = Numbers()
        return self._numbers[sort].of

    def number(self, sort: str, thing: object) -> int:
        """The thing's number among its sort, in order of appearance."""
        return self.numbering(sort)(thing)

    def next_timer(self) -> int:
        """The number of a timer that is made."""
        self._timers += 1
        return self._timers

    def error(self, raised: BaseException | None) -> tuple[str, str]:
        """The type and the text of an exception."""
        if self.full:
            return "", ""
        return type_name(raised), self.names.normalise(message_of(raised))

    def value_in_log(self, thing: object) -> str | int:
        """A value as text, or a number that is no port as it is: its text can be made later."""
        if type(thing) is int and -_SHORT < thing < _SHORT:
            return thing
        return self.value(thing)

    def value(self, thing: object) -> str:
        """A value as text: bounded, and the same in every run."""
        if self.full:
            return ""
        if thing is None:
            return "None"
        text = short_repr(thing)
        if text is None:
            text = safe_repr(thing, limit=10 * LIMIT)  # a cut address could not be renamed
        renamed = self._renamed.get(text)
        if renamed is None:
            renamed = self.names.normalise(text, live=True)
        return renamed if len(renamed) <= LIMIT else cut(renamed)


class _Acting:
    """While it is entered, events are an actor's."""

    __slots__ = ("_actor", "_is_on", "_recorder")

    def __init__(self, recorder: Recorder, actor: str) -> None:
        self._recorder = recorder
        self._actor = actor

    def __enter__(self) -> None:
        self._is_on = self._recorder.begin_acting(self._actor)

    def __exit__(self, *_: object) -> None:
        if self._is_on:
            self._recorder.end_acting()


class _Reason:
    """While it is entered, wakers are woken because of something."""

    __slots__ = ("_because", "_recorder")

    def __init__(self, recorder: Recorder, because: str) -> None:
        self._recorder = recorder
        self._because: str | None = because

    def __enter__(self) -> None:
        self._swap()

    def __exit__(self, *_: object) -> None:
        self._swap()

    def _swap(self) -> None:
        self._recorder.because, self._because = self._because, self._recorder.because
