"""How a job gets from the build to the server: with descriptors, over a socket; see unix(7).

The server says one thing, once it is ready: that it has a sandbox, or why it has none.
"""

from __future__ import annotations

import array
import json
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass

from mkdocs_wakepoint.engine.protocol import HEAD, Job, exactly, frame

assert sys.platform != "win32"  # which passes no descriptors on


PROGRAM = "from mkdocs_wakepoint.engine.server import main; main()"
"""Starts a server; `Config.dumps` is its argument."""
START = 60.0
"""Seconds for it to be ready, on a machine that is busy."""


@dataclass(frozen=True, slots=True)
class Config:
    """What a server is told when it starts.

    Attributes:
        socket: The descriptor of the socket to the build.
        sandbox: The name of the `Sandbox` in which snippets run.
        folder: Where each run gets a folder, if that does not give it a private one.
        io_uring: A snippet may use it in a sandbox.
        readable: Files and folders that a snippet may read in a sandbox.
    """

    socket: int
    sandbox: str
    folder: str
    io_uring: bool
    readable: Sequence[str] = ()

    def dumps(self) -> str:
        """One argument of a command line."""
        return json.dumps(asdict(self))


def say_at_the_start(build: socket.socket, reason: str = "") -> None:
    """Tells the build, which may be gone, why there is no sandbox; nothing if there is one."""
    with suppress(OSError):
        build.sendall(frame(reason))


def said_at_the_start(server: socket.socket) -> str | None:
    """Waits for what a server says when it starts; None if it ends, or takes too long."""
    server.settimeout(START)
    try:
        head = exactly(server, HEAD.size)
        body = exactly(server, *HEAD.unpack(head)) if head is not None else None
    except OSError:
        return None
    finally:
        server.settimeout(None)
    return None if body is None else str(json.loads(body))


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
    try:
        head, ancillary, _, _ = server.recvmsg(HEAD.size, room)
    except ConnectionError:  # it has ended before it heard what was said at the start
        return None
    passed = array.array("i")
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            passed.frombytes(data[: len(data) - len(data) % passed.itemsize])
    body = exactly(server, *HEAD.unpack(head)) if len(head) == HEAD.size else None
    if body is None or len(passed) != len(_NAMES):
        return None
    return Job.of(json.loads(body)), Descriptors(*passed)


_NAMES: Sequence[str] = Descriptors.__slots__
