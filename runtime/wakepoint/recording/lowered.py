"""Follows lowered machines through their states, and tells what the original would have told."""

from __future__ import annotations

import weakref
from types import FrameType
from typing import Any

from wakepoint.coroutine import CoroutineFuture
from wakepoint.machine.lowering import Lowered
from wakepoint.machine.model import Machine, VariableKind
from wakepoint.machine.running.state_machine import StateMachine
from wakepoint.machine.running.stream_machine import DONE, Step
from wakepoint.recording.recorder import Recorder
from wakepoint.recording.tracer import Local, Tracer
from wakepoint.task import PENDING, Ready

_POLL_AWAITING = StateMachine.poll_awaiting.__code__
_POLL_COROUTINE = CoroutineFuture.poll.__code__
_DROP = StateMachine.drop.__code__
_LIBRARY = StateMachine.__module__.rpartition(".")[0]
"""The package of all that lowered machines run on: its frames are nobody's who awaits."""


class _Machine:
    """One run of a lowered machine."""

    __slots__ = ("_owner", "machine", "number", "state", "suspended")

    def __init__(self, number: int, machine: Machine, owner: StateMachine[Any]) -> None:
        self.number = number
        self.machine = machine
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
    """

    def __init__(self, recorder: Recorder, lowered: Lowered, filename: str) -> None:
        super().__init__(recorder, {}, filename)
        self._lowered = lowered
        self._indices = {name: index for index, name in enumerate(lowered.machines)}
        self._machines: dict[int, _Machine] = {}

    def _on_call(self, frame: FrameType, event: str, arg: Any) -> Local | None:
        code = frame.f_code
        owner = frame.f_locals.get(code.co_varnames[0]) if code.co_argcount else None
        if isinstance(owner, StateMachine) and type(owner).__name__ in self._indices:
            frame.f_trace_lines = False
            if code is _POLL_AWAITING:
                return self._waits(frame, owner)
            if code.co_name in {"poll", "poll_next"} and code.co_filename == self._filename:
                # The poll around one that shows an exception tells what comes of it.
                return None if owner.showing else self._polled(frame, owner)
            if code.co_name == "drop" and code is not _DROP:
                return self._dropped(frame, owner)
            return None
        if code is _POLL_COROUTINE and frame.f_back in self._instances:
            self._instances[frame] = self._instances[frame.f_back]
            frame.f_trace_lines = False
            return self._on_coroutine_event
        if code.co_name == "poll" and _is_library(type(owner).__module__):
            return None
        return super()._on_call(frame, event, arg)

    def _on_coroutine_event(self, frame: FrameType, event: str, arg: Any) -> Local:
        if event == "return":
            self._instances.pop(frame, None)
        return self._on_coroutine_event

    # -- a machine is polled ----------------------------------------------------------------------

    def _polled(self, frame: FrameType, owner: StateMachine[Any]) -> Local:
        instance = self._machines.get(id(owner))
        if instance is None:
            name = type(owner).__name__
            machine = self._lowered.machines[name]
            self._count += 1
            instance = self._machines[id(owner)] = _Machine(self._count, machine, owner)
            parent = self._waiting_machine(frame)
            self._recorder.emit(
                "machine.started",
                instance=instance.number,
                machine=self._indices[name],
                task=self._task(),
                parent=parent.number if parent else None,
                variables=self._fields(instance, 0),
            )
        elif instance.state is not None:
            facts = {"instance": instance.number, "state": instance.suspended}
            self._recorder.emit("state.resumed", **facts)
            if owner.awaiting is None:  # it yielded, or what it waited for was dropped
                instance.state = None
        raised: list[BaseException] = []

        def on_event(frame: FrameType, event: str, arg: Any) -> Local:
            if event == "exception":
                raised[:] = [arg[1]]
            elif event == "return":
                self._poll_over(instance, arg, raised)
            return on_event

        return on_event

    def _poll_over(self, instance: _Machine, polled: Any, raised: list[BaseException]) -> None:
        owner, number = instance.owner, instance.number
        if polled is PENDING:
            self._is_suspended(instance)
        elif isinstance(polled, Ready) and not owner.is_over():
            self._entered(instance, owner.state.value, "")
            self._is_suspended(instance)
        elif isinstance(polled, Ready):
            value = None if polled.value is DONE else polled.value
            text = self._recorder.value(value)
            self._recorder.emit("machine.returned", instance=number, line=0, value=text)
            del self._machines[id(owner)]
        elif raised and owner.is_over():
            self._raised_out(instance, raised[0])

    def _is_suspended(self, instance: _Machine) -> None:
        self._recorder.emit("state.suspended", instance=instance.number, state=instance.state)
        instance.suspended = instance.state or 0

    def _raised_out(self, instance: _Machine, error: BaseException) -> None:
        self._machines.pop(id(instance.owner), None)
        if isinstance(error, GeneratorExit):
            facts = {"instance": instance.number, "state": instance.suspended}
            self._recorder.emit("machine.dropped", **facts)
            return
        self._recorder.emit(
            "machine.raised",
            instance=instance.number,
            line=0,
            error=type(error).__name__,
            message=self._recorder.names.normalise(str(error)),
        )

    def _dropped(self, frame: FrameType, owner: StateMachine[Any]) -> Local | None:
        instance = self._machines.get(id(owner))
        if instance is None or owner.is_over():
            return None

        def on_event(frame: FrameType, event: str, arg: Any) -> Local:
            if event == "return" and self._machines.pop(id(owner), None) is not None:
                # A coroutine is resumed once more, with GeneratorExit.
                facts = {"instance": instance.number, "state": instance.suspended}
                self._recorder.emit("state.resumed", **facts)
                self._recorder.emit("machine.dropped", **facts)
            return on_event

        return on_event

    # -- a machine polls what it waits for --------------------------------------------------------

    def _waits(self, frame: FrameType, owner: StateMachine[Any]) -> Local:
        instance = self._machines[id(owner)]
        if instance.state is None:
            self._entered(instance, owner.state.value, self._awaited(owner.awaiting))
        self._instances[frame] = instance  # type: ignore[assignment]  # it has a number

        def on_event(frame: FrameType, event: str, arg: Any) -> Local:
            if event == "return":
                self._instances.pop(frame, None)
                if arg is not PENDING:
                    instance.state = None
            return on_event

        return on_event

    def _maybe_entered(self, frame: FrameType, instance: Any, awaited: str) -> None:
        if not isinstance(instance, _Machine):  # which says itself when it waits
            super()._maybe_entered(frame, instance, awaited)

    def _visit_over(self, frame: FrameType | None) -> None:
        # A machine says so itself; what else returns to its frame may be a generator that is
        # closed by the garbage collector.
        if not isinstance(self._instances.get(frame) if frame else None, _Machine):
            super()._visit_over(frame)

    def _entered(self, instance: Any, state: int | None, awaited: str) -> None:
        if not isinstance(instance, _Machine):
            super()._entered(instance, state, awaited)
            return
        instance.state = state
        self._recorder.emit(
            "state.entered",
            instance=instance.number,
            state=state,
            variables=self._fields(instance, state or 0),
            awaiting=awaited,
        )

    def _awaited(self, future: Any) -> str:
        machine = future.machine if isinstance(future, Step) else future
        lowered = self._lowered.machines.get(type(machine).__name__)
        if lowered is not None:
            return f"{lowered.kind} {lowered.name}"
        if isinstance(future, CoroutineFuture):
            return f"coroutine {future.coroutine.__name__}"
        return type(future).__name__

    def _waiting_machine(self, frame: FrameType) -> Any:
        """Whoever awaits it: itself a machine, or a coroutine. Nobody, if a combinator polls it."""
        caller = frame.f_back
        while caller is not None and caller not in self._instances:
            if not _is_library(caller.f_globals.get("__name__")):
                return None
            caller = caller.f_back
        return None if caller is None else self._instances[caller]

    def _polled_by(self, frame: FrameType) -> int | None:
        instance = self._instances.get(frame.f_back) if frame.f_back else None
        return instance.number if instance is not None else super()._polled_by(frame)

    def _fields(self, instance: _Machine, state: int) -> list[dict[str, str]]:
        owner = instance.owner
        fields = self._lowered.fields[type(owner).__name__]
        attributes = vars(owner) | vars(owner.cells)
        values = {fields[name]: value for name, value in attributes.items() if name in fields}
        return [
            {"name": variable.name, "value": self._recorder.value(values[variable.name])}
            for variable in instance.machine.states[state].variables
            if variable.live
            and variable.name in values
            and variable.kind is not VariableKind.OPERAND
        ]


def _is_library(module: object) -> bool:
    return isinstance(module, str) and module.rpartition(".")[0] == _LIBRARY
