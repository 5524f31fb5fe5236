"""The async generators of a run: closed when they are left, at the latest when the run ends.

An ``async for`` that is left by ``break`` lets go of its generator in the middle of a ``yield``,
and a ``finally`` there may have to await. The interpreter tells whoever drives coroutines
(`sys.set_asyncgen_hooks`, PEP 525), and the executor closes it: at once if nothing in its
``finally`` awaits, else in a task of its own. When exactly that is depends on when the interpreter
notices, so a line on stderr names the generator; ``contextlib.aclosing`` closes it in time. One
that stands in no ``try`` and no ``with`` has nothing to do at its end, and is not named.
"""

from __future__ import annotations

import contextvars
import itertools
import sys
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import AsyncGeneratorType
from typing import Any, Protocol

from wakepoint.attention import Attention
from wakepoint.cleanup import Cleanup, Cleanups
from wakepoint.dropping import drop_without_waiting
from wakepoint.failure import report
from wakepoint.handle import Task

_REMEDY = "contextlib.aclosing closes it in time"

Spawn = Callable[..., Any]


class Stream(Protocol):
    """What an async generator tells of itself: CPython's by its frame, a lowered one in person."""

    @property
    def name(self) -> str:
        """The name of its function."""

    @property
    def place(self) -> str | None:
        """The file and the line where it stands; None if it has ended."""

    @property
    def cleanup(self) -> Cleanup:
        """What it has to do before it ends there."""

    @property
    def is_suspended(self) -> bool:
        """True if it stands at a ``yield``, or before its beginning."""

    def aclose(self) -> Any:
        """What to await for its end."""


class Generators:
    """Knows which async generators were begun and not ended.

    Args:
        spawn: Makes a task of a coroutine, as `Executor.spawn`.
        attention: Whether the executor looks here between two turns.
        wake: Tells an executor that sleeps that a generator was left; any thread may do that.

    Attributes:
        closers: The tasks that close generators.
    """

    def __init__(self, spawn: Spawn, attention: Attention, wake: Callable[[], None]) -> None:
        self._spawn = spawn
        self._attention = attention
        self._wake = wake
        self._count = itertools.count()
        self._open: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        self._left: deque[tuple[Any, contextvars.Context]] = deque()
        self.closers: set[Task[Any]] = set()
        self._over = False
        self._thread = 0

    @property
    def left(self) -> bool:
        """True if there are some to close."""
        return bool(self._left)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Hears of the generators of this thread until the block ends."""
        before = sys.get_asyncgen_hooks()
        self._thread = threading.get_ident()
        sys.set_asyncgen_hooks(firstiter=self._begun, finalizer=self._is_left)
        try:
            yield
        finally:
            sys.set_asyncgen_hooks(*before)
            self._over = True

    def close_left(self) -> None:
        """Begins to close those that were left, each in a task of its own."""
        while self._left:
            generator, variables = self._left.popleft()
            self._close(generator, variables, "was left here, and is closed now")

    def close_open(self) -> None:
        """Begins to close all others that have begun; whoever used them has ended."""
        for generator in list(self._open.values()):
            if _stream(generator).is_suspended:
                what = "was still open when the run ended, and is closed now"
                self._close(generator, contextvars.copy_context(), what)

    def _begun(self, generator: Any) -> None:
        self._open[next(self._count)] = generator

    def _is_left(self, generator: Any) -> None:
        cleanup = _stream(generator).cleanup
        ours = threading.get_ident() == self._thread
        if self._over or (ours and cleanup is not Cleanup.MAY_WAIT):
            self._close_at_once(generator, cleanup)
            return
        self._left.append((generator, contextvars.copy_context()))
        self._attention.needed = True
        self._wake()

    def _close_at_once(self, generator: Any, cleanup: Cleanup) -> None:
        stream = _stream(generator)
        if cleanup is not Cleanup.NONE and not self._over:
            sys.stderr.write(f"{_in_words(stream)} was left here, and is closed now; {_REMEDY}\n")
        try:
            drop_without_waiting(generator.aclose())
        except Exception as error:
            report(f"{stream.name}() was left, and raised while it was closed:", error)

    def _close(self, generator: Any, variables: contextvars.Context, what: str) -> None:
        stream = _stream(generator)
        if stream.cleanup is not Cleanup.NONE:
            sys.stderr.write(f"{_in_words(stream)} {what}; {_REMEDY}\n")
        name = f"{stream.name}.aclose"
        self.closers.add(variables.run(self._spawn, _closed(generator), name=name).task)


async def _closed(generator: Any) -> None:
    await generator.aclose()


class _Native:
    """An async generator of CPython's."""

    def __init__(self, generator: Any) -> None:
        self._frame = generator.ag_frame
        self.is_suspended = self._frame is not None and not generator.ag_running
        self.name: str = generator.__name__
        self.aclose = generator.aclose

    @property
    def place(self) -> str | None:
        frame = self._frame
        return None if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}"

    @property
    def cleanup(self) -> Cleanup:
        frame = self._frame
        return Cleanup.NONE if frame is None else Cleanups(frame.f_code).at(frame.f_lasti)


def _stream(generator: Any) -> Stream:
    return _Native(generator) if isinstance(generator, AsyncGeneratorType) else generator


def _in_words(stream: Stream) -> str:
    what = f"the async generator {stream.name}()"
    return what if stream.place is None else f"{stream.place}: {what}"
