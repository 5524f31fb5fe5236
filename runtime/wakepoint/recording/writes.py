"""When a script wrote what it wrote: what goes through its streams, and after which event.

What a process writes is read outside of it, below ``sys.stdout``, where nothing is missed, and no
event is seen. The process itself sees every write of Python's own streams. So it notes those, and
who reads the streams looks for them in what came; `Output` says what becomes of it.

A note is made when the script writes, never at an event: who prints nothing pays nothing.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final, NamedTuple

from wakepoint.recording.log import Log
from wakepoint.recording.sizes import EVENTS

_NAMES: Final = {1: "stdout", 2: "stderr"}
"""The standard streams, by their descriptors."""

NOTES: Final = 20_000
"""Writes that are noted one by one. ``print`` makes two."""


class Write(NamedTuple):
    """Something that was written.

    Attributes:
        stream: ``stdout`` or ``stderr``.
        n: The ordinal of the last event before it; 0 before the first.
        data: The bytes.
    """

    stream: str
    n: int
    data: bytes


@dataclass(slots=True)
class _Note:
    """A write.

    Attributes:
        stream: As `Write` has it.
        at: The length of the log before it.
        data: The bytes.
    """

    stream: str
    at: int
    data: bytes | bytearray


class Writes:
    """Notes what is written through ``sys.stdout`` and ``sys.stderr``, from `begin` on.

    The streams stay the objects that they are, with all that a script may do to them: put others in
    their place, write bytes to their buffers, reconfigure or close them.

    Args:
        most: Bytes of each stream that are noted.
    """

    def __init__(self, most: int) -> None:
        self._room = dict.fromkeys(_NAMES.values(), most)
        self._notes: list[_Note] = []
        self._rest: dict[str, _Note] = {}
        self._log = Log(0)

    def begin(self, log: Log) -> None:
        """Begins to note, for as long as the process lives; threads and exit handlers go on.

        Args:
            log: The log of the run, whose length tells when something was written.
        """
        self._log = log
        for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
            with suppress(OSError, ValueError):  # it is closed, or has no descriptor
                self._watch(stream)

    def _watch(self, stream: Any) -> None:
        """Has a stream's buffer note what it takes; one that is not the interpreter's is let be."""
        if type(stream) is not io.TextIOWrapper:
            return
        buffer: Any = stream.buffer
        name = _NAMES.get(buffer.fileno())
        if name is None or type(buffer) not in (io.BufferedWriter, io.FileIO):
            return
        attributes = vars(buffer)
        if "write" not in attributes:
            stream.reconfigure(
                write_through=True
            )  # the buffer gets each write at once, and buffers
            attributes["write"] = self._noting(name, buffer.write)

    def _noting(self, stream: str, plain: Callable[[Any], int | None]) -> Callable[[Any], Any]:
        items, add = self._log.items, self._add

        def write(data: Any, /) -> Any:
            # Before it is written: then other threads run.
            note = add(stream, len(items), data)
            try:
                count = plain(data)
            except BaseException:
                if note is not None:
                    note.data = b""
                raise
            if note is not None and (count is None or count < len(note.data)):
                note.data = note.data[: count or 0]
            return count

        return write

    def _add(self, stream: str, at: int, data: Any) -> _Note | None:
        """Notes a write; None if it cannot be taken back, or was not noted."""
        room = self._room[stream]
        if room <= 0:
            return None
        try:
            data = data if type(data) is bytes else memoryview(data).tobytes()
            note = _Note(stream, at, data[:room])
            self._room[stream] = room - len(data)
            if len(self._notes) < NOTES:
                self._notes.append(note)
                return note
            self._add_to_rest(note)
        except (BufferError, MemoryError, TypeError):  # what is wrong the write itself says
            return None
        return None

    def _add_to_rest(self, note: _Note) -> None:
        rest = self._rest.setdefault(note.stream, _Note(note.stream, 0, bytearray()))
        rest.data += note.data
        rest.at = note.at

    def noted(self) -> list[Write]:
        """What was written so far, in that order: lines, where each was written at one time.

        A line by itself is found again also where a child process has written between two.
        """
        rest = sorted(self._rest.values(), key=lambda note: note.at)
        notes = [*self._notes, *rest]
        # Of two threads the one that looked at the log first may have written second.
        ends = [*accumulate((note.at for note in notes), max)]
        writes: list[Write] = []
        for note, n in zip(notes, self._log.ordinals(ends), strict=True):
            last = writes[-1] if writes else None
            if last and last[:2] == (note.stream, n) and not last.data.endswith(b"\n"):
                writes[-1] = Write(note.stream, n, last.data + note.data)
            else:
                writes.append(Write(note.stream, n, bytes(note.data)))
        return writes


def as_data(writes: Iterable[Write]) -> list[list[Any]]:
    """Plain data for JSON, which has no bytes: each is a character of its number."""
    return [[write.stream, write.n, write.data.decode("latin-1")] for write in writes]


def of_data(data: Any, events: int = EVENTS) -> list[Write]:
    """What `as_data` has made.

    Args:
        data: Anything: the script may have made it.
        events: How many there are.

    Raises:
        ValueError: If it is something else, or tells of other events.
    """
    writes = [Write(*_fields(each)) for each in (data if type(data) is list else [None])]
    ordinals = [0, *(write.n for write in writes), events]
    if ordinals != sorted(ordinals):
        raise ValueError("what was written is not in order")
    return writes


def _fields(item: Any) -> tuple[str, int, bytes]:
    match item:
        case ["stdout" | "stderr" as stream, int(n), str(text)] if type(n) is int:
            return stream, n, text.encode("latin-1")
    raise ValueError("what was written is none")
