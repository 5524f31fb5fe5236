"""The sandbox of Linux' namespaces, made by this process itself; see namespaces(7)."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from mkdocs_wakepoint.engine.limits import Limits
from mkdocs_wakepoint.engine.sandbox import identity, linux, mounts, restrict, seccomp, supervisor
from mkdocs_wakepoint.engine.sandbox.advice import advice
from mkdocs_wakepoint.engine.sandbox.errors import SandboxError
from mkdocs_wakepoint.engine.sandbox.view import view

assert sys.platform == "linux"

_FOR_THE_SERVER = (
    linux.CLONE_NEWUSER
    | linux.CLONE_NEWNS
    | linux.CLONE_NEWPID
    | linux.CLONE_NEWUTS
    | linux.CLONE_NEWIPC
    | linux.CLONE_NEWNET
)
_FOR_A_SNIPPET = linux.CLONE_NEWNS | linux.CLONE_NEWIPC | linux.CLONE_NEWNET

_HOST_NAME = "snippet"


def enter(readable: Sequence[Path] = (), *, io_uring: bool = False) -> None:
    """Takes this process into the sandbox, for good.

    The caller has one thread, and was started with `environment.ENVIRONMENT`. The process that
    returns is a child of the one that called: PID 1 of a new PID namespace, with a read-only root
    that has the system's programs and libraries, this Python and what its `sys.path` can import.
    The one that called waits for it and ends as it does. If that is killed, so is everything in
    the sandbox.

    Args:
        readable: Files and folders that a snippet may read besides.
        io_uring: Runs may use it; see `spawn`.

    Raises:
        SandboxError: If the system forbids it. This process is not to be used any more then.
    """
    shown = view(readable)
    descriptors = supervisor.open_descriptors() - {0, 1, 2}
    user, group = identity.outer_identity()
    try:
        _make_namespaces(user, group)
        inside = os.fork()
    except OSError as error:
        raise SandboxError(advice(error)) from error
    if inside:
        _pass_the_end_on(inside, descriptors)
    try:
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
        socket.sethostname(_HOST_NAME)
        mounts.make_root(shown)
        _become(user, group)
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)  # a new user ID takes it back
        linux.prctl(linux.PR_SET_DUMPABLE, 0)  # no snippet, of the same user ID, may look into it
        # Once, for all that is forked from here:
        supervisor.forget_signals()
        seccomp.program(io_uring=io_uring)
    except OSError as error:
        raise SandboxError(advice(error)) from error


def spawn(limits: Limits, control: int, *, io_uring: bool = False) -> int:
    """Forks a process in namespaces of its own, and returns in both, as `os.fork` does.

    It is called in the sandbox that `enter` made. The new process has a private /tmp, which is its
    working directory, its own network with a loopback alone, no capabilities, no way to new ones,
    and a seccomp filter. A supervisor between it and this process, PID 1 of its PID namespace,
    kills all that is in there when the new process has ended, when a limit is used up, or when the
    build asks for it on `control`; then it writes an `End` there. See `supervisor.supervise`.

    Args:
        limits: What the new process and all that it starts may use together.
        control: One end of a socket pair; closed in the new process, which has each other
            descriptor of this one and is to close those that a snippet has no business with.
        io_uring: The new process may use it; see `seccomp.IO_URING`.

    Returns:
        The supervisor's process ID, to be waited for; 0 in the new process, whose caller goes on to
        run the snippet, so that an interpreter comes to its end there as it always does.

    Raises:
        OSError: If there is no room for another process.
    """
    here = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    linux.unshare(linux.CLONE_NEWPID)  # for the next child, which is the first there
    try:
        first = linux.fork()
    except OSError:
        linux.setns(here, linux.CLONE_NEWPID)
        os.close(here)
        raise
    if first == 0:
        _be_first(limits, control, io_uring)
        return 0
    linux.setns(here, linux.CLONE_NEWPID)
    os.close(here)
    return first


def _make_namespaces(user: int, group: int) -> None:
    """Moves this process into a user namespace, in which IDs are what they are outside."""
    if user == os.geteuid():
        linux.unshare(_FOR_THE_SERVER)
        linux.write("/proc/self/setgroups", "deny")
        linux.write("/proc/self/uid_map", f"{user} {user} 1")
        linux.write("/proc/self/gid_map", f"{group} {group} 1")
        return
    os.setgroups([])
    # To write more than its own ID takes a process that stayed outside.
    maps = {
        kind: "".join(f"{first} {first} {count}\n" for first, count in identity.ranges(kind))
        for kind in ("uid_map", "gid_map")
    }
    moved, move = os.pipe()
    this = os.getpid()
    writer = os.fork()
    if writer == 0:
        try:
            if os.read(moved, 1):
                for kind, text in maps.items():
                    linux.write(f"/proc/{this}/{kind}", text)
                os._exit(0)
        finally:
            os._exit(1)
    try:
        linux.unshare(_FOR_THE_SERVER)
        os.write(move, b"+")
    finally:
        os.close(moved)
        os.close(move)
        _, status = os.waitpid(writer, 0)
    if status != 0:
        raise OSError(errno.EPERM, "no user IDs may be mapped")


def _become(user: int, group: int) -> None:
    """Drops every power over this sandbox but the two that make another within."""
    if user != os.geteuid():
        linux.prctl(linux.PR_SET_KEEPCAPS, 1)
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)
        if not os.access(sys.prefix, os.R_OK | os.X_OK):
            raise OSError(errno.EACCES, f"{sys.prefix} is not for everybody to read")
    linux.set_capabilities(linux.CAP_SYS_ADMIN, linux.CAP_NET_ADMIN)


def _pass_the_end_on(inside: int, descriptors: set[int]) -> NoReturn:
    """Waits for the sandbox and ends as it did; the descriptors are its alone."""
    for descriptor in descriptors:
        with contextlib.suppress(OSError):  # the one that they were listed from
            os.close(descriptor)
    while True:
        try:
            _, status = os.waitpid(inside, 0)
            break
        except KeyboardInterrupt:  # whoever sent it sent it to the other one too
            continue
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        if -code not in (signal.SIGKILL, signal.SIGSTOP):  # which nobody can handle
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def _be_first(limits: Limits, control: int, io_uring: bool) -> None:
    """The life of PID 1 of a run's namespaces; returns in the process for the snippet alone."""
    try:
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
        os.setsid()
        linux.unshare(_FOR_A_SNIPPET)
        mounts.make_private(limits.temporary)
        _bring_loopback_up()
        linux.set_capabilities()
        snippet = os.fork()
        if snippet == 0:
            os.close(control)
            _confine(limits, io_uring)
            return
        supervisor.supervise_all(snippet, limits, control)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _confine(limits: Limits, io_uring: bool) -> None:
    """The beginning of the process that the snippet runs in."""
    os.setsid()
    supervisor.expect_signals()
    linux.prctl(linux.PR_SET_DUMPABLE, 1)  # its own files in /proc are its own again
    user, group = os.geteuid(), os.getegid()
    linux.unshare(linux.CLONE_NEWUSER)
    linux.write("/proc/self/setgroups", "deny")
    linux.write("/proc/self/uid_map", f"{identity.SNIPPET} {user} 1")
    linux.write("/proc/self/gid_map", f"{identity.SNIPPET} {group} 1")
    restrict.restrict(limits, io_uring=io_uring)


_SIOCSIFFLAGS, _IFF_UP = 0x8914, 0x1


def _bring_loopback_up() -> None:
    """Brings the loopback of a new network namespace up; see netdevice(7)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP))
