"""Tries the sandbox of namespaces, in a process that is there for nothing else."""

from __future__ import annotations

import os
import socket
import sys

from mkdocs_wakepoint.engine.limits import Limits
from mkdocs_wakepoint.engine.sandbox import namespaces
from mkdocs_wakepoint.engine.sandbox.end import End
from mkdocs_wakepoint.engine.sandbox.errors import SandboxError

assert sys.platform == "linux"

_LIMITS = Limits(seconds=10, memory=2048, cpu=10)


def main() -> None:
    """Ends with exit code 0 if a run can be sandboxed; otherwise the reason goes to stderr."""
    try:
        namespaces.enter()
        ours, control = socket.socketpair()
        supervisor = namespaces.spawn(_LIMITS, control.fileno())
        if supervisor == 0:
            return
        control.close()
        end = End.decode(ours.recv(1024))
        os.waitpid(supervisor, 0)
        if end != End(0):
            sys.exit(f"a process in the sandbox ended early: {end}")
    except SandboxError as error:
        sys.exit(str(error))
