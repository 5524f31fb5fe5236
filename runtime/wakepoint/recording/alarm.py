"""Has a function called after some time, in the middle of whatever the main thread does then."""

from __future__ import annotations

import _thread
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeAlias

wakepoint_idle = True
"""A thread that runs code of this module holds no waker (`wakepoint.outsiders`)."""

Handler: TypeAlias = Callable[[int, FrameType | None], None]
Again: TypeAlias = Callable[[float], None]

if sys.platform == "win32":

    @contextmanager
    def alarm(handler: Handler, seconds: float, again: float) -> Iterator[Again]:
        """As on other systems, but a call that sleeps ends first.

        The thread that raises the signal wakes no task; see `wakepoint_idle`.
        """
        stopped = _thread.allocate_lock()
        stopped.acquire()

        def ring() -> None:
            left = seconds
            while not stopped.acquire(timeout=left):
                _thread.interrupt_main(signal.SIGBREAK)
                left = again

        def next_alarm(seconds: float) -> None:
            nonlocal again
            again = seconds

        before = signal.signal(signal.SIGBREAK, handler)
        _thread.start_new_thread(ring, ())
        try:
            yield next_alarm
        finally:
            stopped.release()
            signal.signal(signal.SIGBREAK, before)

else:

    @contextmanager
    def alarm(handler: Handler, seconds: float, again: float) -> Iterator[Again]:
        """Has a handler called in the block. Main thread only.

        The process has one timer for that. Behind the block it goes on for whoever had it, less the
        time that has passed.

        Args:
            handler: What is called; it may raise.
            seconds: When it is called first.
            again: How many seconds lie between further calls.

        Yields:
            What changes the time from now to the next call, and between further ones. The handler
            may call it.
        """
        has_timer, missed = False, False

        def ring(number: int, frame: FrameType | None) -> None:
            nonlocal missed
            if has_timer:
                handler(number, frame)
            else:  # it ran out just when it was taken or given back
                missed = True

        def next_alarm(seconds: float) -> None:
            signal.setitimer(signal.ITIMER_REAL, seconds, seconds)

        started = time.monotonic()
        before = signal.signal(signal.SIGALRM, ring)
        left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, again)
        left = 1e-6 if missed else left
        has_timer = True
        try:
            yield next_alarm
        finally:
            has_timer = False  # first of all: the handler may raise, and set the timer
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            if left or interval:
                rest = max(left - (time.monotonic() - started), 1e-6)
                signal.setitimer(signal.ITIMER_REAL, rest, interval)
