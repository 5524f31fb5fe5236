"""A time limit that interrupts the code it limits, so that one sees where it hung."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_REPEAT = 0.25
"""Seconds after which a script that swallowed the exception gets it again."""


class TimeLimitExceeded(BaseException):
    """The time is up. It is no Exception, so that ``except Exception`` does not swallow it."""


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Raises `TimeLimitExceeded` in the block once the time is up.

    Args:
        seconds: The limit; None sets none, and on threads other than the main one there is none
            either. Windows lets a call that sleeps (``time.sleep``) end first: the caller has to
            end the process.
    """
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return

    def expired(number: int, frame: FrameType | None) -> None:
        raise TimeLimitExceeded(f"not done after {seconds:g} s")

    before = signal.signal(_ALARM, expired)
    stop = _start(seconds)
    try:
        yield
    finally:
        stop()
        signal.signal(_ALARM, before)


if sys.platform == "win32":
    _ALARM = signal.SIGBREAK

    def _start(seconds: float) -> Callable[[], object]:
        """Raises the signal after that time; returns what stops it.

        The thread is none of `threading`'s, among which the executor looks for one that might
        still wake a task.
        """
        stopped = _thread.allocate_lock()
        stopped.acquire()

        def ring() -> None:
            left = seconds
            while not stopped.acquire(timeout=left):
                _thread.interrupt_main(_ALARM)
                left = _REPEAT

        _thread.start_new_thread(ring, ())
        return stopped.release

else:
    _ALARM = signal.SIGALRM

    def _start(seconds: float) -> Callable[[], object]:
        """Raises the signal after that time; returns what stops it."""
        signal.setitimer(signal.ITIMER_REAL, seconds, _REPEAT)
        return lambda: signal.setitimer(signal.ITIMER_REAL, 0)
