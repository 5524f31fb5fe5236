"""The program of an interpreter that is started ahead, and runs one job; see `spares`."""

from __future__ import annotations

import os
import socket
import sys

from mkdocs_wakepoint.engine import worker
from mkdocs_wakepoint.engine.protocol import receive_alone

TOKEN = "WAKEPOINT_TOKEN"  # noqa: S105 - the name of the variable
"""What the interpreter shows the build, so that nobody else takes its place."""


def main() -> None:
    """Connects to the build, waits for the job, and runs it."""
    port, token = int(sys.argv[1]), os.environ.pop(TOKEN)
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(token.encode())
    job = receive_alone(connection)
    if job is None:
        return
    if sys.platform != "win32":
        from mkdocs_wakepoint.engine.sandbox.rlimits import set_limits  # noqa: PLC0415 - see there

        set_limits(job.limits)
    worker.run(job, connection.sendall)
