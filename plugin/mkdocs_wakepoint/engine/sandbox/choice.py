"""Which sandbox this machine has."""

from __future__ import annotations

import functools
import subprocess
import sys
from enum import Enum

from mkdocs_wakepoint.engine.sandbox.environment import ENVIRONMENT
from mkdocs_wakepoint.engine.sandbox.errors import SandboxError


class Sandbox(Enum):
    """What keeps a snippet in; each is the module of that name."""

    NAMESPACES = "namespaces"
    BUBBLEWRAP = "bubblewrap"
    MACOS = "macos"
    WINDOWS = "windows"
    PLAIN = "plain"


def choose(setting: str) -> Sandbox:
    """The sandbox to use.

    Args:
        setting: ``auto`` takes the best that works here, ``required`` too, and ``off`` takes none.

    Raises:
        SandboxError: For ``required``, if none works here.
    """
    if setting == "off":
        return Sandbox.PLAIN
    reason = unavailable()
    if reason is None:
        return Sandbox.NAMESPACES
    if setting == "required":
        raise SandboxError(reason)
    return Sandbox.PLAIN


@functools.cache
def unavailable() -> str | None:
    """Why no sandbox works here, in one line with what to do; None if one does.

    It is tried once, in a process of its own.
    """
    if sys.platform != "linux":
        return f"there is no sandbox for {sys.platform} yet"
    program = (
        f"import sys; sys.path[:] = {sys.path!r}; from {__package__}.trial import main; main()"
    )
    command = [sys.executable, "-I", "-S", "-c", program]
    tried = subprocess.run(
        command, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=_PATIENCE
    )
    if tried.returncode == 0:
        return None
    lines = tried.stderr.strip().splitlines()
    return lines[-1] if lines else f"the trial ended with exit code {tried.returncode}"


_PATIENCE = 30.0
"""Seconds that the trial may take on a machine that is busy."""
