"""What a program runs in: futures, managers and iterators that note what is done with them.

Nothing in here is a coroutine, so whatever suspends is the program's own.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from random import Random
from types import TracebackType
from typing import Any

from tools.lowering.values import Value, kind_of, message_of, plain

from wakepoint import PENDING, Context, Future, Poll, Ready


class Boom(Exception):
    """What a leaf raises."""


class Other(Exception):
    """What a program raises or catches besides."""


class Tired(BaseException):
    """Ends a program that goes on and on."""


MOST_NOTED = 1500
"""So many lines of a log are enough for any program."""


class _Log(list[str]):
    def append(self, line: str) -> None:
        if len(self) > MOST_NOTED:
            raise Tired
        super().append(line)


class World:
    """The names that a program finds, and the log of what it does with them.

    Args:
        failing: The numbers of the leaves that raise; they count from 1 as they are made.
        seed: Of the script that says what values are like.
    """

    def __init__(self, failing: frozenset[int] = frozenset(), seed: int = 0) -> None:
        self.failing = failing
        self.log: list[str] = _Log()
        self.leaves = 0
        self._script = Random(seed)
        self._count = itertools.count(1).__next__

    def names(self) -> dict[str, Any]:
        """What the program finds in its globals."""
        return {
            "Boom": Boom,
            "Other": Other,
            "decorated": self.decorated,
            "items": lambda count, pending=1: _Items(self, count, pending),
            "leaf": self.leaf,
            "manager": lambda value=None, swallows=(): _Manager(self, value, swallows),
            "note": self.note,
            "plain": lambda value=None, swallows=(): _Plain(self, value, swallows),
            "value": lambda: Value(self, self._count(), self._count),
        }

    def draw(self, below: int) -> int:
        """The next number of the script."""
        return self._script.randrange(below)

    def leaf(self, value: Any = None, pending: int = 1, error: BaseException | None = None) -> Leaf:
        """A future: pending so many times, then that value, or that error."""
        return Leaf(self, value, pending, error)

    def note(self, *values: Any) -> Any:
        """Writes values down, and gives the first one back."""
        self.log.append("note " + " ".join(map(described, values)))
        return values[0] if values else None

    def decorated(self, tag: object) -> Callable[[Any], Any]:
        """A decorator that notes what it decorates and leaves a mark on it."""

        def decorate(made: Any) -> Any:
            self.note(tag, made.__name__)
            made.tags = [*getattr(made, "tags", []), tag]
            return made

        return decorate


class Leaf(Future[Any]):
    """What the world's `leaf` gives."""

    def __init__(
        self, world: World, value: Any, pending: int, error: BaseException | None = None
    ) -> None:
        world.leaves += 1
        self._world, self._value, self._pending = world, value, pending
        self._number = world.leaves
        self._error = Boom(self._number) if self._number in world.failing else error

    def __repr__(self) -> str:
        return f"leaf {self._number}"

    def poll(self, cx: Context) -> Poll[Any]:
        self._world.log.append(f"poll {self!r}")
        if self._pending:
            self._pending -= 1
            return PENDING
        if self._error is not None:
            raise self._error
        return Ready(self._value)

    def drop(self) -> None:
        self._world.log.append(f"drop {self!r}")


class _Items:
    """What an ``async for`` goes over."""

    def __init__(self, world: World, count: int, pending: int) -> None:
        self._world, self._count, self._pending, self._at = world, count, pending, 0

    def __aiter__(self) -> _Items:
        return self

    def __anext__(self) -> Leaf:
        self._at += 1
        error = StopAsyncIteration() if self._at > self._count else None
        return Leaf(self._world, self._at - 1, self._pending, error)


class _Manager:
    """For ``async with``; swallows the exceptions that it is told."""

    def __init__(self, world: World, value: Any, swallows: Any) -> None:
        self._world, self._value, self._swallows = world, value, swallows

    def __aenter__(self) -> Leaf:
        return self._world.leaf(self._value)

    def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> Leaf:
        self._world.note("aexit", kind, error, traceback is None)
        return self._world.leaf(kind is not None and issubclass(kind, self._swallows))


class _Plain:
    """For ``with``."""

    def __init__(self, world: World, value: Any, swallows: Any) -> None:
        self._world, self._value, self._swallows = world, value, swallows

    def __enter__(self) -> Any:
        return self._world.note(self._value, "enter")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        self._world.note("exit", kind, error, traceback is None)
        return kind is not None and issubclass(kind, self._swallows)


def described(value: object) -> str:
    """A value in words that are the same in every run."""
    return " ".join(told(value)) if isinstance(value, BaseException) else plain(value)


def told(error: BaseException | None, *, deep: bool = True) -> list[str]:
    """What there is to know of an exception: its kind, its words, and where it comes from."""
    if error is None:
        return ["nothing"]
    words = [kind_of(error), message_of(error)]
    words += getattr(error, "__notes__", [])
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            words += ["(", *told(each, deep=deep), ")"]
    if deep:
        words += _chain(error)
    return words


def _chain(error: BaseException) -> list[str]:
    words: list[str] = []
    if error.__cause__ is not None:
        words += ["from", *told(error.__cause__, deep=False)]
    if error.__suppress_context__:
        words.append("suppressing")
    context, visited = error.__context__, {id(error)}
    while context is not None and id(context) not in visited:
        visited.add(id(context))
        words += ["while", kind_of(context)]
        context = context.__context__
    return words
