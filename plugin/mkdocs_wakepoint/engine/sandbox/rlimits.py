"""Each process's own limits; see setrlimit(2)."""

from __future__ import annotations

import contextlib
import math
import sys

from mkdocs_wakepoint.engine.limits import MIB, Limits

assert sys.platform != "win32"

import resource  # noqa: E402 - Windows has none


def set_limits(limits: Limits) -> None:
    """Limits this process and each that it starts, for good.

    What they have together, their supervisor counts.
    """
    of_process = {
        "AS": limits.memory * MIB,
        "CPU": math.ceil(limits.cpu) + 1,  # later than the supervisor, which tells why
        "FSIZE": limits.file_size * MIB,
        # The kernel's own default. The rings of io_uring count, those of all runs at once together.
        "MEMLOCK": 8 * MIB,
        "NOFILE": limits.descriptors,
        # At 0 a crash would still be handed to a program that collects them on the machine itself.
        "CORE": 1,
        "MSGQUEUE": 0,
        "RTPRIO": 0,
    }
    for name, value in of_process.items():
        kind = getattr(resource, f"RLIMIT_{name}", None)
        if kind is not None:  # the last two are Linux's
            _, hard = resource.getrlimit(kind)
            least = value if hard == resource.RLIM_INFINITY else min(value, hard)
            with contextlib.suppress(ValueError):  # macOS takes no AS below what is in use
                resource.setrlimit(kind, (least, least))
