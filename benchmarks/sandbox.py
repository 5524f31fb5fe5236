"""What a process in the sandbox of namespaces costs, beside one without.

Counted is the processor time of everybody who takes part: the server that forks, the supervisor and
the snippet's process, which ends at once. It does not count what the kernel tears down later.

    python benchmarks/sandbox.py

The ratio is to two plain forks, one in the other, of the same interpreter in the same run.
"""

from __future__ import annotations

import gc
import os
import resource
import socket
import sys
from collections.abc import Callable

from mkdocs_wakepoint.engine import worker
from mkdocs_wakepoint.engine.limits import Limits
from mkdocs_wakepoint.engine.sandbox import namespaces

RUNS = 100
LIMITS = Limits(seconds=10, memory=2048, cpu=10)


def main() -> None:
    """Prints a table."""
    assert worker  # with all that it imports, as in the engine's server
    namespaces.enter()
    gc.collect()
    gc.freeze()
    rows = {"one fork": _fork, "two forks": _two_forks, "a sandboxed process": _sandboxed}
    of_two = 0.0
    print(f"{'':20} {'ms of CPU':>9} {'ratio':>6} {'page faults':>12}")
    for name, run in rows.items():
        run()
        milliseconds, faults = _measured(run)
        if run is _two_forks:
            of_two = milliseconds
        ratio = f"{milliseconds / of_two:.1f}" if of_two else ""
        print(f"{name:20} {milliseconds:9.2f} {ratio:>6} {faults:12.0f}")


def _measured(run: Callable[[], None]) -> tuple[float, float]:
    before = _used()
    for _ in range(RUNS):
        run()
    seconds, faults = (after - then for after, then in zip(_used(), before, strict=True))
    return 1000 * seconds / RUNS, faults / RUNS


def _used() -> tuple[float, float]:
    whom = [resource.getrusage(each) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in whom), sum(each.ru_minflt for each in whom)


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _two_forks() -> None:
    child = os.fork()
    if child == 0:
        _fork()
        os._exit(0)
    os.waitpid(child, 0)


def _sandboxed() -> None:
    ours, control = socket.socketpair()
    with ours:
        supervisor = namespaces.spawn(LIMITS, control.fileno())
        if supervisor == 0:
            os._exit(0)
        control.close()
        assert ours.recv(1024), "nobody told the end"
        os.waitpid(supervisor, 0)


if __name__ == "__main__":
    sys.exit(main())
