"""The sandbox that bubblewrap makes, where it may and this process may not; see bwrap(1)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mkdocs_wakepoint.engine.limits import Limits
from mkdocs_wakepoint.engine.sandbox.errors import SandboxError


def command(readable: Sequence[Path], limits: Limits) -> list[str]:
    """What stands before the command of a Python, to start it in the sandbox.

    The process has the view that `namespaces.enter` gives, and a private /tmp. It is for one job.
    Descriptors that it inherits stay open. Start it with `environment.ENVIRONMENT`.

    Args:
        readable: Files and folders that a snippet may read besides.
        limits: How large its /tmp is.

    Raises:
        SandboxError: If there is no bwrap, or it does not work here.
    """
    raise SandboxError("bubblewrap is not used yet")


def spawn(limits: Limits, control: int) -> int:
    """The same as `namespaces.spawn`, for one job in a process that `command` started."""
    raise SandboxError("bubblewrap is not used yet")
