"""The cache: bytes by key, in a folder that builds share.

An entry is written whole under another name and then put in its place, so two builds at once, and
one that is killed at any moment, leave nothing half written. It begins with a checksum of its key
and of what follows; one that does not fit is as good as none. Builds alone write here, and only
what they have checked.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

LIMIT = 256 << 20
"""Bytes that the folder may hold; what was not used for longest goes first."""

_IN_MEMORY = 64 << 20
"""Bytes that are kept in memory besides, for the next build of ``mkdocs serve``."""

_TOUCHED = 3600
"""Seconds for which an entry counts as just used; also for which one may be under way."""

_UNFINISHED = ".part"

_TAG = """\
Signature: 8a477f597d28d172789f06886806bc55
# This folder holds what Wakepoint can make again. See https://bford.info/cachedir/
"""


def digest(*parts: str | bytes) -> str:
    """What stands for some texts in a key; never the same for others."""
    together = blake2b(digest_size=20)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        together.update(len(data).to_bytes(8, "big"))
        together.update(data)
    return together.hexdigest()


class Cache:
    """Entries of several kinds, each by its key.

    Args:
        folder: Where they are; it need not exist. None keeps them in memory alone.
        limit: Bytes that the folder may hold.

    Attributes:
        folder: The same.
        problem: Why nothing can be written, once that was so.
    """

    def __init__(self, folder: Path | None, limit: int = LIMIT) -> None:
        self.folder = folder
        self.problem: OSError | None = None
        self._limit = limit
        self._memory: dict[tuple[str, str], bytes] = {}
        self._size = 0
        self._written = False

    def read(self, kind: str, key: str) -> bytes | None:
        """What was written under a key; None if there is nothing, or something damaged."""
        data = self._memory.get((kind, key))
        if data is None and self.folder is not None:
            data = _read(self.folder / kind / key, kind, key)
            if data is not None:
                self._remember(kind, key, data)
        return data

    def write(self, kind: str, key: str, data: bytes) -> None:
        """Keeps something. Where that cannot be, `problem` says why, and nothing else happens."""
        self._remember(kind, key, data)
        if self.folder is None or self.problem is not None:
            return
        path = self.folder / kind / key
        part = path.with_name(f"{key}.{os.urandom(4).hex()}{_UNFINISHED}")
        try:
            _make(path.parent)
            try:
                part.write_bytes(_checksum(kind, key, data) + data)
                part.replace(path)
            except OSError:
                part.unlink(missing_ok=True)
                raise
        except OSError as error:
            self.problem = error
        self._written = True

    def sweep(self) -> None:
        """Makes room: removes what was not used for longest, and what killed builds have left."""
        if self.folder is None or not self._written:
            return
        self._written = False
        entries = sorted(_entries(self.folder))
        size = sum(each for _, each, _ in entries)
        for _, each, path in entries:
            if size <= self._limit:
                break
            with suppress(OSError):
                path.unlink()
                size -= each

    def _remember(self, kind: str, key: str, data: bytes) -> None:
        if self._size > _IN_MEMORY:
            self._memory.clear()
            self._size = 0
        self._memory[kind, key] = data
        self._size += len(data)


@functools.cache
def cache_at(folder: Path) -> Cache:
    """The one cache of this process in that folder, for documents that no plugin cares for."""
    return Cache(folder)


def _read(path: Path, kind: str, key: str) -> bytes | None:
    try:
        with path.open("rb") as file:
            content = file.read()
            used = os.fstat(file.fileno()).st_mtime
    except OSError:
        return None
    checksum = _checksum(kind, key, data := content[_LENGTH:])
    if content[:_LENGTH] != checksum:
        return None
    if time.time() - used > _TOUCHED:
        with suppress(OSError):
            os.utime(path)
    return data


def _checksum(kind: str, key: str, data: bytes) -> bytes:
    return f"{digest(kind, key, data)}\n".encode()


_LENGTH = len(_checksum("", "", b""))


def _make(folder: Path) -> None:
    """Makes a folder of entries, and says to others what the folder above it is."""
    if folder.is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("CACHEDIR.TAG", _TAG), (".gitignore", "*\n")):
        (folder.parent / name).write_text(text, encoding="utf-8")


def _entries(folder: Path) -> Iterator[tuple[float, int, Path]]:
    """When each entry was last used, its size, and its file; removes what was left unfinished."""
    for path in folder.glob("*/*"):
        with suppress(OSError):  # another build removes as well
            facts = path.stat()
            if path.suffix != _UNFINISHED:
                yield facts.st_mtime, facts.st_size, path
            elif time.time() - facts.st_mtime > _TOUCHED:
                path.unlink()
