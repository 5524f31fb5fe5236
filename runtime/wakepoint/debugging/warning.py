"""How the watchful mode speaks: as Python's warnings do.

A warning has a file and a line of the program, a category by which it is silenced
(``-W ignore::wakepoint.debugging.SlowPollWarning``) or made a failure of the tests
(``-W error::wakepoint.debugging.DebugWarning``), and goes to logging with
``logging.captureWarnings``. That a coroutine was never awaited is a warning of Python's own. What
the runtime writes to stderr at other times tells what has happened in a program that is in use, and
is no matter of taste; these are for whoever writes one.
"""

from __future__ import annotations

import warnings
from typing import NamedTuple


class DebugWarning(RuntimeWarning):
    """What ``run(main(), debug=True)`` has noticed."""


class NeverAwaitedWarning(DebugWarning):
    """A coroutine or a future was made, and nobody awaited it."""


class LostWakerWarning(DebugWarning):
    """A future returned PENDING and has kept no waker, so nothing can wake its task.

    tokio-console's lint of that name (``lost-waker``).
    """


class SelfWakeWarning(DebugWarning):
    """A task wakes itself in every poll, and so keeps the processor busy with waiting.

    tokio-console's ``self-wakes``.
    """


class SlowPollWarning(DebugWarning):
    """A poll takes long, and no other task of the executor can run meanwhile.

    asyncio's ``slow_callback_duration``; tokio-console's ``never-yielded``.
    """


class Place(NamedTuple):
    """A line of the program.

    Attributes:
        filename: Its file.
        line: The line's number.
    """

    filename: str
    line: int


NOWHERE = Place("<unknown>", 1)
"""Of a future that was written by hand and stands at no ``await``."""


class Reports:
    """Says each thing once for each place."""

    def __init__(self) -> None:
        self._said: set[tuple[type[DebugWarning], Place]] = set()

    def say(self, category: type[DebugWarning], place: Place, text: str) -> None:
        """Warns, unless it has done so for that place. Any thread may call it.

        Raises:
            DebugWarning: If a filter makes an error of it.
        """
        if (category, place) not in self._said:
            self._said.add((category, place))
            warnings.warn_explicit(text, category, place.filename, place.line)
