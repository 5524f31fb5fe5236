"""How a job gets from the build to the server: with descriptors, over a socket; see unix(7)."""

from __future__ import annotations

import array
import json
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from mkdocs_wakepoint.engine.protocol import HEAD, Job, exactly, frame

assert sys.platform != "win32"  # which passes no descriptors on


@dataclass(frozen=True, slots=True)
class Descriptors:
    """The run's ends of what connects it with the build; see `protocol`.

    The control socket is for its supervisor alone.
    """

    stdout: int
    stderr: int
    result: int
    control: int


def send(server: socket.socket, job: Job, descriptors: Descriptors) -> None:
    """Hands a job to the server.

    Raises:
        OSError: If there is no server at the other end any more.
    """
    data = frame(job.as_data())
    passed = array.array("i", [getattr(descriptors, name) for name in _NAMES])
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, passed)]
    server.sendmsg([data[: HEAD.size]], rights)  # so few bytes are taken at once, or none
    server.sendall(data[HEAD.size :])


def receive(server: socket.socket) -> tuple[Job, Descriptors] | None:
    """Waits for a job; None at the end of the build."""
    room = socket.CMSG_SPACE(len(_NAMES) * array.array("i").itemsize)
    head, ancillary, _, _ = server.recvmsg(HEAD.size, room)
    passed = array.array("i")
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            passed.frombytes(data[: len(data) - len(data) % passed.itemsize])
    body = exactly(server, *HEAD.unpack(head)) if len(head) == HEAD.size else None
    if body is None or len(passed) != len(_NAMES):
        return None
    return Job.of(json.loads(body)), Descriptors(*passed)


_NAMES: Sequence[str] = Descriptors.__slots__
