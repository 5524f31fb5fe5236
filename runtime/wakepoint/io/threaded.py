"""What can only be asked by calls that block: files, and some standard streams.

Each call is made on a thread (`wakepoint.blocking`), one after the other. A thread cannot be
stopped, so a call that is dropped goes on; the next waits for its end. What a read brings then is
kept, and is the first that is read next.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from wakepoint.blocking import spawn_blocking
from wakepoint.errors import BusyResourceError, ClosedResourceError
from wakepoint.future import Future, polled_after_ready
from wakepoint.task import PENDING, Context, Poll, Ready

T = TypeVar("T")


class Threaded:
    """Something that is called on threads, by one at a time.

    Args:
        raw: What is called; it has ``close``.
        name: For people.

    Attributes:
        ahead: What was read for somebody who did not wait for it.
        closed: Closed on this side.
    """

    def __init__(self, raw: Any, name: str) -> None:
        self._raw = raw
        self._name = name
        self._lock = threading.Lock()
        self._running = False  # a thread uses it
        self._turn: object | None = None
        self._left: Future[Any] | None = None  # a call that was dropped
        self._left_reads = False
        self.ahead = bytearray()
        self.closed = False

    def __repr__(self) -> str:
        return self._name

    def take_turn(self, who: object) -> None:
        """Begins a call, or goes on with it.

        Raises:
            BusyResourceError: If another goes on.
            ClosedResourceError: If it is closed.
        """
        if self.closed:
            raise ClosedResourceError(f"{self!r} is closed and cannot be used any more")
        if self._turn not in (None, who):
            raise BusyResourceError(f"{self._turn!r} goes on: one call at a time")
        self._turn = who

    def end_turn(self, who: object) -> None:
        """The call is over, or dropped."""
        if self._turn is who:
            self._turn = None

    def begin(self, call: Callable[[Any], T], *, reads: bool) -> Future[T]:
        """Makes a call on a thread."""
        back = 0 if reads else len(self.ahead)
        if back:  # who writes or seeks means the place up to which somebody has read
            self.ahead.clear()
        with self._lock:
            self._running = True
        try:
            return spawn_blocking(self._call, call, back)
        except BaseException:
            self._done()
            raise

    def _call(self, call: Callable[[Any], T], back: int) -> T:
        try:
            if back:
                self._raw.seek(-back, os.SEEK_CUR)
            return call(self._raw)
        finally:
            self._done()

    def _done(self) -> None:
        """The thread is through with it; if it was to be closed meanwhile, it is now."""
        with self._lock:
            self._running = False
            closed = self.closed
        if closed:
            self._raw.close()

    def leave(self, call: Future[Any], *, reads: bool) -> None:
        """Nobody waits for a call any more; it goes on."""
        call.drop()
        self._left, self._left_reads = call, reads

    def is_free(self, cx: Context) -> bool:
        """True if no call goes on that was dropped; else the waker is woken when that is over."""
        if self._left is None:
            return True
        try:
            polled = self._left.poll(cx)
        except Exception:  # there is nobody to raise it to
            self._left = None
            return True
        if polled is PENDING:
            return False
        if self._left_reads:
            self.ahead += polled.value
        self._left = None
        return True

    def close(self) -> None:
        """Closes it, at the end of the call that goes on if one does. Twice is fine."""
        with self._lock:
            if self.closed:
                return
            self.closed = True
            if self._running:
                return
        self._raw.close()


class Call(Future[T], Generic[T]):
    """A call on a thread.

    Args:
        thing: What is called.
        operation: What makes it, as its caller knows it.
        call: Makes the call.
    """

    __slots__ = ("_call", "_is_over", "_job", "_thing", "operation")

    reads = False
    """True if what it brings is kept for the next that reads, should nobody wait for it."""

    def __init__(self, thing: Threaded, operation: str, call: Callable[[Any], T]) -> None:
        self._thing = thing
        self.operation = operation
        self._call = call
        self._job: Future[T] | None = None
        self._is_over = False

    def __repr__(self) -> str:
        return f"{self.operation}({self._thing!r})"

    def at_once(self) -> Ready[T] | None:
        """What it gives without a call, if anything."""
        return None

    def poll(self, cx: Context) -> Poll[T]:
        if self._is_over:
            raise polled_after_ready(self)
        thing = self._thing
        thing.take_turn(self)
        try:
            if self._job is None:
                if not thing.is_free(cx):
                    return PENDING
                at_once = self.at_once()
                if at_once is not None:
                    self._is_over = True
                    thing.end_turn(self)
                    return at_once
                self._job = thing.begin(self._call, reads=self.reads)
            polled = self._job.poll(cx)
        except BaseException:
            self._job = None
            thing.end_turn(self)
            raise
        if polled is not PENDING:
            self._is_over = True
            self._job = None
            thing.end_turn(self)
        return polled

    def drop(self) -> None:
        job, self._job = self._job, None
        self._thing.end_turn(self)
        if job is not None:
            self._thing.leave(job, reads=self.reads)


class ReadCall(Call[bytes]):
    """Reads at most so many bytes."""

    __slots__ = ("_size",)

    reads = True

    def __init__(self, thing: Threaded, size: int) -> None:
        super().__init__(thing, "read", lambda raw: raw.read(size))
        self._size = size

    def at_once(self) -> Ready[bytes] | None:
        ahead = self._thing.ahead
        if not ahead or self._size <= 0:
            return None if self._size > 0 else Ready(b"")
        data = bytes(ahead[: self._size])
        del ahead[: self._size]
        return Ready(data)
