"""Which sandbox this machine has."""

from __future__ import annotations

import subprocess
import sys
from enum import Enum
from typing import Final

from mkdocs_wakepoint.engine.sandbox.environment import ENVIRONMENT
from mkdocs_wakepoint.engine.sandbox.errors import SandboxError


class Sandbox(Enum):
    """What keeps a snippet in; each is the module of that name."""

    NAMESPACES = "namespaces"
    BUBBLEWRAP = "bubblewrap"
    MACOS = "macos"
    PLAIN = "plain"

    @property
    def has_own_tmp(self) -> bool:
        """Whether /tmp is another one for each run; else a folder has to stand for it."""
        return self in (Sandbox.NAMESPACES, Sandbox.BUBBLEWRAP)


def choose(setting: str) -> Sandbox:
    """The sandbox to use.

    Args:
        setting: ``auto`` takes the best that works here, ``required`` too, and ``off`` takes none.

    Raises:
        SandboxError: For ``required``, if none works here.
    """
    if setting == "off":
        return Sandbox.PLAIN
    for sandbox in _OF_PLATFORM.get(sys.platform, ()):
        if why_not(sandbox) is None:
            return sandbox
    if setting == "required":
        raise SandboxError(f"sandbox: required, and there is none here: {unavailable()}")
    return Sandbox.PLAIN


def unavailable() -> str | None:
    """Why no sandbox works here, in one line with what to do; None if one does."""
    sandboxes = _OF_PLATFORM.get(sys.platform, ())
    if not sandboxes:
        if sys.platform == "win32":
            return "there is no sandbox for Windows: a snippet can read the files of its user"
        return f"there is no sandbox for {sys.platform}"
    reasons = [why_not(sandbox) for sandbox in sandboxes]
    return None if None in reasons else reasons[0]  # the first tells how to get each


_OF_PLATFORM = {"linux": (Sandbox.NAMESPACES, Sandbox.BUBBLEWRAP), "darwin": (Sandbox.MACOS,)}
"""The best first."""


KNOWN: Final[dict[Sandbox, str | None]] = {}
"""Of each that was tried why it does not work here; None if it does."""


def why_not(sandbox: Sandbox) -> str | None:
    """Why this sandbox does not work here; None if it does.

    It is tried once, in a process of its own, which has to end well in it; that may be a server's.
    """
    if sandbox not in KNOWN:
        KNOWN[sandbox] = _tried(sandbox)
    return KNOWN[sandbox]


def _tried(sandbox: Sandbox) -> str | None:
    trial = "trial_on_macos" if sandbox is Sandbox.MACOS else "trial"
    program = (
        f"import sys; sys.path[:] = {sys.path!r}; from {__package__} import {trial}; "
        f"{trial}.{sandbox.value}()"
    )
    command = [sys.executable, "-I", "-c", program]
    try:
        tried = subprocess.run(
            command,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return f"the trial did not end within {_PATIENCE:g} s; try again when the machine is idle"
    if tried.returncode == 0:
        return None
    lines = tried.stderr.strip().splitlines()
    return lines[-1] if lines else f"the trial ended with exit code {tried.returncode}"


_PATIENCE = 60.0
"""Seconds that the trial may take on a machine that is busy."""
