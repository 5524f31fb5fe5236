"""Follows the frames of the snippet's coroutines."""

from __future__ import annotations

import inspect
from _thread import get_ident
from types import CodeType, FrameType
from typing import Any

from wakepoint.machine import Analysis
from wakepoint.recording.foreign_repr import is_a
from wakepoint.recording.log import Revisable
from wakepoint.recording.states import (
    DROPPED,
    NONE,
    RAISED,
    RESUMED,
    RETURNED,
    STARTED,
    SUSPENDED,
    Instance,
    Places,
    States,
)
from wakepoint.recording.watched import Amend, Watched


class MachineCode(Watched):
    """A coroutine function or an async generator function of the snippet."""

    amends = tells_errors = True

    def __init__(self, code: CodeType, states: States, index: int, analysis: Analysis) -> None:
        super().__init__(code)
        self._states = states
        self._index = index
        self._analysis = analysis
        self._places = Places(code, analysis)
        self._states_at = self._places.states
        self._yields = self._places.yields
        self._is_stream = bool(code.co_flags & inspect.CO_ASYNC_GENERATOR)
        self._find = states.instances.get
        self._add = states.recorder.log.add
        self._actors = states.recorder.actors

    def started(self, frame: FrameType) -> bool:
        states = self._states
        if get_ident() != states.thread:
            return False
        caller = frame.f_back
        states.reached(frame, caller, is_new=True)
        states.count += 1
        instance = states.instances[frame] = Instance(states.count, frame, self._places)
        names = self._places.variables[0]
        variables = states.variables(instance, names) if names else NONE
        instance.started = Revisable((variables,))
        awaiting = states.instances.get(caller)  # type: ignore[arg-type]  # nobody's is None
        parent = awaiting.number if awaiting else None
        started = instance.number, self._index, states.task(), parent, instance.started
        states.recorder.emit(STARTED, *started)
        return True

    def resumed(self, frame: FrameType) -> bool:
        instance = self._find(frame)
        if instance is None:
            return self.started(frame)
        if self._is_stream:
            return self._stream_resumed(frame, instance)
        self._add((RESUMED, self._actors[-1], instance.number, instance.suspended))
        return True

    def _stream_resumed(self, frame: FrameType, instance: Instance) -> bool:
        state = instance.state
        if not self._is_let_go(frame, instance):
            self._states.reached(frame, frame.f_back, is_new=False)
        self._add((RESUMED, self._actors[-1], instance.number, instance.suspended))
        if state is not None and self._yields[state]:
            instance.state = None
        return True

    def _is_let_go(self, frame: FrameType, instance: Instance) -> bool:
        """True for an async generator that ends because the exception has left its loop."""
        caller = frame.f_back
        awaiting = self._states.instances.get(caller)  # type: ignore[arg-type]
        if awaiting is None or caller is None or not self._yields[instance.suspended]:
            return False
        return caller.f_lasti == awaiting.raised_at

    def never_started(self, frame: FrameType) -> None:
        instance = self._states.instances.pop(frame, None)
        if instance is not None and instance.started:
            instance.started.clear()
            self._states.count -= 1

    def raised(self, frame: FrameType, error: BaseException) -> None:
        instance = self._states.instances.get(frame)
        if instance is None:
            return
        instance.state = None  # whatever was awaited is over
        instance.awaits = 0
        if type(error) is not StopIteration:
            instance.raised_at = frame.f_lasti

    def gives(self, frame: FrameType) -> bool:
        return frame.f_lasti in self._places.states

    def await_ended(self, frame: FrameType) -> None:
        self._states.visit_over(frame)

    def yielded(self, frame: FrameType, value: Any) -> None:
        instance = self._find(frame)
        if instance is None:
            return
        state = instance.state
        if state is None or state != self._states_at.get(frame.f_lasti):
            state = self._suspends_alone(instance, frame)
        self._add((SUSPENDED, self._actors[-1], instance.number, state))
        instance.suspended = state or 0
        if self._is_stream and state is not None and self._yields[state]:
            # The consumer of the generator has what it awaited.
            self._states.visit_over(frame.f_back)

    def _suspends_alone(self, instance: Instance, frame: FrameType) -> int | None:
        """It yields, or what it awaits has no frame that was entered."""
        state = self._places.states.get(frame.f_lasti)
        if instance.parts:  # one of which has told
            return instance.state
        self._states.entered(instance, state, "")
        if state is not None and not self._yields[state]:
            self._states.tell_ends_of_awaits(self)
        return state

    def returned(self, frame: FrameType, value: Any) -> None:
        instance = self._over(frame)
        if instance is not None:
            text = self._states.recorder.value(value)
            self._states.recorder.emit(RETURNED, instance.number, frame.f_lineno, text)

    def unwound(self, frame: FrameType, error: BaseException | None) -> Amend | None:
        instance = self._over(frame)
        if instance is None:
            return None
        recorder = self._states.recorder
        if is_a(error, GeneratorExit):
            recorder.emit(DROPPED, instance.number, instance.suspended)
            return None
        facts = Revisable(recorder.error(error))
        recorder.emit(RAISED, instance.number, frame.f_lineno, facts)

        def amend(error: BaseException) -> None:
            facts[:] = recorder.error(error)

        return amend

    def _over(self, frame: FrameType) -> Instance | None:
        instance = self._states.instances.pop(frame, None)
        if instance is not None:
            self._states.visit_over(frame.f_back)
        return instance


class PartCode(Watched):
    """An async comprehension that has a frame of its own (CPython 3.11).

    It is part of the machine that it stands in, which itself tells when it suspends.
    """

    def __init__(self, code: CodeType, states: States) -> None:
        super().__init__(code)
        self._states = states

    def started(self, frame: FrameType) -> bool:
        states = self._states
        caller = frame.f_back
        known = states.reached(frame, caller, is_new=False)
        if known and caller is not None and frame not in states.instances:
            states.instances[frame] = awaiting = states.instances[caller]
            awaiting.parts.append(frame)
        return True

    def yielded(self, frame: FrameType, value: Any) -> None:
        instance = self._states.instances.get(frame)
        if instance is not None:
            state = self._states.places_of(frame).states.get(frame.f_lasti)
            if instance.state != state:
                self._states.entered(instance, state, "")

    def returned(self, frame: FrameType, value: Any) -> None:
        instance = self._states.instances.pop(frame, None)
        if instance is not None:
            instance.parts.remove(frame)

    def unwound(self, frame: FrameType, error: BaseException | None) -> None:
        self.returned(frame, None)
