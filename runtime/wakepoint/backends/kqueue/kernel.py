"""The calls for kqueue(2)."""

from __future__ import annotations

import select
from typing import Any

from wakepoint.backends.kqueue.kevent import Kevent
from wakepoint.kernel import Kernel

# Linux has none of it; there a library's calls take the place of these.
_select: Any = select


class KqueueKernel(Kernel):
    """The calls of macOS and the BSDs."""

    def kqueue(self) -> Any:
        """Makes an empty kqueue, which has ``fileno()``; a child does not inherit it."""
        return _select.kqueue()

    def kevent(
        self, queue: Any, changes: list[Kevent], max_events: int, timeout: float | None
    ) -> list[Kevent]:
        """Makes the changes, then waits ``timeout`` seconds at most (None: for ever).

        A change that fails is among the events, with ``EV_ERROR``.
        """
        events = queue.control([_select.kevent(*each) for each in changes], max_events, timeout)
        return [Kevent(e.ident, e.filter, e.flags, e.fflags, e.data) for e in events]

    def kevent_change(self, queue: Any, changes: list[Kevent]) -> None:
        """Makes the changes and takes no events. Raises OSError if one fails."""
        queue.control([_select.kevent(*each) for each in changes], 0, 0)

    def kqueue_close(self, queue: Any) -> None:
        """Gives the kqueue and what is registered with it back."""
        queue.close()
