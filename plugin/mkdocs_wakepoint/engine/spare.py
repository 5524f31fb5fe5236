"""The program of an interpreter that is started ahead, and runs one job; see `spares`."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress
from pathlib import Path

from mkdocs_wakepoint.engine import worker
from mkdocs_wakepoint.engine.limits import Limits
from mkdocs_wakepoint.engine.protocol import receive_alone
from mkdocs_wakepoint.engine.sandbox import UMASK

TOKEN = "WAKEPOINT_TOKEN"  # noqa: S105 - the name of the variable
"""What the interpreter shows the build, so that nobody else takes its place."""
PID = 10
"""How many characters its process ID has, which comes next; it may not be the build's child."""


def main() -> None:
    """Connects to the build, waits for the job, and runs it."""
    os.umask(UMASK)
    port, token = int(sys.argv[1]), os.environ.pop(TOKEN)
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(f"{token} {os.getpid():{PID}}".encode())
    job = receive_alone(connection)
    if job is None:
        return
    _restrict(job.limits)
    worker.run(job, connection.sendall)


def _restrict(limits: Limits) -> None:
    """Takes from this process what a snippet does not need."""
    if sys.platform == "win32":
        from mkdocs_wakepoint.engine.sandbox import integrity  # noqa: PLC0415 - Windows' own
        from mkdocs_wakepoint.engine.sandbox.windows import drop_privileges  # noqa: PLC0415

        with suppress(OSError):
            drop_privileges()
        with suppress(OSError):
            integrity.lower(Path.cwd())
    else:
        from mkdocs_wakepoint.engine.sandbox.rlimits import set_limits  # noqa: PLC0415 - see there

        set_limits(limits)
