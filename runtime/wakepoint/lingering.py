"""Who goes on after its cancellation, and which line of it catches that.

A task that swallows `Cancelled` and waits again holds up whoever waits for its end: the end of the
run, a timeout, a select. No limit of time cures that, so the line is named.
"""

from __future__ import annotations

import dis
import sys
import threading
import time
from collections.abc import Iterator
from itertools import dropwhile
from types import CodeType
from typing import Any

from wakepoint.coroutine import CoroutineFuture
from wakepoint.deadlock import frames, waited_for
from wakepoint.errors import GoesOn
from wakepoint.task import Cancellable, Future

CATCHES = "catches Cancelled"
"""What a line does that swallows a cancellation."""

_CATCH_ALL = {"BaseException", "Cancelled"}


class Lingering:
    """Those that were cancelled and have not ended yet.

    Args:
        patience: Seconds after which who goes on is named on stderr; None never does that.
    """

    def __init__(self, patience: float | None) -> None:
        self._patience = patience
        self._since: dict[Any, tuple[float, Future[Any], str]] = {}
        self._named: set[Any] = set()

    def begin(self, key: Any, future: Future[Any], what: str) -> None:
        """It was cancelled now.

        Args:
            key: What `end` is called with.
            future: What may go on.
            what: It and what befell it, in words: ``task 2 (work) was aborted``.
        """
        self._since.setdefault(key, (time.monotonic(), future, what))

    def end(self, key: Any) -> None:
        """It has ended."""
        self._since.pop(key, None)
        self._named.discard(key)

    @property
    def left(self) -> float | None:
        """Seconds until `tell` has something to say; None if it has not."""
        if self._patience is None or len(self._named) == len(self._since):
            return None
        since = next(began for key, (began, _, _) in self._since.items() if key not in self._named)
        return max(0.0, since + self._patience - time.monotonic())

    def tell(self) -> None:
        """Names on stderr, once, who has gone on for so long."""
        if self.left != 0.0:
            return
        assert self._patience is not None
        due = time.monotonic() - self._patience
        for key, (since, future, what) in self._since.items():
            if since <= due and key not in self._named:
                self._named.add(key)
                for each in goes_on(future, what):
                    sys.stderr.write(f"{each}\n")

    def untold(self) -> tuple[GoesOn, ...]:
        """Everybody who goes on just now, unless `tell` has named them."""
        return tuple(
            each
            for key, (_, future, what) in self._since.items()
            if key not in self._named
            for each in goes_on(future, what)
        )


class _Watching(threading.local):
    lingering: Lingering | None = None


watching = _Watching()
"""Who is told of cancellations on this thread."""


def goes_on(future: Future[Any], what: str) -> Iterator[GoesOn]:
    """Where a cancelled future is held up; in several places if it consists of several."""
    if isinstance(future, CoroutineFuture):
        yield _coroutine(future, what)
        return
    parts = future.still_ends if isinstance(future, Cancellable) else ()
    if not parts:
        yield GoesOn(what, None, None, f"it is {future!r}")
    for each in parts:
        yield from goes_on(each, what)


def _coroutine(future: CoroutineFuture[Any], what: str) -> GoesOn:
    if future.caught_at is not None:
        code, offset = future.caught_at
        line = _catching_line(code, offset, _line_in(code, future))
        if line is not None:
            return GoesOn(what, code.co_filename, line, CATCHES)
    frame = next(reversed([*frames(future)]), None)
    if frame is None:
        return GoesOn(what, None, None, f"it waits for {waited_for(future)}")
    place = (frame.f_code.co_filename, frame.f_lineno)
    return GoesOn(what, *place, f"still waits for {waited_for(future)}")


def _line_in(code: CodeType, future: CoroutineFuture[Any]) -> int | None:
    """Where that function stands now; None if it has ended."""
    for frame in frames(future):
        if frame.f_code is code:
            return frame.f_lineno
    return None


def _catching_line(code: CodeType, offset: int, now: int | None) -> int | None:
    """The line of the ``except`` that catches what is raised at an instruction, if one does.

    So does a ``with contextlib.suppress(…)``, if the function is in another line now. None for a
    ``finally`` or a ``with`` that is being left: these hold it up, and no more.
    """

    def from_offset(offset: int | None) -> list[dis.Instruction]:
        return list(dropwhile(lambda each: each.offset != offset, dis.get_instructions(code)))

    entries = dis.Bytecode(code).exception_entries  # type: ignore[attr-defined]
    target = next((each.target for each in entries if each.start <= offset < each.end), None)
    handler = from_offset(target)[1:]
    while handler:
        line = handler[0].positions.lineno if handler[0].positions else None
        if handler[0].opname == "POP_TOP":  # a bare except
            return line
        if handler[0].opname == "WITH_EXCEPT_START":
            return None if line == now else line
        clause = _clause(handler)
        if clause is None:
            return None
        names, after = clause
        if names & _CATCH_ALL:
            return line
        handler = from_offset(after)
    return None


def _clause(handler: list[dis.Instruction]) -> tuple[set[Any], int] | None:
    """The names in an ``except`` clause, and where the next begins; None if it is no clause."""
    first = handler[0].positions
    names: set[Any] = set()
    for index, each in enumerate(handler):
        if each.positions is None or first is None or each.positions.lineno != first.lineno:
            return None
        names.add(each.argval)
        if each.opname == "CHECK_EXC_MATCH":
            return names, handler[index + 1].argval
    return None
