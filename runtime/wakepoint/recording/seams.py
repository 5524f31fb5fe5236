"""The recording executor, reactor and waker: the runtime's own, each noting what it does."""

from __future__ import annotations

from _thread import get_ident
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from wakepoint import backends
from wakepoint.contract import InFlight
from wakepoint.executor import Executor
from wakepoint.handle import JoinHandle, Task, TaskState
from wakepoint.kernel import Kernel
from wakepoint.reactor import Timer
from wakepoint.recording import calls
from wakepoint.recording.foreign_repr import is_a
from wakepoint.recording.kernel import RecordingKernel
from wakepoint.recording.log import Shape
from wakepoint.recording.recorder import Recorder
from wakepoint.recording.safe_repr import safe_repr
from wakepoint.recording.steady import SteadyReactor
from wakepoint.source import Interest, Source
from wakepoint.task import Future, Waker

T = TypeVar("T")

_ADJECTIVES = {Interest.READ: "readable", Interest.WRITE: "writable"}

_CLONED = Shape("waker.cloned", "task", "holder")
_WOKEN = Shape("waker.woken", "task", "queued", "because")
_WAKER_DROPPED = Shape("waker.dropped", "task", "holder")
_SPAWNED = Shape("task.spawned", "task", "name")
_POLLED = Shape("task.polled", "task", "poll")
_PENDING = Shape("task.pending", "task", "poll")
_READY = Shape("task.ready", "task", "poll", "value")
_RAISED = Shape("task.raised", "task", "poll", "error", "message")
_DROPPED = Shape("task.dropped", "task", "why")
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


class RecordingWaker(Waker):
    """A waker whose clones know who holds them, as each would be counted in Rust."""

    __slots__ = ("_executor", "holder", "name", "task", "used")

    def __init__(
        self, executor: RecordingExecutor, task: Task[Any], holder: str | None = None
    ) -> None:
        self._executor = executor
        self.task = task
        self.name = f"task {task.number}"
        self.holder = holder
        self.used = False

    @property
    def _wake(self) -> Callable[[], object]:  # type: ignore[override]  # a waker of no recording asks
        return self.wake

    def wake(self) -> None:
        self.used = True
        self._executor.wake(self.task)

    def clone(self) -> Waker:
        recorder = self._executor.recorder
        holder = recorder.actor
        recorder.emit(_CLONED, self.task.number, holder)
        return RecordingWaker(self._executor, self.task, holder)

    def will_wake(self, other: Waker) -> bool:
        return isinstance(other, RecordingWaker) and other.task is self.task

    def __del__(self) -> None:
        if self.holder is not None and not self.used and not self._executor.closed:
            self._executor.recorder.emit(_WAKER_DROPPED, self.task.number, self.holder)


class RecordingExecutor(Executor):
    """Notes spawns, polls and their outcomes, wakes and parking."""

    # Each look is a wait in the recording; how many there are is chance, so look seldom.
    thread_check_interval = 1.0
    # A problem names who goes on; to look after a second would be a wait more in the recording.
    patience = None

    def __init__(self, reactor: RecordingReactor, recorder: Recorder) -> None:
        self.recorder = recorder
        self.closed = False
        super().__init__(reactor)

    def make_waker(self, task: Task[Any]) -> Waker:
        return RecordingWaker(self, task)

    def spawn(self, future: Awaitable[T], *, name: str | None = None) -> JoinHandle[T]:
        handle = super().spawn(future, name=name)
        task = handle.task
        given: object = task.name  # whatever the script gave
        text = str.__str__(given) if is_a(given, str) else safe_repr(given)
        self.recorder.emit(_SPAWNED, task.number, text)
        return handle

    def wake(self, task: Task[Any]) -> None:
        """What a recording waker calls: schedules the task and notes whether that did anything."""
        recorder = self.recorder
        because = recorder.because
        queued = self.schedule(task)
        if recorder.full or get_ident() != recorder.thread:
            recorder.emit(_WOKEN, task.number, queued, because)
        else:
            recorder.log.add((_WOKEN, recorder.actors[-1], task.number, queued, because))

    def block_on(self, future: Awaitable[T]) -> T:
        with self.recorder.acting("executor"):
            try:
                return super().block_on(future)
            finally:
                self.closed = True

    def interrupted(self, error: BaseException) -> None:
        self.recorder.goes_on = self.recorder.goes_on or self.lingering.untold()
        super().interrupted(error)

    def poll(self, task: Task[Any]) -> None:
        recorder = self.recorder
        if recorder.full or get_ident() != recorder.thread:
            self._poll_elsewhere(task)
            return
        actors, add, number = recorder.actors, recorder.log.add, task.number
        add((_POLLED, actors[-1], number, task.polls + 1))
        actors.append(task.context.waker.name)  # type: ignore[attr-defined]  # a recording one
        try:
            super().poll(task)
        finally:
            actors.pop()
        if task.state is TaskState.PENDING:
            add((_PENDING, actors[-1], number, task.polls))
        if len(recorder.log) >= recorder.log.look_at:
            recorder.look()

    def _poll_elsewhere(self, task: Task[Any]) -> None:
        """Polls where nobody acts: on another thread, or when no more is told."""
        recorder = self.recorder
        recorder.emit(_POLLED, task.number, task.polls + 1)
        super().poll(task)
        if not task.done:
            recorder.emit(_PENDING, task.number, task.polls)

    def finish(self, task: Task[Any], state: TaskState, outcome: object) -> None:
        recorder, number = self.recorder, task.number
        if state is TaskState.READY:
            recorder.emit(_READY, number, task.polls, recorder.value(outcome))
        elif state is TaskState.RAISED:
            assert isinstance(outcome, BaseException)
            recorder.emit(_RAISED, number, task.polls, *recorder.error(outcome))
        else:
            recorder.emit(_DROPPED, number, "aborted")
        outer, recorder.because = recorder.because, f"task {number} ended"
        try:
            super().finish(task, state, outcome)
        finally:
            recorder.because = outer


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
        if source.kind == "signals":
            return "signals"
        if source.kind == "process":
            return self.recorder.names.process(source.fd)
        return self.recorder.names.fd(source.fd)

    def make_timer(self, deadline: float, waker: Waker) -> Timer:
        return RecordingTimer(deadline, waker, self.recorder.next_timer())

    def arm(self, delay: float, waker: Waker) -> Timer:
        with self.recorder.acting("reactor"):
            timer = super().arm(delay, waker)
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
        known = interest in source.wakers
        with self.recorder.acting("reactor"):
            super().register(source, interest, waker, owner)
        if not known:
            where = self._source(source)
            self.recorder.emit(_REGISTERED, _task(waker), where, interest.name)

    def deregister(self, source: Source, interest: Interest, owner: Future[Any]) -> None:
        waker = source.wakers.get(interest)
        if waker is not None and source.owners.get(interest) is owner:
            where = self._source(source)
            self.recorder.emit(_REMOVED, _task(waker), where, interest.name)
        super().deregister(source, interest, owner)

    def dispatch(self, source: Source, ready: Interest, hung_up: bool, event: object) -> None:
        text = self._event_in_words(event)
        self.recorder.emit(_DISPATCHED, self._source(source), text)
        super().dispatch(source, ready, hung_up, event)

    def wake(self, source: Source, interest: Interest) -> None:
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
        text = "failed" if error is not None else self._recording_kernel.describe(result)
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
        try:
            with self.recorder.acting("reactor"):
                super().park(block, at_most)
        finally:
            kernel.on_return = None
            kernel.describe.until = ""

    def prepare_notify(self) -> None:
        with self.recorder.acting("reactor"):
            super().prepare_notify()

    def fall_asleep(self) -> None:
        with self.recorder.acting("reactor"):
            super().fall_asleep()

    def _unparked(self, events: int) -> None:
        self._recording_kernel.on_return = None
        self.recorder.emit(_UNPARKED, events)

    def shut_down(self) -> None:
        with self.recorder.acting("reactor"):
            super().shut_down()


def _number(timer: Timer) -> int:
    assert isinstance(timer, RecordingTimer)
    return timer.number


def _task(waker: Waker | None) -> int | None:
    return waker.task.number if isinstance(waker, RecordingWaker) else None


def build(backend: str, recorder: Recorder) -> Executor:
    """An executor as `wakepoint.runtime.build` makes it, with every seam recorded."""
    return RecordingExecutor(RecordingReactor(backend, recorder), recorder)
