"""Linux' system calls that Python does not offer, or not before 3.12, through ctypes."""

from __future__ import annotations

import ctypes
import functools
import os
import struct
import sys
from typing import Any

assert sys.platform == "linux"

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

MS_RDONLY = 0x1
MS_NOSUID = 0x2
MS_NODEV = 0x4
MS_NOEXEC = 0x8
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
MNT_DETACH = 0x2

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_KEEPCAPS = 8
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4

CAP_NET_ADMIN = 12
CAP_SYS_ADMIN = 21

_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_CAPABILITY_VERSION_3 = 0x20080522
_SYS_MOUNT_SETATTR = 442  # since Linux 5.12; the same on every architecture but alpha


@functools.cache
def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: object) -> int:
    result: int = getattr(_libc(), name)(*arguments)
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


def fork() -> int:
    """Forks this process, which has one thread, as `os.fork` does, for a child of our code alone.

    What modules have registered with `os.register_at_fork` is not called; it would copy more of the
    memory that the two share than the child does later.

    Source: fork(2).
    """
    pid: int = ctypes.PyDLL(None, use_errno=True).fork()  # it keeps the interpreter's lock
    if pid < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"fork: {os.strerror(code)}")
    return pid


def unshare(flags: int) -> None:
    """Moves this process into new namespaces.

    Source: unshare(2).
    """
    _call("unshare", flags)


def setns(descriptor: int, kind: int) -> None:
    """Moves this process, or its children to come, into a namespace.

    Source: setns(2).
    """
    _call("setns", descriptor, kind)


def mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    """Mounts a file system.

    Source: mount(2).
    """
    try:
        _call(
            "mount",
            os.fsencode(source),
            os.fsencode(target),
            kind.encode(),
            ctypes.c_ulong(flags),
            data.encode(),
        )
    except OSError as error:
        error.filename = target
        raise


def unmount(target: str) -> None:
    """Takes a mount and those below it out of sight; see umount2(2)."""
    _call("umount2", os.fsencode(target), MNT_DETACH)


def restrict_mount(target: str, attributes: int, *, recursive: bool = False) -> None:
    """Adds to a mount's MS_RDONLY, MS_NOSUID, MS_NODEV and MS_NOEXEC; see mount_setattr(2)."""
    attr = struct.pack("=4Q", attributes, 0, 0, 0)
    flags = _AT_RECURSIVE if recursive else 0
    _syscall(_SYS_MOUNT_SETATTR, _AT_FDCWD, os.fsencode(target), flags, attr, len(attr))


def pivot_root(new: str, old: str) -> None:
    """Makes a mount the root, and puts the old root elsewhere.

    Source: pivot_root(2).
    """
    _call("pivot_root", os.fsencode(new), os.fsencode(old))


def write(file: str, text: str) -> None:
    """Sets what a file in /proc stands for; a file object costs more than the call."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def prctl(option: int, *arguments: int) -> int:
    """Sets something of this process's own.

    Source: prctl(2).
    """
    filled = (*arguments, 0, 0, 0, 0)[:4]
    return _call("prctl", option, *map(ctypes.c_ulong, filled))


def set_capabilities(*kept: int) -> None:
    """Leaves this process these capabilities and no other; see capset(2)."""
    bits = sum(1 << each for each in kept)
    low, high = bits & 0xFFFFFFFF, bits >> 32
    header = struct.pack("=Ii", _CAPABILITY_VERSION_3, 0)
    _call("capset", header, struct.pack("=6I", low, low, 0, high, high, 0))


def drop_bounding_set() -> None:
    """No program that this process starts can gain a capability any more; see capabilities(7)."""
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:  # the kernel has no more than these
            return


def set_seccomp_filter(program: bytes) -> None:
    """Installs a filter for this process and all that it starts; see seccomp(2)."""
    code = ctypes.create_string_buffer(program, len(program))
    sock_fprog = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    _call("prctl", 22, ctypes.c_ulong(2), sock_fprog)  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER


def _syscall(number: int, *arguments: object) -> int:
    return _call("syscall", number, *arguments)
