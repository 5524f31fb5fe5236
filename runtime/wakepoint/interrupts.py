"""What interrupts an executor: Ctrl-C, and whoever asks it to raise something between two polls.

The first Ctrl-C lets every task clean up, the second ends at once. A third ends the
process: what the second was raised in has caught it, or still does something.

Python's own handler raises KeyboardInterrupt wherever the program stands, in the middle of the
executor too. As in asyncio and trio it is replaced while `run` runs: in the code of a task the
first Ctrl-C is still raised right there; anywhere else the executor is told, and cancels its tasks
between two polls. Where the program has a handler of its own, or `run` was called on a thread
other than the main one, nothing is replaced.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from wakepoint.attention import Attention
from wakepoint.driver import Driver
from wakepoint.failure import is_of_the_runtime
from wakepoint.handle import Task
from wakepoint.task import Context


class Interrupts:
    """What Ctrl-C did so far.

    Args:
        driver: Tells which task's code runs just now.
        attention: Whether the executor looks here between two turns.
        end_sleep: Ends the executor's sleep in the kernel, if it sleeps.

    Attributes:
        asked: True once Ctrl-C came and the executor has not yet cancelled its tasks.
        error: What the executor raises between two polls.
        ending: True once every task was cancelled; Ctrl-C then ends at once.
        watching: True while Ctrl-C is ours. Where it is not, whoever raises KeyboardInterrupt while
            the run ends means to end it at once.
        insisted: True once KeyboardInterrupt was raised to end at once.
        struck: The task in which the first Ctrl-C was raised; it needs no `Cancelled` besides.
    """

    def __init__(self, driver: Driver, attention: Attention, end_sleep: Callable[[], None]) -> None:
        self._driver = driver
        self._attention = attention
        self._end_sleep = end_sleep
        self.watching = False
        self.asked = False
        self.error: BaseException | None = None
        self.ending = False
        self.insisted = False
        self.struck: Task[Any] | None = None

    @property
    def polling(self) -> Task[Any] | None:
        """The task whose code runs just now."""
        context: Context | None = self._driver.context
        while not (context is None or isinstance(context, Task)):
            context = getattr(context, "outer", None)  # of a `Within`
        return context

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Takes Ctrl-C until the block ends."""
        main = threading.current_thread() is threading.main_thread()
        if not main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            yield
            return
        signal.signal(signal.SIGINT, self._interrupted)
        self.watching = True
        try:
            yield
        finally:
            self._give_back()

    def _give_back(self) -> None:
        self.watching = False
        self.error = None
        if signal.getsignal(signal.SIGINT) == self._interrupted:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def now_forked(self) -> None:
        """This is a forked child, where no task is left to clean up: Ctrl-C is Python's again."""
        if self.watching:
            self._give_back()

    @property
    def due(self) -> bool:
        """True if `raise_due` raises."""
        return self.asked or self.error is not None

    def raise_due(self) -> None:
        """Called between two polls.

        Raises:
            KeyboardInterrupt: After Ctrl-C.
            BaseException: What `raise_soon` was given.
        """
        error, self.error = self.error, None
        if error is not None:
            raise error
        if self.asked:
            raise KeyboardInterrupt

    def raise_soon(self, error: BaseException) -> None:
        """Has the executor raise it between two polls; one that sleeps does not wake for that."""
        self.error = error
        self._attention.needed = True

    def now_ending(self) -> None:
        """Every task is being cancelled."""
        self.asked, self.ending = False, True

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        if not self.watching:  # somebody put it back after the run
            signal.default_int_handler(number, frame)
        if self.insisted:
            _end_process(number, frame)
        if self.asked or self.ending:
            self.insisted = True
            # If a task catches what is raised here, its executor raises it once more.
            self.raise_soon(KeyboardInterrupt())
            raise KeyboardInterrupt
        self.asked = self._attention.needed = True
        # The runtime's own lists must not be left half changed.
        if self.polling is not None and not is_of_the_runtime(frame):
            self.struck = self.polling
            raise KeyboardInterrupt
        try:
            self._end_sleep()
        except OSError:  # no descriptor for that is left
            raise KeyboardInterrupt from None


def _end_process(number: int, frame: FrameType | None) -> None:
    """Ends it as a program without a handler is ended, and says where it stood."""
    signal.signal(number, signal.SIG_DFL)
    where = "" if frame is None else f" in line {frame.f_lineno} of {frame.f_code.co_filename}"
    text = f"ended by a third Ctrl-C{where}, where the second has not ended it\n"
    with contextlib.suppress(OSError):  # not by sys.stderr, which may be in the middle of a write
        os.write(2, text.encode(errors="replace"))
    signal.raise_signal(number)
