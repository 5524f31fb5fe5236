"""Tasks whose wakers are known: who keeps one, and whether the task wakes itself."""

from __future__ import annotations

import sys
import weakref
from _thread import get_ident
from collections.abc import Iterator
from types import CoroutineType, FrameType
from typing import Any, TypeVar

from wakepoint.coroutine import CoroutineFuture
from wakepoint.future import Compound, Future, Resumable
from wakepoint.handle import JoinHandle, Schedule, TaskBesideWaker
from wakepoint.task import Waker

T = TypeVar("T")


class WatchedTask(TaskBesideWaker[T, "WatchedWaker"]):
    """A task whose wakers are known.

    Attributes:
        kept: The clones of its waker that are alive.
        polled_on: The thread that polls it just now; None between polls.
        woke_itself: True if it did so in the poll that goes on, or in the last one.
        in_a_row: In how many polls it has done so, one after the other.
    """

    __slots__ = ("in_a_row", "kept", "polled_on", "woke_itself")

    def __init__(
        self,
        executor: Schedule,
        coroutine: CoroutineType[Any, Any, T] | None,
        future: Future[T] | None,
        number: int,
        name: str,
    ) -> None:
        super().__init__(executor, coroutine, future, number, name)
        self.kept: weakref.WeakSet[KeptWaker] = weakref.WeakSet()
        self.polled_on: int | None = None
        self.woke_itself = False
        self.in_a_row = 0
        self._waker = WatchedWaker(self)

    @property
    def in_words(self) -> str:
        """Its number and name."""
        return f"task {self.number} ({self.name})"

    def forgetful_leaf(self) -> tuple[Future[Any], Future[Any]] | None:
        """What answered PENDING and has kept no waker, though nobody has woken the task.

        Returns:
            That future, and the one in the task that awaits it; None if all is well.
        """
        leaves = [*leaves_of(self.future)]
        polled = {number for waker in [*self.kept] for number in waker.polled}
        if len(leaves) == 1 and self.kept:
            # What it awaits may stand on something that has the task's waker since an earlier poll.
            return None
        for leaf, owner in leaves:
            if not (leaf.wakes_nobody or isinstance(leaf, JoinHandle) or id(leaf) in polled):
                # Asked in this order: another thread wakes the task before it lets go of a waker.
                return None if self.queued or self._lent else (leaf, owner)
        return None

    @property
    def _lent(self) -> bool:
        """True if somebody keeps the waker of the context, without having cloned it.

        In Rust that cannot be, and here it does no harm.
        """
        known = [each for each in _tree(self.future) if getattr(each, "waker", None) is self._waker]
        return _references(self) - _REFERENCES > len(known)


class WatchedWaker(Waker):
    """The waker that a watched task is polled with."""

    __slots__ = ("__weakref__", "task")

    def __init__(self, task: WatchedTask[Any]) -> None:
        self.task = task

    def wake(self) -> bool:
        """Puts the task into the run queue, and notes whether it is the task itself that does."""
        task = self.task
        if task.polled_on == get_ident():
            task.woke_itself = True
        return task.wake()

    def clone(self) -> Waker:
        """One that its task knows of as long as somebody has it."""
        kept = KeptWaker(self.task, _polled_at(sys._getframe(1)))  # noqa: SLF001 - documented so
        self.task.kept.add(kept)
        return kept

    def will_wake(self, other: Waker) -> bool:
        return isinstance(other, WatchedWaker) and other.task is self.task


class KeptWaker(WatchedWaker):
    """A clone.

    Attributes:
        polled: The futures in whose ``poll`` it was made, as `id` numbers them.
    """

    __slots__ = ("polled",)

    def __init__(self, task: WatchedTask[Any], polled: frozenset[int]) -> None:
        super().__init__(task)
        self.polled = polled


def _polled_at(frame: FrameType | None) -> frozenset[int]:
    """The futures that are polled where that frame runs, each within the one before."""
    polled: set[int] = set()
    while frame is not None:
        code = frame.f_code
        # Of no other function: reading a frame's variables keeps them alive in some Pythons.
        if code.co_name == "poll" and code.co_argcount == 2:
            polled.add(id(frame.f_locals.get(code.co_varnames[0])))
        frame = frame.f_back
    return frozenset(polled)


def _tree(root: Future[Any] | None) -> Iterator[Future[Any]]:
    """A future and all in it that it waits for."""
    todo = [] if root is None else [root]
    while todo:
        future = todo.pop()
        yield future
        if isinstance(future, Compound):
            todo += reversed(future.inner_futures)


def leaves_of(root: Future[Any] | None) -> Iterator[tuple[Future[Any], Future[Any]]]:
    """The futures that wait for no other one, each with the code that awaits it."""
    todo = [] if root is None else [(root, root)]
    while todo:
        future, owner = todo.pop()
        if isinstance(future, Resumable):
            owner = future
        inner = future.inner_futures if isinstance(future, Compound) else ()
        todo += [(each, owner) for each in reversed(inner)]
        if not (inner or isinstance(future, CoroutineFuture)):
            yield future, owner


def _references(task: WatchedTask[Any]) -> int:
    return sys.getrefcount(task._waker)  # noqa: SLF001 - the property would hold one more


class _Holder:
    """Has a waker as a task has it."""

    def __init__(self) -> None:
        self._waker = Waker.__new__(WatchedWaker)


_REFERENCES = _references(_Holder())  # type: ignore[arg-type]
"""How many there are if nobody keeps a task's waker: it depends on the Python."""
