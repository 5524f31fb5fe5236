"""Runs with ``debug=True``, and what they warn of."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from wakepoint import Deadlock, Future, run
from wakepoint.debugging import DebugWarning


class Told(list[tuple[type[Warning], int, str]]):
    """The category, the line and the text of each warning."""

    def __init__(self, caught: list[warnings.WarningMessage]) -> None:
        super().__init__((each.category, each.lineno, str(each.message)) for each in caught)
        assert all(Path(each.filename).name.startswith("test_") for each in caught)

    @property
    def kinds(self) -> list[type[Warning]]:
        return [kind for kind, _, _ in self]


def watch(main: Coroutine[Any, Any, Any] | Future[Any], **options: Any) -> tuple[Any, Told]:
    """What a run returns, and what it warns of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result: Any = run(main, debug=True, **options)
        except Deadlock as error:
            result = error
    return result, Told(caught)


@contextmanager
def as_errors() -> Iterator[None]:
    """In the block each warning of the watchful mode is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", DebugWarning)
        yield


def line_of(function: Callable[..., Any], text: str) -> int:
    """The number of the line of a function that has that text in it."""
    code = function.__code__
    lines = Path(code.co_filename).read_text(encoding="utf-8").splitlines()
    return next(
        number
        for number, line in enumerate(lines, start=1)
        if number > code.co_firstlineno and text in line
    )
