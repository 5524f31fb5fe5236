"""Files, as in ``tokio::fs``: their calls block, so each is made on a thread.

No system reports when a file is ready: it is all the time, and reading it takes as long as the disk
needs. Whatever else `os` offers for files is called by `spawn_blocking` in the same way:
``await spawn_blocking(os.rename, old, new)``.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Any

from wakepoint.blocking import spawn_blocking
from wakepoint.future import Future
from wakepoint.io.immediate import Shutdown
from wakepoint.io.threaded import Call, ReadCall, Threaded
from wakepoint.streams import Closing
from wakepoint.task import PENDING, Context, Poll, Ready
from wakepoint.whole import ReadExact, in_bytes

__all__ = ["File", "read", "read_to_string", "write"]

StrPath = str | os.PathLike[str]


class File(Closing):
    """An open file (``tokio::fs::File``). Close it, or use it in ``with``.

    One call at a time: others are told so by a `BusyResourceError`. A call that is dropped goes on
    on its thread, and the next waits for its end.

    Example:
        >>> import os, tempfile
        >>> from wakepoint import run
        >>> async def main():
        ...     with tempfile.TemporaryDirectory() as folder:
        ...         path = os.path.join(folder, "file")
        ...         with await File.create(path) as file:
        ...             await file.write_all(b"hello, world")
        ...         with await File.open(path) as file:
        ...             await file.seek(7)
        ...             return await file.read_to_string()
        >>> run(main())
        'world'
    """

    def __init__(self, raw: FileIO, path: str) -> None:
        self._file = Threaded(raw, f"File({path!r})")
        self._raw = raw

    def __repr__(self) -> str:
        return repr(self._file)

    @staticmethod
    def open(path: StrPath, mode: str = "r") -> Future[File]:
        """Opens a file. Cancel safe: if it is dropped, the file is closed again.

        Args:
            path: Which.
            mode: As for Python's `open`: ``r``, ``w``, ``a`` or ``x``, with ``+`` to do both. A
                file has bytes here (``b``) in any case; `read_to_string` decodes.

        Raises:
            FileNotFoundError: If there is none, and ``mode`` makes none.
            OSError: For other reasons.
            ValueError: If there is no such mode.
        """
        if "t" in mode:
            raise ValueError(f"mode {mode!r}: files have bytes here, and read_to_string decodes")
        return Open(os.fspath(path), mode.replace("b", ""))

    @staticmethod
    def create(path: StrPath) -> Future[File]:
        """Makes a file to write to, or empties the one that is there.

        Not cancel safe: if it is dropped, the file is closed again, but may have been made or
        emptied.

        Raises:
            OSError: If it cannot be made.
        """
        return File.open(path, "w")

    def read(self, size: int = 65536) -> Future[bytes]:
        """At most ``size`` bytes from where the last call has come to; ``b""`` at the end.

        Cancel safe: if it is dropped, what it brings is read next.
        """
        return ReadCall(self._file, size)

    def read_exact(self, size: int) -> Future[bytes]:
        """Exactly ``size`` bytes. Not cancel safe: what was read when it is dropped is lost.

        Raises:
            BrokenResourceError: If the file ends before.
        """
        return ReadExact(self, size)

    def read_to_end(self) -> Future[bytes]:
        """Everything up to the end. Not cancel safe: how far it has come is not known."""
        return Call(self._file, "read_to_end", lambda raw: raw.readall())

    def read_to_string(self) -> Future[str]:
        """Everything up to the end, as text. Not cancel safe: how far it has come is not known.

        Raises:
            UnicodeDecodeError: If it is no UTF-8.
        """
        return Call(self._file, "read_to_string", lambda raw: raw.readall().decode())

    def write(self, data: bytes | memoryview) -> Future[int]:
        """Writes the data, or the beginning of it; the value says how many bytes.

        Not cancel safe: when it is dropped, it is written all the same.
        """
        return Call(self._file, "write", lambda raw: raw.write(data))

    def write_all(self, data: bytes | memoryview) -> Future[None]:
        """Writes everything. Not cancel safe: when it is dropped, it is written all the same."""
        return Call(self._file, "write_all", lambda raw: _write_all(raw, data))

    def seek(self, position: int, whence: int = os.SEEK_SET) -> Future[int]:
        """Goes to a place in the file; the value is where that is, from its beginning.

        Cancel safe: it can be called again, unless it was counted from the place before.

        Args:
            position: In bytes.
            whence: From where: ``os.SEEK_SET``, ``os.SEEK_CUR`` or ``os.SEEK_END``.
        """
        return Call(self._file, "seek", lambda raw: raw.seek(position, whence))

    def set_len(self, size: int) -> Future[int]:
        """Cuts the file off, or fills it with zeros up to that size. Cancel safe: call it again."""
        return Call(self._file, "set_len", lambda raw: raw.truncate(size))

    def metadata(self) -> Future[os.stat_result]:
        """Size, times, permissions (fstat(2)). Cancel safe."""
        return Call(self._file, "metadata", lambda raw: os.fstat(raw.fileno()))

    def sync_all(self) -> Future[None]:
        """Waits until the disk has everything (fsync(2)). Cancel safe: call it again."""
        return Call(self._file, "sync_all", lambda raw: os.fsync(raw.fileno()))

    def shutdown(self) -> Shutdown:
        """Nothing: what was written is the system's, and a file tells nobody of its end.

        Cancel safe.
        """
        return Shutdown(f"shutdown({self!r})")

    def close(self) -> None:
        """Closes it, at the end of the call that goes on if one does. Twice is fine."""
        self._file.close()


class Open(Future[File]):
    """A file that is being opened; made by `File.open`."""

    __slots__ = ("_job", "_lock", "_mode", "_path", "_raw", "_wanted")

    def __init__(self, path: str, mode: str) -> None:
        self._path = path
        self._mode = mode
        self._lock = threading.Lock()
        self._wanted = True
        self._raw: FileIO | None = None
        self._job: Future[None] | None = None

    def __repr__(self) -> str:
        return f"open({self._path!r}, {self._mode!r})"

    def _open(self) -> None:
        raw = FileIO(self._path, self._mode)
        with self._lock:
            if self._wanted:
                self._raw = raw
                return
        raw.close()

    def poll(self, cx: Context) -> Poll[File]:
        if self._job is None:
            self._job = spawn_blocking(self._open)
        if self._job.poll(cx) is PENDING:
            return PENDING
        raw, self._raw = self._raw, None
        assert raw is not None
        return Ready(File(raw, self._path))

    def drop(self) -> None:
        with self._lock:
            self._wanted = False
            raw, self._raw = self._raw, None
        if raw is not None:
            raw.close()
        if self._job is not None:
            self._job.drop()


def read(path: StrPath) -> Future[bytes]:
    """All of a file (``tokio::fs::read``). Cancel safe.

    Example:
        >>> from wakepoint import run
        >>> len(run(read(__file__))) > 1000
        True

    Raises:
        OSError: If it cannot be read.
    """
    return Later("read", path, lambda: Path(path).read_bytes())


def read_to_string(path: StrPath) -> Future[str]:
    """All of a file as text (``tokio::fs::read_to_string``). Cancel safe.

    Raises:
        OSError: If it cannot be read.
        UnicodeDecodeError: If it is no UTF-8.
    """
    return Later("read_to_string", path, lambda: Path(path).read_bytes().decode())


def write(path: StrPath, data: bytes | str) -> Future[None]:
    """Makes a file of that content, or gives it to the one that is there (``tokio::fs::write``).

    Not cancel safe: when it is dropped, it is written all the same.

    Args:
        path: Which.
        data: Text is written in UTF-8.

    Raises:
        OSError: If it cannot be written.
    """
    content = data.encode() if isinstance(data, str) else data
    return Later("write", path, lambda: _write_file(path, content))


class Later(Future[Any]):
    """A call on a thread that begins with the first poll.

    Args:
        operation: What makes it, as its caller knows it.
        path: Which file.
        call: Makes it.
    """

    __slots__ = ("_call", "_job", "_path", "operation")

    def __init__(self, operation: str, path: StrPath, call: Callable[[], Any]) -> None:
        self.operation = operation
        self._path = os.fspath(path)
        self._call = call
        self._job: Future[Any] | None = None

    def __repr__(self) -> str:
        return f"{self.operation}({self._path!r})"

    def poll(self, cx: Context) -> Poll[Any]:
        if self._job is None:
            self._job = spawn_blocking(self._call)
        return self._job.poll(cx)

    def drop(self) -> None:
        if self._job is not None:
            self._job.drop()


def _write_file(path: StrPath, content: bytes) -> None:
    Path(path).write_bytes(content)


def _write_all(raw: FileIO, data: bytes | memoryview) -> None:
    left = memoryview(in_bytes(data))
    while left:
        left = left[raw.write(left) :]
