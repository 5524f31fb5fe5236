"""How the calls that no mechanism owns are told, in the words of their manual pages."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

from wakepoint import linux
from wakepoint.recording.calls.describer import Arguments, Describer, Result, shown

CLOSES = frozenset({"close", "close_fd"})
MOVES_BYTES = frozenset(
    {"recv", "recvfrom", "read", "send", "sendmsg", "sendto", "write", "writev"}
)
UNRECORDED = frozenset({"monotonic", "pause_clock", "resume_clock", "advance_clock", "getaddrinfo"})
"""A lookup runs on a thread, so its place among the events is chance, as is what it finds."""
REAL_NAMES = {
    "close_fd": "close",
    "eventfd_read": "read",
    "eventfd_write": "write",
    "open_for_events": "open",
    "peek": "recv",
}


def _names(*names: str) -> dict[int, str]:
    return {int(getattr(socket, name)): name for name in names if hasattr(socket, name)}


# Named one by one: among all of a platform's constants, many share a value.
_FAMILIES = _names("AF_INET", "AF_INET6", "AF_UNIX")
_KINDS = _names("SOCK_STREAM", "SOCK_DGRAM")
_HOW = _names("SHUT_RD", "SHUT_WR", "SHUT_RDWR")
_SOCKET_OPTIONS = _names(
    *("SO_ERROR", "SO_REUSEADDR", "SO_REUSEPORT", "SO_KEEPALIVE", "SO_LINGER"),
    *("SO_PEERCRED", "SO_RCVBUF", "SO_SNDBUF"),
)


def _socket_option(level: int, option: int) -> str:
    if level == socket.SOL_SOCKET:
        return _SOCKET_OPTIONS.get(option, str(option))
    if level == socket.IPPROTO_TCP and option == socket.TCP_NODELAY:
        return "TCP_NODELAY"
    return str(option)


def _bind(d: Describer, args: Sequence[Any]) -> list[str]:
    sock, address = args
    if isinstance(address, tuple) and len(address) >= 2:
        d.names.keep_port(address[1])
    return [d.fd(sock), d.address(address)]


def _accepted(d: Describer, args: Sequence[Any], result: Any) -> str:
    sock, address = result
    return f"{d.fd(sock)}, {d.address(address)}"


def _datagram(d: Describer, args: Sequence[Any], result: Any) -> str:
    data, address = result
    return f"{d(data)} from {d.address(address)}"


def _buffers(d: Describer, buffers: Sequence[Any]) -> str:
    return f"[{shown([d(each) for each in buffers])}]"


def _inotify_mask(mask: int) -> str:
    return "|".join(name for bit, name in linux.INOTIFY_NAMES.items() if mask & bit)


def _waited(d: Describer, args: Sequence[Any], result: tuple[int, int]) -> str:
    pid, status = result
    return f"{d.names.process(pid)}, status {status}" if pid else "0"


ARGUMENTS: dict[str, Arguments] = {
    "socket": lambda d, a: [_FAMILIES.get(a[0], str(a[0])), _KINDS.get(a[1], str(a[1]))],
    "bind": _bind,
    "connect": lambda d, a: [d.fd(a[0]), d.address(a[1])],
    "sendto": lambda d, a: [d.fd(a[0]), d(a[1]), d.address(a[-1])],
    "getsockopt": lambda d, a: [d.fd(a[0]), _socket_option(a[1], a[2])],
    "setsockopt": lambda d, a: [d.fd(a[0]), _socket_option(a[1], a[2]), d(a[3])],
    "shutdown": lambda d, a: [d.fd(a[0]), _HOW.get(a[1], str(a[1]))],
    "peek": lambda d, a: [d.fd(a[0]), str(a[1]), "MSG_PEEK"],
    "sendmsg": lambda d, a: [d.fd(a[0]), _buffers(d, a[1])],
    "writev": lambda d, a: [d.fd(a[0]), _buffers(d, a[1])],
    "read": lambda d, a: [d.fd(a[0]), str(a[1])],
    "write": lambda d, a: [d.fd(a[0]), d(a[1])],
    "close_fd": lambda d, a: [d.fd(a[0])],
    "eventfd_read": lambda d, a: [d.fd(a[0])],
    "eventfd_write": lambda d, a: [d.fd(a[0]), str(a[1])],
    "inotify_init1": lambda d, a: ["IN_NONBLOCK|IN_CLOEXEC"],
    "inotify_add_watch": lambda d, a: [d.fd(a[0]), d(a[1]), _inotify_mask(a[2])],
    "pidfd_open": lambda d, a: [d.names.process(a[0])],
    "posix_spawnp": lambda d, a: list(a[1]),
    "waitpid": lambda d, a: [d.names.process(a[0]), "WNOHANG" if a[1] else "0"],
}

RESULTS: dict[str, Result] = {
    "accept": _accepted,
    "recvfrom": _datagram,
    "getsockname": lambda d, a, r: d.address(r),
    "getpeername": lambda d, a, r: d.address(r),
    "getsockopt": lambda d, a, r: d(r),
    "eventfd": lambda d, a, r: d.fd(r),
    "socketpair": lambda d, a, r: f"{d.fd(r[0])}, {d.fd(r[1])}",
    "pipe": lambda d, a, r: f"{d.fd(r[0])}, {d.fd(r[1])}",
    "inotify_init1": lambda d, a, r: d.fd(r),
    "open_for_events": lambda d, a, r: d.fd(r),
    "pidfd_open": lambda d, a, r: d.fd(r),
    "posix_spawnp": lambda d, a, r: d.names.process(r),
    "waitpid": _waited,
}
