"""Ticks at a steady pace."""

from __future__ import annotations

import enum
import math

from wakepoint.future import Once
from wakepoint.task import PENDING, Context, Poll, Ready
from wakepoint.time.instant import now
from wakepoint.time.sleeping import SleepUntil

LATE = 0.005
"""Seconds that a tick may be late before its successors are missed (as in tokio)."""


class MissedTickBehavior(enum.Enum):
    """What an `Interval` does about ticks for which nobody came (``MissedTickBehavior``).

    Say that a tick is due each second and that the one of second 1 is taken at 3.5: those of 2 and
    3 were missed.
    """

    BURST = "burst"
    """Catches up: 2 and 3 come at once, then 4. No tick is lost."""
    DELAY = "delay"
    """Starts anew: the next comes at 4.5, then 5.5."""
    SKIP = "skip"
    """Leaves them out: the next comes at 4, as it would have."""


class Interval:
    """Ticks at a steady pace (``tokio::time::Interval``); made by `interval`.

    Attributes:
        period: Seconds from one tick to the next.
        missed_tick_behavior: What happens if nobody comes for a tick; may be set at any time.
    """

    def __init__(self, start: float | None, period: float, missed: MissedTickBehavior) -> None:
        if not 0 < period < math.inf:
            raise ValueError(f"the period of an interval is a time above 0, not {period!r}")
        self.period = period
        self.missed_tick_behavior = missed
        self._next = start

    def __repr__(self) -> str:
        return f"interval({self.period:g})"

    def tick(self) -> Tick:
        """Waits for the next tick (``Interval::tick``).

        Cancel safety: a tick is taken when it is given; if it is cancelled or dropped before, the
        next call waits for the same.

        Returns:
            A future of the time for which the tick was due, as `now` gives it.
        """
        return Tick(self)

    def __aiter__(self) -> Interval:
        return self

    async def __anext__(self) -> float:
        return await self.tick()

    def reset(self) -> None:
        """The next tick comes a period from now (``Interval::reset``)."""
        self.reset_after(self.period)

    def reset_immediately(self) -> None:
        """The next tick comes at once (``Interval::reset_immediately``)."""
        self.reset_after(0.0)

    def reset_after(self, seconds: float) -> None:
        """The next tick comes after so many seconds (``Interval::reset_after``)."""
        self.reset_at(now() + seconds)

    def reset_at(self, deadline: float) -> None:
        """The next tick comes when the clock says so (``Interval::reset_at``).

        A `tick` that is awaited already comes when it would have.
        """
        self._next = deadline

    def due(self) -> float:
        """When the next tick is due; an interval without a start begins now."""
        if self._next is None:
            self._next = now()
        return self._next

    def taken(self, due: float) -> None:
        """A tick was given; the next one is due when the policy says."""
        if self._next == due:  # not reset meanwhile
            self._next = following(due, now(), self.period, self.missed_tick_behavior)


def following(due: float, taken: float, period: float, missed: MissedTickBehavior) -> float:
    """When the next tick is due, after one that was due then and was taken then."""
    if taken - due <= LATE or missed is MissedTickBehavior.BURST:
        return due + period
    if missed is MissedTickBehavior.DELAY:
        return taken + period
    return due + (math.floor((taken - due) / period) + 1) * period


class Tick(Once[float]):
    """The next tick; made by `Interval.tick`."""

    __slots__ = ("_due", "_interval", "_sleep")

    def __init__(self, interval: Interval) -> None:
        self._interval = interval
        self._due = 0.0
        self._sleep: SleepUntil | None = None

    def __repr__(self) -> str:
        return f"{self._interval!r}.tick()"

    def advance(self, cx: Context) -> Poll[float]:
        """Ready with the time for which it was due, once that has come."""
        if self._sleep is None:
            self._due = self._interval.due()
            if self._due <= now():
                self._interval.taken(self._due)
                return Ready(self._due)
            self._sleep = SleepUntil(self._due)
        if self._sleep.poll(cx) is PENDING:
            return PENDING
        self._interval.taken(self._due)
        return Ready(self._due)

    def drop(self) -> None:
        if self._sleep is not None:
            self._sleep.drop()


def interval(
    period: float, missed_tick_behavior: MissedTickBehavior = MissedTickBehavior.BURST
) -> Interval:
    """Ticks each ``period`` seconds, the first time at once (``tokio::time::interval``).

    Unlike a loop with `sleep` it keeps its pace, however long the work between two ticks takes.

    Example:
        >>> from wakepoint import run
        >>> async def main():
        ...     ticks = interval(0.001)
        ...     first = await ticks.tick()
        ...     return [round(1000 * (await ticks.tick() - first)) for _ in range(3)]
        >>> run(main())
        [1, 2, 3]

    Args:
        period: Above 0; counted from the first `Interval.tick`, which gives the first tick.
        missed_tick_behavior: What to do about ticks for which nobody came.

    Raises:
        ValueError: If ``period`` is not above 0, or has no end.
    """
    return Interval(None, period, missed_tick_behavior)


def interval_at(
    start: float,
    period: float,
    missed_tick_behavior: MissedTickBehavior = MissedTickBehavior.BURST,
) -> Interval:
    """As `interval`, with the first tick at ``start`` (``tokio::time::interval_at``).

    Example:
        >>> from wakepoint import now, run
        >>> async def main():
        ...     start = now() + 0.001
        ...     return await interval_at(start, 60).tick() == start
        >>> run(main())
        True

    Args:
        start: A time as `now` gives it.
        period: Seconds, above 0.
        missed_tick_behavior: What to do about ticks for which nobody came.

    Raises:
        ValueError: If ``period`` is not above 0, or has no end.
    """
    return Interval(start, period, missed_tick_behavior)
