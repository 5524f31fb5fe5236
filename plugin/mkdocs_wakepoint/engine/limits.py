"""What one run may use, all that it starts included."""

from __future__ import annotations

from dataclasses import dataclass

from mkdocs_wakepoint.engine.settings import Settings
from mkdocs_wakepoint.snippet import Options

MIB = 1 << 20


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
    output: int = 64 * 1024
    written: int = 64 * MIB
    recording: int = 64 * MIB

    @classmethod
    def of(cls, settings: Settings, options: Options) -> Limits:
        """Those of a snippet: its own time limit goes before the site's."""
        seconds = options.timeout or settings.timeout
        # More than one core for all of its time is no demonstration any more; the start of an
        # interpreter, for each process of a pool of its own, comes on top.
        return cls(seconds=seconds, memory=settings.memory, cpu=2 * seconds + 10)
