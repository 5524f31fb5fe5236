"""What the build and the processes that run its snippets say to each other.

A job goes to the server as a frame, with the descriptors that are the run's: its stdout and stderr,
the pipe for its result, and the control socket, which its supervisor alone holds.

- On the **result** pipe the worker writes a line when the snippet's first line begins and one when
  its last one has ended, and then the recording. The snippet runs in the same process: whatever
  comes may be of its making.
- On the **control** socket the supervisor writes the `sandbox.End`, once nothing of the run lives
  any more. The build writes `TIME_IS_UP` there, or closes it, to end the run.
"""

from __future__ import annotations

import array
import json
import socket
import struct
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mkdocs_wakepoint.engine.limits import Limits

BEGAN = b"began\n"
"""The snippet's first line begins; the time counts from here on."""
ENDED = b"ended\n"
"""Its last line has ended; now its recording is written."""
TIME_IS_UP = b"t"
"""The snippet is to tell where it stands, and is ended."""

_HEAD = struct.Struct("!I")
_LONGEST = 64 << 20
"""Bytes of a frame; the sources of a session are the longest part of it."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run.

    Attributes:
        source: The snippet.
        limits: What it may use.
        backend: The mechanism that `wakepoint.run` takes, or ``auto``.
        lowered: Run the snippet's lowered form instead.
        prelude: The snippets before it in its session, as `Snippet.prelude` has them. They run
            first, in the same module, and are not recorded; what they write is not shown.
    """

    source: str
    limits: Limits
    backend: str = "auto"
    lowered: bool = False
    prelude: tuple[tuple[str, str], ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)

    @classmethod
    def of(cls, data: dict[str, Any]) -> Job:
        """The job in such data."""
        limits = Limits(**data["limits"])
        prelude = tuple((source, end) for source, end in data["prelude"])
        return cls(**{**data, "limits": limits, "prelude": prelude})


if sys.platform != "win32":

    @dataclass(frozen=True, slots=True)
    class Descriptors:
        """The run's ends of what connects it with the build; see above."""

        stdout: int
        stderr: int
        result: int
        control: int

    def send(server: socket.socket, job: Job, descriptors: Descriptors) -> None:
        """Hands a job to the server.

        Raises:
            OSError: If there is no server at the other end any more.
        """
        frame = json.dumps(job.as_data()).encode()
        passed = array.array("i", [getattr(descriptors, name) for name in _NAMES])
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, passed)]
        sent = server.sendmsg([_HEAD.pack(len(frame))], rights)
        assert sent == _HEAD.size  # a fresh stream takes so much, or nothing
        server.sendall(frame)

    def receive(server: socket.socket) -> tuple[Job, Descriptors] | None:
        """Waits for a job; None at the end of the build.

        Raises:
            InterruptedError: Never; a signal's handler that raises ends the wait.
        """
        room = socket.CMSG_SPACE(len(_NAMES) * array.array("i").itemsize)
        head, ancillary, _, _ = server.recvmsg(_HEAD.size, room)
        passed = array.array("i")
        for level, kind, data in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                passed.frombytes(data[: len(data) - len(data) % passed.itemsize])
        frame = _exactly(server, *_HEAD.unpack(head)) if len(head) == _HEAD.size else None
        if frame is None or len(passed) != len(_NAMES):
            return None
        return Job.of(json.loads(frame)), Descriptors(*passed)

    _NAMES: Sequence[str] = Descriptors.__slots__

    def _exactly(server: socket.socket, size: int) -> bytes | None:
        read = bytearray()
        while len(read) < min(size, _LONGEST):
            chunk = server.recv(size - len(read))
            if not chunk:
                return None
            read += chunk
        return bytes(read)
