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
import dis
import enum
import itertools
import sys
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from wakepoint.cancelling import report
from wakepoint.handle import Task
from wakepoint.task import drop_without_waiting

_REMEDY = "contextlib.aclosing closes it in time"

Spawn = Callable[..., Any]


class Cleanup(enum.Enum):
    """What a generator has to do before it ends where it stands."""

    NONE = enum.auto()
    AT_ONCE = enum.auto()
    MAY_WAIT = enum.auto()


class Generators:
    """Knows which async generators were begun and not ended.

    Args:
        spawn: Makes a task of a coroutine, as `Executor.spawn`.
        wake: Tells the executor that a generator was left; any thread may do that.
    """

    def __init__(self, spawn: Spawn, wake: Callable[[], None]) -> None:
        self._spawn = spawn
        self._wake = wake
        self._count = itertools.count()
        self._open: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()
        self._left: deque[tuple[Any, contextvars.Context]] = deque()
        self._closers: set[Task[Any]] = set()
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
            if _is_suspended(generator):
                what = "was still open when the run ended, and is closed now"
                self._close(generator, contextvars.copy_context(), what)

    def closes(self, task: Task[Any]) -> bool:
        """True for the tasks that close generators."""
        return task in self._closers

    def ended(self, task: Task[Any]) -> None:
        """A task has ended; only those that close generators matter."""
        self._closers.discard(task)

    def _begun(self, generator: Any) -> None:
        self._open[next(self._count)] = generator

    def _is_left(self, generator: Any) -> None:
        cleanup = _cleanup(generator)
        ours = threading.get_ident() == self._thread
        if self._over or (ours and cleanup is not Cleanup.MAY_WAIT):
            self._close_at_once(generator, cleanup)
            return
        self._left.append((generator, contextvars.copy_context()))
        self._wake()

    def _close_at_once(self, generator: Any, cleanup: Cleanup) -> None:
        if cleanup is not Cleanup.NONE and not self._over:
            sys.stderr.write(f"{_place(generator)} was left here, and is closed now; {_REMEDY}\n")
        try:
            drop_without_waiting(generator.aclose())
        except Exception as error:
            report(f"{_name(generator)}() was left, and raised while it was closed:", error)

    def _close(self, generator: Any, variables: contextvars.Context, what: str) -> None:
        if _cleanup(generator) is not Cleanup.NONE:
            sys.stderr.write(f"{_place(generator)} {what}; {_REMEDY}\n")
        name = f"{_name(generator)}.aclose"
        self._closers.add(variables.run(self._spawn, _closed(generator), name=name).task)


async def _closed(generator: Any) -> None:
    await generator.aclose()


def _cleanup(generator: Any) -> Cleanup:
    """Looks at the handlers around the ``yield``; the compiler puts them behind everything else."""
    frame = generator.ag_frame
    if frame is None:
        return Cleanup.NONE
    entries = dis.Bytecode(frame.f_code).exception_entries  # type: ignore[attr-defined]
    handlers = [each.target for each in entries if each.start <= frame.f_lasti < each.end]
    behind = [
        each.opname
        for each in dis.get_instructions(frame.f_code)
        if handlers and each.offset >= min(handlers)
    ]
    if "SEND" in behind:
        return Cleanup.MAY_WAIT
    # Every generator has a handler of the compiler's own, for StopIteration that leaves it.
    return Cleanup.AT_ONCE if "PUSH_EXC_INFO" in behind else Cleanup.NONE


def _is_suspended(generator: Any) -> bool:
    return generator.ag_frame is not None and not generator.ag_running


def _place(generator: Any) -> str:
    what = f"the async generator {_name(generator)}()"
    frame = generator.ag_frame
    return what if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}: {what}"


def _name(generator: Any) -> str:
    name: str = generator.__name__
    return name
