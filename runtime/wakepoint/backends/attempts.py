"""The calls of a readiness backend as futures: try, and on EAGAIN wait until trying is worth it.

Those that wait until something can be read are in `receiving`, the others in `sending`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, ClassVar, Generic, TypeVar

from wakepoint.driver import current_driver
from wakepoint.errors import ClosedResourceError
from wakepoint.future import Future, polled_after_ready, raise_refusal
from wakepoint.handle import Task
from wakepoint.reactor import Reactor
from wakepoint.source import Interest, Source
from wakepoint.task import PENDING, Context, Pending, Poll, Ready

T = TypeVar("T")

_READ = Interest.READ


class Operation(Future[T], Generic[T]):
    """Tries a call each time it is polled while the source's cache says ready."""

    __slots__ = ("_reactor", "_source", "_taken")

    interest: ClassVar[Interest]

    def __init__(self, reactor: Reactor, source: Source) -> None:
        self._reactor = reactor
        self._source = source
        self._taken = False

    def __repr__(self) -> str:
        return f"{type(self).__name__.lower()}(fd={self._source.fd})"

    def attempt(self) -> T:
        """The call itself. Raises BlockingIOError if it would block."""
        raise NotImplementedError

    def attempt_if_ready(self) -> T | Pending:
        """Makes the call if it is worth trying, and remembers if it was not.

        Raises:
            ClosedResourceError: If the source was closed.
            BaseException: What the call raises.
        """
        source, reads = self._source, self.interest is _READ
        if source.closed:
            raise ClosedResourceError("closed while an operation was pending on it")
        if not (source.readable if reads else source.writable) and not source.hung_up:
            return PENDING
        try:
            value = self.attempt()
        except BlockingIOError:
            if reads:
                source.readable = False
            else:
                source.writable = False
            return PENDING
        self._taken = True
        return value

    def poll(self, cx: Context) -> Poll[T]:
        if self._taken:
            raise polled_after_ready(self)
        value = self.attempt_if_ready()
        if value is PENDING:
            self._reactor.register(self._source, self.interest, cx.waker, self)
            return PENDING
        self.drop()
        return Ready(value)

    def __await__(self) -> Generator[Future[Any], BaseException | None, T]:
        # What follows is `Future.__await__`, `poll` and `drop` in one.
        try:
            while True:
                context = current_driver().context
                if type(context) is not Task or self._taken:
                    return (yield from Future.__await__(self))
                value = self.attempt_if_ready()
                if value is not PENDING:
                    return value
                task: Task[Any] = context  # type: ignore[assignment]  # it is one
                self._reactor.register(self._source, self.interest, task, self)
                sent = yield self
                if sent is not None:
                    try:
                        raise sent
                    finally:
                        del sent  # whose traceback holds this frame
        except RuntimeError as error:
            raise_refusal(self, error)
        finally:
            if self is self._source.reading or self is self._source.writing:
                self.drop()

    def drop(self) -> None:
        self._reactor.deregister(self._source, self.interest, self)


class Attempt(Operation[T]):
    """A call that raises BlockingIOError until something has happened on its source."""

    __slots__ = ("_call",)
    interest = _READ

    def __init__(self, reactor: Reactor, source: Source, call: Callable[[], T]) -> None:
        super().__init__(reactor, source)
        self._call = call

    def attempt(self) -> T:
        return self._call()
