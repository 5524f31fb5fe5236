"""A signal that comes while a test waits."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def on_alarm(handler: Callable[[], object]) -> Iterator[Callable[[float], object]]:
    """Calls ``handler`` from the handler of SIGALRM. Skips the test where there is no such signal.

    Yields:
        What sets the alarm: to be called with seconds from now.
    """
    if sys.platform == "win32":
        pytest.skip("Windows has no interval timers")
    before = signal.signal(signal.SIGALRM, lambda number, frame: handler())
    try:
        yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
