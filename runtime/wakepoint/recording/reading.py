"""Reads plain data as what it has to be; what it is not, and where, goes into one line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from wakepoint.recording.sizes import ITEMS, NUMBER, TEXT

T = TypeVar("T")

_SHOWN = 40


class RecordingError(ValueError):
    """A text that is no recording of a version that this reader knows."""

    def within(self, place: str) -> RecordingError:
        """The same, told of a part of something larger."""
        return RecordingError(f"{place}: {self}")


class _ItemError(RecordingError):
    """What is wrong with an item of a list."""


@dataclass(frozen=True, slots=True)
class Type(Generic[T]):
    """What a value has to be.

    Attributes:
        name: As the reference says it: ``int or null``.
        read: Gives the value back, as Python has it.
            Raises `RecordingError` if it is something else.
    """

    name: str
    read: Callable[[Any], T]


def number(low: int = 0, high: int = NUMBER) -> Type[int]:
    """A whole number, both ends included."""

    def read(value: Any) -> int:
        if type(value) is int and low <= value <= high:
            return value
        raise _wrong(value, f"an int from {low} to {high}")

    return Type("int", read)


def text(most: int = TEXT, name: str = "text") -> Type[str]:
    """A text of so many characters at most."""

    def read(value: Any) -> str:
        if type(value) is not str:
            raise _wrong(value, "a text")
        if len(value) > most:
            raise RecordingError(f"a text of {len(value)} characters; {most} are the most")
        if not value.isascii() and _has_half_a_character(value):
            raise RecordingError("half of a surrogate pair is no text")
        return value

    return Type(name, read)


def _has_half_a_character(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return True
    return False


def matching(pattern: str, words: str) -> Type[str]:
    """A text of a certain form."""
    compiled = re.compile(pattern, re.ASCII)

    def read(value: Any) -> str:
        if type(value) is str and len(value) <= TEXT and compiled.fullmatch(value):
            return value
        raise _wrong(value, words)

    return Type("text", read)


def one_of(names: Mapping[str, T] | Sequence[str], words: str = "") -> Type[T]:
    """One of a few names; given a mapping, it is read as what the name stands for."""
    known: dict[str, Any] = dict(names) if isinstance(names, Mapping) else {n: n for n in names}

    def read(value: Any) -> T:
        if type(value) is str and value in known:
            meant: T = known[value]
            return meant
        raise _wrong(value, words or f"one of {', '.join(known)}")

    return Type("text", read)


def optional(of: Type[T]) -> Type[T | None]:
    """That, or null."""
    inner = of.read
    return Type(f"{of.name} or null", lambda value: None if value is None else inner(value))


def many(of: Type[T], what: str, most: int = ITEMS) -> Type[tuple[T, ...]]:
    """A list of so many at most.

    Args:
        of: What each is.
        what: What each is called, ``event`` for instance.
        most: How many.
    """
    inner = of.read

    def read(value: Any) -> tuple[T, ...]:
        if type(value) is not list:
            raise _wrong(value, "a list")
        if len(value) > most:
            raise RecordingError(f"a list of {len(value)}; {most} are the most")
        items = []
        for place, one in enumerate(value, 1):
            try:
                items.append(inner(one))
            except RecordingError as error:
                raise _ItemError(f"{what} {place}: {error}") from None
        return tuple(items)

    return Type(f"list of {of.name}", read)


def listed(of: Type[T], what: str) -> Type[list[T]]:
    """As `many`, for what stays a list."""
    inner = many(of, what)
    return Type(inner.name, lambda value: list(inner.read(value)))


def record(make: Callable[..., T], **types: Type[Any]) -> Type[T]:
    """An object with fields of these types.

    One whose name ends in ``_`` may be absent. What else the object has is of a later version, and
    is ignored.
    """
    needed = [(name, of.read) for name, of in types.items() if not name.endswith("_")]
    others = [(name[:-1], of.read) for name, of in types.items() if name.endswith("_")]

    def read(value: Any) -> T:
        if type(value) is not dict:
            raise _wrong(value, "an object")
        fields = {}
        for name, inner in needed:
            if name not in value:
                raise RecordingError(f"there is no {name}")
            fields[name] = _field(name, inner, value[name])
        for name, inner in others:
            if name in value:
                fields[name] = _field(name, inner, value[name])
        return make(**fields)

    return Type(f"{{{', '.join(types)}}}", read)


def _field(name: str, read: Callable[[Any], T], value: Any) -> T:
    try:
        return read(value)
    except _ItemError:  # which says itself where it is
        raise
    except RecordingError as error:
        raise error.within(name) from None


def _boolean(value: Any) -> bool:
    if type(value) is bool:
        return value
    raise _wrong(value, "true or false")


BOOLEAN = Type("bool", _boolean)


def _wrong(value: Any, wanted: str) -> RecordingError:
    return RecordingError(f"{shown(value)} is not {wanted}")


def shown(value: Any) -> str:
    """A value of JSON in a few words."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    words = ascii(value)
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1]}…"
