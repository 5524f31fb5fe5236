"""One run as the build sees it: what it writes is read, within limits of size and time."""

from __future__ import annotations

import os
import selectors
import socket
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass, field

from mkdocs_wakepoint.engine.limits import Limits
from mkdocs_wakepoint.engine.result import Phase, Result
from mkdocs_wakepoint.engine.sandbox import End

PREPARE = 30.0
"""Seconds for reading a snippet and finding its machines; the start of an interpreter as well."""
GRACE = 1.25
"""Seconds beyond the time limit for a snippet to end that was interrupted."""
WRITE = 10.0
"""Seconds for writing a recording."""
LEAVE = 0.5
"""Seconds for the interpreter to end, beyond the time limit or after the recording."""
TO_END = 5.0
"""Seconds for the supervisor to end all that there is."""
FLED = 1.0
"""Seconds that a stream is read on after the end: somebody may have got away, and hold it open."""
LOOK = 0.02
"""Seconds between two looks at a process that has no supervisor."""

File = int | socket.socket


class Running(ABC):
    """A run that goes on somewhere.

    Attributes:
        files: What comes from it: ``stdout``, ``stderr``, ``result``, and perhaps ``control``.
        private: A pattern for the path of its private folder; see `paths.private`.
        end: How it came to its end, once that is known.
        lost: True once nobody is left who could tell.
        watched: False for one whose `look` has to be called.
    """

    watched = True

    def __init__(self, files: dict[str, File], private: str) -> None:
        self.files = files
        self.private = private
        self.end: End | None = None
        self.lost = False

    @abstractmethod
    def ask(self) -> None:
        """Asks it to tell where it stands, and ends it."""

    @abstractmethod
    def cut(self) -> None:
        """Ends it at once; any thread may call it."""

    def heard(self, data: bytes) -> None:
        """Takes what came on ``control``; nothing at its end."""
        raise NotImplementedError

    def has_fallen(self) -> bool:
        """True if it was lost with what had started it, through no fault of its own."""
        return False

    def look(self) -> None:
        """Looks whether it has ended."""
        return

    def close(self) -> None:
        """Gives back what the build has of it; what still runs is ended."""
        for file in self.files.values():
            os.close(file) if isinstance(file, int) else file.close()


@dataclass(slots=True)
class Kept:
    """The beginning of a stream."""

    most: int
    data: bytearray = field(default_factory=bytearray)
    size: int = 0

    def feed(self, data: bytes) -> None:
        """Takes what has come."""
        self.size += len(data)
        self.data += data[: self.most - len(self.data)]

    @property
    def cut(self) -> bool:
        """True if there was more."""
        return self.size > len(self.data)


@dataclass(slots=True)
class Collected:
    """What has come of a run.

    Attributes:
        output: By stream.
        result: From the snippet's process.
        end: As its supervisor told it; None if nobody did.
        late: The phase that took too long, for which the run was ended.
        flooded: True if it was ended since it wrote more than it may.
    """

    output: dict[str, Kept]
    result: Result
    end: End | None = None
    late: Phase | None = None
    flooded: bool = False


def collect(running: Running, limits: Limits) -> Collected:
    """Reads all that comes of a run until it has ended, and ends it when it has to."""
    output = {name: Kept(limits.output) for name in ("stdout", "stderr")}
    collected = Collected(output, Result(limits.recording))
    watch = _Watch(running, limits, collected)
    with selectors.DefaultSelector() as selector:
        for name, file in running.files.items():
            selector.register(file, selectors.EVENT_READ, name)
        while watch.goes_on(selector):
            for key, _ in selector.select(watch.wait):
                data = _read(key.fileobj)
                if not data:
                    selector.unregister(key.fileobj)
                watch.take(key.data, data)
    collected.end = running.end
    return collected


def _read(file: object) -> bytes:
    with suppress(ConnectionError):
        return file.recv(1 << 16) if isinstance(file, socket.socket) else _read_from(file)
    return b""


def _read_from(descriptor: object) -> bytes:
    assert isinstance(descriptor, int)
    return os.read(descriptor, 1 << 16)


class _Watch:
    """Knows by when what has to have happened."""

    def __init__(self, running: Running, limits: Limits, collected: Collected) -> None:
        self._running = running
        self._limits = limits
        self._collected = collected
        self._phase = Phase.PREPARING
        self._until = time.monotonic() + PREPARE
        self._time_is_up = self._until
        self._asked = 0
        self._over = False

    @property
    def wait(self) -> float:
        """Seconds to wait at most."""
        left = max(self._until - time.monotonic(), 0.0)
        return left if self._running.watched else min(left, LOOK)

    def take(self, name: str, data: bytes) -> None:
        """Takes what has come; nothing at the end of a stream."""
        if name == "control":
            self._running.heard(data)
        elif name == "result":
            self._collected.result.feed(data)
            self._enter(self._collected.result.phase)
            self._end_flood(self._collected.result.too_long)
        else:
            stream = self._collected.output[name]
            stream.feed(data)
            self._end_flood(stream.size > self._limits.written)

    def _end_flood(self, flooded: bool) -> None:
        if flooded and not self._asked:
            self._collected.flooded = True
            self._ask()

    def _enter(self, phase: Phase) -> None:
        if phase is self._phase or self._asked:
            return
        now, self._phase = time.monotonic(), phase
        if phase is Phase.RUNNING:
            self._time_is_up = now + self._limits.seconds
            self._until = self._time_is_up + GRACE
        elif phase is Phase.WRITING:
            self._until = now + WRITE
        else:
            self._until = max(now, self._time_is_up) + LEAVE

    def goes_on(self, selector: selectors.BaseSelector) -> bool:
        """False once all has come that will."""
        self._running.look()
        now = time.monotonic()
        if self._running.end is not None or self._running.lost:
            if not self._over:
                self._over, self._until = True, now + FLED
            return bool(selector.get_map()) and now < self._until
        if now >= self._until:
            if self._asked > 1:
                return False
            if not self._asked:
                self._collected.late = self._phase
            self._ask()
        return True

    def _ask(self) -> None:
        self._asked += 1
        self._until = time.monotonic() + TO_END
        if self._asked == 1:
            self._running.ask()
        else:
            self._running.cut()
