"""Values that a future and what it awaits see, and nobody else: tokio's task-locals."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar, cast

from wakepoint.coroutine import into_future
from wakepoint.future import Cancellable, Future
from wakepoint.task import Context, Poll

T = TypeVar("T")
R = TypeVar("R")

_NOTHING = object()


class _Slot(threading.local):
    value: object = _NOTHING


class LocalKey(Generic[T]):
    """Reads a task-local and gives it a value for a while; made by `task_local`."""

    __slots__ = ("_slot", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self._slot = _Slot()

    def __repr__(self) -> str:
        return f"<LocalKey {self.name}>"

    def get(self) -> T:
        """The value of the innermost `scope` around whoever runs now (``LocalKey::get``).

        Raises:
            LookupError: If no scope is around it; that of whoever spawned the task does not count.
        """
        value = self._slot.value
        if value is _NOTHING:
            raise LookupError(f"{self.name} has no value here: no {self.name}.scope() is around")
        return cast(T, value)

    def scope(self, value: T, future: Awaitable[R]) -> Scoped[R]:
        """The future, in which the key has that value (``LocalKey::scope``).

        Tasks that are spawned in it are outside. Cancel safety: that of the future.

        Example:
            >>> from wakepoint import run, task_local
            >>> USER = task_local("USER")
            >>> async def greet():
            ...     return f"Hello, {USER.get()}"
            >>> run(USER.scope("Ada", greet()))
            'Hello, Ada'

        Raises:
            TypeError: If ``future`` is no future.
        """
        return Scoped(self, value, into_future(future))

    def sync_scope(self, value: T, call: Callable[[], R]) -> R:
        """Calls a function, in which the key has that value (``LocalKey::sync_scope``)."""
        with self.set_to(value):
            return call()

    @contextmanager
    def set_to(self, value: T) -> Iterator[None]:
        """The key has that value in the block, in which nothing may be awaited."""
        slot = self._slot
        outer, slot.value = slot.value, value
        try:
            yield
        finally:
            slot.value = outer


class Scoped(Cancellable[R]):
    """A future in which a task-local has a value; made by `LocalKey.scope`."""

    __slots__ = ("_cancellation", "_future", "_key", "_value")

    def __init__(self, key: LocalKey[Any], value: object, future: Future[R]) -> None:
        self._key = key
        self._value = value
        self._future = future
        self._cancellation: BaseException | None = None

    def __repr__(self) -> str:
        return f"{self._key.name}.scope({self._value!r}, {self._future!r})"

    @property
    def name(self) -> str:
        """What the future in it is called."""
        inner = self._future
        return inner.name if isinstance(inner, Cancellable) else type(inner).__name__

    def poll(self, cx: Context) -> Poll[R]:
        """Polls the future while the key has the value."""
        if self._cancellation is not None:
            raise self._cancellation
        with self._key.set_to(self._value):
            return self._future.poll(cx)

    def cancel(self, cancellation: BaseException) -> None:
        """Cancels the future; one that need not know is dropped."""
        if isinstance(self._future, Cancellable):
            self._future.cancel(cancellation)
        else:
            self._cancellation = cancellation
            self.drop()

    @property
    def still_ends(self) -> tuple[Future[Any], ...]:
        return (self._future,) if isinstance(self._future, Cancellable) else ()

    @property
    def inner_futures(self) -> tuple[Future[Any], ...]:
        return (self._future,)

    def drop(self) -> None:
        with self._key.set_to(self._value):
            self._future.drop()


def task_local(name: str) -> LocalKey[Any]:
    """A key whose value belongs to a future and what it awaits (``tokio::task_local!``).

    Make it once, at the top of a module. `LocalKey.scope` gives it a value, `LocalKey.get` reads
    that.

    A `contextvars.ContextVar` works here too: each task has variables of its own, which are a copy
    of those of whoever spawned it (PEP 567). The two differ in that copy: a task that is spawned
    in a scope sees no value of the key, and the scope ends where its future does.

    Example:
        >>> from wakepoint import run, spawn
        >>> REQUEST = task_local("REQUEST")
        >>> async def number():
        ...     return REQUEST.get()
        >>> async def handle():
        ...     try:
        ...         await spawn(number())
        ...     except LookupError as error:
        ...         print(error)
        ...     return await number()
        >>> run(REQUEST.scope(7, handle()))
        REQUEST has no value here: no REQUEST.scope() is around
        7

    Args:
        name: For people.
    """
    return LocalKey(name)
