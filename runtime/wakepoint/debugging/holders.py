"""Who holds a task's waker, as the collector knows it.

A task is its own waker, so whoever refers to the task may wake it. Of most who do it is known that
they will: timers, sources, futures, other tasks. A list or a variable may hold the handle that
`spawn` returned, as well; nothing is said of those.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from typing import Any

from wakepoint.coroutine import CoroutineFuture
from wakepoint.deadlock import in_words
from wakepoint.future import Compound, Future
from wakepoint.handle import JoinHandle, Task
from wakepoint.reactor import Timer
from wakepoint.source import Source
from wakepoint.task import Context, Waker


def holders(tasks: Iterable[Task[Any]]) -> dict[int, tuple[str, ...]]:
    """Those who hold a waker of the tasks, in words, by the number of the task.

    Somebody whom nothing in the runtime knows is left out: a list, a variable, a thread.
    """
    tasks = list(tasks)
    wakes: dict[int, Task[Any]] = {id(task): task for task in tasks}
    of_recorder = [each for each in gc.get_referrers(*tasks) if _is_waker_of_another_kind(each)]
    for waker in of_recorder:
        for task in gc.get_referents(waker):
            if id(task) in wakes and isinstance(task, Task):
                wakes[id(waker)] = task
    joined = {id(task.joiners): task for task in tasks if task.joiners is not None}
    held_by: dict[int, dict[str, None]] = {}  # the inner one is a set that keeps its order
    for holder in gc.get_referrers(*tasks, *of_recorder):
        for waker, name in _held(holder, joined):
            if id(waker) in wakes:
                held_by.setdefault(wakes[id(waker)].number, {})[name] = None
    return {number: tuple(names) for number, names in held_by.items()}


def _held(holder: object, joined: dict[int, Task[Any]]) -> Iterator[tuple[object, str]]:
    """What somebody holds that may be a waker, and who it is in words."""
    if isinstance(holder, dict):
        task = joined.get(id(holder))
        for key, value in list(holder.items()):
            if task is not None:
                yield value, f"task {task.number} ({task.name}), for its end"
            elif isinstance(key, Future):  # of those who wait each with his waker
                yield value, _in_words(key)
    elif name := _name(holder):
        for each in gc.get_referents(holder):
            yield each, name


def _is_waker_of_another_kind(thing: object) -> bool:
    return isinstance(thing, Waker) and not isinstance(thing, Task)


def _name(holder: object) -> str:
    """Who holds a waker; "" if what it has may be another thing, or is passed on alone."""
    if isinstance(holder, Timer):
        return "a timer"
    if isinstance(holder, Source):
        return f"the reactor, for {holder.kind} {holder.fd}"
    passes_on = isinstance(holder, (CoroutineFuture, JoinHandle, Compound, Context))
    return _in_words(holder) if isinstance(holder, Future) and not passes_on else ""


def _in_words(future: Future[Any]) -> str:
    return in_words(future).removesuffix(" that nobody wakes")
