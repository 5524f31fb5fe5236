"""Reads named values: a header's options, a page's defaults, a comparison's lines.

One reader for all of them, so that a mistake is told in the same words wherever it is made.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from typing import Any

from mkdocs_wakepoint.snippet import Location, Problem


class OptionError(ValueError):
    """A value that cannot be; its text says what can."""


ValueReader = Callable[[str], Any]
"""From a value as it was typed to what it means; raises `OptionError`."""


class Reader:
    """Takes one name and value after another.

    Args:
        kind: What a name is called in a problem: ``option``.
        readers: Each name that there is, and what reads its value.

    Attributes:
        values: What was read, by name.
        problems: What is wrong.
    """

    def __init__(self, kind: str, readers: Mapping[str, ValueReader]) -> None:
        self._kind = kind
        self._readers = readers
        self.values: dict[str, Any] = {}
        self.problems: list[Problem] = []

    def take(self, name: str, value: str, location: Location) -> None:
        """Reads a value, and notes the problem if it cannot be."""
        if name not in self._readers:
            self.problem(location, *self._unknown(name))
        elif name in self.values:
            self.problem(location, f"{self._kind} {name!r} is given twice", "keep one of them")
        else:
            try:
                self.values[name] = self._readers[name](value)
            except OptionError as error:
                self.problem(location, f"{name}={value!r} cannot be", str(error))

    def problem(self, location: Location, what: str, remedy: str) -> None:
        """Notes a problem."""
        self.problems.append(Problem(location, what, remedy))

    def _unknown(self, name: str) -> tuple[str, str]:
        for meant in (name.replace("-", "_"), name.replace("-", "")):
            if meant in self._readers:
                return f"{self._kind} {name!r} has a hyphen", f"write {meant}"
        near = difflib.get_close_matches(name, self._readers, n=1)
        names = ", ".join(self._readers)
        remedy = f"write {near[0]}" if near else f"the {self._kind}s are {names}"
        return f"there is no {self._kind} {name!r}", remedy


def one_of(choices: Collection[str]) -> ValueReader:
    """Reads one word of several."""

    def read(value: str) -> str:
        if value not in choices:
            raise OptionError(f"choose one of {', '.join(choices)}")
        return value

    return read


def words(choices: Collection[str], what: str) -> ValueReader:
    """Reads several words, each once; without choices any words, as often as they are named.

    Args:
        choices: The words.
        what: What one of them is called: ``view``.
    """

    def read(value: str) -> tuple[str, ...]:
        named = tuple(value.replace(",", " ").split())
        for word in named:
            if choices and word not in choices:
                raise OptionError(f"there is no {what} {word!r}; choose of {', '.join(choices)}")
            if choices and named.count(word) > 1:
                raise OptionError(f"name {word} once")
        return named

    return read
