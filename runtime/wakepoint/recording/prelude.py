"""What runs before a script, in the same module: the scripts before it in its session."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import CodeType, ModuleType

from wakepoint.recording.limit import TimeLimitExceeded

_STREAMS = (1, 2)
"""The descriptors of standard output and standard error."""


@dataclass(frozen=True, slots=True)
class Prelude:
    """A script that runs before the one that is recorded, in the same module.

    Attributes:
        source: The script.
        ends_with: The type of the exception that it is meant to end with, ``ValueError``; empty if
            it is to reach its end.
    """

    source: str
    ends_with: str = ""


def whole(prelude: Sequence[Prelude], source: str) -> str:
    """The scripts one below the other, as the lines of a recording count them."""
    return "".join(map(_with_end, (*(each.source for each in prelude), source)))


def line_count(source: str) -> int:
    """How many lines a script takes there."""
    return _with_end(source).count("\n")


def _with_end(source: str) -> str:
    return source if source.endswith("\n") or not source else f"{source}\n"


def compiled(source: str, filename: str, behind: int = 0) -> CodeType:
    """A script's code, as if it stood behind so many lines.

    Raises:
        SyntaxError: If it is no Python.
    """
    try:
        return compile("\n" * behind + source, filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        if getattr(error, "lineno", None):
            raise
        # A null character; some versions raise a ValueError for it, and none names its line.
        raise SyntaxError(str(error), (filename, behind + 1, None, None)) from error


def run_before(code: CodeType, prelude: Prelude, module: ModuleType) -> None:
    """Runs a script in a module, unrecorded; what it writes is thrown away.

    Raises:
        BaseException: Whatever it raises, unless it is meant to.
    """
    try:
        with _unheard():
            exec(code, module.__dict__)
    except TimeLimitExceeded:
        raise
    except BaseException as error:
        if type(error).__name__ != prelude.ends_with.rpartition(".")[2]:
            raise


@contextmanager
def _unheard() -> Iterator[None]:
    """Has what is written to the process's standard streams go nowhere.

    The streams themselves stay what they are: a logger that is set up here goes on writing to them.
    """
    _flush()
    kept: list[tuple[int, int]] = []
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for stream in _STREAMS:
            with suppress(OSError):  # it is closed
                kept.append((stream, os.dup(stream)))
                os.dup2(nowhere, stream)
        yield
    finally:
        _flush()
        for stream, before in kept:
            os.dup2(before, stream)
            os.close(before)
        os.close(nowhere)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # the script may have closed it, or put something in its place
            stream.flush()
