"""What the whole runtime speaks: Poll, Ready, PENDING, Future, Waker and Context.

The names and the contract are those of Rust's ``std::task`` and ``std::future``
(https://doc.rust-lang.org/std/task/). This module knows nobody else in the package but
`wakepoint.foreign`, which has the words for mistakes.
"""

from __future__ import annotations

import enum
import sys
import threading
from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Final,
    Generic,
    Literal,
    NoReturn,
    Protocol,
    Self,
    TypeAlias,
    TypeVar,
)

from wakepoint import foreign
from wakepoint.failure import show_users_part

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Ready(Generic[T_co]):
    """The future is finished and this is its value (``Poll::Ready``).

    Example:
        >>> match Ready(5):
        ...     case Ready(value):
        ...         print(value)
        5
    """

    __slots__ = ("value",)
    __match_args__ = ("value",)

    def __init__(self, value: T_co) -> None:
        self.value = value

    def __repr__(self) -> str:
        return f"Ready({self.value!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ready) and bool(self.value == other.value)

    def __hash__(self) -> int:
        return hash((Ready, self.value))


READY_NONE: Final[Ready[None]] = Ready(None)
"""What most futures without a value return; made once."""


class _Pending(enum.Enum):
    PENDING = "PENDING"

    def __repr__(self) -> str:
        return "PENDING"


PENDING: Final = _Pending.PENDING
"""The future is not finished; whoever will finish it has the waker (``Poll::Pending``)."""

Pending: TypeAlias = Literal[_Pending.PENDING]
"""The type of PENDING."""

Poll: TypeAlias = Ready[T] | Pending
"""What `Future.poll` returns."""


class Waker:
    """The handle by which a task is told: poll me again (``std::task::Waker``).

    `wake` may be called from any thread and any number of times. Until the task is polled
    again, further calls change nothing.

    Make one of a function, or derive a class that has `wake` (``std::task::Wake``).

    Args:
        wake: Called on every `wake`; it must be safe to call from any thread.

    Example:
        >>> waker = Waker(lambda: print("poll me again"))
        >>> waker.wake()
        poll me again
    """

    __slots__ = ()

    # A task is its own waker, and has no room for a function. So this class has none either, and
    # a waker that is made of a function is of a class below, as a `pathlib.Path` is.
    def __new__(cls, *_: object) -> Self:
        made = _WakerOfFunction if cls is Waker else cls
        return object.__new__(made)  # type: ignore[return-value]

    if TYPE_CHECKING:

        def __init__(self, wake: Callable[[], object]) -> None: ...

    @staticmethod
    def noop() -> Waker:
        """A waker that wakes nobody (``Waker::noop``); for polls by hand.

        Example:
            >>> Waker.noop().wake()
        """
        return _NOOP

    def wake(self) -> object:
        """Tells the executor that the task can make progress."""
        raise NotImplementedError(f"{type(self).__name__} has no wake()")

    def clone(self) -> Waker:
        """A waker for the same task, to be kept beyond this poll."""
        return self

    def will_wake(self, other: Waker) -> bool:
        """True if both wake the same task, so that a kept waker need not be replaced."""
        return self is other


class _WakerOfFunction(Waker):
    __slots__ = ("function",)

    def __init__(self, wake: Callable[[], object]) -> None:
        self.function = wake

    def wake(self) -> None:
        self.function()

    def will_wake(self, other: Waker) -> bool:
        return isinstance(other, _WakerOfFunction) and self.function == other.function


def _wake_nobody() -> None:
    """What a waker does that wakes nobody."""


_NOOP = Waker(_wake_nobody)


class Context:
    """What an executor hands to a future with each poll (``std::task::Context``)."""

    __slots__ = ("waker",)

    def __init__(self, waker: Waker) -> None:
        self.waker = waker


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


class Driver:
    """Who resumes coroutines: an executor, or somebody who polls by hand.

    Attributes:
        context: Of the poll that goes on just now; None between polls.
    """

    __slots__ = ("context",)

    def __init__(self) -> None:
        self.context: Context | None = None


NOBODY = Driver()
"""Where there is no other; its context stays None."""

driver: ContextVar[Driver] = ContextVar("wakepoint", default=NOBODY)
"""Who resumes the coroutine that runs here.

A variable of the context, since that is the quickest look-up by far, and each ``await`` makes one.
Every task has it among its own variables.
"""

current_driver = driver.get


class _Dropping(threading.local):
    refusals = 0
    """How many awaits were refused since a future was dropped, or one was let suspend."""
    gave_in = False
    """True if what is being dropped was let suspend at last."""


current_drop = _Dropping()
"""How the drop goes that goes on in this thread."""


def current_context() -> Context | None:
    """The context of the poll that goes on here, if a coroutine is polled."""
    return current_driver().context


@contextmanager
def polled_with(cx: Context | None) -> Iterator[None]:
    """Coroutines that are resumed in the block are polled with this context; None: by nobody."""
    resuming, token = current_driver(), None
    if resuming is NOBODY:
        if cx is None:
            yield
            return
        resuming = Driver()
        token = driver.set(resuming)
    outer, resuming.context = resuming.context, cx
    try:
        yield
    finally:
        resuming.context = outer
        if token is not None:
            driver.reset(token)


class Future(Generic[T]):
    """A computation that has not finished yet.

    Subclass it and write `poll`; the rest follows. Whoever drives it calls `poll` until it
    returns `Ready`, and not again after that. A future does nothing unless it is polled.

    Example:
        >>> class Immediately(Future[int]):
        ...     def poll(self, cx):
        ...         return Ready(42)
        >>> Immediately().poll(Context(Waker(print)))
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


MAX_REFUSALS = 100
"""How often a coroutine that is being dropped may try to wait before it is left where it stands."""


def refuses_no_more() -> bool:
    """True if what is being dropped catches every refusal, and tries to wait for ever.

    If it is let suspend, whoever closes it learns that it goes on, and so comes to an end.
    """
    current_drop.refusals += 1
    if current_drop.refusals <= MAX_REFUSALS:
        return False
    # Python may have closed it, as it collected it: then nobody else sets these back.
    current_drop.refusals, current_drop.gave_in = 0, True
    return True


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


class Droppable(Protocol):
    """Whatever has ``drop``."""

    def drop(self) -> None:
        """Lets go of what it holds."""


def drop_all(futures: Iterable[Droppable]) -> None:
    """Drops every one of them, also if dropping one raises.

    Raises:
        BaseException: What a drop raised; a group, if several did.
    """
    errors = []
    for future in futures:
        try:
            future.drop()
        except BaseException as error:
            errors.append(error)
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise BaseExceptionGroup("dropping several futures failed", errors)


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


@contextmanager
def dropping() -> Iterator[None]:
    """An ``await`` that would suspend raises in the block.

    Whoever drops a coroutine may be polled just now; a wait in that coroutine must not be taken for
    a wait of the task that drops it.
    """
    outer = (current_drop.refusals, current_drop.gave_in)
    current_drop.refusals, current_drop.gave_in = 0, False
    try:
        with polled_with(None):
            yield
    finally:
        current_drop.refusals, current_drop.gave_in = outer


def drop_without_waiting(closing: Awaitable[None]) -> None:
    """Runs something that would be awaited if there were somebody to poll it."""
    with dropping(), suppress(StopIteration):
        closing.__await__().send(None)
