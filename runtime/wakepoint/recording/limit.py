"""A time limit that interrupts the code it limits, so that one sees where it hung."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from wakepoint.executor import running
from wakepoint.failure import is_of_the_runtime
from wakepoint.interrupts import Interrupts
from wakepoint.recording.alarm import Again, alarm
from wakepoint.recording.model import Frame

_AGAIN_IN_THE_RUNTIME = 0.01
"""Seconds after which who stood in the runtime's own code is looked at again."""
_LONGEST_IN_THE_RUNTIME = 1.0
"""Seconds after which it is interrupted there, too: it hangs."""
_AGAIN = 0.25
"""Seconds after which a script that swallowed the exception gets it again."""


class TimeLimitExceeded(BaseException):
    """The time is up. It is no Exception, so that ``except Exception`` does not swallow it.

    Attributes:
        frames: Where the limited file's code stood when the time was up, outermost first.
    """

    def __init__(self, message: str, frames: tuple[Frame, ...]) -> None:
        super().__init__(message)
        self.frames = frames


@contextmanager
def time_limit(seconds: float | None, filename: str) -> Iterator[None]:
    """Raises `TimeLimitExceeded` in the block once the time is up, and again if it is swallowed.

    Raised in the runtime's own code it would leave a list there half changed, and whatever the
    block does next would be chance. So the executor is asked to raise it between two polls.

    Args:
        seconds: The limit; None sets none, and on threads other than the main one there is none
            either. Windows lets a call that sleeps (``time.sleep``) end first: the caller has to
            end the process.
        filename: Whose frames the exception names.

    Raises:
        TimeLimitExceeded: Also if the block swallowed it and ended in another way.
    """
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    limit = _Limit(seconds, filename)
    try:
        with alarm(limit.expired, seconds, _AGAIN) as limit.next_alarm:
            yield
    except TimeLimitExceeded:
        raise
    except BaseException:
        if limit.error is not None:
            raise limit.error from None
        raise
    if limit.error is not None:
        raise limit.error


class _Limit:
    """What has become of a limit so far."""

    def __init__(self, seconds: float, filename: str) -> None:
        self._seconds = seconds
        self._filename = filename
        self._asked: Interrupts | None = None
        self._patience = _LONGEST_IN_THE_RUNTIME
        self.error: TimeLimitExceeded | None = None
        self.next_alarm: Again = lambda seconds: None

    def expired(self, number: int, frame: FrameType | None) -> None:
        """The alarm's handler."""
        if self.error is None:
            message = f"not done after {self._seconds:g} s"
            self.error = TimeLimitExceeded(message, _frames(frame, self._filename))
        if self._asked is not None and self._asked.error is None:  # the executor has raised it
            self._next(_AGAIN)
            return
        interrupts = self._interrupts(frame)
        if interrupts is None or self._patience <= 0:
            self._next(_AGAIN)
            raise self.error.with_traceback(None)  # which would hold on to the frames it passed
        self._patience -= _AGAIN_IN_THE_RUNTIME
        interrupts.raise_soon(self.error)
        self._next(_AGAIN_IN_THE_RUNTIME, interrupts)

    def _next(self, seconds: float, asked: Interrupts | None = None) -> None:
        """The next alarm comes after that time."""
        if asked is None:
            self._patience = _LONGEST_IN_THE_RUNTIME
        self._asked = asked
        self.next_alarm(seconds)

    def _interrupts(self, frame: FrameType | None) -> Interrupts | None:
        """Those of the executor that is at work; None if it sleeps, or the script's code runs."""
        executor = running.executor
        if executor is None or executor.reactor.asleep or not self._is_in_the_runtime(frame):
            return None
        return executor.interrupts

    def _is_in_the_runtime(self, frame: FrameType | None) -> bool:
        """True if the runtime called what runs now, and not the limited file."""
        while frame is not None and frame.f_code.co_filename != self._filename:
            if is_of_the_runtime(frame):
                return True
            frame = frame.f_back
        return False


def _frames(frame: FrameType | None, filename: str) -> tuple[Frame, ...]:
    stack = []
    while frame is not None:
        if frame.f_code.co_filename == filename:
            stack.append(Frame(frame.f_lineno or 1, frame.f_code.co_name))
        frame = frame.f_back
    return tuple(reversed(stack))
