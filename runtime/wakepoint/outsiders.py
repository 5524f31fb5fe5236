"""Who beside an executor might still wake one of its tasks: other threads, C code, signal handlers.

Where there is nobody of the kind, a program whose tasks all wait is in a deadlock, and nothing has
to be looked for. Where there is, it is looked for whether they can come to a waker (`reachable`,
`invoked`). That takes milliseconds in which no other thread runs Python code, so it is done seldom.
"""

from __future__ import annotations

import gc
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType

from wakepoint.invoked import may_use
from wakepoint.posting import Poster
from wakepoint.reachable import reachable_elsewhere

_OURS = __name__.partition(".")[0]

_OF_TESTS = frozenset({"execnet", "pytest_timeout"})
"""Packages whose threads and signal handlers belong to a test runner, and wake nobody.

execnet's thread hears what a process of pytest-xdist is to do; pytest-timeout's handler ends a
test.
"""

SHARE = 0.01
"""How much of the time in which it waits for nobody but outsiders an executor may look for them."""


class Outsiders:
    """Looks for them on behalf of one executor, on its thread.

    Args:
        now: The time in seconds.

    Attributes:
        spent: Seconds that all looks took.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._since: float | None = None
        self.spent = 0.0

    def may_wake(
        self, executor: object, tasks: list[object], no_ways: tuple[object, ...] = ()
    ) -> bool:
        """True if somebody may still wake a task, or spawn one that does.

        That is also the answer where no look was taken: at first, so that who waits for a thread
        for a moment pays nothing, and while the looks so far were too dear to be followed by more.

        Args:
            executor: Whose tasks they are.
            tasks: Those that wait.
            no_ways: What of the executor's own refers to a task.
        """
        handlers, threads = [*_handlers()], _have_any_threads()
        if not (handlers or threads):
            return False
        now = self._now()
        if self._since is None:
            self._since = now
            return True
        if self.spent > SHARE * (now - self._since):
            return True
        try:
            if any(may_use(_OURS, handler) for handler in handlers):
                return True
            # A thread may hand on what it holds in the middle of one look, hardly in that of two.
            return threads and any(_is_held(executor, tasks, no_ways) for _ in range(2))
        finally:
            self.spent += self._now() - now


def _is_held(executor: object, tasks: list[object], no_ways: tuple[object, ...]) -> bool:
    """True if a waker, or what makes an executor's thread call something, is held elsewhere."""
    posters = [each for each in gc.get_referrers(executor) if isinstance(each, Poster)]
    targets = [*tasks, *posters]
    own = (executor, tasks, posters, *no_ways)
    return reachable_elsewhere(targets, own)


def _handlers() -> Iterator[Callable[..., object]]:
    """The signal handlers that the program has written, and no test runner."""
    for number in signal.valid_signals():
        handler = signal.getsignal(number)
        if callable(handler) and handler is not signal.default_int_handler:
            package = str(getattr(handler, "__module__", "")).partition(".")[0]
            if package != _OURS and package not in _OF_TESTS:
                yield handler


def have_threads() -> bool:
    """True if a thread beside this one runs Python code, of which the runtime knows nothing."""
    return _are_strange(sys._current_frames())  # noqa: SLF001


def _have_any_threads() -> bool:
    """As `have_threads`; those count as well that run no Python code, and may do so later."""
    running = sys._current_frames()  # noqa: SLF001
    # One look for both: a thread may come to its first line of Python between two.
    return have_c_threads(len(running)) or _are_strange(running)


def _are_strange(running: dict[int, FrameType]) -> bool:
    if len(running) == 1 and threading.active_count() == 1:
        return False
    known = {thread.ident: thread for thread in threading.enumerate()}
    if None in known:  # it is being started
        return True
    del running[threading.get_ident()]
    return any(
        not (_is_idle(known.get(ident), frame) or _is_of_tests(frame))
        for ident, frame in running.items()
    )


def _is_idle(thread: threading.Thread | None, frame: FrameType) -> bool:
    """True if it is one of ours that holds no waker: the thread says so, or the module it is in."""
    marked = frame.f_globals if thread is None else vars(thread)
    return bool(marked.get("wakepoint_idle"))


def _is_of_tests(frame: FrameType | None) -> bool:
    packages = set()
    while frame is not None:
        packages.add(str(frame.f_globals.get("__name__")).partition(".")[0])
        frame = frame.f_back
    return not packages.isdisjoint(_OF_TESTS) and packages <= _OF_TESTS | {"threading"}


def have_c_threads(known: int) -> bool:
    """True if there are more threads than are known.

    Linux lists them. Elsewhere there are some if there is a function that C code may call.
    """
    with suppress(OSError):
        names = [_name(each) for each in Path("/proc/self/task").iterdir()]
        # io_uring's own threads run in the kernel alone.
        return sum(not name.startswith("iou-") for name in names) > known
    if "_cffi_backend" in sys.modules:
        return True
    return "_ctypes" in sys.modules and any(
        type(each).__name__ == "CThunkObject" for each in gc.get_objects()
    )


def _name(task: Path) -> str:
    try:
        return (task / "comm").read_text(errors="replace")
    except OSError:  # it has ended
        return "iou-"
