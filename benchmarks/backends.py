"""What a wake-up costs when most descriptors are idle: select, poll, epoll and io_uring.

One socket is active and N are idle. A wake-up is: one byte is written to the active socket's peer,
the mechanism is asked who is ready, the byte is read. The time of writing and reading alone is
measured in the same run and taken off, so what is left is the mechanism's. Nothing ever has to be
waited for, so the time is the processor's: what else the machine does meanwhile does not count.

epoll and io_uring are told of each descriptor once, before the clock starts. io_uring needs the
package liburing and a kernel that lets us use it, and is left out where it cannot be had.

    python benchmarks/backends.py                  print a table
    python benchmarks/backends.py --out FILE       also keep the data, for the book's plot

Ratios are to epoll at the smallest N, measured in the same run; absolute times are of one machine.
"""

from __future__ import annotations

import argparse
import gc
import itertools
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

try:
    import liburing
except ImportError:
    liburing = None

IDLE = (10, 30, 100, 300, 1000, 3000, 10000)
ROUNDS = 30
SWEEPS = 5
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


@contextmanager
def with_io_uring(active: int, idle: list[int]) -> Iterator[Wait]:
    """io_uring(7): each descriptor has a poll that stays with the kernel (multishot)."""
    ring, result = liburing.Ring(), liburing.Cqe()
    flags = liburing.IORING_SETUP_SINGLE_ISSUER | liburing.IORING_SETUP_DEFER_TASKRUN
    liburing.io_uring_queue_init(1024, ring, flags)
    try:
        for fd in (*idle, active):
            entry = liburing.io_uring_get_sqe(ring)
            if entry is None:  # the queue is full
                liburing.io_uring_submit(ring)
                entry = liburing.io_uring_get_sqe(ring)
            liburing.io_uring_prep_poll_multishot(entry, fd, select.POLLIN)
            entry.user_data = fd
        liburing.io_uring_submit(ring)

        def wait() -> None:
            liburing.io_uring_wait_cqe(ring, result)
            completion = result[0]
            assert completion.user_data == active
            liburing.io_uring_cqe_seen(ring, completion)

        yield wait
    finally:
        liburing.io_uring_queue_exit(ring)


def has_io_uring() -> bool:
    """True if it can be measured here; else says why not."""
    try:
        with with_io_uring(0, []):
            return True
    except (AttributeError, OSError) as error:
        print(f"io_uring is left out: {error}", file=sys.stderr)
        return False


MECHANISMS: dict[str, Any] = {
    "select": with_select,
    "poll": with_poll,
    "epoll": with_epoll,
    "io_uring": with_io_uring,
}


@contextmanager
def sockets(count: int) -> Iterator[tuple[socket.socket, socket.socket, list[int]]]:
    """The two ends of the active connection, and ``count`` idle descriptors.

    The idle ones are UDP sockets that nobody sends to. Duplicates of one socket would cost less
    memory, and would all become ready together.
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


def per_turn(*turns: Callable[[], None]) -> list[list[float]]:
    """Seconds that each takes, in many short rounds, taken in turn."""
    counts = [_turns_per_round(turn) for turn in turns]
    rounds: list[list[float]] = [[] for _ in turns]
    for _ in range(ROUNDS):
        for turn, count, seconds in zip(turns, counts, rounds, strict=True):
            seconds.append(_seconds(turn, count) / count)
    return rounds


def _turns_per_round(turn: Callable[[], None]) -> int:
    """How many take about two milliseconds."""
    count = 1
    while _seconds(turn, count) < 0.002:
        count *= 2
    return count


def _seconds(turn: Callable[[], None], count: int) -> float:
    started = time.thread_time()
    for _ in range(count):
        turn()
    return time.thread_time() - started


def measure(name: str, count: int) -> list[list[float]] | None:
    """Seconds that turns take with and without the mechanism; None if it cannot hold so many."""
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

            return per_turn(whole, bare)


def typical(sweeps: list[list[list[float]] | None]) -> float | None:
    """Seconds that a wake-up costs: the median turn with the mechanism less that without."""
    taken = [each for each in sweeps if each is not None]
    if not taken:
        return None
    with_wait = itertools.chain.from_iterable(turns for turns, _ in taken)
    without = itertools.chain.from_iterable(turns for _, turns in taken)
    return statistics.median(with_wait) - statistics.median(without)


def run() -> dict[str, Any]:
    """Measures every mechanism at every N, several times over: a slow moment may last long."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    gc.disable()
    names = [name for name in MECHANISMS if name != "io_uring" or has_io_uring()]
    cells = [(name, count) for count in IDLE for name in names]
    sweeps = [{cell: measure(*cell) for cell in cells} for _ in range(SWEEPS)]
    seconds = {
        name: [typical([sweep[name, count] for sweep in sweeps]) for count in IDLE]
        for name in names
    }
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
    main()
