"""A time limit that interrupts the code it limits, so that one sees where it hung."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
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
        seconds: The limit; None sets none. Where there are no interval timers, and on threads
            other than the main one, there is no limit either: the caller has to end the process.
    """
    on_main = threading.current_thread() is threading.main_thread()
    if sys.platform == "win32" or seconds is None or not on_main:
        yield
        return

    def expired(number: int, frame: FrameType | None) -> None:
        raise TimeLimitExceeded(f"not done after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, expired)
    signal.setitimer(signal.ITIMER_REAL, seconds, _REPEAT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
