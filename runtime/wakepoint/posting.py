"""Calls that other threads hand over to an executor's thread."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from wakepoint.attention import Attention


class Poster:
    """Something by which other threads have an executor's thread call what they like."""

    __slots__ = ()


class Posted:
    """What was handed over and not called yet.

    Args:
        attention: Whether the executor looks here between two turns.
        look: Ends the executor's sleep, if it sleeps.
    """

    def __init__(self, attention: Attention, look: Callable[[], None]) -> None:
        self._attention = attention
        self._look = look
        self._calls: deque[tuple[Callable[[], object], Callable[[], object]]] = deque()
        self._open = False
        # Reentrant, since a signal handler may post while this thread does.
        self._lock = threading.RLock()

    def __bool__(self) -> bool:
        """True if there is something to call."""
        return bool(self._calls)

    def post(self, call: Callable[[], object], refuse: Callable[[], object]) -> None:
        """Has the executor's thread call it between two turns. Any thread may call this.

        Args:
            call: What is called.
            refuse: Called instead if the run ends before.

        Raises:
            RuntimeError: If the executor does not run.
        """
        with self._lock:
            if not self._open:
                raise RuntimeError("that executor does not run: nobody would do what it is given")
            self._calls.append((call, refuse))
        self._attention.needed = True
        self._look()

    def open(self) -> None:
        """A run begins."""
        self._open = True

    def close(self) -> None:
        """A run ends; what was not called is refused."""
        with self._lock:
            self._open = False
            calls, self._calls = self._calls, deque()
        for _, refuse in calls:
            refuse()

    def now_forked(self) -> None:
        """This is a forked child; what was handed over is done in the parent."""
        self._lock = threading.RLock()
        self._calls.clear()

    def call_all(self) -> None:
        """Calls what was handed over until now."""
        for _ in range(len(self._calls)):
            self._calls.popleft()[0]()
