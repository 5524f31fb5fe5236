"""Completions in the same order in every run, for recordings."""

from __future__ import annotations

from collections.abc import Sequence

from wakepoint.backends.uring.entries import WAKE, Cqe, Sqe
from wakepoint.backends.uring.kernel import UringKernel
from wakepoint.backends.uring.ring import Ring

_SETTLE = 0.002
"""Seconds without a completion after which no other is taken to be under way."""

_ROOM = 64


class SteadyUringKernel(UringKernel):
    """Tells of calls that are done at about the same time in the order in which they were made.

    A send on one end of a connection completes a receive on the other, and which comes first is
    chance. Both orders are right, so a recording shows the one that does not change.
    """

    def __init__(self) -> None:
        super().__init__()
        self._held: list[Cqe] = []

    def io_uring_enter(
        self, ring: Ring, sqes: Sequence[Sqe], room: int, timeout: float | None
    ) -> list[Cqe]:
        """As in `UringKernel`, after a moment in which others may come."""
        enter = super().io_uring_enter
        together: list[Cqe] = []
        more = enter(ring, sqes, _ROOM, 0 if self._held else timeout)
        while more:
            together += more
            more = enter(ring, (), _ROOM, _SETTLE)
        # What threads sent goes first, as one message: how many there are by now is chance.
        messages = [cqe for cqe in together if cqe.user_data == WAKE]
        results = [cqe for cqe in together if cqe.user_data != WAKE]
        self._held += [*messages[:1], *sorted(results, key=lambda cqe: cqe.user_data)]
        completions, self._held = self._held[:room], self._held[room:]
        return completions
