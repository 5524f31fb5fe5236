"""What the processes of a run use together, as the kernel counts it; see proc(5)."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from mkdocs_wakepoint.engine.limits import MIB, Limits

assert sys.platform != "win32"

DESCRIPTORS_OF_ALL = 4
"""How many times the descriptors of one process all of them together may have."""


def exceeded(limits: Limits, processes: list[int]) -> str:
    """Which of the limits these processes go beyond together; empty if none.

    Those of this process's children that have ended count for the processor time.
    """
    if sys.platform != "linux":
        return ""
    if len(processes) > limits.processes:
        return "processes"
    usages = [usage for process in processes if (usage := _usage(process)) is not None]
    if sum(usage.threads for usage in usages) > limits.processes:
        return "processes"
    ended = os.times()
    if (
        sum(usage.cpu for usage in usages) + ended.children_user + ended.children_system
        > limits.cpu
    ):
        return "cpu"
    if sum(usage.descriptors for usage in usages) > DESCRIPTORS_OF_ALL * limits.descriptors:
        return "descriptors"
    # Pages that processes share are counted with each of them; so what seems too much is asked for
    # once more, in a way that costs more.
    memory = limits.memory * MIB
    if sum(usage.memory for usage in usages) > memory and sum(map(_share, usages)) > memory:
        return "memory"
    return ""


@dataclass(frozen=True, slots=True)
class _Usage:
    """What one process uses.

    Attributes:
        process: Its ID.
        threads: How many it has.
        cpu: Seconds of processor time, with that of its children that have ended.
        memory: Bytes that are its own or that it shares with other processes, swapped or not.
        descriptors: How many it has open.
    """

    process: int
    threads: int
    cpu: float
    memory: int
    descriptors: int


def _usage(process: int) -> _Usage | None:
    """That of a process; None if it has ended."""
    folder = Path("/proc", str(process))
    try:
        stat = (folder / "stat").read_bytes().rpartition(b")")[2].split()
        status = (folder / "status").read_bytes()
    except OSError:
        return None
    try:
        with os.scandir(folder / "fd") as entries:
            descriptors = sum(1 for _ in entries)
    except OSError:  # it made itself unreadable, or is at its end
        descriptors = _figure(status, b"FDSize:")
    # What it reads from files the kernel can forget at any time.
    kibibytes = sum(_figure(status, name) for name in (b"RssAnon:", b"RssShmem:", b"VmSwap:"))
    ticks = sum(map(int, stat[11:15]))
    return _Usage(process, int(stat[17]), ticks / _TICKS, kibibytes * 1024, descriptors)


def _share(usage: _Usage) -> int:
    """Bytes of memory, its part of what it shares."""
    try:
        lines = Path("/proc", str(usage.process), "smaps_rollup").read_bytes()
    except PermissionError:  # it made itself unreadable
        return usage.memory
    except OSError:  # it has ended
        return 0
    kibibytes = sum(_figure(lines, name) for name in (b"Pss_Anon:", b"Pss_Shmem:", b"SwapPss:"))
    return kibibytes * 1024


def _figure(lines: bytes, name: bytes) -> int:
    """The number in the line of that name; 0 if there is none."""
    _, found, rest = lines.partition(b"\n" + name)
    return int(rest.split(maxsplit=1)[0]) if found else 0


_TICKS = os.sysconf("SC_CLK_TCK")
