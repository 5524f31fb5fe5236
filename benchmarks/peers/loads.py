"""What every peer does, how often, and what we are to reach at it."""

from __future__ import annotations

from dataclasses import dataclass

BASE = "asyncio"
OURS = "wakepoint"
CONTROL = "wakepoint after other imports"
RECORDED = "wakepoint after a recording"


@dataclass(frozen=True)
class Load:
    """Something that every peer does.

    Attributes:
        title: What is done.
        count: How often.
        unit: What the cost is for.
        fewer: How often a peer does it that would take too long.
        others: Peers that do this load alone, beside those that do all.
    """

    title: str
    count: int
    unit: str = "µs a turn"
    fewer: dict[str, int] | None = None
    others: tuple[str, ...] = ()

    def count_of(self, peer: str) -> int:
        """How often a peer does it."""
        return (self.fewer or {}).get(peer, self.count)


EVERY_LOAD = ("asyncio", "uvloop", "trio", "curio", OURS)
LOADS = {
    "switch": Load(
        "one task yields 1,000,000 times",
        1_000_000,
        fewer={"trio": 200_000, "curio": 200_000},
        others=(CONTROL, RECORDED),
    ),
    "switch_among": Load(
        "a hundred tasks yield 10,000 times each",
        1_000_000,
        fewer={"trio": 200_000, "curio": 200_000},
    ),
    "spawn_and_join": Load(
        "100,000 tasks are made, then each is awaited",
        100_000,
        unit="µs a task",
        fewer={"curio": 10_000},  # its cost grows with the square
        others=(CONTROL, RECORDED),
    ),
    "spawn_and_await_each": Load(
        "100,000 times a task is made and awaited", 100_000, unit="µs a task"
    ),
    "timers": Load("10,000 tasks sleep 10 times each, for 1 to 11 ms", 100_000, unit="µs a sleep"),
    "ping_pong": Load(
        "two tasks wake each other 100,000 times",
        100_000,
        unit="µs to and fro",
        others=(CONTROL, RECORDED),
    ),
    "hand_over": Load(
        "two tasks hand a number to and fro through queues of one place, 100,000 times",
        100_000,
        unit="µs to and fro",
    ),
    "socket_pair": Load(
        "two tasks hand one byte to and fro over a socket pair, 20,000 times",
        20_000,
        unit="µs to and fro",
    ),
    "echo": Load(
        "a server sends back 1 KiB, over 50 connections, 50,000 times",
        50_000,
        unit="µs a message",
        others=("asyncio Protocol", "uvloop Protocol", "bare loop", CONTROL, RECORDED),
    ),
    "sleeping": Load(
        "memory of each of 100,000 tasks that sleep",
        100_000,
        unit="bytes a task",
        fewer={"curio": 10_000},
    ),
}


@dataclass(frozen=True)
class Aim:
    """What a load is to reach: asked of the medians of this run.

    Attributes:
        load: Which.
        peer: Against whom.
        factor: How many times as fast as that peer we are to be, at least.
    """

    load: str
    peer: str
    factor: float


TIMED = (
    "switch",
    "switch_among",
    "spawn_and_join",
    "spawn_and_await_each",
    "timers",
    "ping_pong",
    "echo",
)
"""What there are aims for, beside memory."""
AIMS = (
    *(Aim(load, "uvloop", 1) for load in TIMED),
    *(Aim(load, BASE, 1.8 if load.startswith("spawn") else 2) for load in TIMED),
    Aim("switch", "trio", 4),
    Aim("switch_among", "trio", 4),
    Aim("echo", "uvloop Protocol", 0.8),
    Aim("sleeping", BASE, 1),
)
