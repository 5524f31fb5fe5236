"""Who goes on after its cancellation, and which line of it catches that.

A task that swallows `Cancelled` and waits again holds up whoever waits for its end: the end of the
run, a timeout, a select. No limit of time cures that, so the line is named.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any

from wakepoint.attention import Attention
from wakepoint.catching import Stop, stop_of
from wakepoint.coroutine import CoroutineFuture
from wakepoint.deadlock import frames, in_words, waited_for
from wakepoint.errors import Cancelled, GoesOn
from wakepoint.future import Cancellable, Future, Resumable


class Lingering:
    """Those that were cancelled and have not ended yet.

    Args:
        patience: Seconds after which who goes on is named on stderr; None never does that.
        attention: Whether the executor looks here between two turns.

    Attributes:
        since: When each was cancelled, and what is told of it.
    """

    def __init__(self, patience: float | None, attention: Attention) -> None:
        self._patience = patience
        self._attention = attention
        self.since: dict[Any, tuple[float, Future[Any], str]] = {}
        self._named: set[Any] = set()

    def begin(self, key: Any, future: Future[Any], what: str) -> None:
        """It was cancelled now.

        Args:
            key: What `end` is called with.
            future: What may go on.
            what: It and what befell it, in words: ``task 2 (work) was aborted``.
        """
        self.since.setdefault(key, (time.monotonic(), future, what))
        self._attention.needed = True

    def end(self, key: Any) -> None:
        """It has ended."""
        self.since.pop(key, None)
        self._named.discard(key)

    @property
    def left(self) -> float | None:
        """Seconds until `tell` has something to say; None if it has not."""
        if self._patience is None or len(self._named) == len(self.since):
            return None
        since = next(began for key, (began, _, _) in self.since.items() if key not in self._named)
        return max(0.0, since + self._patience - time.monotonic())

    def tell(self) -> None:
        """Names on stderr, once, who has gone on for so long."""
        if self.left != 0.0:
            return
        assert self._patience is not None
        due = time.monotonic() - self._patience
        for key, (since, future, what) in self.since.items():
            if since <= due and key not in self._named:
                self._named.add(key)
                for each in goes_on(future, what):
                    sys.stderr.write(f"{each}\n")

    def untold(self) -> tuple[GoesOn, ...]:
        """Everybody who goes on just now, unless `tell` has named them."""
        return tuple(
            each
            for key, (_, future, what) in self.since.items()
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
        yield from _coroutine(future, what)
        return
    swallowed = future.swallowed_at if isinstance(future, Resumable) else None
    parts = future.still_ends if isinstance(future, Cancellable) else ()
    suspended = future.suspended_at if isinstance(future, Resumable) else None
    if swallowed is not None:
        yield GoesOn(what, *swallowed)
    elif parts:
        for each in parts:
            yield from goes_on(each, what)
    elif suspended is not None:
        filename, line, awaited = suspended
        yield GoesOn(what, filename, line, f"still waits for {in_words(awaited)}")
    else:
        yield GoesOn(what, None, None, f"it is {future!r}")


def _coroutine(future: CoroutineFuture[Any], what: str) -> Iterator[GoesOn]:
    standing = [*frames(future)]
    stop, filename = None, ""
    reached = None if future.cancellation is None else future.cancellation.reached
    if reached is not None:
        code, offset, variables = reached
        filename = code.co_filename
        now = next((each.f_lasti for each in standing if each.f_code is code), None)
        stop = stop_of(Cancelled, code, offset, variables, now)
    parts = future.waits_for
    if stop is not None:
        yield _caught(what, standing, filename, stop)
    elif isinstance(parts, Cancellable) and (parts.still_ends or isinstance(parts, Resumable)):
        yield from goes_on(parts, what)
    elif standing:
        place = (standing[-1].f_code.co_filename, standing[-1].f_lineno)
        yield GoesOn(what, *place, f"still waits for {waited_for(future)}")
    else:
        yield GoesOn(what, None, None, f"it waits for {waited_for(future)}")


def _caught(what: str, standing: list[FrameType], filename: str, stop: Stop) -> GoesOn:
    """Says where it was caught; if that is in another file, at the line that is in the task's."""
    if not standing or standing[0].f_code.co_filename == filename:
        return GoesOn(what, filename, stop.line, stop.how)
    own = standing[0].f_code.co_filename
    line = next(each.f_lineno for each in reversed(standing) if each.f_code.co_filename == own)
    there = f"line {stop.line} of {os.path.basename(filename)}"  # noqa: PTH119 - maybe no path
    return GoesOn(what, own, line, f"waits in what {stop.how} in {there}")
