"""The build's end of the warm interpreter: starts it, hands runs to it, ends it."""

from __future__ import annotations

import os
import select
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from mkdocs_wakepoint.engine import folders
from mkdocs_wakepoint.engine.interpreter import PACKAGES, command, environment
from mkdocs_wakepoint.engine.limits import Limits
from mkdocs_wakepoint.engine.paths import TEMPORARY, private
from mkdocs_wakepoint.engine.protocol import TIME_IS_UP, Job
from mkdocs_wakepoint.engine.running import Running
from mkdocs_wakepoint.engine.sandbox import End, Sandbox

assert sys.platform != "win32"  # which has no fork, nor what comes next

from mkdocs_wakepoint.engine.handover import (  # noqa: E402
    PROGRAM,
    Config,
    Descriptors,
    said_at_the_start,
    send,
)

_TO_END = 10.0
"""Seconds for a server to end what runs; then it is killed."""
_TO_FALL = 3.0
"""Seconds after which a server whose runs are lost is taken to live on."""


class Warm:
    """A server, started when there is something to run, and anew when it has to be.

    Args:
        sandbox: Where snippets run.
        io_uring: They may use it there.
    """

    def __init__(self, sandbox: Sandbox, *, io_uring: bool) -> None:
        self._sandbox = sandbox
        self._io_uring = io_uring
        self._server: _Server | None = None
        self._folders: list[Path] = []  # of servers that have ended
        self._process = os.getpid()
        self._lock = threading.Lock()

    def start(self, job: Job) -> Running:
        """Has a job run.

        Raises:
            OSError: If no server can be started.
        """
        with self._lock:
            if self._process != os.getpid() or (self._server and self._server.has_ended()):
                self._retire()
            if self._server is None:
                self._server = _Server(self._sandbox, io_uring=self._io_uring)
            return self._server.start(job)

    def begin(self) -> None:
        """Starts the server, and waits for nothing.

        Raises:
            OSError: If it cannot be started.
        """
        with self._lock:
            if self._server is None:
                self._server = _Server(self._sandbox, io_uring=self._io_uring)

    def why_not(self) -> str | None:
        """Why the server that has begun has no sandbox, once it has tried; empty if it has one.

        None if it does not tell. It is asked once.
        """
        with self._lock:
            return None if self._server is None else self._server.why_not()

    def renew(self) -> None:
        """Has the next job run by a server with the runtime as it is now; nothing may run."""
        with self._lock:
            if self._server is not None and self._server.stamp != _stamp():
                self._retire()

    def close(self) -> None:
        """Ends what runs; leaves no process and no folder."""
        with self._lock:
            self._retire()
            # Not before: what a server that was killed had begun may still be starting there.
            for folder in self._folders:
                shutil.rmtree(folder, ignore_errors=True)
            self._folders.clear()

    def _retire(self) -> None:
        if self._process != os.getpid():  # a fork of the build; the server is not its own
            self._process, self._server = os.getpid(), None
            self._folders = []
        if self._server is not None:
            self._server.close()
            self._folders += self._server.own_folders
            self._server = None


class Boxed:
    """Servers for one run each, every one in a sandbox that bubblewrap makes.

    Such a sandbox can hold no others within, so no two runs may share it.

    Args:
        ahead: How many are kept ready.
        io_uring: Snippets may use it there.
    """

    def __init__(self, ahead: int, *, io_uring: bool) -> None:
        self._ahead = ahead
        self._io_uring = io_uring
        self._ready: deque[_Server] = deque()
        self._used: list[_Server] = []
        self._lock = threading.Lock()

    def start(self, job: Job) -> Running:
        """Has a job run.

        Raises:
            OSError: If no server can be started.
        """
        with self._lock:
            for server in [each for each in self._used if each.has_ended()]:
                server.close()
                self._used.remove(server)
            self._fill(1, job.limits)
            server = self._ready.popleft()
            self._used.append(server)
            self._fill(self._ahead, job.limits)
        return server.start(job)

    def _fill(self, number: int, limits: Limits) -> None:
        if sys.platform == "linux":
            from mkdocs_wakepoint.engine.sandbox import bubblewrap  # noqa: PLC0415 - Linux has it

            while len(self._ready) < number:
                wrapped = bubblewrap.command([], limits)
                server = _Server(Sandbox.BUBBLEWRAP, wrapped, io_uring=self._io_uring)
                self._ready.append(server)

    def renew(self) -> None:
        """Ends those that have imported our packages as they were."""
        with self._lock:
            while self._ready and self._ready[0].stamp != _stamp():
                self._ready.popleft().close()

    def close(self) -> None:
        """Ends them."""
        with self._lock:
            for server in (*self._ready, *self._used):
                server.close()
            self._ready.clear()
            self._used.clear()


class _Server:
    """One process that forks a process for each run."""

    def __init__(self, sandbox: Sandbox, wrapped: Sequence[str] = (), *, io_uring: bool) -> None:
        self.stamp = _stamp()
        self._folder = Path(TEMPORARY)
        self.own_folders: tuple[Path, ...] = ()
        self._sandbox = sandbox
        self._ended = False
        self._closing = threading.Lock()
        ours, its = socket.socketpair()
        passed = [its.fileno()]
        if not sandbox.has_own_tmp:
            folders.sweep()
            self._folder, lock = folders.make()
            self.own_folders = (self._folder,)
            passed.append(lock)
        config = Config(its.fileno(), sandbox.value, str(self._folder), io_uring)
        self._socket = ours
        self._process = subprocess.Popen(
            [*wrapped, *command([sys.executable], PROGRAM, config.dumps())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env=environment(),
            pass_fds=passed,
            start_new_session=True,
        )
        for descriptor in passed:
            os.close(descriptor)
        its.detach()

    def start(self, job: Job) -> Running:
        (stdout, its_stdout), (stderr, its_stderr), (result, its_result) = (
            os.pipe() for _ in range(3)
        )
        control, its_control = socket.socketpair()
        its = Descriptors(its_stdout, its_stderr, its_result, its_control.detach())
        files = {"stdout": stdout, "stderr": stderr, "result": result}
        running = _Forked(files, control, self)
        try:
            send(self._socket, job, its)
        except OSError:
            running.close()
            raise
        finally:
            for descriptor in asdict(its).values():
                os.close(descriptor)
        return running

    def where(self) -> str:
        """A pattern for the private folder of a run."""
        if self._sandbox.has_own_tmp:
            return private(self._folder)
        return private(self._folder, r"\d+")

    def why_not(self) -> str | None:
        return said_at_the_start(self._socket)

    def has_ended(self, within: float = 0.0) -> bool:
        """True if it has; its socket is closed first of all."""
        with self._closing:
            if self._ended:
                return True
            # Meanwhile another thread may close the server, and yet another take its descriptor.
            own = self._socket.dup()
        deadline = time.monotonic() + within
        with own:
            while not self._ended:
                left = max(deadline - time.monotonic(), 0.0)
                readable, _, _ = select.select([own], [], [], left)
                if not readable:
                    break
                with suppress(BlockingIOError):  # another thread has asked as well
                    self._ended |= not _received(own)
        return self._ended

    def close(self) -> None:
        with self._closing:
            self._ended = True
            self._socket.close()
        try:
            self._process.wait(_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class _Forked(Running):
    """A run with a supervisor."""

    def __init__(self, files: Mapping[str, int], control: socket.socket, server: _Server) -> None:
        super().__init__({**files, "control": control}, server.where())
        self._server = server
        self._control = control
        self._line = b""

    def ask(self) -> None:
        with suppress(OSError):
            self._control.send(TIME_IS_UP)

    def cut(self) -> None:
        with suppress(OSError):
            self._control.shutdown(socket.SHUT_RDWR)

    def has_fallen(self) -> bool:
        return self.lost and self._server.has_ended(_TO_FALL)

    def heard(self, data: bytes) -> None:
        self._line += data
        if self._line.endswith(b"\n"):
            self.end = End.decode(self._line)
        elif not data:
            self.lost = True


def _received(server: socket.socket) -> bytes:
    """What a server has said, and nothing if it has ended.

    Raises:
        BlockingIOError: If it has said nothing.
    """
    try:
        return server.recv(1 << 16, socket.MSG_DONTWAIT)
    except ConnectionError:
        return b""


def _stamp() -> list[tuple[str, int, int]]:
    """Changes when a source of ours does: somebody is working on it while a site is served."""
    return sorted(
        (str(path), status.st_mtime_ns, status.st_size)
        for package in PACKAGES
        for path in package.rglob("*.py")
        for status in [path.stat()]
    )
