"""The filter of system calls that a snippet and all that it starts are under; see seccomp(2).

Refused is what no snippet needs and what has let programs out of such sandboxes. What is left is
what the runtime and Python use: epoll, inotify, signals, processes and sockets too.
"""

from __future__ import annotations

import errno
import functools
import platform
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from mkdocs_wakepoint.engine.sandbox.errors import SandboxError

# fmt: off
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # other processes, and what is said of them
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "process_madvise": (440, 440), "kcmp": (312, 272), "pidfd_getfd": (438, 438),
    # mounts, roots and namespaces
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "move_mount": (429, 429), "open_tree": (428, 428), "open_tree_attr": (467, 467),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "statmount": (457, 457), "listmount": (458, 458),
    "setns": (308, 268), "unshare": (272, 97),
    # files that no path leads to
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264),
    "fanotify_init": (300, 262), "fanotify_mark": (301, 263),
    "quotactl": (179, 60), "quotactl_fd": (443, 443),
    # memory that no process is seen to hold
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194),
    "shmat": (30, 196), "shmctl": (31, 195), "msgget": (68, 186), "semget": (64, 190),
    # the kernel's keys, programs, counters and modules
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "lookup_dcookie": (212, 18),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "create_module": (174, None), "query_module": (178, None), "get_kernel_syms": (177, None),
    # the machine
    "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89),
    "syslog": (103, 116), "vhangup": (153, 58), "nfsservctl": (180, 42),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171),
    "clock_adjtime": (305, 266), "sethostname": (170, 161), "setdomainname": (171, 162),
    "personality": (135, 92), "iopl": (172, None), "ioperm": (173, None),
    "modify_ldt": (154, None), "uselib": (134, None), "ustat": (136, None), "sysfs": (139, None),
    "_sysctl": (156, None), "move_pages": (279, 239), "migrate_pages": (256, 238),
    "mbind": (237, 235), "set_mempolicy": (238, 237), "set_mempolicy_home_node": (450, 450),
}
"""By their numbers on x86-64 and on AArch64, None where there is none."""

IO_URING = {
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
}
"""Refused unless the site allows it. What a ring is told to do lies in memory, where no filter sees
it: through one, a snippet makes calls that the filter refuses."""

ARGUED: dict[str, tuple[int, int]] = {
    "clone": (56, 220), "ioctl": (16, 29), "socket": (41, 198), "socketpair": (53, 199),
    "prlimit64": (302, 261), "setpriority": (141, 140), "ioprio_set": (251, 30),
    "sched_setaffinity": (203, 122), "sched_setattr": (314, 274), "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
}
"""Those that are refused for some arguments alone."""
# fmt: on

_CLONE3 = 435
_LAST = 469
"""The last call that this list was made for; what came after Linux 6.18 is as if it were not."""

_X32 = 0x40000000
_NAMESPACES = 0x7E020000
"""Each flag of clone(2) that makes a namespace."""

_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_FAMILIES = (1, 2, 10)
"""AF_UNIX, AF_INET and AF_INET6, as Linux numbers them."""
_AF_NETLINK, _NETLINK_ROUTE = 16, 0
_PRIO_USER, _IOPRIO_WHO_USER = 2, 3
_SUPERVISOR = 1
"""Its process ID, and its process group's. It has the snippet's user ID, which would be enough to
take its time and its limits away."""

_ALLOW = 0x7FFF0000
_EPERM = 0x00050000 | errno.EPERM
_ENOSYS = 0x00050000 | errno.ENOSYS

_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_EQUAL, _ABOVE, _ANY_BIT = 0x15, 0x25, 0x45
_NUMBER, _ARCHITECTURE = 0, 4
_ARGUMENTS = 16


@dataclass(frozen=True, slots=True)
class _Machine:
    audit: int
    column: int


_MACHINES = {"x86_64": _Machine(0xC000003E, 0), "aarch64": _Machine(0xC00000B7, 1)}


@functools.cache
def program(machine: str | None = None, *, io_uring: bool = False) -> bytes:
    """The filter, as classic BPF for `linux.set_seccomp_filter`.

    Refused calls fail with EPERM; those of another architecture's entry (32-bit, x32) too. clone3
    fails with ENOSYS, as on an older kernel: its flags lie in memory, where no filter sees them,
    and the C library takes clone instead.

    Args:
        machine: As `platform.machine` has it; this one's by default.
        io_uring: Let it through.

    Raises:
        SandboxError: If the numbers of that machine's calls are not in the list.
    """
    name = machine or platform.machine()
    if name not in _MACHINES:
        raise SandboxError(f"there is no list of system calls for {name}; set sandbox to off")
    here = _MACHINES[name]
    calls = REFUSED if io_uring else {**REFUSED, **IO_URING}
    refused = (numbers[here.column] for numbers in calls.values())
    code = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, here.audit),
        (_RETURN, 0, 0, _EPERM),
        (_LOAD, 0, 0, _NUMBER),
        (_ABOVE, 0, 1, _X32 - 1),
        (_RETURN, 0, 0, _EPERM),
        (_ABOVE, 0, 1, _LAST),
        (_RETURN, 0, 0, _ENOSYS),
        (_EQUAL, 0, 1, _CLONE3),
        (_RETURN, 0, 0, _ENOSYS),
    ]
    for number in refused:
        if number is not None:
            code += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _EPERM)]
    for call, tests in _argument_tests().items():
        code += [(_EQUAL, 0, len(tests), ARGUED[call][here.column]), *tests]
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", *each) for each in code)


_Code = tuple[int, int, int, int]


def _argument_tests() -> dict[str, list[_Code]]:
    """What stands behind the number of a call; each ends in an answer."""
    of_supervisor = _refused_if(0, [_SUPERVISOR])
    return {
        "clone": [
            _argument(0),
            (_ANY_BIT, 0, 1, _NAMESPACES),
            (_RETURN, 0, 0, _EPERM),
            (_RETURN, 0, 0, _ALLOW),
        ],
        "ioctl": _refused_if(1, [_TIOCSTI, _TIOCLINUX]),
        # getaddrinfo and if_nameindex ask netlink for the interfaces
        "socket": [
            _argument(0),
            (_EQUAL, 0, 4, _AF_NETLINK),
            _argument(2),
            (_EQUAL, 0, 1, _NETLINK_ROUTE),
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, _EPERM),
            *_refused_unless(0, _FAMILIES),
        ],
        "socketpair": _refused_unless(0, _FAMILIES),
        "prlimit64": of_supervisor,
        "setpriority": _refused_if(0, [_PRIO_USER])[:-1] + _refused_if(1, [_SUPERVISOR]),
        "ioprio_set": _refused_if(0, [_IOPRIO_WHO_USER])[:-1] + _refused_if(1, [_SUPERVISOR]),
        "sched_setaffinity": of_supervisor,
        "sched_setattr": of_supervisor,
        "sched_setparam": of_supervisor,
        "sched_setscheduler": of_supervisor,
    }


def _argument(index: int) -> _Code:
    """Loads the lower half of an argument; the kernel looks at no more of these."""
    return (_LOAD, 0, 0, _ARGUMENTS + 8 * index)


def _refused_if(index: int, values: Iterable[int]) -> list[_Code]:
    code = [_argument(index)]
    for value in values:
        code += [(_EQUAL, 0, 1, value), (_RETURN, 0, 0, _EPERM)]
    return [*code, (_RETURN, 0, 0, _ALLOW)]


def _refused_unless(index: int, values: Iterable[int]) -> list[_Code]:
    code = [_argument(index)]
    for value in values:
        code += [(_EQUAL, 0, 1, value), (_RETURN, 0, 0, _ALLOW)]
    return [*code, (_RETURN, 0, 0, _EPERM)]
