"""Tasks that end with the block that spawned them: structured concurrency."""

from __future__ import annotations

from collections.abc import Awaitable
from types import TracebackType
from typing import Any, NoReturn, TypeVar

from wakepoint.cancelling import tell_beside
from wakepoint.coroutine import into_future
from wakepoint.driver import current_context
from wakepoint.errors import Cancelled
from wakepoint.future import Once, Resumable
from wakepoint.handle import JoinHandle, Task, TaskState
from wakepoint.join_set import AllEnded, JoinSet
from wakepoint.task import Context, Poll, Ready

T = TypeVar("T")


class TaskGroup:
    """Tasks that have all ended when its ``async with`` block is left.

    It is asyncio's TaskGroup and trio's nursery. If a task of the group raises, the others are
    aborted and the body of the block is cancelled where it is suspended; so is everybody if the
    body raises or is cancelled itself. All of them may await while they end. When the last has
    ended, whatever was raised comes out in one ExceptionGroup; a task that was aborted by itself
    is no failure.

    If the coroutine with the block is dropped, which cannot wait, the tasks are aborted and nobody
    waits for them.

    Example:
        >>> from wakepoint import TaskGroup, run, sleep
        >>> async def fetch(page):
        ...     await sleep(page / 1000)
        ...     if page == 2:
        ...         raise ValueError("no such page")
        ...     return page
        >>> async def main():
        ...     async with TaskGroup() as group:
        ...         first = group.spawn(fetch(1))
        ...     print(await first)
        ...     try:
        ...         async with TaskGroup() as group:
        ...             group.spawn(fetch(2))
        ...             group.spawn(fetch(3600))
        ...     except* ValueError as errors:
        ...         print(errors.exceptions)
        >>> run(main())
        1
        (ValueError('no such page'),)
    """

    def __init__(self) -> None:
        self._tasks = _Members(self)
        self._errors: list[Exception] = []
        self._body: Body | None = None
        self._state = "new"
        self._cancellation: Cancelled | None = None

    def __repr__(self) -> str:
        return f"<TaskGroup {self._state}, {len(self._tasks)} tasks run>"

    def spawn(self, future: Awaitable[T], *, name: str | None = None) -> JoinHandle[T]:
        """Runs a future as a task of this group; see `wakepoint.spawn`.

        The tasks of the group may spawn others in it, also when the body has ended.

        Raises:
            RuntimeError: Before the block is entered, after it was left, and while the group ends
                because somebody failed or `abort` was called.
        """
        if self._state == "open" and self._cancellation is None:
            return self._tasks.spawn(future, name=name)
        into_future(future).drop()  # or Python would say of a coroutine that nobody awaited it
        if self._state == "new":
            raise RuntimeError("a TaskGroup spawns in its block: async with TaskGroup() as group")
        if self._state == "over":
            raise RuntimeError("this TaskGroup is over: its block was left")
        raise RuntimeError(f"this TaskGroup takes no more tasks: {self._cancellation}")

    def abort(self) -> None:
        """Aborts every task of the group and cancels the body. That is no failure.

        The block ends when all of them have ended, as if everybody had come to an end by himself
        (trio's ``nursery.cancel_scope.cancel()``).
        """
        if self._state == "open":
            self._end_all("the group was aborted")

    def __aenter__(self) -> Entering:
        if self._state != "new":
            raise RuntimeError("a TaskGroup has one block; make another one")
        return Entering(self)

    def entered(self, cx: Context) -> None:
        """The block begins, in whatever is polled with that context."""
        self._state, self._body = "open", Body(cx)

    def task_ended(self, handle: JoinHandle[Any]) -> None:
        """A task has ended; if it failed, everybody else ends too."""
        task = handle.task
        if task.state is not TaskState.RAISED:
            return
        error = task.outcome.error
        if not isinstance(error, Exception):
            return  # Ctrl-C and its like end the run as well
        self._errors.append(error)
        self._end_all(f"task {task.number} ({task.name}) of the same group failed")

    def _end_all(self, why: str) -> None:
        if self._cancellation is not None:
            return
        self._cancellation = Cancelled(why)
        if self._body is not None:
            self._body.cancel(self._cancellation)
        self._tasks.abort_all()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        body, self._body = self._body, None
        assert body is not None
        if self._cancellation is not None:
            body.retract(self._cancellation)
        by_us = error is not None and error is self._cancellation
        if error is not None and not by_us:
            self._end_all("the body of the group failed")
        # If the coroutine is being dropped, nothing can be awaited.
        cancelled = None if current_context() is None else await self._all_ended()
        # Not to be kept: a cancellation that came meanwhile is raised when this one is gone.
        self._state, self._cancellation = "over", None
        if isinstance(error, Exception):
            self._errors.append(error)
        elif not (error is None or isinstance(error, Cancelled)):  # Ctrl-C for instance
            tell_beside(error, [("a task of the group", each) for each in self._errors])
            return False
        if error is not None and not by_us:
            cancelled = cancelled or (error if isinstance(error, Cancelled) else None)
        if self._errors:
            if cancelled is not None:
                # Whoever handles the errors and goes on is told of it at the next await.
                body.cancel(Cancelled(*cancelled.args))
            raise_alone(ExceptionGroup("tasks of a group failed", self._errors))
        if cancelled is not None and cancelled is not error:
            raise cancelled
        return by_us

    async def _all_ended(self) -> Cancelled | None:
        """Waits for every task; returns the cancellation that came meanwhile."""
        cancelled = None
        while True:
            try:
                await AllEnded(self._tasks)
            except Cancelled as error:
                cancelled = cancelled or error
                self._end_all(str(error))
            else:
                return cancelled


class _Members(JoinSet[Any]):
    """The tasks that run; the group keeps no result."""

    def __init__(self, group: TaskGroup) -> None:
        super().__init__()
        self._group = group

    def ended(self, handle: JoinHandle[Any]) -> None:
        super().ended(handle)
        self.try_join_next()
        self._group.task_ended(handle)


class Body:
    """The body of a block: what runs it can be cancelled.

    Args:
        cx: What the body is polled with. That is whatever runs it.
    """

    def __init__(self, cx: Context) -> None:
        if not (isinstance(cx, Task) or hasattr(cx, "future")):  # see `wakepoint.future.Within`
            raise TypeError("the block of a TaskGroup stands in an async function")
        self._cx: Any = cx

    def cancel(self, cancellation: Cancelled) -> None:
        """Raises it where the body is suspended."""
        runs = self._runs()
        if runs is not None:
            runs.cancel(cancellation)
            self._cx.waker.wake()

    def retract(self, cancellation: Cancelled) -> None:
        """Takes it back, if it was not raised yet."""
        runs = self._runs()
        if runs is not None:
            runs.retract(cancellation)

    def _runs(self) -> Resumable[Any] | None:
        """What runs the body; None if that has ended."""
        runs = self._cx.future
        return runs if isinstance(runs, Resumable) else None


class Entering(Once[TaskGroup]):
    """The beginning of a group's block; made by ``async with``."""

    __slots__ = ("_group",)

    def __init__(self, group: TaskGroup) -> None:
        self._group = group

    def __repr__(self) -> str:
        return "the beginning of a TaskGroup"

    def advance(self, cx: Context) -> Poll[TaskGroup]:
        """Ready at once.

        Raises:
            RuntimeError: If no async function awaits it.
        """
        self._group.entered(cx)
        return Ready(self._group)


def raise_alone(error: BaseException) -> NoReturn:
    """Raises an exception without a ``__context__``: the cancellation that is handled meanwhile."""
    try:
        raise error  # noqa: TRY301 - only once it was raised has it a context
    except BaseException:
        error.__context__ = None
        raise
    finally:
        del error
