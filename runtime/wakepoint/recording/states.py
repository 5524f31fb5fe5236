"""The states through which the snippet's coroutines go, and who awaits whom."""

from __future__ import annotations

import sys
from _thread import get_ident
from types import CodeType, FrameType

from wakepoint.backends.attempts import Operation
from wakepoint.backends.receiving import Recv
from wakepoint.combinators import YieldNow
from wakepoint.future import Future
from wakepoint.handle import JoinHandle
from wakepoint.machine import Analysis
from wakepoint.machine.model import StateKind, VariableKind
from wakepoint.recording.leaf_names import awaited_name
from wakepoint.recording.log import Revisable, Shape, Variables
from wakepoint.recording.recorder import Recorder
from wakepoint.recording.sources import Source
from wakepoint.recording.watched import Watched
from wakepoint.sync.waiting import Turn
from wakepoint.time.sleeping import Sleep

AWAIT_CODE = Future.__await__.__code__
SHORT_CUTS = frozenset(
    each.__await__.__code__ for each in (JoinHandle, Sleep, YieldNow, Turn, Operation, Recv)
)
"""Their way past `Future.__await__` is not taken while a recorder follows: then they await that."""
_REFERENCES = 3
"""Those to a frame's copy of its variables, if the script has none: the frame's, and two here."""

NONE: Variables = ((), ())

STARTED = Shape(
    "machine.started", "instance", "machine", "task", "parent", "variables", revisable=1
)
ENTERED = Shape("state.entered", "instance", "state", "variables", "awaiting")
SUSPENDED = Shape("state.suspended", "instance", "state")
RESUMED = Shape("state.resumed", "instance", "state")
RETURNED = Shape("machine.returned", "instance", "line", "value")
RAISED = Shape("machine.raised", "instance", "line", "error", "message", revisable=2)
DROPPED = Shape("machine.dropped", "instance", "state")


class Instance:
    """One run of a machine."""

    __slots__ = (
        *("awaited", "awaits", "frame", "future", "number", "parts", "places", "raised_at"),
        *("started", "state", "suspended"),
    )

    def __init__(self, number: int, frame: FrameType, places: Places) -> None:
        self.number = number
        self.frame = frame
        self.places = places
        # The frames of the async comprehensions in it that have one (CPython 3.11).
        self.parts: list[FrameType] = []
        self.state: int | None = None  # where it stands, while it awaits
        self.suspended = 0  # where it was suspended last
        self.raised_at = -1  # the instruction that raised last
        # What is known of the leaf that it awaits: the address of the frame that polls it, the name
        # of its type, and its number once it was polled.
        self.awaits = 0
        self.awaited = ""
        self.future: int | None = None
        self.started: Revisable | None = None


class Places:
    """Where a frame of a machine stands, by the instruction, and what is told there."""

    def __init__(self, code: CodeType, analysis: Analysis) -> None:
        self.states = analysis.states_in(code)
        # The value of an operand is on the stack, where nothing shows it.
        self.variables = tuple(
            tuple(each.name for each in state.variables if each.kind is not VariableKind.OPERAND)
            for state in analysis.machine.states
        )
        self.yields = tuple(s.kind is StateKind.YIELD for s in analysis.machine.states)


class States:
    """The instances of machines that run, and where they stand.

    Args:
        recorder: Takes the events.
        analyses: The machine of each code object of the snippet, and its index in the recording.

    Attributes:
        recorder: Takes the events.
        instances: Those that run, by their frames.
        count: How many there were.
        thread: The one that is followed. Of a frame that is known it need not be asked.
        source: Who says what frames do.
        drops_copies: True if what `frame.f_locals` gives is a copy that the frame keeps, and does
            not take back: on 3.12, where no trace function is set.
    """

    def __init__(self, recorder: Recorder, analyses: dict[CodeType, tuple[int, Analysis]]) -> None:
        self.recorder = recorder
        self.instances: dict[FrameType, Instance] = {}
        self.count = 0
        self.thread = get_ident()
        self.source: Source | None = None
        self.drops_copies = False
        self._places = {id(code): Places(code, each) for code, (_, each) in analyses.items()}
        self._log = recorder.log
        self._actors = recorder.actors

    # -- what a coroutine of the snippet awaits ---------------------------------------------------

    def reached(self, frame: FrameType, caller: FrameType | None, *, is_new: bool) -> bool:
        """A frame is entered that a coroutine of the snippet may await.

        Args:
            frame: The frame.
            caller: Who resumes it.
            is_new: True if it has not run before, so that it is the beginning of a visit.

        Returns:
            True if a coroutine of the snippet calls it.
        """
        instance = self.instances.get(caller)  # type: ignore[arg-type]  # nobody's is None
        if instance is None or caller is None:
            return False
        places = instance.places if caller is instance.frame else self.places_of(caller)
        state = places.states.get(caller.f_lasti)
        # It is None in an ordinary call between two awaits.
        if state is not None and (is_new or state != instance.state):
            self.entered(instance, state, awaited_name(frame))
        return True

    def places_of(self, frame: FrameType) -> Places:
        """Where a frame of the snippet may stand."""
        return self._places[id(frame.f_code)]

    def entered(self, instance: Instance, state: int | None, awaited: str) -> None:
        """An instance polls what it awaits for the first time in this visit."""
        instance.state = state
        names = instance.places.variables[state or 0]
        variables = self.variables(instance, names) if names else NONE
        log = self._log
        log.add((ENTERED, self._actors[-1], instance.number, state, variables, awaited))
        if len(log.items) >= log.look_at:
            self.recorder.look()

    def tell_ends_of_awaits(self, watched: Watched) -> None:
        """What is awaited has no frame that would tell."""
        if self.source is not None:
            self.source.tell_ends_of_awaits(watched)

    def visit_over(self, frame: FrameType | None) -> None:
        """What the instance of a frame awaits has come to its end."""
        instance = self.instances.get(frame) if frame is not None else None
        if instance is not None:
            instance.state = None

    def polled_by(self, caller: FrameType | None) -> int | None:
        """The instance that awaits what is polled by a frame."""
        if caller is None or caller.f_code is not AWAIT_CODE:
            return None
        instance = self.instances.get(awaiting(caller))  # type: ignore[arg-type]  # nobody's is None
        return instance.number if instance else None

    # -- small things -----------------------------------------------------------------------------

    def task(self) -> int | None:
        """The task that is polled."""
        sort, _, number = self.recorder.actor.partition(" ")
        return int(number) if sort == "task" else None

    def variables(self, instance: Instance, names: tuple[str, ...]) -> Variables:
        """What those of the variables are that are bound."""
        bound = instance.frame.f_locals
        if instance.parts:
            for frame in instance.parts:
                bound = {**bound, **frame.f_locals}
        recorder = self.recorder
        value = recorder.value if recorder.names.has_ports else recorder.value_in_log
        try:
            told = names, tuple([value(bound[name]) for name in names])
        except KeyError:
            names = tuple([name for name in names if name in bound])
            told = names, tuple([value(bound[name]) for name in names])
        if self.drops_copies and sys.getrefcount(bound) == _REFERENCES:
            bound.clear()  # it would keep the variables' values alive, in the frame
        return told


def awaiting(frame: FrameType) -> FrameType | None:
    """Who awaits the future that is polled by a frame of `Future.__await__`."""
    caller = frame.f_back
    while caller is not None and caller.f_code in SHORT_CUTS:
        caller = caller.f_back
    return caller
