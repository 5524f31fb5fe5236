"""Whatever can be awaited as a future: first of all an ``async def``'s coroutine."""

from __future__ import annotations

import gc
import inspect
import weakref
from collections.abc import Awaitable, Sequence
from inspect import isasyncgen
from types import CodeType, CoroutineType
from typing import Any, TypeVar, cast

from wakepoint import foreign
from wakepoint.driver import NOBODY, Driver, current_driver, driver
from wakepoint.dropping import current_drop, dropping
from wakepoint.errors import Cancelled
from wakepoint.future import Cancellable, Future, Resumable, polled_after_ready
from wakepoint.task import PENDING, Context, Poll, Ready, Waker

T = TypeVar("T")


class Raised:
    """A cancellation that was raised in a coroutine, and how far it came.

    Nothing of it is kept alive here: it holds every frame that it has passed.

    Attributes:
        later: Those that came meanwhile. Each is raised when the one before it is over, so that
            none interrupts what cleans up after another.
        reached: The outermost function that it came to: its code, the offset of the ``await`` there
            and its global variables; None if it was not raised anywhere yet.
    """

    __slots__ = ("_given", "_on_its_way", "later", "reached")

    def __init__(self, cancellation: BaseException, later: Sequence[BaseException] = ()) -> None:
        self._given: BaseException | None = cancellation
        self._on_its_way: weakref.ref[Cancelled] | None = None
        self.later = [*later]
        self.reached: tuple[CodeType, int, dict[str, Any]] | None = None

    def is_over(self, future: Cancellable[Any]) -> bool:
        """True if it was raised in the future, and nobody there handles it any more."""
        if self._given is not None:
            return False
        raised = None if self._on_its_way is None else self._on_its_way()
        return raised is None or not future.handles(raised)

    def retract(self, cancellation: BaseException) -> None:
        """Forgets that one, if it was not raised yet."""
        if self._given is cancellation:
            self._given = self.later.pop(0) if self.later else None
        else:
            self.later = [each for each in self.later if each is not cancellation]

    def resume(self, coroutine: CoroutineType[Any, Any, Any], begun: bool) -> object:
        """Resumes the coroutine, at first with the cancellation; a cleanup may delay it."""
        given, self._given = self._given, None
        if given is not None and not begun:  # there is no await to raise at
            coroutine.close()
            raise given
        if isinstance(given, Cancelled):
            self._on_its_way = weakref.ref(given)
        raised = None if self._on_its_way is None else self._on_its_way()
        try:
            yielded = coroutine.send(given)
            if raised is not None and raised.__traceback__ is not None:
                frame = raised.__traceback__.tb_frame
                self.reached = (frame.f_code, raised.__traceback__.tb_lasti, frame.f_globals)
        finally:
            del given, raised  # whose traceback may hold this frame
        return yielded


def is_kept(thing: object, coroutine: object) -> bool:
    """True if a function that is suspended in the coroutine keeps it: in a variable, or handles it.

    That an exception is alive does not say so much: somebody else may hold it, as a recorder does.
    """
    part = coroutine
    while part is not None:
        held = gc.get_referents(part)
        if any(each is thing for each in held):
            return True
        inner = getattr(part, "cr_await", None) or getattr(part, "gi_yieldfrom", None)
        # What ``async for`` awaits tells of its generator in no other way.
        part = inner or getattr(part, "ag_await", None) or next(filter(isasyncgen, held), None)
    return False


class CoroutineFuture(Resumable[T]):
    """An ``async def``'s coroutine as a future: polling it resumes it.

    What the coroutine awaits is polled with this as its context: it has what a `Within` has.

    Attributes:
        coroutine: The coroutine object.
        waits_for: The future in which it is suspended, or None.
        cancellation: The last one; None if it was never cancelled.
        ended: True once it has returned.
        outer: The context of the last poll.
        waker: That in it.
    """

    __slots__ = ("cancellation", "coroutine", "ended", "outer", "waits_for", "waker")

    def __init__(self, coroutine: CoroutineType[Any, Any, T]) -> None:
        self.coroutine = coroutine
        self.waits_for: Future[Any] | None = None
        self.cancellation: Raised | None = None
        self.ended = False
        self.outer: Context | None = None
        self.waker = Waker.noop()

    def __repr__(self) -> str:
        return f"{self.coroutine.__qualname__}()"

    @property
    def name(self) -> str:
        """The name of the ``async def``."""
        return self.coroutine.__name__

    @property
    def future(self) -> CoroutineFuture[T]:
        """This; see `Within`."""
        return self

    @property
    def inner_futures(self) -> tuple[Future[Any], ...]:
        return () if self.waits_for is None else (self.waits_for,)

    def cancel(self, cancellation: BaseException) -> None:
        """Makes the next poll raise it at the ``await`` where the coroutine is suspended.

        While an earlier one is being handled there, it waits until that is over.
        """
        earlier = self.cancellation
        if earlier is None or earlier.is_over(self):
            self.cancellation = Raised(cancellation)
        else:
            earlier.later.append(cancellation)

    def handles(self, cancellation: BaseException) -> bool:
        leaf = self.waits_for
        ends = isinstance(leaf, Cancellable) and leaf.handles(cancellation)
        return ends or is_kept(cancellation, self.coroutine)

    def retract(self, cancellation: BaseException) -> None:
        if self.cancellation is not None:
            self.cancellation.retract(cancellation)

    def _take_next(self, earlier: Raised) -> None:
        """Goes on to the next cancellation, if the one before is over."""
        if earlier.later and earlier.is_over(self):
            self.cancellation = Raised(earlier.later[0], earlier.later[1:])
            self.waker.wake()

    def poll(self, cx: Context) -> Poll[T]:
        """Resumes the coroutine until its next suspension or its end.

        Raises:
            RuntimeError: If the coroutine awaits something made for another runtime, or was awaited
                elsewhere before.
        """
        if self.waits_for is None and self.coroutine.cr_suspended:
            raise foreign.awaited_before(f"{self!r} is awaited")
        within: Any = None  # nobody polls
        if cx is not None:
            self.outer, self.waker, within = cx, cx.waker, self
        # As `polled_with`, which would double the time of a poll.
        resuming, token = current_driver(), None
        if resuming is NOBODY:
            resuming = Driver()
            token = driver.set(resuming)
        outer, resuming.context = resuming.context, within
        try:
            if self.cancellation is None:
                yielded = self.coroutine.send(None)
            else:
                yielded = self.cancellation.resume(self.coroutine, self.waits_for is not None)
        except StopIteration as stop:
            self.waits_for, self.ended = None, True
            return Ready(stop.value)
        except RuntimeError:
            self._refuse_if_ended()  # asked only here, where it costs a poll nothing
            raise
        finally:
            resuming.context = outer
            if token is not None:
                driver.reset(token)
        if not isinstance(yielded, Future):
            raise foreign.made_for_another(self.coroutine, yielded)
        self.waits_for = yielded
        if self.cancellation is not None:
            self._take_next(self.cancellation)
        return PENDING

    def _refuse_if_ended(self) -> None:
        if self.ended:
            raise polled_after_ready(self) from None

    def drop(self) -> None:
        """Closes the coroutine: its ``finally`` blocks run, and an ``await`` in them raises.

        Raises:
            RuntimeError: If it catches whatever ends it, and goes on.
            BaseException: What a ``finally`` block raised.
        """
        if self.waits_for is None and self.coroutine.cr_suspended:
            return  # somebody else awaits it, which `poll` told
        with dropping():
            try:
                self.coroutine.close()
            except RuntimeError:
                if not current_drop.gave_in:
                    raise
                raise RuntimeError(
                    f"{self!r} cannot be dropped: it catches what ends it, and waits again"
                ) from None


def _driven(awaitable: Awaitable[T]) -> CoroutineFuture[T]:
    """Any other awaitable, through its ``__await__`` iterator."""

    async def drive() -> T:
        return await awaitable

    handed_over = foreign.is_anothers(awaitable)
    driving = foreign.handed_over(awaitable, foreign.line_here()) if handed_over else drive()
    coroutine = cast("CoroutineType[Any, Any, T]", driving)
    coroutine.__name__ = getattr(awaitable, "__name__", type(awaitable).__name__)
    coroutine.__qualname__ = getattr(awaitable, "__qualname__", coroutine.__name__)
    return CoroutineFuture(coroutine)


def into_future(awaitable: Awaitable[T]) -> Future[T]:
    """Turns what can be awaited into something that can be polled (``IntoFuture``).

    Example:
        >>> from wakepoint import Waker
        >>> async def answer():
        ...     return 42
        >>> into_future(answer()).poll(Context(Waker(print)))
        Ready(42)

    Args:
        awaitable: A `Future`, a coroutine, any object with ``poll(cx)`` or ``__await__``.

    Raises:
        TypeError: If it is none of these; the message says what was probably meant.
    """
    if isinstance(awaitable, Future):
        return awaitable.into_future()
    if isinstance(awaitable, CoroutineType):
        return _driven(awaitable) if foreign.is_anothers(awaitable) else CoroutineFuture(awaitable)
    if callable(getattr(awaitable, "poll", None)):
        return _PolledFuture(awaitable)
    if inspect.isawaitable(awaitable):
        return _driven(awaitable)
    raise TypeError(f"{awaitable!r} is not a future: {_mend(awaitable)}")


def _mend(thing: object) -> str:
    """What was probably meant by something that is no future."""
    mend = foreign.mend(type(thing).__name__)
    return mend or ("call it first" if callable(thing) else "it has no poll(cx)")


class _PolledFuture(Future[T]):
    """An object that has ``poll(cx)`` but does not derive from `Future`."""

    __slots__ = ("_inner",)

    def __init__(self, inner: object) -> None:
        self._inner = cast(Future[T], inner)

    def __repr__(self) -> str:
        return repr(self._inner)

    def poll(self, cx: Context) -> Poll[T]:
        return self._inner.poll(cx)

    def drop(self) -> None:
        drop = getattr(self._inner, "drop", None)
        if drop is not None:
            drop()
