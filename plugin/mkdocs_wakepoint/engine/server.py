"""The warm interpreter: it has all imported, runs no snippet, and forks a process for each.

It is a process of its own, which the build starts and talks to over a socket; see `protocol`. With
the build it ends, however that comes to its end: then the socket is closed.
"""

from __future__ import annotations

import faulthandler
import gc
import io
import itertools
import json
import linecache
import os
import pkgutil
import select
import shutil
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from mkdocs_wakepoint.engine import imported, worker
from mkdocs_wakepoint.engine.limits import Limits
from mkdocs_wakepoint.engine.protocol import Job
from mkdocs_wakepoint.engine.sandbox import UMASK, End, Sandbox, SandboxError
from mkdocs_wakepoint.engine.sandbox.advice import advice
from mkdocs_wakepoint.engine.sandbox.view import view
from wakepoint import backends
from wakepoint.recording import dumps, record

assert sys.platform != "win32"  # which has no fork, nor what comes next

import resource  # noqa: E402

from mkdocs_wakepoint.engine.handover import (  # noqa: E402
    Config,
    Descriptors,
    receive,
    say_at_the_start,
)
from mkdocs_wakepoint.engine.sandbox import plain  # noqa: E402
from mkdocs_wakepoint.engine.sandbox.supervisor import STACK_SIGNAL, kill  # noqa: E402

_REHEARSALS = 8
"""How often the interpreter looks at code before it changes it."""
_SCRIPT = """\
import wakepoint

async def inner(number):
    await wakepoint.sleep(0)
    return number

async def main():
    return await inner(1)

wakepoint.run(main(), backend="simulated")
"""

_TRIAL = Limits(seconds=10, memory=2048, cpu=10)
_LOOK = 0.05
"""Seconds between two looks for supervisors that have ended, while there are some."""
_TO_END = 5.0
"""Seconds for the supervisors to end what they watch, once the build has gone."""


def main() -> None:
    """The program of a server, and in the processes that it forks the program of a worker."""
    job, descriptors = _serve(Config(**json.loads(sys.argv[1])))
    sys.orig_argv[:] = [sys.executable, "snippet.py"]
    worker.run(job, _dressed(descriptors))
    worker.leave()


def _serve(config: Config) -> tuple[Job, Descriptors]:
    """Serves the build; returns in processes for snippets alone."""
    os.umask(UMASK)
    build = socket.socket(fileno=config.socket)
    try:
        spawn = _spawner(config)
        if config.sandbox == Sandbox.NAMESPACES.value:
            _try(spawn)
    except SandboxError as error:
        say_at_the_start(build, str(error))
        os._exit(1)
    say_at_the_start(build)
    _import_backends()
    if config.sandbox != Sandbox.BUBBLEWRAP.value:  # whose servers have one run each
        _rehearse()
    imported.remember()
    gc.collect()
    gc.freeze()  # what is here now is in use for ever, and its pages stay shared with the forks
    supervisors: set[int] = set()
    some_live = False
    while True:
        readable, _, _ = select.select([build], [], [], _LOOK if some_live else None)
        some_live = _bury(supervisors)
        if not readable:
            continue
        received = receive(build)
        if received is None:
            _leave(supervisors, Path(config.folder))
        job, descriptors = received
        supervisor = spawn(job.limits, descriptors.control)
        if supervisor == 0:
            return job, descriptors
        supervisors.add(supervisor)
        some_live = True
        for descriptor in asdict(descriptors).values():
            os.close(descriptor)


def _try(spawn: Callable[[Limits, int], int]) -> None:
    """Has a process in the sandbox end at once.

    Raises:
        SandboxError: If it does not end well.
    """
    ours, control = socket.socketpair()
    stderr = os.dup(2)
    os.dup2(1, 2)  # which goes nowhere: what is wrong the build tells in one line
    with ours:
        try:
            supervisor = spawn(_TRIAL, control.fileno())
        except OSError as error:
            raise SandboxError(advice(error)) from error
        if supervisor == 0:
            os._exit(0)
        control.close()
        end = End.decode(ours.recv(1024))
        os.waitpid(supervisor, 0)
    os.dup2(stderr, 2)
    os.close(stderr)
    if end != End(0):
        raise SandboxError(f"a process in the sandbox did not end well: {end}")


def _import_backends() -> None:
    """Imports what most runs would when they choose a mechanism, each anew from the disk."""
    with suppress(AssertionError, ImportError, OSError, ValueError):  # a run says what is wrong
        for name in (backends.resolve(None), "simulated"):
            package = import_module(backends.factory(name).__module__)
            for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
                import_module(module.name)


def _rehearse() -> None:
    """Records a script of ours, so that no run is the first.

    The interpreter changes code that has run several times into a faster form (PEP 659), and caches
    fill. What is done here no fork has to do, and no fork writes to that memory.
    """
    for _ in range(_REHEARSALS):
        dumps(record(_SCRIPT, filename="<rehearsal>", main=ModuleType("__main__")))
    linecache.clearcache()


def _spawner(config: Config) -> Callable[[Limits, int], int]:
    """What forks a supervisor and a snippet's process; this process is in the sandbox then."""
    sandbox = Sandbox(config.sandbox)
    if sys.platform == "linux" and sandbox is Sandbox.NAMESPACES:
        from mkdocs_wakepoint.engine.sandbox import namespaces  # noqa: PLC0415 - Linux has them

        readable = [Path(path) for path in config.readable]
        namespaces.enter(readable, io_uring=config.io_uring)
        return partial(namespaces.spawn, io_uring=config.io_uring)
    if sys.platform == "linux" and sandbox is Sandbox.BUBBLEWRAP:
        from mkdocs_wakepoint.engine.sandbox import bubblewrap  # noqa: PLC0415 - see above

        return partial(bubblewrap.spawn, io_uring=config.io_uring)
    plain.adopt_orphans()
    numbers = itertools.count(1)
    folder = Path(config.folder)
    if sandbox is Sandbox.MACOS:
        from mkdocs_wakepoint.engine.sandbox import macos  # noqa: PLC0415 - its own

        shown = view([Path(path) for path in config.readable])
        return lambda limits, control: macos.spawn(
            limits, control, folder / str(next(numbers)), shown
        )
    return lambda limits, control: plain.spawn(limits, control, folder / str(next(numbers)))


def _bury(supervisors: set[int]) -> bool:
    """Buries those that have ended; what one that was killed has left behind ends as well.

    Returns:
        Whether this process has children left.
    """
    orphans = some_live = False
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            some_live = pid == 0
            if some_live:
                break
            # What an orphan had started is an orphan only once that one has ended.
            orphans = orphans or pid not in supervisors or status != 0
            supervisors.discard(pid)
    if orphans:
        kill(set(plain.children(os.getpid())) - supervisors)
    return some_live


def _leave(supervisors: set[int], folder: Path) -> NoReturn:
    """The end of the server."""
    deadline = time.monotonic() + _TO_END
    while supervisors and time.monotonic() < deadline:
        _bury(supervisors)
        time.sleep(0.001)
    kill(plain.descendants(0))
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)


def _dressed(descriptors: Descriptors) -> worker.Send:
    """Gives a new process the streams of its run, and takes the rest of the server's from it.

    The snippet finds the descriptors that a program finds: the next is number 3.

    Returns:
        What sends something to the build.
    """
    last = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 1
    os.dup2(descriptors.stdout, 1)
    os.dup2(descriptors.stderr, 2)
    os.dup2(descriptors.result, last, inheritable=False)
    os.closerange(3, last)
    sys.stdout = sys.__stdout__ = _stream(1, "stdout", "surrogateescape")  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _stream(2, "stderr", "backslashreplace")  # type: ignore[misc]
    # At this signal it is written there where the main thread stands, whatever that is doing. No
    # thread waits for it, and `signal.getsignal` does not see it. Then the process dies of it, as
    # any other does, by which the supervisor knows that all is written.
    faulthandler.register(STACK_SIGNAL, last, all_threads=False, chain=True)

    def send(data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(last, view) :]

    return send


def _stream(descriptor: int, name: str, errors: str) -> io.TextIOWrapper:
    """A standard stream as Python makes it at its start, with ``-u`` and ``-X utf8``.

    The server's own remembers of what it found there whether one can seek in it.
    """
    raw = io.FileIO(descriptor, "wb", closefd=False)
    raw.name = f"<{name}>"
    stream = io.TextIOWrapper(raw, "utf-8", errors, newline="\n", write_through=True)
    vars(stream)["mode"] = "w"
    return stream
