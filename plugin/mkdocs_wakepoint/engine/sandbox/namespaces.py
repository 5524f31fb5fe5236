"""The sandbox of Linux' namespaces, made by this process itself; see namespaces(7)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mkdocs_wakepoint.engine.limits import Limits
from mkdocs_wakepoint.engine.sandbox.errors import SandboxError


def enter(readable: Sequence[Path] = ()) -> None:
    """Takes this process into the sandbox, for good.

    The caller has one thread, and was started with `environment.ENVIRONMENT`. The process that
    returns is a child of the one that called: PID 1 of a new PID namespace, with a read-only root
    that has the system's programs and libraries, this Python and what its `sys.path` can import.
    The one that called waits for it and ends as it does. If that is killed, so is everything in
    the sandbox.

    Args:
        readable: Files and folders that a snippet may read besides.

    Raises:
        SandboxError: If the system forbids it. This process is not to be used any more then.
    """
    raise SandboxError("namespaces are not made yet")


def spawn(limits: Limits, control: int) -> int:
    """Forks a process in namespaces of its own, and returns in both, as `os.fork` does.

    It is called in the sandbox that `enter` made. The new process has a private /tmp, which is its
    working directory, its own network with a loopback alone, no capabilities, no way to new ones,
    and a seccomp filter. A supervisor between it and this process, PID 1 of its PID namespace,
    kills all that is in there when the new process has ended, when a limit is used up, or when the
    build asks for it on `control`; then it writes an `End` there. See `supervisor.supervise`.

    Args:
        limits: What the new process and all that it starts may use together.
        control: One end of a socket pair; closed in the new process.

    Returns:
        The supervisor's process ID, to be waited for; 0 in the new process, whose caller goes on to
        run the snippet, so that an interpreter comes to its end there as it always does.

    Raises:
        OSError: If there is no room for another process.
    """
    raise SandboxError("namespaces are not made yet")
