"""The way into the ring: what goes to the kernel with the next call, and what the kernel has."""

from __future__ import annotations

import os
from typing import Any, cast

from wakepoint.backends.uring.entries import IOSQE_CQE_SKIP_SUCCESS, Cqe, Sqe
from wakepoint.reactor import Reactor
from wakepoint.source import Source

ENTRIES = 256

# Linux has all of it; type checkers are told of other platforms too.
_linux: Any = os


class Submission:
    """One ring, which only the executor's thread uses, and the calls for it.

    Args:
        reactor: Whom the calls tell what came of them.

    Attributes:
        kernel: Linux' calls for io_uring.
        ring: Where the calls go.
        queued: What the kernel has not seen yet.
        in_flight: What it has, by number; calls that nobody waits for are left out.
    """

    def __init__(self, reactor: Reactor) -> None:
        self.reactor = reactor
        # The seam is duck-typed: whoever has these calls can stand in for the kernel.
        self.kernel = cast(Any, reactor.kernel)
        self.ring = self.kernel.io_uring_setup(ENTRIES)
        self.queued: list[Sqe] = []
        self.in_flight: dict[int, Sqe] = {}

    def prepare(self, source: Source) -> None:
        """Before the first call on a source: io_uring is to wait for it, not to say EAGAIN."""
        if not source.registered:
            source.registered = True
            if not _linux.get_blocking(source.fd):
                self.kernel.make_blocking(source.fd)

    def queue(self, sqe: Sqe) -> None:
        """Gives the kernel a call with the next io_uring_enter."""
        self.ring.number(sqe)
        self.queued.append(sqe)

    def withdraw(self, sqe: Sqe) -> bool:
        """Takes a call back; True if the kernel has not seen it, else its completion will come."""
        if sqe in self.queued:
            self.queued.remove(sqe)
            return True
        if sqe.withdrawn:
            return False
        sqe.withdrawn = True
        self.queue(
            Sqe(
                "cancel64",
                -1,
                (sqe.user_data, 0),
                None,
                subject=sqe.user_data,
                flags=IOSQE_CQE_SKIP_SUCCESS,
            )
        )
        return False

    def submit(self) -> None:
        """Gives the kernel now what is queued, and waits for nothing."""
        self.kernel.io_uring_submit(self.ring, self._launched())

    def wait(self, timeout: float | None) -> int:
        """Gives the kernel what is queued, waits, and hands each completion to its owner.

        Returns:
            How many completions came.
        """
        room = self.reactor.completions_per_wait
        sqes = self._launched()
        cqes: list[Cqe] = self.kernel.io_uring_enter(self.ring, sqes, room, timeout)
        for cqe in cqes:
            sqe = self.in_flight.get(cqe.user_data)
            if sqe is not None and sqe.owner is not None:
                if not cqe.more:
                    del self.in_flight[cqe.user_data]
                sqe.owner.completed(cqe)
        return len(cqes)

    def _launched(self) -> list[Sqe]:
        """What was queued; from now on the kernel has it."""
        sqes, self.queued = self.queued, []
        for sqe in sqes:
            if sqe.owner is not None:
                self.in_flight[sqe.user_data] = sqe
        return sqes

    def forget_new(self) -> None:
        """Drops the calls that the kernel has not seen, but not what takes others back."""
        self.queued[:] = [sqe for sqe in self.queued if sqe.call == "cancel64"]

    def drain(self) -> None:
        """Takes every call back and waits until the kernel has none.

        The kernel writes into the memory of a call until its completion; only then may it go.
        """
        for sqe in list(self.in_flight.values()):
            self.withdraw(sqe)
        while self.in_flight:
            self.wait(None)

    def close(self) -> None:
        """Gives the ring back."""
        self.kernel.io_uring_close(self.ring)
