"""Interpreters that are started ahead, each for one job: where nothing can be forked.

That is Windows, and any Python but this one: `record --python` may name a Windows' under Wine.
"""

from __future__ import annotations

import hmac
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

from mkdocs_wakepoint.engine import folders
from mkdocs_wakepoint.engine.interpreter import command, environment
from mkdocs_wakepoint.engine.limits import Limits
from mkdocs_wakepoint.engine.paths import private
from mkdocs_wakepoint.engine.protocol import Job, frame
from mkdocs_wakepoint.engine.running import File, Running
from mkdocs_wakepoint.engine.sandbox import End
from mkdocs_wakepoint.engine.spare import PID, TOKEN

PROGRAM = "from mkdocs_wakepoint.engine.spare import main; main()"
"""Starts one; the port to connect to is its argument, and the token in its environment."""
START = 60.0
"""Seconds for an interpreter to start; Wine on a busy machine needs many."""
LINGER = 0.5
"""Seconds for what the snippet left running to end by itself, once it is asked to."""


class Confinement(Protocol):
    """What holds a run together from outside; see `sandbox.windows`."""

    def end(self) -> None:
        """Ends all of it; any thread may call this."""

    def close(self) -> None:
        """Ends all of it, and is not there any more."""


class Spares:
    """Starts interpreters ahead, as many as run at a time.

    Args:
        python: The command that starts Python.
        ahead: How many are kept ready.
    """

    def __init__(self, python: Sequence[str], ahead: int) -> None:
        self._python = python
        self._ahead = ahead
        self._ready: deque[_Spare] = deque()
        self._folder: tuple[Path, int] | None = None
        self._number = 0
        self._lock = threading.Lock()

    def start(self, job: Job) -> Running:
        """Has a job run.

        Raises:
            OSError: If no interpreter can be started.
        """
        with self._lock:
            if not self._ready:
                self._ready.append(self._spare())
            spare = self._ready.popleft()
            while len(self._ready) < self._ahead:
                self._ready.append(self._spare())
        return spare.start(job)

    def _spare(self) -> _Spare:
        if self._folder is None:
            folders.sweep()
            self._folder = folders.make()
        self._number += 1
        folder = self._folder[0] / str(self._number)
        folder.mkdir()
        return _Spare(self._python, folder)

    def renew(self) -> None:
        """Ends those that have imported our packages as they were."""
        with self._lock:
            while self._ready:
                self._ready.popleft().close()

    def close(self) -> None:
        """Ends those that are ready, and takes the folder away."""
        self.renew()
        with self._lock:
            if self._folder is not None:
                folder, lock = self._folder
                os.close(lock)
                shutil.rmtree(folder, ignore_errors=True)
                self._folder = None


class _Spare:
    """An interpreter that waits for its one job, in a folder of its own."""

    def __init__(self, python: Sequence[str], folder: Path) -> None:
        self._folder = folder
        self._command = " ".join(python)
        self._token = secrets.token_hex(16)
        self._door = socket.create_server(("127.0.0.1", 0))
        port = self._door.getsockname()[1]
        self._process = subprocess.Popen(
            command(python, PROGRAM, str(port)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**environment(python), TOKEN: self._token, **_home(folder)},
            cwd=folder,
            start_new_session=True,
        )

    def start(self, job: Job) -> Running:
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        try:
            connection, pid = self._connection()
            confinement = _confine(pid, job.limits)
            connection.sendall(frame(job.as_data()))
        except OSError:
            self.close()
            raise
        files: dict[str, File] = {
            "stdout": _selectable(self._process.stdout),
            "stderr": _selectable(self._process.stderr),
            "result": connection,
        }
        return _Alone(files, self._folder, self._process, confinement)

    def _connection(self) -> tuple[socket.socket, int]:
        """The one over which the right token comes, and the process that it comes from.

        Raises:
            OSError: If none comes.
        """
        deadline = time.monotonic() + START
        with self._door:
            self._door.settimeout(0.1)
            while time.monotonic() < deadline:
                try:
                    connection, _ = self._door.accept()
                except TimeoutError:
                    if self._process.poll() is None:
                        continue
                    break
                connection.settimeout(START)
                with suppress(OSError):
                    token, _, pid = _first(connection, len(self._token) + 1 + PID).partition(b" ")
                    if hmac.compare_digest(token, self._token.encode()):
                        connection.settimeout(None)
                        return connection, int(pid)
                connection.close()
        raise OSError(f"it does not connect: {self._command}")

    def close(self) -> None:
        """Ends it."""
        self._door.close()
        _end(self._process)
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class _Alone(Running):
    """A run without a supervisor: this process is its parent."""

    watched = False

    def __init__(
        self,
        files: dict[str, File],
        folder: Path,
        process: subprocess.Popen[bytes],
        confinement: Confinement | None,
    ) -> None:
        super().__init__(files, private(folder))
        self._folder = folder
        self._process = process
        self._confinement = confinement
        self._asked: float | None = None

    def ask(self) -> None:
        self.cut()

    def cut(self) -> None:
        if self._confinement is not None:
            self._confinement.end()
        self._process.kill()

    def look(self) -> None:
        status = self._process.poll()
        if status is None or self.end is not None:
            return
        if self._asked is None:
            self._asked = time.monotonic()
            gone = not _signal(self._process, "SIGTERM")
        else:
            gone = time.monotonic() > self._asked + LINGER or not _signal(self._process, "")
        if gone:
            self._end_all()
            self.end = End(status)

    def _end_all(self) -> None:
        if self._confinement is not None:
            self._confinement.close()
        _end(self._process)

    def close(self) -> None:
        self._end_all()
        super().close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _first(connection: socket.socket, size: int) -> bytes:
    """The first bytes that come, or fewer if it ends before."""
    data = b""
    while len(data) < size and (more := connection.recv(size - len(data))):
        data += more
    return data


def _confine(pid: int, limits: Limits) -> Confinement | None:
    """What ends all that an interpreter starts, and limits it, where the system has that."""
    if sys.platform == "win32":
        from mkdocs_wakepoint.engine.sandbox.windows import confine  # noqa: PLC0415 - Windows' own

        return confine(pid, limits)
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and its group."""
    process.kill()
    process.wait()
    _signal(process, "SIGKILL")


def _signal(process: subprocess.Popen[bytes], name: str) -> bool:
    """Sends a signal to what a process has left in its group; False if there is nobody.

    They are asked first, which multiprocessing's resource tracker does not listen to: it ends when
    it is the last one, and takes away the semaphores and the memory that they shared.
    """
    if sys.platform == "win32":
        return False
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.Signals[name] if name else 0)
        return True
    return False


def _home(folder: Path) -> dict[str, str]:
    """What says that the run's folder is the one for temporary files."""
    if sys.platform == "win32":
        return dict.fromkeys(("TEMP", "TMP", "USERPROFILE"), str(folder))
    return {"TMPDIR": str(folder)}  # another Python may need its HOME, as Wine does


def _selectable(pipe: IO[bytes]) -> File:
    """A descriptor or socket that a selector takes, from which comes what comes from a pipe."""
    if sys.platform != "win32":
        with pipe:
            return os.dup(pipe.fileno())
    ours, its = socket.socketpair()

    def pump() -> None:
        with pipe, its, suppress(OSError):
            while chunk := os.read(pipe.fileno(), 1 << 16):
                its.sendall(chunk)

    threading.Thread(target=pump, daemon=True).start()
    return ours
