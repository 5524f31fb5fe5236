"""Polls that take too long, told while they go on.

A thread of its own looks at them, so the line that blocks is named also if it never returns. While
C code holds the interpreter's lock that thread cannot run, and looks when it is let: mostly still
at that line.
"""

from __future__ import annotations

import sys
import sysconfig
import threading
import time
from _thread import get_ident
from collections.abc import Iterator
from types import FrameType

from wakepoint.debugging.warning import Place, Reports, SlowPollWarning
from wakepoint.failure import is_of_the_runtime

LOOKS = 4
"""How often within the time that a poll may take the thread looks."""

REMEDY = (
    "give what blocks to spawn_blocking, and let long work await yield_now() now and then: until "
    "the poll ends no other task runs"
)

_LIBRARIES = tuple(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib"))


class _Poll:
    """A poll that goes on.

    Attributes:
        task: Number and name of the task.
        thread: Where it is polled.
        began: When it began, in seconds of `time.perf_counter`.
        place: The line that was named; None as long as it was not slow.
        error: The warning, if a filter makes an error of it.
    """

    __slots__ = ("began", "error", "place", "task", "thread")

    def __init__(self, task: str) -> None:
        self.task = task
        self.thread = get_ident()
        self.place: Place | None = None
        self.error: SlowPollWarning | None = None
        self.began = time.perf_counter()


class SlowPolls:
    """Tells of the polls of one executor that take too long.

    Args:
        limit: Seconds that a poll may take.
        reports: Says each thing once.
    """

    def __init__(self, limit: float, reports: Reports) -> None:
        self._limit = limit
        self._reports = reports
        self._poll: _Poll | None = None
        self._telling = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ends = threading.Event()

    def begin(self, task: str) -> None:
        """A poll begins."""
        if self._thread is None:
            self._start()
        self._poll = _Poll(task)

    def end(self) -> float | None:
        """It has ended.

        Returns:
            How many seconds it took, if that is too long and was not told meanwhile: the thread
            could not run, or would have looked a little later.

        Raises:
            SlowPollWarning: If it was told, and a filter makes an error of that.
        """
        with self._telling:
            poll, self._poll = self._poll, None
        assert poll is not None
        if poll.error is not None:
            raise poll.error
        took = time.perf_counter() - poll.began
        return took if took >= self._limit and poll.place is None else None

    def _start(self) -> None:
        # A daemon, so that a poll that never ends holds up nobody's exit.
        self._thread = threading.Thread(target=self._watch, name="wakepoint-debug", daemon=True)
        self._thread.wakepoint_idle = True  # type: ignore[attr-defined]  # it holds no waker
        self._ends.clear()
        self._thread.start()

    def stop(self) -> None:
        """Looks no more, until the next poll."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._ends.set()
            thread.join()

    def now_forked(self) -> None:
        """This is a forked child, which has no thread that looks."""
        self._thread = None
        self._telling, self._ends = threading.Lock(), threading.Event()

    def _watch(self) -> None:
        pause = min(self._limit / LOOKS, threading.TIMEOUT_MAX)
        while not self._ends.wait(pause):
            with self._telling:
                poll = self._poll
                if poll is not None and poll.place is None:
                    self._look(poll)

    def _look(self, poll: _Poll) -> None:
        if time.perf_counter() - poll.began < self._limit:
            return
        frames = [*_users(sys._current_frames().get(poll.thread))]  # noqa: SLF001 - documented so
        if not frames:  # the code has ended just now, or not begun
            return
        own = [frame for frame in frames if not frame.f_code.co_filename.startswith(_LIBRARIES)]
        stack = own or frames
        poll.place = Place(stack[0].f_code.co_filename, stack[0].f_lineno or 1)
        text = (
            f"{poll.task} has been polled for more than {self._limit:g} s and is here, in "
            f"{_in_words(stack)}"
        )
        if frames[0] is not stack[0]:
            text += f", and there in {frames[0].f_code.co_qualname} of {_file(frames[0])}"
        try:
            self._reports.say(SlowPollWarning, poll.place, f"{text}; {REMEDY}")
        except SlowPollWarning as error:  # for whoever runs the executor, if the poll ends
            poll.error = error


def _in_words(frames: list[FrameType]) -> str:
    """The innermost function, and who has called it."""
    innermost, *callers = frames
    called = [
        f", called by {each.f_code.co_qualname} in line {each.f_lineno}"
        + ("" if _file(each) == _file(innermost) else f" of {_file(each)}")
        for each in callers
    ]
    return innermost.f_code.co_qualname + "".join(called)


def _file(frame: FrameType) -> str:
    return frame.f_code.co_filename


def _users(frame: FrameType | None) -> Iterator[FrameType]:
    """The frames of a poll that are not the runtime's, innermost first."""
    while frame is not None and frame.f_code.co_name != "block_on":
        if not is_of_the_runtime(frame):
            yield frame
        frame = frame.f_back
