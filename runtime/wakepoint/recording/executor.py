"""The recording executor and its wakers: the runtime's own, each noting what it does."""

from __future__ import annotations

from _thread import get_ident
from collections.abc import Awaitable
from types import CoroutineType
from typing import Any, TypeVar, cast

from wakepoint.executor import Executor
from wakepoint.future import Future
from wakepoint.handle import JoinHandle, Task, TaskBesideWaker, TaskState
from wakepoint.reactor import Reactor
from wakepoint.recording.foreign_repr import is_a
from wakepoint.recording.log import Shape
from wakepoint.recording.reasons import operation
from wakepoint.recording.recorder import Recorder
from wakepoint.recording.safe_repr import safe_repr
from wakepoint.scheduler import EVENT_INTERVAL
from wakepoint.task import Waker

T = TypeVar("T")

_CLONED = Shape("waker.cloned", "task", "holder")
_WOKEN = Shape("waker.woken", "task", "queued", "because")
_WAKER_DROPPED = Shape("waker.dropped", "task", "holder")
_SPAWNED = Shape("task.spawned", "task", "name")
_POLLED = Shape("task.polled", "task", "poll")
_PENDING = Shape("task.pending", "task", "poll")
_READY = Shape("task.ready", "task", "poll", "value")
_RAISED = Shape("task.raised", "task", "poll", "error", "message")
_DROPPED = Shape("task.dropped", "task", "why")


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

    def wake(self) -> None:
        """Schedules the task and notes whether that did anything."""
        self.used = True
        executor, task = self._executor, self.task
        recorder = executor.recorder
        because = recorder.because or operation(recorder.actor)
        if recorder.full or get_ident() != recorder.thread:
            # Told before it is done: once the task is in the queue, its own thread may go on.
            recorder.emit(_WOKEN, task.number, not task.queued, because)
            task.wake()
            return
        queued = task.wake()
        try:
            recorder.log.add((_WOKEN, recorder.actors[-1], task.number, queued, because))
        except MemoryError as error:
            recorder.out_of_memory(error)

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


class RecordingTask(TaskBesideWaker[T, RecordingWaker]):
    """A task of which it is told who wakes it.

    Attributes:
        polls: How often it was polled.
    """

    __slots__ = ("polls",)

    def __init__(
        self,
        executor: RecordingExecutor,
        coroutine: CoroutineType[Any, Any, T] | None,
        future: Future[T] | None,
        number: int,
        name: str,
    ) -> None:
        super().__init__(executor, coroutine, future, number, name)
        self._waker = RecordingWaker(executor, self)
        self.polls = 0


class RecordingExecutor(Executor):
    """Notes spawns, polls and their outcomes, wakes and parking."""

    task_class = RecordingTask

    # Each look is a wait in the recording; how many there are is chance, so look seldom.
    thread_check_interval = 1.0
    # A problem names who goes on; to look after a second would be a wait more in the recording.
    patience = None

    def __init__(self, reactor: Reactor, recorder: Recorder) -> None:
        self.recorder = recorder
        self.closed = False
        self._is_followed = False  # true while it polls on the recorder's thread
        super().__init__(reactor)

    def spawn(self, future: Awaitable[T], *, name: str | None = None) -> JoinHandle[T]:
        handle = super().spawn(future, name=name)
        task = handle.task
        given: object = task.name  # whatever the script gave
        try:
            text = str.__str__(given) if is_a(given, str) else safe_repr(given)
        except Exception as error:
            text = self.recorder.untold(error)
        self.recorder.emit(_SPAWNED, task.number, text)
        return handle

    def block_on(self, future: Awaitable[T]) -> T:
        self._is_followed = get_ident() == self.recorder.thread
        with self.recorder.acting("executor"):
            try:
                return super().block_on(future)
            finally:
                self.closed = True

    def interrupted(self, error: BaseException) -> None:
        self.recorder.goes_on = self.recorder.goes_on or self.lingering.untold()
        super().interrupted(error)

    def run_batch(self, most: int = EVENT_INTERVAL) -> int:
        queue, attention = self._queue, self.attention
        polled = 0
        for polled in range(1, most + 1):  # noqa: B007 - as in `Scheduler.run_batch`
            task = queue.popleft()
            if not task.done:
                task.queued = False
                self.poll(task)
            del task
            if attention.needed or not queue:
                break
        return polled

    def poll(self, task: Task[Any]) -> None:
        task = cast("RecordingTask[Any]", task)  # it makes no other
        task.polls += 1
        recorder = self.recorder
        if recorder.full or not self._is_followed:
            self._poll_elsewhere(task)
            return
        actors, log, number = recorder.actors, recorder.log, task.number
        try:
            log.add((_POLLED, actors[-1], number, task.polls))
        except MemoryError as error:
            recorder.out_of_memory(error)
            self._poll_elsewhere(task)
            return
        actors.append(task.waker.name)
        try:
            super().poll(task)
        finally:
            actors.pop()
        try:
            if task.state is TaskState.PENDING:
                log.add((_PENDING, actors[-1], number, task.polls))
        except MemoryError as error:
            recorder.out_of_memory(error)
        del task  # as in `Scheduler.poll`
        if len(log.items) >= log.look_at:
            recorder.look()

    def _poll_elsewhere(self, task: RecordingTask[Any]) -> None:
        """Polls where nobody acts: on another thread, or when no more is told."""
        recorder = self.recorder
        recorder.emit(_POLLED, task.number, task.polls)
        super().poll(task)
        if not task.done:
            recorder.emit(_PENDING, task.number, task.polls)
        del task

    def finish(self, task: Task[Any], state: TaskState, outcome: object) -> None:
        recorder, number = self.recorder, task.number
        polls = cast("RecordingTask[Any]", task).polls
        if state is TaskState.READY:
            recorder.emit(_READY, number, polls, self._value(outcome))
        elif state is TaskState.RAISED:
            assert isinstance(outcome, BaseException)
            recorder.emit(_RAISED, number, polls, *self._error(outcome))
        else:
            recorder.emit(_DROPPED, number, "aborted")
        outer, recorder.because = recorder.because, f"task {number} ended"
        try:
            super().finish(task, state, outcome)
        finally:
            recorder.because = outer

    def _value(self, outcome: object) -> str:
        try:
            return self.recorder.value(outcome)
        except Exception as error:
            return self.recorder.untold(error)

    def _error(self, outcome: BaseException) -> tuple[str, str]:
        try:
            return self.recorder.error(outcome)
        except Exception as error:
            return self.recorder.untold(error), ""
