"""Tries the sandbox of macOS, in a process that is there for nothing else.

It ends with exit code 0 if a run can be sandboxed; otherwise the reason goes to stderr.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from mkdocs_wakepoint.engine.limits import Limits
from mkdocs_wakepoint.engine.sandbox.end import End
from mkdocs_wakepoint.engine.sandbox.view import view

assert sys.platform != "win32"  # which has no fork, nor what comes next

from mkdocs_wakepoint.engine.sandbox import macos as own  # noqa: E402

_LIMITS = Limits(seconds=20, memory=2048, cpu=20)
_TOLD = 1
"""The exit code of a process that has said why."""
_SECRET = "a secret"  # noqa: S105 - nobody's


def macos() -> None:
    """Tries it: what a run needs has to work, and what it must not do has to fail."""
    with tempfile.TemporaryDirectory() as name:
        outside = Path(name).resolve()
        (outside / "secret").write_text(_SECRET)
        ours, control = socket.socketpair()
        supervisor = own.spawn(_LIMITS, control.fileno(), outside / "run", view())
        if supervisor == 0:
            _judge_from_within(outside)
        control.close()
        end = End.decode(ours.recv(1024))
        os.waitpid(supervisor, 0)
        changed = (outside / "secret").read_text() != _SECRET
    if end == End(_TOLD):
        sys.exit(1)
    if end != End(0) or changed:
        sys.exit(f"a process in the sandbox did not end well: {end}")


def _judge_from_within(outside: Path) -> None:
    """The program of the process in the sandbox; its end says whether that is one."""
    reason = escape(outside)
    if reason is None:
        reason = lack()
    if reason is not None:
        sys.stderr.write(f"{reason}\n")
        sys.stderr.flush()
    os._exit(0 if reason is None else _TOLD)


def escape(outside: Path) -> str | None:
    """What this process can do to a folder that is not its own; None if nothing."""
    secret = outside / "secret"
    for path in (secret, Path(f"/System/Volumes/Data{secret}")):
        with suppress(OSError):
            path.read_bytes()
            return "the sandbox lets a file outside be read"
        with suppress(OSError):
            path.write_text("changed")
            return "the sandbox lets a file outside be written to"
    with suppress(OSError):
        os.link(secret, "link")
        Path("link").read_bytes()
        return "the sandbox lets a file outside be read by a link to it"
    with suppress(OSError):
        (outside / "new").touch()
        return "the sandbox lets a file outside be made"
    with suppress(OSError):
        next(outside.iterdir())
        return "the sandbox lets a folder outside be listed"
    with suppress(OSError):
        os.kill(os.getppid(), 0)
        return "the sandbox lets a process outside be signalled"
    return None


def lack() -> str | None:
    """What a snippet needs and cannot do here; None if there is nothing."""
    try:
        Path("own").write_text("own")
        with (
            socket.create_server(("127.0.0.1", 0)) as server,
            socket.create_connection(server.getsockname()),
        ):
            pass
        multiprocessing.Lock()
        subprocess.run([sys.executable, "-I", "-c", "import ctypes"], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"what a snippet needs does not work in the sandbox of this macOS: {error}"
    return None
