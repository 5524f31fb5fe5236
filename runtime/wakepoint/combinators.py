"""What `join`, `select` and their like share: several futures in one task. And `yield_now`."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any, ClassVar, TypeVar

from wakepoint.cancelling import ENDS_THE_OTHERS, Answer, Ending
from wakepoint.driver import current_driver
from wakepoint.dropping import drop_all
from wakepoint.future import Cancellable, Future, checked, polled_after_ready, raise_refusal
from wakepoint.handle import Task
from wakepoint.task import PENDING, READY_NONE, Context, Poll

R = TypeVar("R")


class Combined(Cancellable[R]):
    """Several futures in one task; which results it waits for is a subclass's matter.

    Attributes:
        word: The function that makes it.
        running: Those that are not done, by their place.
        ending: Set once it is known what comes out and the others were cancelled.
    """

    __slots__ = ("ending", "running")

    word: ClassVar[str]

    def __init__(self, futures: tuple[Future[Any], ...]) -> None:
        self.running = dict(enumerate(futures))
        self.ending: Ending | None = None

    def __repr__(self) -> str:
        return f"{self.word}({', '.join(map(repr, self.running.values()))})"

    @property
    def name(self) -> str:
        """The function that made it."""
        return self.word

    def take(self, index: int, value: Any) -> Answer | None:
        """Takes the result of one; returns what comes out of all, if that is known now."""
        raise NotImplementedError

    def fail(self, index: int, error: BaseException) -> Answer | None:
        """Takes what one raised, as `take`. Unless a subclass knows better it comes out at once."""
        del index
        return error

    def in_order(self) -> Iterable[tuple[int, Future[Any]]]:
        """Those that are not done, in the order in which they are polled: as they were given."""
        return list(self.running.items())

    def poll(self, cx: Context) -> Poll[R]:
        """Polls those that are not done.

        Once it is known what comes out, the others are cancelled and driven to their end.

        Raises:
            BaseException: What comes out, if that is an exception.
        """
        if self.ending is None:
            self.poll_running(cx)
        elif self.ending.is_over:
            raise polled_after_ready(self)
        return PENDING if self.ending is None else self.ending.drive(cx)

    def poll_running(self, cx: Context) -> None:
        """Polls those that are not done, until it is known what comes out."""
        for index, future in self.in_order():
            try:
                polled = future.poll(cx)
                if polled is PENDING:
                    continue
                answer = self.take(index, checked(future, polled).value)
            except ENDS_THE_OTHERS as error:
                answer = self.fail(index, error)
            del self.running[index]
            if answer is None:
                future.drop()
                continue
            self.end(answer, f"{self.word} was done without it").let_go(future)
            return

    def end(self, answer: Answer, why: str) -> Ending:
        """Cancels those that run; when they have ended, the answer comes out."""
        running, self.running = self.running, {}
        self.ending = Ending(running.values(), answer, why)
        return self.ending

    def cancel(self, cancellation: BaseException) -> None:
        """Cancels each that runs. It ends when the last of them has ended.

        An exception that one of them raises then comes out in place of the cancellation, as it
        does when the cleanup of a coroutine fails.
        """
        if self.ending is None:
            self.end(cancellation, str(cancellation))
        else:
            self.ending.cancel(cancellation)

    @property
    def still_ends(self) -> tuple[Future[Any], ...]:
        return () if self.ending is None else tuple(future for future, _ in self.ending.futures)

    @property
    def inner_futures(self) -> tuple[Future[Any], ...]:
        return (*self.running.values(), *self.still_ends)

    def drop(self) -> None:
        running, self.running = self.running, {}
        drop_all(running.values() if self.ending is None else (*running.values(), self.ending))


class YieldNow(Future[None]):
    """Pending once, having woken its own task; made by `yield_now`.

    Who awaits one twice lets the others go first twice.
    """

    # No slots and no __init__: most are never polled by hand, and have nothing to keep.
    _polls = 0

    def __repr__(self) -> str:
        return "yield_now()"

    def __await__(self) -> Generator[Future[Any], BaseException | None, None]:
        context = current_driver().context
        if type(context) is not Task:
            return (yield from Future.__await__(self))
        # What follows is `Future.__await__` and `poll` in one, and `Task.wake` of the running task.
        task: Task[Any] = context  # type: ignore[assignment]  # it is one
        if not task.queued:
            task.queued = True
            task.executor.enqueue(task)
        try:
            sent = yield self
        except RuntimeError as error:
            raise_refusal(self, error)
        if sent is not None:
            try:
                raise sent
            finally:
                del sent  # whose traceback holds this frame
        return None

    def poll(self, cx: Context) -> Poll[None]:
        self._polls += 1
        if self._polls == 1:
            cx.waker.wake()
            return PENDING
        if self._polls > 2:
            raise polled_after_ready(self)
        return READY_NONE


def yield_now() -> YieldNow:
    """Lets the other queued tasks run first (``tokio::task::yield_now``).

    Cancel safe: there is nothing to lose.

    Example:
        >>> from wakepoint import run, spawn
        >>> async def say(word):
        ...     print(word)
        >>> async def main():
        ...     spawn(say("second"))
        ...     print("first")
        ...     await yield_now()
        ...     print("third")
        >>> run(main())
        first
        second
        third
    """
    return YieldNow()
