"""The recording executor, reactor and waker: the runtime's own, each noting what it does."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, TypeVar, cast

from wakepoint import backends
from wakepoint.contract import InFlight
from wakepoint.executor import Executor
from wakepoint.handle import JoinHandle, Task, TaskState
from wakepoint.kernel import Kernel
from wakepoint.reactor import Timer
from wakepoint.recording import calls
from wakepoint.recording.kernel import RecordingKernel
from wakepoint.recording.recorder import Recorder
from wakepoint.recording.safe_repr import safe_repr
from wakepoint.recording.steady import SteadyReactor
from wakepoint.source import Interest, Source
from wakepoint.task import Future, Waker

T = TypeVar("T")

_ADJECTIVES = {Interest.READ: "readable", Interest.WRITE: "writable"}


class RecordingWaker(Waker):
    """A waker whose clones know who holds them, as each would be counted in Rust."""

    __slots__ = ("_executor", "holder", "task", "used")

    def __init__(
        self, executor: RecordingExecutor, task: Task[Any], holder: str | None = None
    ) -> None:
        super().__init__(lambda: executor.wake(task))
        self._executor = executor
        self.task = task
        self.holder = holder
        self.used = False

    def wake(self) -> None:
        self.used = True
        super().wake()

    def clone(self) -> Waker:
        recorder = self._executor.recorder
        recorder.emit("waker.cloned", task=self.task.number, holder=recorder.actor)
        return RecordingWaker(self._executor, self.task, recorder.actor)

    def will_wake(self, other: Waker) -> bool:
        return isinstance(other, RecordingWaker) and other.task is self.task

    def __del__(self) -> None:
        executor = self._executor
        if self.holder is not None and not self.used and not executor.closed:
            executor.recorder.emit("waker.dropped", task=self.task.number, holder=self.holder)


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
        text = given if isinstance(given, str) else safe_repr(given)
        self.recorder.emit("task.spawned", task=task.number, name=text)
        return handle

    def wake(self, task: Task[Any]) -> None:
        """What a recording waker calls: schedules the task and notes whether that did anything."""
        because = self.recorder.because
        number = task.number
        queued = self.schedule(task)
        self.recorder.emit("waker.woken", task=number, queued=queued, because=because)

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
        recorder.emit("task.polled", task=task.number, poll=task.polls + 1)
        with recorder.acting(f"task {task.number}"):
            super().poll(task)
        if not task.done:
            recorder.emit("task.pending", task=task.number, poll=task.polls)

    def finish(self, task: Task[Any], state: TaskState, outcome: object) -> None:
        facts: dict[str, Any] = {"task": task.number}
        recorder = self.recorder
        if state is TaskState.READY:
            recorder.emit("task.ready", **facts, poll=task.polls, value=recorder.value(outcome))
        elif state is TaskState.RAISED:
            error, message = type(outcome).__name__, recorder.names.normalise(str(outcome))
            recorder.emit("task.raised", **facts, poll=task.polls, error=error, message=message)
        else:
            recorder.emit("task.dropped", **facts, why="aborted")
        with recorder.reason(f"task {task.number} ended"):
            super().finish(task, state, outcome)


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

    def _timer(self, timer: Timer) -> str:
        return f"timer {self.recorder.number('timer', timer)}"

    def _source(self, source: Source) -> str:
        if source.kind == "signals":
            return "signals"
        if source.kind == "process":
            return self.recorder.names.process(source.fd)
        return self.recorder.names.fd(source.fd)

    def arm(self, delay: float, waker: Waker) -> Timer:
        with self.recorder.acting("reactor"):
            timer = super().arm(delay, waker)
        self.recorder.emit(
            "timer.armed",
            timer=self.recorder.number("timer", timer),
            task=_task(waker),
            delay=f"{delay * 1000:g} ms",
        )
        return timer

    def disarm(self, timer: Timer) -> None:
        number = self.recorder.number("timer", timer)
        self.recorder.emit("timer.cancelled", timer=number, task=_task(timer.waker))
        super().disarm(timer)

    def fire(self, timer: Timer) -> None:
        number = self.recorder.number("timer", timer)
        self.recorder.emit("timer.fired", timer=number, task=_task(timer.waker))
        with self.recorder.reason(f"timer {number} fired"):
            super().fire(timer)

    def register(
        self, source: Source, interest: Interest, waker: Waker, owner: Future[Any]
    ) -> None:
        known = interest in source.wakers
        with self.recorder.acting("reactor"):
            super().register(source, interest, waker, owner)
        if not known:
            self.recorder.emit(
                "interest.registered",
                task=_task(waker),
                source=self._source(source),
                interest=interest.name,
            )

    def deregister(self, source: Source, interest: Interest, owner: Future[Any]) -> None:
        waker = source.wakers.get(interest)
        if waker is not None and source.owners.get(interest) is owner:
            self.recorder.emit(
                "interest.removed",
                task=_task(waker),
                source=self._source(source),
                interest=interest.name,
            )
        super().deregister(source, interest, owner)

    def dispatch(self, source: Source, ready: Interest, hung_up: bool, event: object) -> None:
        text = self._event_in_words(event)
        self.recorder.emit("event.dispatched", source=self._source(source), event=text)
        super().dispatch(source, ready, hung_up, event)

    def wake(self, source: Source, interest: Interest) -> None:
        happened = "closed" if source.closed else _ADJECTIVES[interest]
        with self.recorder.reason(f"{self._source(source)} {happened}"):
            super().wake(source, interest)

    def submit(self, operation: InFlight) -> None:
        self.recorder.emit(
            "operation.submitted",
            operation=self.recorder.number("operation", operation),
            task=_task(operation.waker),
            source=self._source(operation.source),
            name=operation.name,
        )
        super().submit(operation)

    def complete(self, operation: InFlight, result: Any, error: OSError | None) -> None:
        number = self.recorder.number("operation", operation)
        text = "failed" if error is not None else self._recording_kernel.describe(result)
        self.recorder.emit(
            "operation.completed",
            operation=number,
            result=text,
            error=None if error is None else calls.error_name(error),
        )
        reason = f"{operation.name} on {self._source(operation.source)} completed"
        with self.recorder.reason(reason):
            super().complete(operation, result, error)

    def cancel(self, operation: InFlight) -> None:
        number = self.recorder.number("operation", operation)
        self.recorder.emit("operation.cancelled", operation=number)
        super().cancel(operation)

    def park(self, block: bool, at_most: float | None = None) -> None:
        timer = self.next_timer()
        until = "" if not block else "event" if timer is None else self._timer(timer)
        kernel = self._recording_kernel
        kernel.describe.until = until
        if block:
            self.recorder.emit("executor.parked", until=until)
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
        self.recorder.emit("executor.unparked", events=events)

    def shut_down(self) -> None:
        with self.recorder.acting("reactor"):
            super().shut_down()


def _task(waker: Waker | None) -> int | None:
    return waker.task.number if isinstance(waker, RecordingWaker) else None


def build(backend: str, recorder: Recorder) -> Executor:
    """An executor as `wakepoint.runtime.build` makes it, with every seam recorded."""
    return RecordingExecutor(RecordingReactor(backend, recorder), recorder)
