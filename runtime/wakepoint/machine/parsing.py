"""Python's compiler and parser, without their warnings.

Those are about the program: an unknown escape in a string, or from 3.14 on a ``return`` in a
``finally``. They are given where it is compiled to run. Given again they would be noise, and where
warnings are errors, what compiles would be no Python.
"""

from __future__ import annotations

import ast
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType

from wakepoint import forking


def compiled(text: str, filename: str) -> CodeType:
    """The code of a module.

    Raises:
        SyntaxError: If it is no Python; for a null character, a ValueError.
        RecursionError: If it is nested too deeply; or a MemoryError.
    """
    with _filters.ignoring():
        return compile(text, filename, "exec", dont_inherit=True)


def parsed(text: str, filename: str = "<source>") -> ast.Module:
    """The tree of a module.

    Raises:
        SyntaxError: If it is no Python; for a null character, a ValueError.
        RecursionError: If it is nested too deeply; or a MemoryError.
    """
    with _filters.ignoring():
        return ast.parse(text, filename)


def parsed_expression(text: str) -> ast.expr:
    """The tree of an expression.

    Raises:
        SyntaxError: If it is none; for a null character, a ValueError.
    """
    with _filters.ignoring():
        return ast.parse(text, mode="eval").body


class _Filters:
    """The process's filters of warnings, for one thread at a time.

    Before 3.14 threads that put back each other's would leave ours in place.
    """

    def __init__(self) -> None:
        self.now_forked()
        forking.watch(self)

    def now_forked(self) -> None:
        self._lock = threading.Lock()

    @contextmanager
    def ignoring(self) -> Iterator[None]:
        with self._lock, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield


_filters = _Filters()
