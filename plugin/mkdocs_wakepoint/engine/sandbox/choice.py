"""Which sandbox this machine has."""

from __future__ import annotations

from enum import Enum

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


def unavailable() -> str | None:
    """Why no sandbox works here, in one line with what to do; None if one does.

    It is tried once, in a process of its own.
    """
    return "namespaces are not made yet"
