"""What a suspended function keeps: as a coroutine, as a greenlet, and as a thread.

Each is suspended with one function of its own on its stack, and with ten that call one another.
The number is the resident memory that a further one takes, counted in a fresh process: with threads
that is what they have touched of their stack, not the megabytes of addresses that are set aside.

    python benchmarks/suspended.py      prints a table: bytes for each

Linux tells the resident memory (proc_pid_smaps(5)). The chapter about greenlets quotes the table.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import threading
import types
from collections.abc import Callable, Generator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from greenlet import getcurrent, greenlet

HOW_MANY = {"coroutine": 10_000, "greenlet": 10_000, "thread": 1_000}
DEPTHS = (1, 10)

hub = getcurrent()
never = threading.Event()


@types.coroutine
def stop() -> Generator[None, None, None]:
    """Suspends whoever awaits it."""
    yield


async def awaited(depth: int) -> None:
    """A chain of awaits."""
    if depth > 1:
        await awaited(depth - 1)
    else:
        await stop()


def switched(depth: int) -> None:
    """A chain of calls, and a switch."""
    if depth > 1:
        switched(depth - 1)
    else:
        hub.switch()


def parked(depth: int) -> None:
    """A chain of calls, and a wait of the thread."""
    if depth > 1:
        parked(depth - 1)
    else:
        never.wait()


def coroutine(depth: int) -> Any:
    """A coroutine that is suspended."""
    one = awaited(depth)
    one.send(None)
    return one


def green(depth: int) -> Any:
    """A greenlet that is suspended."""
    one = greenlet(switched)
    one.switch(depth)
    return one


def thread(depth: int) -> Any:
    """A thread that waits."""
    one = threading.Thread(target=parked, args=(depth,), daemon=True)
    one.start()
    return one


MAKERS: dict[str, Callable[[int], Any]] = {
    "coroutine": coroutine,
    "greenlet": green,
    "thread": thread,
}


def resident() -> int:
    """Bytes of this process that are in memory."""
    for line in Path("/proc/self/smaps_rollup").read_text(encoding="utf-8").splitlines():
        if line.startswith("Rss:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this system does not tell the resident memory of a process")


def measure(kind: str, depth: int) -> float:
    """Bytes for each of many, in this process."""
    make, count = MAKERS[kind], HOW_MANY[kind]
    kept = [make(depth) for _ in range(10)]  # what only the first one takes
    before = resident()
    kept += [make(depth) for _ in range(count)]
    return (resident() - before) / count


def main() -> None:
    """Measures each in a process of its own, three times, and prints the least."""
    print(f"CPython {platform.python_version()}, greenlet {version('greenlet')}")
    print("functions", *(f"{kind:>10}" for kind in MAKERS))
    for depth in DEPTHS:
        row = []
        for kind in MAKERS:
            command = [sys.executable, __file__, kind, str(depth)]
            runs = [
                float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                for _ in range(3)
            ]
            row.append(f"{min(runs):>10,.0f}")
        print(f"{depth:>9}", *row)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(measure(sys.argv[1], int(sys.argv[2])))
    else:
        main()
