"""Children, as in ``tokio::process``: started, talked to through pipes, and waited for.

The end of a child is a readable descriptor on Linux, pidfd_open(2), and an event of the filter
``EVFILT_PROC`` on kqueue. Where the backend has neither, a thread sits in waitpid(2).
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import warnings
from collections.abc import Iterator, Mapping
from subprocess import DEVNULL, PIPE
from typing import Any, NamedTuple

from wakepoint import executor
from wakepoint.backends.attempts import Attempt
from wakepoint.blocking import spawn_blocking
from wakepoint.future import Future, Once
from wakepoint.join import try_join
from wakepoint.pipe import PipeReader, PipeWriter
from wakepoint.reactor import Reactor, none_left
from wakepoint.source import Source
from wakepoint.task import PENDING, Context, Poll, Ready

__all__ = ["DEVNULL", "PIPE", "Output"]  # `Child` and `Command` are exported by `wakepoint`

_INPUT, _OUTPUT, _ERROR = 0, 1, 2
_Pid_and_status = tuple[int, int]
# Windows has none of these; there `Command.spawn` says so before they are used.
_posix: Any = os
_SIGKILL: int = getattr(signal, "SIGKILL", 0)


class Output(NamedTuple):
    """What a child left behind.

    Attributes:
        status: Its exit code; for a child that a signal ended, the signal's number, negative.
        stdout: What it wrote there.
        stderr: What it wrote there.
    """

    status: int
    stdout: bytes
    stderr: bytes


class Child:
    """A child process; made by `Command.spawn`. Wait for it, or the kernel keeps what is left.

    Attributes:
        pid: Its number.
        stdin: Writes to its standard input, if that is a pipe.
        stdout: Reads its standard output, if that is a pipe.
        stderr: Reads its standard error, if that is a pipe.
        status: Its exit code once it was waited for; negative, the number of the signal that
            ended it.
    """

    def __init__(
        self,
        pid: int,
        stdin: PipeWriter | None,
        stdout: PipeReader | None,
        stderr: PipeReader | None,
        kernel: Any,
    ) -> None:
        self._kernel = kernel
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.status: int | None = None

    def __repr__(self) -> str:
        status = "running or not waited for" if self.status is None else f"status {self.status}"
        return f"Child(pid {self.pid}, {status})"

    def __del__(self) -> None:
        if self.status is None:
            warnings.warn(
                f"child {self.pid} was never waited for", ResourceWarning, stacklevel=2, source=self
            )

    def wait(self) -> Future[int]:
        """The child's exit code, once it has ended; negative, the signal that ended it.

        Cancel safe: the child runs on, and can be waited for again.
        """
        return Wait(self, executor.current().reactor)

    def send_signal(self, number: int) -> None:
        """Sends it a signal, unless it was waited for: its number may be another's by then."""
        if self.status is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Ends it without asking (SIGKILL). It still has to be waited for."""
        self.send_signal(_SIGKILL)

    def reap(self) -> None:
        """Kills it unless it has ended, and waits for it then and there.

        For the moment that the kernel takes to end it, the thread is blocked; so it works where
        nobody can await, and without a descriptor to wait by.
        """
        if self.status is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.kill()
        try:
            _, status = self._kernel.waitpid(self.pid, 0)
        except ChildProcessError:  # somebody else has waited for it
            self.status = -_SIGKILL
        else:
            self.status = os.waitstatus_to_exitcode(status)

    def close(self) -> None:
        """Closes the pipes to it."""
        for end in (self.stdin, self.stdout, self.stderr):
            if end is not None:
                end.close()


class Wait(Once[int]):
    """See `Child.wait`."""

    __slots__ = ("_child", "_ended", "_reactor", "_source")

    def __init__(self, child: Child, reactor: Reactor) -> None:
        self._child = child
        self._reactor = reactor
        self._source: Source | None = None
        self._ended: Future[_Pid_and_status] | None = None

    def __repr__(self) -> str:
        return f"{self._child!r}.wait()"

    def advance(self, cx: Context) -> Poll[int]:
        """Ready once the child has ended.

        Raises:
            ChildProcessError: If somebody else waited for it (ECHILD).
            OSError: If no descriptor is left to wait by.
        """
        child = self._child
        if child.status is None:
            if self._ended is None:
                self._ended = self._start()
            polled = self._ended.poll(cx)
            if polled is PENDING:
                return PENDING
            child.status = os.waitstatus_to_exitcode(polled.value[1])
            self._ended = None
            self.drop()
        return Ready(child.status)

    def drop(self) -> None:
        ended, self._ended = self._ended, None
        if ended is not None:
            ended.drop()
        source, self._source = self._source, None
        if source is not None:
            self._reactor.close(source)
            if source.kind == "descriptor":
                self._reactor.kernel.close_fd(source.fd)

    def _start(self) -> Future[_Pid_and_status]:
        filters = self._reactor.backend.filters
        kernel: Any = self._reactor.kernel
        pid = self._child.pid
        if filters is not None:
            self._source = filters.process(pid)
        elif kernel.has_pidfd:
            self._source = Source(self._open(pid))
        else:
            return spawn_blocking(kernel.waitpid, pid, 0)
        return Attempt(self._reactor, self._source, self._look)

    def _open(self, pid: int) -> int:
        kernel: Any = self._reactor.kernel
        try:
            with none_left(f"to wait for child {pid}"):
                fd: int = kernel.pidfd_open(pid)
        except ProcessLookupError as error:
            raise ChildProcessError(
                errno.ECHILD, f"somebody else waited for child {pid}"
            ) from error
        return fd

    def _look(self) -> _Pid_and_status:
        kernel: Any = self._reactor.kernel
        pid, status = kernel.waitpid(self._child.pid, _posix.WNOHANG)
        if pid == 0:
            raise BlockingIOError(errno.EAGAIN, "the child runs")
        return pid, status


class Command:
    r"""A program to run, as ``tokio::process::Command``.

    Args:
        program: Its name, looked up in PATH, or its path.
        args: Its arguments.
        stdin: None to share ours, `PIPE` or `DEVNULL`; so for the others.
        stdout: Where it writes.
        stderr: Where it complains.
        env: Its environment; ours if None.

    Example:
        >>> from wakepoint import run
        >>> run(Command("echo", "hello").output())
        Output(status=0, stdout=b'hello\n', stderr=b'')
    """

    def __init__(
        self,
        program: str,
        *args: str,
        stdin: int | None = None,
        stdout: int | None = None,
        stderr: int | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self._argv = (program, *args)
        self._stdio = {_INPUT: stdin, _OUTPUT: stdout, _ERROR: stderr}
        self._env = env

    def spawn(self) -> Child:
        """Starts it (posix_spawn(3)).

        Raises:
            FileNotFoundError: If there is no such program; OSError for other reasons.
            NotImplementedError: If this backend's kernel starts no processes.
            RuntimeError: Outside of `run`.
        """
        reactor = executor.current().reactor
        kernel: Any = reactor.kernel
        if not kernel.has_processes:
            raise NotImplementedError(f"the {reactor.backend.name} backend starts no processes")
        ours: dict[int, int] = {}
        theirs: dict[int, int] = {}
        try:
            self._make_pipes(kernel, ours, theirs)
            env = os.environ if self._env is None else self._env
            pid = kernel.posix_spawnp(self._argv[0], self._argv, env, self._actions(theirs))
        except BaseException:
            for end in ours.values():
                kernel.close_fd(end)
            raise
        finally:
            for end in theirs.values():
                kernel.close_fd(end)
        return Child(
            pid,
            PipeWriter(ours[_INPUT], reactor) if _INPUT in ours else None,
            PipeReader(ours[_OUTPUT], reactor) if _OUTPUT in ours else None,
            PipeReader(ours[_ERROR], reactor) if _ERROR in ours else None,
            kernel,
        )

    def _make_pipes(self, kernel: Any, ours: dict[int, int], theirs: dict[int, int]) -> None:
        for number, where in self._stdio.items():
            if where == PIPE:
                reader, writer = kernel.pipe()
                ours[number], theirs[number] = (
                    (writer, reader) if number == _INPUT else (reader, writer)
                )
                _posix.set_blocking(theirs[number], True)  # programs expect that of their own

    def _actions(self, pipes: dict[int, int]) -> list[tuple[Any, ...]]:
        actions: list[tuple[Any, ...]] = [
            (_posix.POSIX_SPAWN_DUP2, end, number) for number, end in pipes.items()
        ]
        for number, where in self._stdio.items():
            if where == DEVNULL:
                mode = os.O_RDONLY if number == _INPUT else os.O_WRONLY
                actions.append((_posix.POSIX_SPAWN_OPEN, number, os.devnull, mode, 0))
        return actions

    async def status(self) -> int:
        """Runs it to its end and returns its exit code.

        Not cancel safe: if this is cancelled, times out or is dropped, the child is killed and
        waited for.
        """
        with _ended(self.spawn()) as child:
            child.close()
            return await child.wait()

    async def output(self, data: bytes = b"") -> Output:
        """Runs it to its end and collects what it writes.

        Not cancel safe: if this is cancelled, times out or is dropped, the child is killed and
        waited for, and what it wrote is lost.

        Args:
            data: What it reads from its standard input.
        """
        piped = Command(*self._argv, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=self._env)
        with _ended(piped.spawn()) as child:
            _, stdout, stderr, status = await try_join(
                _feed(child.stdin, data),
                _everything(child.stdout),
                _everything(child.stderr),
                child.wait(),
            )
        return Output(status, stdout, stderr)


@contextlib.contextmanager
def _ended(child: Child) -> Iterator[Child]:
    """Leaves nothing of the child behind, however the block ends."""
    try:
        yield child
    finally:
        child.reap()
        child.close()


async def _feed(pipe: PipeWriter | None, data: bytes) -> None:
    assert pipe is not None
    with pipe, contextlib.suppress(BrokenPipeError):  # it did not want everything
        await pipe.write_all(data)


async def _everything(pipe: PipeReader | None) -> bytes:
    assert pipe is not None
    parts = []
    while part := await pipe.read():
        parts.append(part)
    return b"".join(parts)
