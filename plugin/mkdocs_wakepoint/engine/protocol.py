"""What the build and the processes that run its snippets say to each other.

A job goes as a frame: to the server with the descriptors that are the run's (see `handover`), to an
interpreter that was started ahead over a connection, which then is the result pipe.

- On the **result** pipe the worker writes a line when the snippet's first line begins and one when
  its last one has ended, and then the recording. The snippet runs in the same process: whatever
  comes may be of its making.
- On the **control** socket the supervisor writes the `sandbox.End`, once nothing of the run lives
  any more. The build writes `TIME_IS_UP` there, or closes it, to end the run.
"""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import asdict, dataclass
from typing import Any

from mkdocs_wakepoint.engine.limits import Limits
from mkdocs_wakepoint.engine.settings import Settings
from mkdocs_wakepoint.snippet import Snippet

BEGAN = b"began\n"
"""The snippet's first line begins; the time counts from here on."""
ENDED = b"ended\n"
"""Its last line has ended; now its recording is written."""
TIME_IS_UP = b"t"
"""The snippet is to tell where it stands, and is ended."""

HEAD = struct.Struct("!I")
"""The length of a frame, before it."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run.

    Attributes:
        source: The snippet.
        limits: What it may use.
        backend: The mechanism that `wakepoint.run` takes, or ``auto``.
        lowered: Run the snippet's lowered form instead.
        prelude: The snippets before it in its session, as `Snippet.prelude` has them. They run
            first, in the same module, and are not recorded.
    """

    source: str
    limits: Limits
    backend: str = "auto"
    lowered: bool = False
    prelude: tuple[tuple[str, str], ...] = ()

    @property
    def script(self) -> str:
        """All that runs, one below the other."""
        return "".join((*(source for source, _ in self.prelude), self.source))

    def as_data(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)

    @classmethod
    def of(cls, data: dict[str, Any]) -> Job:
        """The job in such data."""
        limits = Limits(**data["limits"])
        prelude = tuple((source, end) for source, end in data["prelude"])
        return cls(**{**data, "limits": limits, "prelude": prelude})


def job_of(snippet: Snippet, settings: Settings, *, lowered: bool) -> Job:
    """What runs for a snippet, or for its lowered form."""
    limits = Limits.of(settings, snippet)
    return Job(snippet.source, limits, snippet.options.backend, lowered, snippet.prelude)


def frame(data: Any) -> bytes:
    """Plain data as JSON, behind its length."""
    body = json.dumps(data).encode()
    return HEAD.pack(len(body)) + body


def head(answer: bytes) -> bytes:
    """The line before an answer."""
    return b"%d\n" % len(answer)


def receive_alone(connection: socket.socket) -> Job | None:
    """Waits for a job that comes without descriptors; None at the end of the build."""
    start = exactly(connection, HEAD.size)
    body = exactly(connection, *HEAD.unpack(start)) if start is not None else None
    return Job.of(json.loads(body)) if body is not None else None


def exactly(connection: socket.socket, size: int) -> bytes | None:
    """So many bytes; None if the other end is closed before."""
    read = bytearray()
    while len(read) < size:
        chunk = connection.recv(size - len(read))
        if not chunk:
            return None
        read += chunk
    return bytes(read)
