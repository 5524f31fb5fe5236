"""What the process of a snippet gives up for good before the snippet's first line."""

from __future__ import annotations

import contextlib
import sys

from mkdocs_wakepoint.engine.limits import Limits
from mkdocs_wakepoint.engine.sandbox import linux, rlimits, seccomp

assert sys.platform == "linux"

import resource  # noqa: E402 - Windows has none


def restrict(limits: Limits, *, io_uring: bool) -> None:
    """Takes every privilege from this process, and limits what it may use.

    Args:
        limits: What it may use.
        io_uring: Leave it io_uring; see `seccomp.IO_URING`.

    Raises:
        OSError: If the system does not let it.
        SandboxError: If there is no filter for this machine.
    """
    with contextlib.suppress(OSError):  # where that takes a privilege
        linux.write("/proc/self/oom_score_adj", "1000")
    rlimits.set_limits(limits)
    # Counted within this user namespace, of which the snippet's are the only processes.
    resource.setrlimit(resource.RLIMIT_NPROC, (limits.processes, limits.processes))
    linux.drop_bounding_set()
    linux.set_capabilities()
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    linux.set_seccomp_filter(seccomp.program(io_uring=io_uring))
