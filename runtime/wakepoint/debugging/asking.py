"""The tasks of another process: ``python -m wakepoint pstree PID``.

The other process has to be willing: a thread of it listens on a Unix socket in a folder that only
its user can enter, and answers with the text of `dump`. Nobody needs the right to trace a process,
it works on every Python, also while the executor is stuck in a poll, and a wrong number does no
harm, as a signal would.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from wakepoint import forking
from wakepoint.debugging.text import everything

PATIENCE = 5.0
"""Seconds after which whoever asks gives up."""

_NO_SOCKETS = (
    "Python has no Unix sockets on Windows; call wakepoint.dump where the program can be asked "
    "for it"
)


class Answering:
    """A thread that answers whoever asks for this process's tasks.

    Args:
        path: Where its socket is.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pid = os.getpid()
        path.unlink(missing_ok=True)  # of a process that had our number
        self._socket = _unix_socket()
        self._socket.bind(str(path))
        self._socket.listen()
        forking.watch(self)
        thread = threading.Thread(target=self._answer, name="wakepoint-pstree", daemon=True)
        thread.wakepoint_idle = True  # type: ignore[attr-defined]  # it holds no waker
        thread.start()

    def _answer(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:  # it was closed
                return
            with connection, contextlib.suppress(OSError):  # whoever asked has gone
                connection.settimeout(PATIENCE)
                connection.sendall(f"{everything()}\n".encode(errors="backslashreplace"))

    def close(self) -> None:
        """Answers nobody any more; in a forked child that is so, and the path is the parent's."""
        if self._pid != os.getpid():
            return
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # ends the thread's accept
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def now_forked(self) -> None:
        """This is a forked child, which has no thread to answer."""
        self._socket.close()


_answering: dict[int, Answering] = {}
"""Who answers, by the process that it does so in: a forked child has what its parent had."""


def dump_on_request() -> Callable[[], None]:
    """From now on this process tells its tasks whoever asks: ``python -m wakepoint pstree PID``.

    Only the same user (and root) can ask. A thread of its own answers, so it works while the
    executor is busy, too. asyncio's ``pstree`` (since 3.14) reads the other process's memory, for
    which it needs the right to trace it.

    Example:
        >>> stop = dump_on_request()
        >>> stop()

    Returns:
        What ends that; it ends with the process anyway.

    Raises:
        NotImplementedError: On Windows, where Python has no Unix sockets.
        OSError: If the folder or the socket cannot be made.
    """
    if sys.platform == "win32":
        raise NotImplementedError(_NO_SOCKETS)
    pid = os.getpid()
    if pid not in _answering:
        _answering[pid] = Answering(_path(pid))
        atexit.register(_stop)
    return _stop


def _stop() -> None:
    answering = _answering.pop(os.getpid(), None)
    if answering is not None:
        answering.close()


def _unix_socket() -> socket.socket:
    if sys.platform == "win32":
        raise NotImplementedError(_NO_SOCKETS)
    return socket.socket(socket.AF_UNIX)


def _path(pid: int) -> Path:
    """Where a process of this user listens.

    Raises:
        PermissionError: If the folder is somebody else's.
    """
    if sys.platform == "win32":
        raise NotImplementedError(_NO_SOCKETS)
    folder = Path(tempfile.gettempdir()) / f"wakepoint-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise PermissionError(f"{folder} has to belong to you alone; remove it, or set TMPDIR")
    return folder / f"{pid}.socket"


def ask(pid: int) -> str:
    """What `dump` prints in another process of this user.

    Raises:
        ConnectionError: If that process does not answer, with what to do.
    """
    with _unix_socket() as connection:
        connection.settimeout(PATIENCE)
        try:
            connection.connect(str(_path(pid)))
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        except (FileNotFoundError, ConnectionRefusedError):
            raise ConnectionError(
                f"process {pid} does not answer: it has to call wakepoint.dump_on_request() first"
            ) from None
        except TimeoutError:
            raise ConnectionError(f"process {pid} has not answered for {PATIENCE:g} s") from None
    return answer.decode()
