"""What one run may use, all that it starts included."""

from __future__ import annotations

from dataclasses import dataclass

from mkdocs_wakepoint.engine.settings import Settings
from mkdocs_wakepoint.snippet import Snippet

MIB = 1 << 20
KEPT_OUTPUT = 64 * 1024
"""Bytes of each stream that a page can show."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use. A snippet and everything that it starts share each of these.

    Attributes:
        seconds: From the first line of the snippet to the last, by the clock on the wall.
        memory: MiB that all processes hold together, and that each may reserve.
        processes: How many processes and threads exist at a time.
        descriptors: How many files and sockets a process has open at a time.
        cpu: Seconds of processor time, of all processes together.
        file_size: MiB of the largest file.
        temporary: MiB that all files in the private folder have together.
        output: Bytes of stdout, and of stderr, that are kept; more is read and dropped.
        written: Bytes that may be written to either in all, kept or not.
        recording: Bytes of the recording that comes back.
    """

    seconds: float
    memory: int
    cpu: float
    processes: int = 512
    descriptors: int = 1024
    file_size: int = 64
    temporary: int = 128
    output: int = KEPT_OUTPUT
    written: int = 64 * MIB
    recording: int = 64 * MIB

    @classmethod
    def of(cls, settings: Settings, snippet: Snippet) -> Limits:
        """Those of a snippet.

        Its own time limit goes before the site's; in a session, the longest so far.
        """
        of_session = (*snippet.earlier, snippet)
        seconds = max(each.options.timeout or settings.timeout for each in of_session)
        # More than one core for all of its time is no demonstration any more; the start of an
        # interpreter, for each process of a pool of its own, comes on top.
        return cls(seconds=seconds, memory=settings.memory, cpu=2 * seconds + 10)
