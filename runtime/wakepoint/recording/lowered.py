"""Follows lowered machines through their states, and tells what the original would have told."""

from __future__ import annotations

import weakref
from types import CodeType, FrameType
from typing import Any

from wakepoint.coroutine import CoroutineFuture
from wakepoint.machine.lowering import Lowered
from wakepoint.machine.model import Machine, VariableKind
from wakepoint.machine.running.state_machine import StateMachine
from wakepoint.machine.running.stream_machine import DONE, Step
from wakepoint.recording.foreign_repr import is_a, type_name
from wakepoint.recording.leaf_names import coroutine_name, leaf_name
from wakepoint.recording.log import Revisable, Variables
from wakepoint.recording.recorder import Recorder
from wakepoint.recording.states import (
    DROPPED,
    ENTERED,
    RAISED,
    RESUMED,
    RETURNED,
    STARTED,
    SUSPENDED,
)
from wakepoint.recording.tracer import Tracer
from wakepoint.recording.watched import Watched
from wakepoint.task import PENDING, Ready

_POLL_AWAITING = StateMachine.poll_awaiting.__code__
_POLL_COROUTINE = CoroutineFuture.poll.__code__
_DROP = StateMachine.drop.__code__
_PACKAGE = StateMachine.__module__.rpartition(".")[0]
"""All that lowered machines run on: its frames are nobody's who awaits."""
_LIBRARY = _POLL_AWAITING.co_filename.removesuffix("state_machine.py")
"""The folder of that package."""


class Running:
    """One run of a lowered machine."""

    __slots__ = ("_owner", "key", "machine", "number", "state", "suspended")

    def __init__(self, number: int, machine: Machine, owner: StateMachine[Any]) -> None:
        self.number = number
        self.machine = machine
        self.key = id(owner)
        self._owner = weakref.ref(owner)  # it drops itself once nobody holds it
        self.state: int | None = None
        self.suspended = 0

    @property
    def owner(self) -> StateMachine[Any]:
        owner = self._owner()
        assert owner is not None
        return owner


class LoweredTracer(Tracer):
    """A `Tracer` that knows lowered machines besides coroutines.

    Args:
        recorder: Takes the events.
        lowered: The source that runs.
        filename: What it was compiled as.

    Attributes:
        machines: The lowered machines that have not ended, by the id() of their objects.
        running: Those that poll what they wait for, by the frames that do it.
    """

    def __init__(self, recorder: Recorder, lowered: Lowered, filename: str) -> None:
        super().__init__(recorder, {}, filename)
        self._lowered = lowered
        self._indices = {name: index for index, name in enumerate(lowered.machines)}
        self.machines: dict[int, Running] = {}
        self.running: dict[FrameType, Running] = {}

    def watch(self, code: CodeType) -> Watched | None:
        if code is _POLL_AWAITING:
            return WaitsCode(code, self)
        if code is _POLL_COROUTINE:
            return CoroutineCode(code, self)
        if code.co_name == "drop" and code is not _DROP:
            return DropCode(code, self)
        if code.co_name == "poll" and not code.co_filename.startswith(_LIBRARY):
            return MachinePollCode(code, self, super().watch(code))
        if code.co_name == "poll_next" and code.co_filename == self.filename:
            return MachinePollCode(code, self, None)
        return None

    def is_machine(self, thing: object) -> bool:
        """True for an object of a lowered coroutine."""
        return is_a(thing, StateMachine) and type_name(thing) in self._indices

    # -- a machine is polled ----------------------------------------------------------------------

    def polled(self, frame: FrameType, owner: StateMachine[Any]) -> Running:
        """A machine is polled."""
        instance = self.machines.get(id(owner))
        if instance is None:
            return self._started(frame, owner)
        if instance.state is not None:
            self.recorder.emit(RESUMED, instance.number, instance.suspended)
            if owner.awaiting is None:  # it yielded, or what it waited for was dropped
                instance.state = None
        return instance

    def _started(self, frame: FrameType, owner: StateMachine[Any]) -> Running:
        name = type_name(owner)
        self.count += 1
        instance = Running(self.count, self._lowered.machines[name], owner)
        self.machines[id(owner)] = instance
        parent = self._waiting_machine(frame)
        number = parent.number if parent else None
        variables = Revisable((self.fields(instance, 0),))
        facts = instance.number, self._indices[name], self.task(), number, variables
        self.recorder.emit(STARTED, *facts)
        return instance

    def poll_over(self, instance: Running, polled: Any) -> None:
        """A poll has given something."""
        owner, number = instance.owner, instance.number
        if polled is PENDING:
            self._is_suspended(instance)
        elif is_a(polled, Ready) and not owner.is_over():
            self.waits(instance, owner.state.value, "")
            self._is_suspended(instance)
        elif is_a(polled, Ready):
            value = None if polled.value is DONE else polled.value
            self.recorder.emit(RETURNED, number, 0, self.recorder.value(value))
            del self.machines[id(owner)]

    def _is_suspended(self, instance: Running) -> None:
        self.recorder.emit(SUSPENDED, instance.number, instance.state)
        instance.suspended = instance.state or 0

    def raised_out(self, instance: Running, error: BaseException) -> None:
        """A poll has raised."""
        if not instance.owner.is_over():
            return
        self.machines.pop(id(instance.owner), None)
        if is_a(error, GeneratorExit):
            self.recorder.emit(DROPPED, instance.number, instance.suspended)
            return
        facts = Revisable(self.recorder.error(error))
        self.recorder.emit(RAISED, instance.number, 0, facts)

    def dropped(self, instance: Running) -> None:
        """A machine has been dropped."""
        if self.machines.pop(instance.key, None) is not None:
            # A coroutine is resumed once more, with GeneratorExit.
            self.recorder.emit(RESUMED, instance.number, instance.suspended)
            self.recorder.emit(DROPPED, instance.number, instance.suspended)

    # -- a machine polls what it waits for --------------------------------------------------------

    def waits(self, instance: Running, state: int | None, awaited: str) -> None:
        """A machine polls what it waits for, for the first time in this visit."""
        instance.state = state
        self.recorder.emit(
            ENTERED, instance.number, state, self.fields(instance, state or 0), awaited
        )

    def awaited(self, future: Any) -> str:
        """What a machine waits for."""
        machine = future.machine if is_a(future, Step) else future
        lowered = self._lowered.machines.get(type_name(machine))
        if lowered is not None:
            return f"{lowered.kind} {lowered.name}"
        if is_a(future, CoroutineFuture):
            return coroutine_name(future.coroutine.cr_code, future.coroutine.__name__)
        return leaf_name(future)

    def _waiting_machine(self, frame: FrameType) -> Any:
        """Whoever awaits it: itself a machine, or a coroutine. Nobody, if a combinator polls it."""
        caller = frame.f_back
        while caller is not None and caller not in self.running:
            if not _is_library(caller.f_globals.get("__name__")):
                return None
            caller = caller.f_back
        return None if caller is None else self.running[caller]

    def polled_by(self, caller: FrameType | None) -> int | None:
        instance = self.running.get(caller) if caller is not None else None
        return instance.number if instance is not None else super().polled_by(caller)

    def fields(self, instance: Running, state: int) -> Variables:
        """What the variables are that a machine keeps."""
        owner = instance.owner
        fields = self._lowered.fields[type_name(owner)]
        attributes = vars(owner) | vars(owner.cells)
        values = {fields[name]: value for name, value in attributes.items() if name in fields}
        names = tuple(
            variable.name
            for variable in instance.machine.states[state].variables
            if variable.live
            and variable.name in values
            and variable.kind is not VariableKind.OPERAND
        )
        return names, tuple(self.recorder.value(values[name]) for name in names)


class _Method(Watched):
    """A method that a machine may have, and its frames that are followed with their machines."""

    def __init__(self, code: CodeType, tracer: LoweredTracer) -> None:
        super().__init__(code)
        self._tracer = tracer
        self._frames: dict[FrameType, Running] = {}

    def owner(self, frame: FrameType) -> Any:
        """The machine whose method it is; None if it is another object's."""
        code = self.code
        owner = frame.f_locals.get(code.co_varnames[0]) if code.co_argcount else None
        return owner if self._tracer.is_machine(owner) else None


class MachinePollCode(_Method):
    """``poll``: a machine's, or that of a future that somebody wrote by hand."""

    tells_errors = True

    def __init__(self, code: CodeType, tracer: LoweredTracer, leaf: Watched | None) -> None:
        super().__init__(code, tracer)
        self._leaf = leaf

    def started(self, frame: FrameType) -> bool:
        owner = self.owner(frame)
        if owner is None:
            return self._leaf is not None and self._leaf.started(frame)
        # The poll around one that shows an exception tells what comes of it.
        if owner.showing or self.code.co_filename != self._tracer.filename:
            return False
        self._frames[frame] = self._tracer.polled(frame, owner)
        return True

    def returned(self, frame: FrameType, value: Any) -> None:
        instance = self._frames.pop(frame, None)
        if instance is not None:
            self._tracer.poll_over(instance, value)
        elif self._leaf is not None:
            self._leaf.returned(frame, value)

    def unwound(self, frame: FrameType, error: BaseException | None) -> None:
        instance = self._frames.pop(frame, None)
        if instance is not None and error is not None:
            self._tracer.raised_out(instance, error)
        elif self._leaf is not None:
            self._leaf.unwound(frame, error)


class DropCode(_Method):
    """``drop`` of a machine whose handlers have to run."""

    def started(self, frame: FrameType) -> bool:
        owner = self.owner(frame)
        instance = None if owner is None else self._tracer.machines.get(id(owner))
        if instance is None or owner.is_over():
            return False
        self._frames[frame] = instance
        return True

    def returned(self, frame: FrameType, value: Any) -> None:
        instance = self._frames.pop(frame, None)
        if instance is not None:
            self._tracer.dropped(instance)

    def unwound(self, frame: FrameType, error: BaseException | None) -> None:
        self.returned(frame, None)


class WaitsCode(_Method):
    """A machine polls what it waits for."""

    def started(self, frame: FrameType) -> bool:
        owner = self.owner(frame)
        instance = None if owner is None else self._tracer.machines.get(id(owner))
        if instance is None:
            return False
        if instance.state is None:
            awaited = self._tracer.awaited(owner.awaiting)
            self._tracer.waits(instance, owner.state.value, awaited)
        self._tracer.running[frame] = instance
        return True

    def returned(self, frame: FrameType, value: Any) -> None:
        instance = self._tracer.running.pop(frame, None)
        if instance is not None and value is not PENDING:
            instance.state = None

    def unwound(self, frame: FrameType, error: BaseException | None) -> None:
        self.returned(frame, None)


class CoroutineCode(_Method):
    """An inner function, which stays a coroutine, is polled on behalf of the machine around it."""

    def started(self, frame: FrameType) -> bool:
        instance = self._tracer.running.get(frame.f_back) if frame.f_back else None
        if instance is None:
            return False
        self._tracer.running[frame] = instance
        return True

    def returned(self, frame: FrameType, value: Any) -> None:
        self._tracer.running.pop(frame, None)

    def unwound(self, frame: FrameType, error: BaseException | None) -> None:
        self._tracer.running.pop(frame, None)


def _is_library(module: object) -> bool:
    return isinstance(module, str) and module.rpartition(".")[0] == _PACKAGE
