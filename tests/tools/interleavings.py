"""Runs a program under many schedules, each made by a seed, so that a failing one can be replayed.

The kernel is the simulated one, so nothing but the seed decides what comes first: which of the
queued tasks is polled next, how long a poll takes in virtual time, so which timers and events are
there before the next, and what `race` prefers.

``WAKEPOINT_SEEDS`` says how many schedules are tried: 1,000 in CI, else 100. ``WAKEPOINT_SEED``
runs one alone.
"""

from __future__ import annotations

import os
import random
from collections.abc import Awaitable, Callable, Iterable

from wakepoint import Executor, Reactor, backends
from wakepoint.backends.simulated.kernel import SimulatedKernel
from wakepoint.choices import Choices

LONGEST_POLL = 3_000_000
"""Nanoseconds of virtual time that a poll takes at most; latency there is one millisecond."""

Program = Callable[[], Awaitable[object]]


class SeededExecutor(Executor):
    """Polls one task at a time, and chooses it by lot.

    Args:
        seed: What decides every choice.
    """

    def __init__(self, seed: int) -> None:
        self.kernel = SimulatedKernel()
        super().__init__(Reactor(backends.factory("simulated"), self.kernel))  # type: ignore[arg-type]
        self.choices = Choices(seed)
        self._lot = random.Random(seed)
        self.order: list[int] = []
        """The numbers of the tasks that were polled."""

    def run_batch(self, most: int = 1) -> int:
        """Lets some time pass, takes what has come, and polls one task that is queued."""
        lot, queue, world = self._lot, self._queue, self.kernel.world
        if lot.random() < 0.25 and self.reactor.expects_events:
            world.jump(world.now + lot.randrange(LONGEST_POLL))
            self.reactor.park(block=False)
        queue.rotate(-lot.randrange(len(queue)))
        self.order.append(queue[0].number)
        return super().run_batch(1)


def run_once(program: Program, seed: int) -> list[int]:
    """Runs it under one schedule.

    Returns:
        The numbers of the tasks in the order in which they were polled.

    Raises:
        AssertionError: If a descriptor is left open, or a task pending.
        BaseException: What the program raises.
    """
    executor = SeededExecutor(seed)
    try:
        executor.block_on(program())
    finally:
        executor.reactor.shut_down()
    assert not executor.tasks
    assert not executor.kernel.world.descriptors, "descriptors are left open"
    return executor.order


def seeds() -> Iterable[int]:
    """Those that are tried."""
    one = os.environ.get("WAKEPOINT_SEED")
    if one is not None:
        return (int(one),)
    return range(int(os.environ.get("WAKEPOINT_SEEDS") or (1000 if "CI" in os.environ else 100)))


def explore(program: Program) -> int:
    """Runs a program under many schedules.

    Returns:
        How many of them differed.

    Raises:
        BaseException: What the first run that fails raises, with a note that names its seed.
    """
    schedules = set()
    for seed in seeds():
        try:
            schedules.add(tuple(run_once(program, seed)))
        except BaseException as error:
            error.add_note(f"under seed {seed}; set WAKEPOINT_SEED={seed} to run that one alone")
            raise
    return len(schedules)
