"""Tries the sandboxes of Linux, in a process that is there for nothing else.

It ends with exit code 0 if a run can be sandboxed; otherwise the reason goes to stderr.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys

from mkdocs_wakepoint.engine.limits import Limits
from mkdocs_wakepoint.engine.sandbox import bubblewrap as bwrap
from mkdocs_wakepoint.engine.sandbox import namespaces as own
from mkdocs_wakepoint.engine.sandbox.end import End
from mkdocs_wakepoint.engine.sandbox.errors import SandboxError

assert sys.platform == "linux"

_LIMITS = Limits(seconds=10, memory=2048, cpu=10)


def namespaces() -> None:
    """Tries the one of namespaces that this process makes."""
    try:
        own.enter()
    except SandboxError as error:
        sys.exit(str(error))
    ours, control = socket.socketpair()
    supervisor = own.spawn(_LIMITS, control.fileno())
    if supervisor == 0:
        return
    control.close()
    end = End.decode(ours.recv(1024))
    os.waitpid(supervisor, 0)
    _judge(end)


def bubblewrap() -> None:
    """Tries bubblewrap's."""
    try:
        wrapped = bwrap.command([], _LIMITS)
    except SandboxError as error:
        sys.exit(str(error))
    ours, control = socket.socketpair()
    program = (
        f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import within; "
        f"within({control.fileno()})"
    )
    tried = subprocess.run(
        [*wrapped, sys.executable, "-I", "-c", program], pass_fds=[control.fileno()], check=False
    )
    control.close()
    if tried.returncode != 0:
        sys.exit(f"bwrap does not work here (exit code {tried.returncode})")
    _judge(End.decode(ours.recv(1024)))


def within(control: int) -> None:
    """What runs in bubblewrap's sandbox."""
    bwrap.spawn(_LIMITS, control)


def _judge(end: End | None) -> None:
    if end != End(0):
        sys.exit(f"a process in the sandbox did not end well: {end}")
