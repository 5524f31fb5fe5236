"""What comes from a snippet's process, as far as it has come.

The snippet runs in that process, and may have written any of it.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from mkdocs_wakepoint.engine.protocol import BEGAN, ENDED

if TYPE_CHECKING:
    from wakepoint.recording import Frame


class Phase(Enum):
    """How far a run has come."""

    PREPARING = "the snippet is read, and its machines are found"
    RUNNING = "it runs"
    WRITING = "its recording is written"
    LEAVING = "its threads and exit handlers run"


_SIZE = re.compile(rb"(\d{1,15})\n")
_FRAME = re.compile(r'^  File "([^"\n]*)", line (\d{1,9}) in (.+)$', re.MULTILINE)
_LONGEST_MARK = 16


class Result:
    """Reads the stream of a run's result.

    Args:
        most: Bytes that the answer may have.

    Attributes:
        phase: How far the run has come, as the process says.
        too_long: True once more has come than may.
    """

    def __init__(self, most: int) -> None:
        self.phase = Phase.PREPARING
        self.too_long = False
        self._most = most
        self._size: int | None = None
        self._data = bytearray()

    def feed(self, data: bytes) -> None:
        """Takes what has come."""
        self._data += data
        if self.phase is Phase.PREPARING and self._skips(BEGAN):
            self.phase = Phase.RUNNING
        if self.phase is not Phase.WRITING and self._skips(ENDED):
            self.phase = Phase.WRITING
        if self.phase is Phase.WRITING and self._size is None:
            size = _SIZE.match(self._data)
            if size is not None:
                self._size = int(size[1])
                del self._data[: size.end()]
        if self._size is not None and len(self._data) >= self._size:
            self.phase = Phase.LEAVING
        self.too_long = max(len(self._data), self._size or 0) > self._most

    def _skips(self, mark: bytes) -> bool:
        if not self._data.startswith(mark):
            return False
        del self._data[: len(mark)]
        return True

    @property
    def answer(self) -> bytes | None:
        """The ports and the recording; None if they have not come, or not whole."""
        return bytes(self._data[: self._size]) if self.phase is Phase.LEAVING else None

    def stack(self, filename: str) -> tuple[Frame, ...]:
        """Where the snippet said that it stands, outermost first; empty if it did not.

        Args:
            filename: Whose frames are asked for; they end with it.
        """
        from wakepoint.recording import Frame  # noqa: PLC0415 - see `lazy`

        text = self._data.decode("utf-8", "replace")
        frames = [
            Frame(int(line), function)
            for path, line, function in _FRAME.findall(text)
            if path.endswith(filename)
        ]
        return tuple(reversed(frames))
