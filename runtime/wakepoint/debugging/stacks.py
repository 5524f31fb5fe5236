"""The await stack of every task: where each stands, what for, and who would wake it."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import AsyncGeneratorType, CoroutineType, FrameType, GeneratorType
from typing import Any

from wakepoint.coroutine import CoroutineFuture
from wakepoint.deadlock import circles, in_words, joined
from wakepoint.debugging.holders import holders
from wakepoint.executor import Executor
from wakepoint.failure import is_of_the_runtime
from wakepoint.future import Compound, Future, Resumable
from wakepoint.handle import JoinHandle, Task

_RUNNING_HERE = (Executor.block_on.__code__, Executor.try_tick.__code__)
_RESUMABLE = (CoroutineType, GeneratorType, AsyncGeneratorType)


@dataclass(frozen=True, slots=True)
class StackFrame:
    """A function that stands at an ``await``, or runs.

    Attributes:
        filename: Its file.
        line: The line where it stands.
        function: Its name.
    """

    filename: str
    line: int
    function: str

    def __str__(self) -> str:
        return f"{self.filename}:{self.line} {self.function}"


@dataclass(frozen=True, slots=True)
class AwaitStack:
    """One future: the functions that await each other, and what the innermost waits for.

    Attributes:
        frames: The functions, outermost first; those of the runtime are left out.
        waits_for: The innermost future in words; None if nothing is awaited.
        branches: What that consists of, if it is a `join` or its like: a stack for each.
    """

    frames: tuple[StackFrame, ...]
    waits_for: str | None
    branches: tuple[AwaitStack, ...]


@dataclass(frozen=True, slots=True)
class TaskStack:
    """A task of a running executor, as `await_stacks` gives it.

    Attributes:
        task: The task's number, from 1 in the order of spawning.
        name: What it runs.
        state: ``running`` (in the middle of a poll), ``queued`` (woken, to be polled) or ``waits``.
        thread: The name of the thread that its executor runs on.
        stack: Where it stands.
        joins: The numbers of the tasks for whose end it waits.
        held_by: Who holds its waker or its handle, as far as the runtime knows them.
    """

    task: int
    name: str
    state: str
    thread: str
    stack: AwaitStack
    joins: tuple[int, ...]
    held_by: tuple[str, ...]

    @property
    def waits_for(self) -> str | None:
        """The future that it waits for, in words."""
        return self.stack.waits_for


@dataclass(frozen=True, slots=True)
class Running:
    """An executor that runs on a thread.

    Attributes:
        executor: The executor.
        thread: The thread's name.
        frames: What goes on there, outermost first, from the executor on.
    """

    executor: Executor
    thread: str
    frames: tuple[FrameType, ...]

    @property
    def circles(self) -> tuple[tuple[int, ...], ...]:
        """Tasks that wait for each other's end, by number."""
        return tuple(circles(list(self.executor.tasks.values())))


def await_stacks() -> tuple[TaskStack, ...]:
    """Every task that has not ended, of all executors that run in this process.

    Any thread may call it, a task and a signal handler too. It looks through all objects there
    are for those that hold a waker, so it takes longer the more there are.

    Returns:
        The tasks, in the order of spawning, one executor after the other.
    """
    return tuple(stack for each in running() for stack in stacks_of(each))


def running() -> Iterator[Running]:
    """The executors that run just now, found by the frames of the threads."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    for ident, top in sys._current_frames().items():  # noqa: SLF001 - documented so
        frames: list[FrameType] = []
        frame: FrameType | None = top
        while frame is not None:
            frames.insert(0, frame)
            if frame.f_code in _RUNNING_HERE:
                executor = frame.f_locals["self"]
                yield Running(executor, names.get(ident, f"thread {ident}"), tuple(frames))
                frames = []  # what is around is another executor's
            frame = frame.f_back


def stacks_of(here: Running) -> list[TaskStack]:
    """The tasks of an executor."""
    tasks = list(here.executor.tasks.values())
    polled = here.executor.interrupts.polling
    held_by = holders(tasks)
    return [
        TaskStack(
            task=task.number,
            name=str(task.name),
            state=_state(task, polled),
            thread=here.thread,
            stack=_live(here) if task is polled else _standing(task),
            joins=() if task is polled else tuple(each.number for each in joined(task)),
            held_by=held_by.get(task.number, ()),
        )
        for task in tasks
    ]


def _state(task: Task[Any], polled: Task[Any] | None) -> str:
    if task is polled:
        return "running"
    return "queued" if task.queued else "waits"


def _live(here: Running) -> AwaitStack:
    """The stack of the task that is being polled: that of the thread."""
    return AwaitStack(_of_users(here.frames), None, ())


def _standing(task: Task[Any]) -> AwaitStack:
    """The stack of a task that waits."""
    runs = task.runs
    if isinstance(runs, CoroutineType):
        return _with_branches(_of_users(_suspended(runs)), task.waits_for)
    return stack_of(runs)


def stack_of(future: object) -> AwaitStack:
    """The stack of a future that waits."""
    if isinstance(future, CoroutineFuture):
        return _with_branches(_of_users(_suspended(future.coroutine)), future.waits_for)
    if isinstance(future, Resumable):
        return _with_branches(*_lowered(future))
    return _with_branches((), future)


def _with_branches(frames: tuple[StackFrame, ...], leaf: object) -> AwaitStack:
    """A stack whose innermost future is that one."""
    if leaf is None:
        return AwaitStack(frames, None, ())
    # What waits for a task is no branch: that task has a stack of its own.
    inner = leaf.inner_futures if isinstance(leaf, Compound) else ()
    branches = [stack_of(each) for each in inner if not isinstance(each, JoinHandle)]
    # One without frames is told in the words of what it is in.
    told = tuple(each for each in branches if each.frames or each.branches)
    return AwaitStack(frames, in_words(leaf), told)


def _lowered(machine: Resumable[Any]) -> tuple[tuple[StackFrame, ...], Future[Any] | None]:
    """The ``await`` of each machine in a chain of lowered ones, and what the last waits for."""
    places: list[StackFrame] = []
    future: Future[Any] = machine
    while isinstance(future, Resumable) and (at := future.suspended_at) is not None:
        filename, line, inner = at
        places.append(StackFrame(filename, line, future.name))
        future = inner
    return tuple(places), None if future is machine else future


def _suspended(awaited: Any) -> Iterator[FrameType]:
    """The frames of a coroutine and of what it awaits, outermost first."""
    while awaited is not None:
        for attribute in ("cr_frame", "gi_frame", "ag_frame"):
            frame = getattr(awaited, attribute, None)
            if frame is not None:
                yield frame
        awaited = _next(awaited)


def _next(awaited: object) -> object:
    """What a coroutine or a generator awaits."""
    for attribute in ("cr_await", "gi_yieldfrom", "ag_await"):
        if hasattr(awaited, attribute):
            return getattr(awaited, attribute)
    # A step of an async generator, for instance, which tells nobody whose it is.
    inside = [each for each in gc.get_referents(awaited) if isinstance(each, _RESUMABLE)]
    return inside[0] if len(inside) == 1 else None


def _of_users(frames: Iterable[FrameType]) -> tuple[StackFrame, ...]:
    return tuple(
        StackFrame(frame.f_code.co_filename, frame.f_lineno or 1, frame.f_code.co_qualname)
        for frame in frames
        if not is_of_the_runtime(frame)
    )
