"""Who waits for what, when nobody is left to wake anybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any

from wakepoint.coroutine import CoroutineFuture
from wakepoint.errors import Deadlock, WaitingTask
from wakepoint.failure import is_of_the_runtime
from wakepoint.future import Compound, Future, Resumable
from wakepoint.handle import JoinHandle, Task


def deadlock(tasks: Iterable[Task[Any]]) -> Deadlock:
    """The error that tells of tasks that nobody will wake."""
    tasks = list(tasks)
    return Deadlock(tuple(describe(task) for task in tasks), tuple(circles(tasks)))


def describe(task: Task[Any]) -> WaitingTask:
    """What a pending task waits for, and at which line of its own code."""
    future = task.future
    if not isinstance(future, CoroutineFuture):
        filename, line, leaf = _innermost(future)
        return WaitingTask(task.number, task.name, filename, line, in_words(leaf))
    # A coroutine of ours that it awaits has lines too, but they are nothing to whoever reads this.
    theirs = [frame for frame in frames(future) if not is_of_the_runtime(frame)]
    frame = theirs[-1] if theirs else None
    return WaitingTask(
        task=task.number,
        name=task.name,
        filename=frame.f_code.co_filename if frame else None,
        line=frame.f_lineno if frame else None,
        waits_for=waited_for(future),
    )


def _innermost(future: object) -> tuple[str | None, int | None, object]:
    """The ``await`` of the last in a chain of lowered machines, and what that waits for."""
    filename, line = None, None
    while isinstance(future, Resumable) and (suspended := future.suspended_at) is not None:
        filename, line, future = suspended
    return filename, line, future


def frames(future: CoroutineFuture[Any]) -> Iterator[FrameType]:
    """The frames of the coroutines that are suspended below the task, outermost first."""
    coroutine: Any = future.coroutine
    while coroutine is not None and getattr(coroutine, "cr_frame", None) is not None:
        yield coroutine.cr_frame
        coroutine = coroutine.cr_await


def waited_for(future: CoroutineFuture[Any]) -> str:
    """The leaf future in words; what a join waits for is listed inside it."""
    leaf: Future[Any] | None = future.waits_for
    return "nothing: it was never polled" if leaf is None else in_words(leaf)


def in_words(future: object) -> str:
    """The future's own description, or its class where that would be a memory address."""
    if type(future).__repr__ is object.__repr__:
        return f"a {type(future).__name__} that nobody wakes"
    return repr(future)


def joined(task: Task[Any]) -> list[Task[Any]]:
    """The tasks for whose end a task waits, alone or among other things."""
    # Not `Task.future`: another thread may look, while the executor resumes the coroutine.
    todo: list[Any] = [task.runs if task.coroutine is None else task.waits_for]
    tasks: list[Task[Any]] = []
    while todo:
        future = todo.pop()
        if isinstance(future, JoinHandle):
            tasks.append(future.task)
        elif isinstance(future, Compound):
            todo += reversed(future.inner_futures)
    return tasks


def circles(tasks: Iterable[Task[Any]]) -> Iterator[tuple[int, ...]]:
    """Tasks that wait for each other's end, by number; each task is in one circle at most.

    Each waits for the next, and the last for the first.
    """
    joins = {task.number: [each.number for each in joined(task)] for task in tasks}
    over: set[int] = set()
    for first in joins:
        path: dict[int, None] = {}  # in the order of its keys
        ways = [iter([first])]
        while ways:
            number = next(ways[-1], None)
            if number is None:
                ways.pop()
                if path:
                    over.add(path.popitem()[0])
            elif number in path:
                way = list(path)
                circle = way[way.index(number) :]
                if over.isdisjoint(circle):
                    yield tuple(circle)
                    over.update(circle)
            elif number in joins and number not in over:
                path[number] = None
                ways.append(iter(joins[number]))
