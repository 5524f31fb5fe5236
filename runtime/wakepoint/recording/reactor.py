"""The recording reactor: the runtime's own, noting what it does."""

from __future__ import annotations

from _thread import get_ident
from typing import Any, cast

from wakepoint import backends
from wakepoint.contract import InFlight
from wakepoint.future import Future
from wakepoint.kernel import Kernel
from wakepoint.reactor import Timer
from wakepoint.recording import calls
from wakepoint.recording.executor import RecordingWaker
from wakepoint.recording.kernel import RecordingKernel
from wakepoint.recording.log import Shape
from wakepoint.recording.recorder import Recorder
from wakepoint.recording.steady import SteadyReactor
from wakepoint.source import Interest, Source
from wakepoint.task import Waker

_ADJECTIVES = {Interest.READ: "readable", Interest.WRITE: "writable"}

_ARMED = Shape("timer.armed", "timer", "task", "delay")
_FIRED = Shape("timer.fired", "timer", "task")
_TAKEN_BACK = Shape("timer.cancelled", "timer", "task")
_REGISTERED = Shape("interest.registered", "task", "source", "interest")
_REMOVED = Shape("interest.removed", "task", "source", "interest")
_DISPATCHED = Shape("event.dispatched", "source", "event")
_SUBMITTED = Shape("operation.submitted", "operation", "task", "source", "name")
_COMPLETED = Shape("operation.completed", "operation", "result", "error")
_CANCELLED = Shape("operation.cancelled", "operation")
_PARKED = Shape("executor.parked", "until")
_UNPARKED = Shape("executor.unparked", "events")


class RecordingTimer(Timer):
    """A timer that has a number."""

    __slots__ = ("number",)

    def __init__(self, deadline: float, waker: Waker, number: int) -> None:
        super().__init__(deadline, waker)
        self.number = number


class RecordingReactor(SteadyReactor):
    """Notes registrations, dispatches, timers and the wait."""

    def __init__(self, backend: str, recorder: Recorder) -> None:
        self.recorder = recorder
        # Who acts; elsewhere than on the recorder's thread that is said of nobody.
        self._actors = recorder.actors if get_ident() == recorder.thread else []
        self._recording_kernel = RecordingKernel(
            backends.make_kernel(backend, steady=True), recorder
        )
        # IOCP dispatches nothing.
        self._event_in_words = calls.EVENTS.get(backend, repr)
        recorder.backend = backend
        recorder.system = self._recording_kernel.system
        recorder.emulation = self._recording_kernel.emulation
        recorder.clock = self._recording_kernel.clock
        # The kernel seam is duck-typed: a recording kernel answers to every call of a Kernel.
        super().__init__(backends.factory(backend), cast(Kernel, self._recording_kernel))

    def _source(self, source: Source) -> str:
        try:
            if source.kind == "signals":
                return "signals"
            if source.kind == "process":
                return self.recorder.names.process(source.fd)
            return self.recorder.names.fd(source.fd)
        except Exception as error:
            return self.recorder.untold(error)

    def make_timer(self, deadline: float, waker: Waker) -> Timer:
        return RecordingTimer(deadline, waker, self.recorder.next_timer())

    def arm(self, delay: float, waker: Waker) -> Timer:
        self._actors.append("reactor")
        try:
            timer = super().arm(delay, waker)
        finally:
            self._actors.pop()
        self.recorder.emit(_ARMED, _number(timer), _task(waker), f"{delay * 1000:g} ms")
        return timer

    def disarm(self, timer: Timer) -> None:
        self.recorder.emit(_TAKEN_BACK, _number(timer), _task(timer.waker))
        super().disarm(timer)

    def fire(self, timer: Timer) -> None:
        self.recorder.emit(_FIRED, _number(timer), _task(timer.waker))
        with self.recorder.reason(f"timer {_number(timer)} fired"):
            super().fire(timer)

    def register(
        self, source: Source, interest: Interest, waker: Waker, owner: Future[Any]
    ) -> None:
        known = source.waker(interest) is not None
        self._actors.append("reactor")
        try:
            super().register(source, interest, waker, owner)
        finally:
            self._actors.pop()
        if not known:
            where = self._source(source)
            self.recorder.emit(_REGISTERED, _task(waker), where, interest.name)

    def deregister(self, source: Source, interest: Interest, owner: Future[Any]) -> None:
        waker = source.waker(interest)
        if waker is not None and source.owner(interest) is owner:
            where = self._source(source)
            self.recorder.emit(_REMOVED, _task(waker), where, interest.name)
        super().deregister(source, interest, owner)

    def dispatch(
        self, source: Source, readable: bool, writable: bool, hung_up: bool, event: object
    ) -> None:
        try:
            text = self._event_in_words(event)
        except Exception as error:
            text = self.recorder.untold(error)
        self.recorder.emit(_DISPATCHED, self._source(source), text)
        super().dispatch(source, readable, writable, hung_up, event)

    def wake(self, source: Source, interest: Interest) -> None:
        if source.waker(interest) is None:  # nobody waits for it
            return
        happened = "closed" if source.closed else _ADJECTIVES[interest]
        with self.recorder.reason(f"{self._source(source)} {happened}"):
            super().wake(source, interest)

    def submit(self, operation: InFlight) -> None:
        self.recorder.emit(
            _SUBMITTED,
            self.recorder.number("operation", operation),
            _task(operation.waker),
            self._source(operation.source),
            operation.name,
        )
        super().submit(operation)

    def complete(self, operation: InFlight, result: Any, error: OSError | None) -> None:
        number = self.recorder.number("operation", operation)
        try:
            text = "failed" if error is not None else self._recording_kernel.describe(result)
        except Exception as failure:
            text = self.recorder.untold(failure)
        name = None if error is None else calls.error_name(error)
        self.recorder.emit(_COMPLETED, number, text, name)
        reason = f"{operation.name} on {self._source(operation.source)} completed"
        with self.recorder.reason(reason):
            super().complete(operation, result, error)

    def cancel(self, operation: InFlight) -> None:
        self.recorder.emit(_CANCELLED, self.recorder.number("operation", operation))
        super().cancel(operation)

    def park(self, block: bool, at_most: float | None = None) -> None:
        timer = self.next_timer()
        until = "" if not block else "event" if timer is None else f"timer {_number(timer)}"
        kernel = self._recording_kernel
        kernel.describe.until = until
        if block:
            self.recorder.emit(_PARKED, until)
            kernel.on_return = self._unparked
        self._actors.append("reactor")
        try:
            super().park(block, at_most)
        finally:
            self._actors.pop()
            kernel.on_return = None
            kernel.describe.until = ""

    def prepare_notify(self) -> None:
        with self.recorder.acting("reactor"):
            super().prepare_notify()

    def fall_asleep(self) -> None:
        self._actors.append("reactor")
        try:
            super().fall_asleep()
        finally:
            self._actors.pop()

    def _unparked(self, events: int) -> None:
        self._recording_kernel.on_return = None
        self.recorder.emit(_UNPARKED, events)

    def shut_down(self) -> None:
        self.recorder.clock = self._recording_kernel.clock  # the script may have paused it
        with self.recorder.acting("reactor"):
            super().shut_down()


def _number(timer: Timer) -> int:
    assert isinstance(timer, RecordingTimer)
    return timer.number


def _task(waker: Waker | None) -> int | None:
    return waker.task.number if isinstance(waker, RecordingWaker) else None
