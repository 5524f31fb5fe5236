"""Which variables of the build's environment reach the process of a snippet, and so its key."""

from __future__ import annotations

import sys
from collections.abc import Mapping

_PASSED_ON = frozenset(
    {
        # Which backend to use.
        *("WAKEPOINT_BACKEND", "WAKEPOINT_LIBKQUEUE"),
        # Where this Python finds its modules, and the author's own.
        *("PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"),
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"),
        # Without these, programs do not start on Windows.
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "NUMBER_OF_PROCESSORS"),
        *(("PATH",) if sys.platform == "win32" else ()),
    }
)
_PREFIX = "WINE"
"""Where Wine has its files."""
_OF_ANOTHER_PYTHON = frozenset({"HOME", "PATH"})
"""What the command of another Python, which may be a program of any kind, needs besides."""


def passed_on(variables: Mapping[str, str], *, another_python: bool = False) -> dict[str, str]:
    """Those that the process has from the build's.

    Args:
        variables: The build's.
        another_python: Snippets run in another Python than the build.
    """
    names = _PASSED_ON | _OF_ANOTHER_PYTHON if another_python else _PASSED_ON
    return {
        name: value
        for name, value in sorted(variables.items())
        if name in names or name.startswith(_PREFIX)
    }
