"""`dump`, called by the program itself or by a signal."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
from types import FrameType
from typing import TextIO

from wakepoint.debugging.text import everything


def dump(file: TextIO | None = None) -> None:
    """Prints where every task stands, what it waits for, and who would wake it; then a tree.

    Any thread may call it, a task too.

    Example:
        >>> import sys, wakepoint
        >>> async def work():
        ...     await wakepoint.sleep(3600)
        >>> async def main():
        ...     wakepoint.spawn(work())
        ...     await wakepoint.yield_now()
        ...     wakepoint.dump(sys.stdout)
        >>> wakepoint.run(main())  # doctest: +ELLIPSIS
        2 tasks on MainThread
        <BLANKLINE>
        task 1 (main) is running
        ...
        task 2 (work) waits for sleep(3600)...
          its waker is held by a timer

    Args:
        file: Where it is printed; by default on stderr.
    """
    print(everything(), file=file or sys.stderr)


def dump_on_signal(number: int | None = None) -> None:
    """From now on a signal has the process do what `dump` does, on stderr: ``kill -USR1 PID``.

    An executor that sleeps does it at once, and one in a poll as soon as Python's code goes on.
    One that is stuck in a call of C cannot; ``faulthandler.register`` helps there, which knows
    nothing of tasks. A handler that the signal had is replaced.

    Example:
        >>> dump_on_signal()

    Args:
        number: Which signal; by default SIGUSR1.

    Raises:
        NotImplementedError: On Windows, which has no such signal.
        ValueError: On another thread than the main one, on which Python runs its handlers.
    """
    if sys.platform == "win32":
        raise NotImplementedError(
            "Windows has no SIGUSR1; call wakepoint.dump where the program can be asked for it"
        )
    signal.signal(signal.SIGUSR1 if number is None else number, _dump_now)


def _dump_now(number: int, frame: FrameType | None) -> None:
    """The handler. It may interrupt a ``print``, whose buffer must be left alone."""
    text = f"{everything()}\n"
    try:
        descriptor = sys.stderr.fileno()
    except (AttributeError, OSError, io.UnsupportedOperation):  # somebody has put another there
        with contextlib.suppress(RuntimeError):  # which is just being written to
            sys.stderr.write(text)
        return
    data = text.encode(errors="backslashreplace")
    with contextlib.suppress(OSError):  # nobody reads it any more
        while data:
            data = data[os.write(descriptor, data) :]
