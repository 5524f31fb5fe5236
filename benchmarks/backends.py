"""What a wake-up costs when most descriptors are idle: select, poll, epoll and io_uring.

One socket is active and N are idle. A wake-up is: one byte is written to the active socket's peer,
the mechanism is asked who is ready, the byte is read. The time of writing and reading alone is
measured in the same run and taken off, so what is left is the mechanism's.

    python benchmarks/backends.py                  print a table
    python benchmarks/backends.py --out FILE       also keep the data, for the book's plot

Ratios are to epoll at the smallest N, measured in the same run; absolute times are of one machine.
"""

from __future__ import annotations

import argparse
import gc
import json
import platform
import resource
import select
import socket
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

IDLE = (10, 30, 100, 300, 1000, 3000, 10000)
ROUNDS = 15
SELECT_LIMIT = 1024
"""FD_SETSIZE: select(2) cannot name a descriptor from this number on."""

Wait = Callable[[], Any]


@contextmanager
def with_select(active: int, idle: list[int]) -> Iterator[Wait]:
    """select(2): every descriptor is passed in at every call."""
    everyone = [*idle, active]
    yield lambda: select.select(everyone, [], [])


@contextmanager
def with_poll(active: int, idle: list[int]) -> Iterator[Wait]:
    """poll(2): the list is kept in Python, and passed to the kernel at every call."""
    poll = select.poll()
    for fd in (*idle, active):
        poll.register(fd, select.POLLIN)
    yield poll.poll


@contextmanager
def with_epoll(active: int, idle: list[int]) -> Iterator[Wait]:
    """epoll(7): the list is kept in the kernel; a call returns the active ones alone."""
    with select.epoll() as epoll:
        for fd in (*idle, active):
            epoll.register(fd, select.EPOLLIN | select.EPOLLET)
        yield epoll.poll


MECHANISMS: dict[str, Any] = {"select": with_select, "poll": with_poll, "epoll": with_epoll}


@contextmanager
def sockets(count: int) -> Iterator[tuple[socket.socket, socket.socket, list[int]]]:
    """The two ends of the active connection, and ``count`` idle descriptors.

    The idle ones are one end each of a pair whose other end is shared by no one, so they cost two
    descriptors; duplicates of one socket would all become ready together.
    """
    with ExitStack() as stack:
        near, far = socket.socketpair()
        stack.enter_context(near)
        stack.enter_context(far)
        idle = []
        for _ in range(count):
            quiet = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            idle.append(quiet.fileno())
        yield near, far, idle


def per_wakeup(turn: Callable[[], None]) -> float:
    """Seconds for one turn: the median of several rounds of as many turns as 20 ms hold."""
    turns = 10
    while True:
        started = time.perf_counter()
        for _ in range(turns):
            turn()
        if time.perf_counter() - started > 0.02:
            break
        turns *= 2
    rounds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(turns):
            turn()
        rounds.append((time.perf_counter() - started) / turns)
    return statistics.median(rounds)


def measure(name: str, count: int) -> float | None:
    """Seconds that one wake-up costs the mechanism; None if it cannot hold so many descriptors."""
    with sockets(count) as (near, far, idle):
        if name == "select" and max(*idle, near.fileno()) >= SELECT_LIMIT:
            return None
        send, recv = far.send, near.recv

        def bare() -> None:
            send(b"!")
            recv(1)

        with MECHANISMS[name](near.fileno(), idle) as wait:

            def whole() -> None:
                send(b"!")
                wait()
                recv(1)

            return per_wakeup(whole) - per_wakeup(bare)


def run() -> dict[str, Any]:
    """Measures every mechanism at every N, in turn, so that a slow moment hits all alike."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    gc.disable()
    seconds: dict[str, list[float | None]] = {name: [] for name in MECHANISMS}
    for count in IDLE:
        for name, times in seconds.items():
            times.append(measure(name, count))
    base = seconds["epoll"][0]
    assert base is not None
    return {
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "date": time.strftime("%Y-%m-%d"),
        "idle": list(IDLE),
        "microseconds": {
            name: [None if t is None else round(t * 1e6, 2) for t in times]
            for name, times in seconds.items()
        },
        "ratio_to_epoll_at_least_idle": {
            name: [None if t is None else round(t / base, 2) for t in times]
            for name, times in seconds.items()
        },
    }


def table(data: dict[str, Any]) -> str:
    """The ratios as text."""
    ratios = data["ratio_to_epoll_at_least_idle"]
    lines = ["idle".rjust(7) + "".join(name.rjust(10) for name in ratios)]
    for n, count in enumerate(data["idle"]):
        cells = (f"{times[n]:.1f}x" if times[n] is not None else "-" for times in ratios.values())
        lines.append(str(count).rjust(7) + "".join(cell.rjust(10) for cell in cells))
    lines.append(f"1x is epoll with {data['idle'][0]} idle descriptors, "
                 f"{data['microseconds']['epoll'][0]} microseconds here")  # fmt: skip
    return "\n".join(lines)


def main() -> None:
    """The command line."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("--out", type=Path, help="where to keep the data, as JSON")
    chosen = arguments.parse_args()
    data = run()
    print(table(data))
    if chosen.out:
        chosen.out.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
