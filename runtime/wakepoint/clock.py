"""Time that stands until it is set forward, in a simulated kernel and in one that is paused."""

from __future__ import annotations

SECOND = 1_000_000_000
"""Virtual time is counted in nanoseconds, as whole numbers, so that it always gets on."""


class VirtualClock:
    """A clock that somebody has to set forward.

    Args:
        seconds: What it says at first.

    Attributes:
        now: What it says, in nanoseconds.
        frozen: True if it stands also while a real thread works.
    """

    __slots__ = ("frozen", "now")

    def __init__(self, seconds: float = 0.0) -> None:
        self.now = nanoseconds(seconds)
        self.frozen = False

    def monotonic(self) -> float:
        """What it says, in seconds."""
        return self.now / SECOND

    def forward_to(self, seconds: float) -> None:
        """Sets it to a time, unless that has passed."""
        self.now = max(self.now, nanoseconds(seconds))
        while self.monotonic() < seconds:  # by how exact a float is
            self.now += 1


def nanoseconds(seconds: float) -> int:
    """Whole nanoseconds, rounded up, so that a deadline is never missed."""
    whole = int(seconds * SECOND)
    return whole + (whole < seconds * SECOND)
