"""The sandbox of macOS: a profile that the process of a snippet takes upon itself, for good.

That is what sandbox-exec(1) does with the program that it starts. Apple calls the function
deprecated and has nothing else for a program that is no app; see sandbox_init(3).
"""

from __future__ import annotations

import ctypes
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from mkdocs_wakepoint.engine.limits import Limits
from mkdocs_wakepoint.engine.sandbox.errors import SandboxError
from mkdocs_wakepoint.engine.sandbox.profile import profile
from mkdocs_wakepoint.engine.sandbox.view import View

assert sys.platform != "win32"  # which has no fork, nor what comes next

from mkdocs_wakepoint.engine.sandbox import plain  # noqa: E402


def spawn(limits: Limits, control: int, folder: Path, shown: View) -> int:
    """Forks a supervisor, and that forks a process for a snippet, under a profile of its own.

    Args:
        limits: What the run may use.
        control: The socket to the build; see `mkdocs_wakepoint.engine.protocol`.
        folder: The run's own; see `plain.spawn`.
        shown: What the run may read besides.

    Returns:
        The supervisor's process, for the caller to reap; 0 in the snippet's process. That ends at
        once if it cannot be confined.
    """
    supervisor = plain.spawn(limits, control, folder)
    if supervisor == 0:
        try:
            confine(profile(shown, folder))
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return supervisor


def confine(text: str) -> None:
    """Puts this process, and each that it will start, under a profile for ever.

    Source: sandbox_init(3).

    Raises:
        SandboxError: If the system has no such sandbox, or does not take the profile.
    """
    library = system_library()
    try:
        sandbox_init = library.sandbox_init
    except AttributeError:
        raise SandboxError("this system has no sandbox_init") from None
    sandbox_init.argtypes = [ctypes.c_char_p, ctypes.c_uint64, ctypes.POINTER(ctypes.c_char_p)]
    reason = ctypes.c_char_p()
    if sandbox_init(os.fsencode(text), 0, ctypes.byref(reason)) != 0:
        said = (reason.value or b"it does not say why").decode(errors="replace")
        raise SandboxError(f"macOS refuses the sandbox's profile: {' '.join(said.split())}")


def system_library() -> Any:
    """What the system has in its C library, of which sandbox_init is a part."""
    return ctypes.CDLL(None)
