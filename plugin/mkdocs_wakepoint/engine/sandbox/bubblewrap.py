"""The sandbox that bubblewrap makes, where it may and this process may not; see bwrap(1)."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from mkdocs_wakepoint.engine.limits import MIB, Limits
from mkdocs_wakepoint.engine.sandbox import identity, linux, mounts, restrict, supervisor
from mkdocs_wakepoint.engine.sandbox.errors import SandboxError
from mkdocs_wakepoint.engine.sandbox.view import OWN_ETC, view

assert sys.platform == "linux"


def command(readable: Sequence[Path], limits: Limits) -> list[str]:
    """What stands before the command of a Python, to start it in the sandbox.

    The process has the view that `namespaces.enter` gives, and a private /tmp. It is PID 1 there,
    and for one job. Descriptors that it inherits stay open. Start it with
    `environment.ENVIRONMENT`; it ends when whoever started it does.

    Args:
        readable: Files and folders that a snippet may read besides.
        limits: How large its /tmp is.

    Raises:
        SandboxError: If there is no bwrap.
    """
    arguments = [_program("bwrap", "bubblewrap"), *_ISOLATION, *_user()]
    for option, *values in _root(readable, limits):
        arguments += [option, *values]
    arguments.append("--")
    if identity.outer_identity() != (os.geteuid(), os.getegid()):
        # bubblewrap would have them be root's outside, whatever they are called within.
        become = (f"--reuid={identity.NOBODY}", f"--regid={identity.NOBODY}", "--clear-groups")
        arguments += [_program("setpriv", "util-linux"), *become, "--"]
    return arguments


def spawn(limits: Limits, control: int, *, io_uring: bool = False) -> int:
    """Forks a process for the job of a process that `command` started, and watches it from here.

    It is to `namespaces.spawn` what a process of one job is to one of many: it returns in the new
    process alone, which has the same restrictions. This one ends with the run.

    Args:
        limits: What the new process and all that it starts may use together.
        control: One end of a socket pair; closed in the new process.
        io_uring: The new process may use it; see `seccomp.IO_URING`.

    Returns:
        0.
    """
    try:
        supervisor.forget_signals()
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
        linux.prctl(linux.PR_SET_DUMPABLE, 0)
        snippet = os.fork()
        if snippet == 0:
            os.close(control)
            os.setsid()
            supervisor.expect_signals()
            os.environ.pop("PWD", None)  # bubblewrap's
            linux.prctl(linux.PR_SET_DUMPABLE, 1)
            restrict.restrict(limits, io_uring=io_uring)
            return 0
        supervisor.supervise_all(snippet, limits, control)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


_ISOLATION = (
    *("--unshare-ipc", "--unshare-net", "--unshare-pid", "--unshare-uts"),
    *("--hostname", "snippet", "--die-with-parent", "--new-session", "--as-pid-1"),
    *("--cap-drop", "ALL"),
)


def _user() -> tuple[str, ...]:
    if identity.outer_identity() == (os.geteuid(), os.getegid()):
        return ("--unshare-user", "--uid", str(identity.SNIPPET), "--gid", str(identity.SNIPPET))
    # Root reads all that is to be seen, makes the rest, and then becomes nobody.
    return ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")


def _root(readable: Sequence[Path], limits: Limits) -> Iterator[tuple[str, ...]]:
    """The options that make the root, each with its arguments."""
    shown = view(readable)
    paths = (*shown.readable, *shown.links, "/dev/null", "/etc/hosts")
    folders = {folder for path in paths for folder in Path(path).parents}
    for path in ("/dev/shm", mounts.TMP):  # noqa: S108 - its own
        yield "--perms", "1777", "--size", str(limits.temporary * MIB), "--tmpfs", path
    for folder in sorted(folders - {Path("/")}):
        yield "--dir", str(folder)  # for all to enter; those made on the way are its owner's alone
    for path in shown.readable:
        yield "--ro-bind", path, path
    for at, to in shown.links.items():
        yield "--symlink", to, at
    for file in sorted(OWN_ETC.iterdir()):
        yield "--ro-bind", str(file), f"/etc/{file.name}"
    for name in mounts.DEVICES:
        yield "--dev-bind", f"/dev/{name}", f"/dev/{name}"
    for name, target in mounts.DEVICE_LINKS:
        yield "--symlink", target, f"/dev/{name}"
    yield "--proc", "/proc"
    yield "--remount-ro", "/"
    yield "--chdir", mounts.TMP


def _program(name: str, package: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise SandboxError(f"there is no {name}; install {package}")
    return path
