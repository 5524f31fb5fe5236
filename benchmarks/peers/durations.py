"""How long each task of the load of timers sleeps: the same for every library."""

from __future__ import annotations

from collections.abc import Iterator

TASKS = 10_000


def of(number: int, count: int) -> Iterator[float]:
    """Seconds that a task sleeps, one sleep after the other: 1 to 11 ms, in no order.

    Args:
        number: Which task.
        count: How often all tasks sleep together.
    """
    for turn in range(count // TASKS):
        yield 0.001 + (number * 7919 + turn * 104729) % 10_000 * 1e-6
