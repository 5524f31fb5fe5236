"""How much memory a process has taken, what C code took of it included."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path


def resident() -> int:
    """Bytes of this process that are in memory; on macOS, the most there ever were.

    Raises:
        NotImplementedError: On Windows.
    """
    if sys.platform == "win32":
        raise NotImplementedError("how much memory a process has is not measured on Windows")
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    import resource  # noqa: PLC0415 - Windows has none

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class Growth:
    """What tasks take that all sleep.

    Args:
        count: How many there will be.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._before = 0

    def begin(self) -> None:
        """To be called in the running loop, before there are tasks."""
        gc.collect()
        self._before = resident()

    def end(self) -> None:
        """To be called when all of them sleep: prints bytes a task, and ends the process."""
        print((resident() - self._before) / self._count, flush=True)
        os._exit(0)  # none of them is waited for
