"""What can be awaited: `Future`, and what the runtime has to know of one beyond its poll.

The contract is that of Rust's ``std::future`` (https://doc.rust-lang.org/std/future/).
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import suppress
from typing import Any, ClassVar, Generic, NoReturn, Self, TypeVar

from wakepoint import foreign
from wakepoint.driver import current_driver
from wakepoint.dropping import refuses_no_more
from wakepoint.failure import show_users_part
from wakepoint.task import PENDING, Context, Poll, Ready

T = TypeVar("T")


class Future(Generic[T]):
    """A computation that has not finished yet.

    Subclass it and write `poll`; the rest follows. Whoever drives it calls `poll` until it
    returns `Ready`, and not again after that. A future does nothing unless it is polled.

    Example:
        >>> from wakepoint import Context, Ready, Waker
        >>> class Immediately(Future[int]):
        ...     def poll(self, cx):
        ...         return Ready(42)
        >>> Immediately().poll(Context(Waker.noop()))
        Ready(42)

    Attributes:
        starts_at_once: True if it goes on without being polled, so that nobody has to await it.
        wakes_nobody: True if it keeps no waker, and means it.
    """

    __slots__ = ("__weakref__",)

    starts_at_once: ClassVar[bool] = False
    wakes_nobody: ClassVar[bool] = False

    def poll(self, cx: Context) -> Poll[T]:
        """Goes on as far as it can without waiting.

        Args:
            cx: Carries the waker. A future that returns PENDING must have made sure that the
                waker of its latest poll is woken once it can go on.

        Returns:
            `Ready` with the result, or PENDING.
        """
        raise NotImplementedError(f"{type(self).__name__} has no poll()")

    def drop(self) -> None:
        """Lets go of whatever the future holds: it is cancelled, or done and not needed.

        It may be called more than once and before the first poll. Rust's ``Drop`` does the same,
        and takes effect at once as this does: nothing that is dropped can wait any more.
        """

    def into_future(self) -> Future[T]:
        """What is polled when somebody awaits this; the future itself, nearly always."""
        return self

    def __await__(self) -> Generator[Future[Any], BaseException | None, T]:
        # An ``await`` polls; while the answer is PENDING the coroutine suspends, yielding the
        # future it waits for so that the executor can name it. An executor that cancels sends
        # an exception in; it is raised here rather than by coroutine.throw(), which loses
        # frames and context in several CPython versions (bpo-29587, gh-108668).
        #
        # It has few variables: whoever reads those of a frame pays for each that is not bound.
        try:
            while True:
                context = current_driver().context
                if context is None and not isinstance(self, Resumable):
                    if refuses_no_more():
                        # It may be another loop that is handed this, and raises.
                        with suppress(RuntimeError):
                            yield self
                    raise nobody_polls(self)  # noqa: TRY301 - its traceback is cut, too
                poll: object = self.poll(context)  # type: ignore[arg-type]  # what it awaits refuses
                if poll is not PENDING:
                    return checked(self, poll).value
                try:
                    sent = yield self
                except RuntimeError:
                    raise_refusal(self, sys.exception())
                except GeneratorExit:
                    sent = sys.exception()
                    break
                if sent is not None:
                    try:
                        if not isinstance(self, Cancellable):
                            raise sent
                        self.cancel(sent)  # and polled on: it may have to wait to end
                    finally:
                        sent = None  # its traceback will hold this frame
        except Exception:
            show_users_part()
            raise
        finally:
            self.drop()  # closing it is not handled meanwhile: what it raises has another context
        assert sent is not None
        try:
            raise sent
        finally:
            del sent  # whose traceback holds this frame


class Once(Future[T]):
    """A future that remembers whether it is over, where nothing else of it tells.

    A subclass writes `advance` in place of `poll`.
    """

    __slots__ = ("_is_over",)
    _is_over: bool

    def __new__(cls, *_: object, **__: object) -> Self:
        made = object.__new__(cls)
        made._is_over = False
        return made

    def advance(self, cx: Context) -> Poll[T]:
        """What `Future.poll` is, and is not called again once it was ready or has raised."""
        raise NotImplementedError(f"{type(self).__name__} has no advance()")

    def poll(self, cx: Context) -> Poll[T]:
        """Goes on as far as it can without waiting; see `Future.poll`.

        Raises:
            RuntimeError: If it was ready, or has raised, at an earlier poll.
            BaseException: What it comes to instead of a result.
        """
        if self._is_over:
            raise polled_after_ready(self)
        self._is_over = True
        polled = self.advance(cx)
        self._is_over = polled is not PENDING
        return polled


def raise_refusal(future: Future[Any], error: BaseException | None) -> NoReturn:
    """Raises what is thrown in where a future has suspended; our executor sends, and never throws.

    Raises:
        RuntimeError: Who polls, if another library's event loop was handed the future.
    """
    assert error is not None
    if foreign.running_library() is None:
        raise error
    raise nobody_polls(future) from error


def nobody_polls(future: Future[Any]) -> RuntimeError:
    """The error of an await outside of any poll."""
    library = foreign.running_library()
    if library is not None:
        return foreign.under_another(repr(future), library)
    return RuntimeError(
        f"{future!r} was awaited where nobody polls: outside of a task, or in the "
        "finally block of a coroutine that is being dropped, which cannot wait"
    )


def checked(future: Future[T], polled: object) -> Ready[T]:
    """What a poll returned, if it is no PENDING.

    Raises:
        TypeError: If it is no `Ready` either.
    """
    if isinstance(polled, Ready):
        return polled
    raise not_a_poll(future, polled)


def polled_after_ready(future: Future[Any]) -> RuntimeError:
    """The error of a poll of a future that has given its result; Rust's futures panic there."""
    return RuntimeError(f"{future!r} was polled after it was ready; a future gives its result once")


def not_a_poll(future: Future[Any], polled: object) -> TypeError:
    """The error of a hand-written future whose poll returns something else."""
    return TypeError(f"poll() of {future!r} returned {polled!r}; return Ready(value) or PENDING")


class Compound(Future[T]):
    """A future that waits for other futures."""

    __slots__ = ()

    @property
    def inner_futures(self) -> tuple[Future[Any], ...]:
        """Those that it waits for just now, for whoever shows who waits for whom."""
        return ()


class Cancellable(Compound[T]):
    """A future that has to be told that it is cancelled, since it may wait before it ends.

    Any other is dropped when it is cancelled.
    """

    __slots__ = ()

    @property
    def name(self) -> str:
        """The name of the function that made it."""
        return type(self).__name__

    def cancel(self, cancellation: BaseException) -> None:
        """Makes the next poll raise it at the ``await`` where the future is suspended.

        It has to be polled until it has ended: usually with that exception, but it may raise
        another, or return.
        """
        raise NotImplementedError(f"{type(self).__name__} has no cancel()")

    def handles(self, cancellation: BaseException) -> bool:
        """True while it ends because of that: nothing else is to be raised in it meanwhile."""
        del cancellation
        return bool(self.still_ends)

    @property
    def still_ends(self) -> tuple[Future[Any], ...]:
        """The futures in it that were cancelled and have not ended yet, if it consists of some."""
        return ()


class Resumable(Cancellable[T]):
    """A future that runs somebody's code from one ``await`` to the next."""

    __slots__ = ()

    def retract(self, cancellation: BaseException) -> None:
        """Takes a cancellation back that was not raised yet."""
        raise NotImplementedError(f"{type(self).__name__} has no retract()")

    @property
    def suspended_at(self) -> tuple[str, int, Future[Any]] | None:
        """File and line of the ``await`` where it is suspended, and the future; if it knows."""
        return None

    @property
    def inner_futures(self) -> tuple[Future[Any], ...]:
        at = self.suspended_at
        return () if at is None else (at[2],)

    @property
    def swallowed_at(self) -> tuple[str, int, str] | None:
        """The file and the line that stopped its cancellation, and how; if one is known to."""
        return None


class Within(Context):
    """The context of what somebody's code awaits: it tells in which of a task's futures that is.

    Args:
        outer: The context that the code itself is polled with.
        future: The future that runs the code.

    Attributes:
        outer: See above.
        future: See above.
    """

    __slots__ = ("future", "outer")

    def __init__(self, outer: Context, future: Resumable[Any]) -> None:
        super().__init__(outer.waker)
        self.outer = outer
        self.future = future
