"""Values that anything can be done with, and that note what is done."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from wakepoint import Future


class Surroundings(Protocol):
    """What values need of a world."""

    log: list[str]

    def leaf(
        self, value: Any = None, pending: int = 1, error: BaseException | None = None
    ) -> Future[Any]:
        """A future."""

    def draw(self, below: int) -> int:
        """The next number of the script."""


class Value:
    """Adds, compares, calls, iterates, awaits, enters: whatever a program tries with it.

    What comes of it is another value. How often it iterates, whether it is true and how long it
    is pending is in the world's script.
    """

    def __init__(self, world: Surroundings, number: int, count: Callable[[], int]) -> None:
        vars(self).update(_world=world, _number=number, _count=count)

    def _other(self, what: str) -> Value:
        made = Value(self._world, self._count(), self._count)
        self._world.log.append(f"{made!r} = {what}")
        return made

    def __repr__(self) -> str:
        return f"v{self._number}"

    def __hash__(self) -> int:
        return int(self._number)

    def __bool__(self) -> bool:
        answer = bool(self._world.draw(2) == 1)
        self._world.log.append(f"bool {self!r} is {answer}")
        return answer

    def __contains__(self, item: object) -> bool:
        self._world.log.append(f"{plain(item)} in {self!r}")
        return bool(self._world.draw(2) == 1)

    def __index__(self) -> int:
        return int(self._world.draw(3))

    def __format__(self, spec: str) -> str:
        self._world.log.append(f"format {self!r} as {spec!r}")
        return f"<{self!r}:{spec}>"

    def __call__(self, *arguments: object, **named: object) -> Value:
        return self._other(f"{self!r}(*{plain(arguments)}, **{plain(named)})")

    def __getitem__(self, key: object) -> Value:
        return self._other(f"{self!r}[{plain(key)}]")

    def __setitem__(self, key: object, value: object) -> None:
        self._world.log.append(f"{self!r}[{plain(key)}] = {plain(value)}")

    def __delitem__(self, key: object) -> None:
        self._world.log.append(f"del {self!r}[{plain(key)}]")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._other(f"{self!r}.{name}")

    def __setattr__(self, name: str, value: object) -> None:
        self._world.log.append(f"{self!r}.{name} = {plain(value)}")

    def __delattr__(self, name: str) -> None:
        self._world.log.append(f"del {self!r}.{name}")

    def keys(self) -> list[str]:
        """So that ``**value`` works."""
        self._world.log.append(f"keys of {self!r}")
        return ["key"]

    def __mro_entries__(self, bases: object) -> tuple[type, ...]:
        self._world.log.append(f"{self!r} is a base")
        return ()

    def __iter__(self) -> Iterator[Value]:
        length = self._world.draw(4)
        for at in range(length):
            yield self._other(f"item {at} of {self!r}")
        self._world.log.append(f"end of {self!r}")

    def __enter__(self) -> Value:  # noqa: PYI034 - it is another one
        return self._other(f"enter {self!r}")

    def __exit__(self, _: object, error: BaseException | None, *__: object) -> bool:
        self._world.log.append(f"exit {self!r} with {kind_of(error)}")
        return bool(self._world.draw(3) == 1)

    def __await__(self) -> Any:
        self._world.log.append(f"await {self!r}")
        return self._leaf(self._other("awaited")).__await__()

    def __aenter__(self) -> Future[Any]:
        return self._leaf(self._other(f"aenter {self!r}"))

    def __aexit__(self, _: object, error: BaseException | None, *__: object) -> Future[Any]:
        self._world.log.append(f"aexit {self!r} with {kind_of(error)}")
        return self._leaf(self._world.draw(3) == 1)

    def __aiter__(self) -> _Items:
        return _Items(self, self._world.draw(3))

    def _leaf(self, value: object) -> Future[Any]:
        leaf: Future[Any] = self._world.leaf(value, self._world.draw(3) % 2)
        return leaf


class _Items:
    def __init__(self, value: Value, left: int) -> None:
        self._value, self._left = value, left

    def __aiter__(self) -> _Items:
        return self

    def __anext__(self) -> Future[Any]:
        world = self._value._world  # noqa: SLF001 - a value's own
        if self._left <= 0:
            future: Future[Any] = world.leaf(None, world.draw(2), StopAsyncIteration())
            return future
        self._left -= 1
        item = self._value._other(f"next of {self._value!r}")  # noqa: SLF001
        return self._value._leaf(item)  # noqa: SLF001


def plain(value: object, around: tuple[int, ...] = ()) -> str:
    """A value in words that are the same in every run, and for which it is asked nothing.

    Args:
        value: The value.
        around: What it is in, by address: a container may hold itself.
    """
    if id(value) in around:
        return "..."
    inside = (*around, id(value))
    match value:
        case dict():
            pairs = [f"{plain(k, inside)}: {plain(v, inside)}" for k, v in value.items()]
            return f"{{{', '.join(pairs)}}}"
        case tuple() | list():
            return f"{type(value).__name__}({', '.join(plain(each, inside) for each in value)})"
        case set() | frozenset():  # their order is that of addresses
            parts = sorted(plain(each, inside) for each in value)
            return f"{type(value).__name__}({', '.join(parts)})"
    return re.sub(r"0x[0-9a-f]+", "0x…", repr(value))


_FREE = "cannot access free variable"


def kind_of(error: BaseException | None) -> str:
    """The name of an exception's type.

    On 3.11 a comprehension has a scope of its own, where a variable of the function that is not
    bound is a NameError; the lowered form has none, as CPython from 3.12 on.
    """
    if sys.version_info < (3, 12) and isinstance(error, NameError) and _FREE in str(error):
        return "UnboundLocalError"
    return "None" if error is None else type(error).__name__


def message_of(error: BaseException) -> str:
    """What an exception says.

    The variables of comprehensions may have a number in the lowered form.
    """
    text = re.sub(r"0x[0-9a-f]+", "0x…", str(error))
    if not isinstance(error, NameError):
        return text
    if sys.version_info < (3, 12) and _FREE in text:
        text = text.replace(_FREE, "cannot access local variable")
        text = text.removesuffix(" in enclosing scope")
    return re.sub(r"(local variable ')_*(\w+?)(_\d+)?'", r"\1\2'", text)


def _operator(name: str, sign: str) -> None:
    def forward(self: Value, other: object) -> Value:
        return self._other(f"{self!r} {sign} {plain(other)}")

    def backward(self: Value, other: object) -> Value:
        return self._other(f"{plain(other)} {sign} {self!r}")

    def in_place(self: Value, other: object) -> Value:
        return self._other(f"{self!r} {sign}= {plain(other)}")

    setattr(Value, f"__{name}__", forward)
    if sign in {"<", "<=", ">", ">=", "==", "!="}:
        return
    setattr(Value, f"__r{name}__", backward)
    setattr(Value, f"__i{name}__", in_place)


# fmt: off
SIGNS = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**",
    "lshift": "<<", "rshift": ">>", "and": "&", "or": "|", "xor": "^", "matmul": "@",
    "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=",
}
# fmt: on
for _name, _sign in SIGNS.items():
    _operator(_name, _sign)
for _name, _sign in (("neg", "-"), ("pos", "+"), ("invert", "~")):
    setattr(Value, f"__{_name}__", lambda self, sign=_sign: self._other(f"{sign}{self!r}"))
