"""How a kernel call's arguments and result are told, in the words of its manual page."""

from __future__ import annotations

import errno
import signal
import socket
from collections.abc import Callable, Sequence
from typing import Any

from wakepoint import linux
from wakepoint.backends.epoll import events as epoll_events
from wakepoint.backends.kqueue import kevent
from wakepoint.backends.kqueue.kevent import Kevent
from wakepoint.recording import uring, windows
from wakepoint.recording.names import Names
from wakepoint.recording.safe_repr import safe_repr

MAX_SHOWN_EVENTS = 4


class Describer:
    """Turns one argument or result into text, with stable names for what the system chose."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.until = ""
        """What bounds the reactor's wait that is about to happen; set by the recording reactor."""

    def __call__(self, thing: Any) -> str:
        """A thing of any type."""
        if thing is None:
            return "0"
        if isinstance(thing, str):
            return thing
        if isinstance(thing, (bytes, bytearray, memoryview)):
            size = thing.nbytes if isinstance(thing, memoryview) else len(thing)
            return "1 byte" if size == 1 else f"{size} bytes"
        if callable(getattr(thing, "fileno", None)):
            return self.fd(thing)
        if isinstance(thing, tuple):
            if len(thing) >= 2 and isinstance(thing[0], str) and isinstance(thing[1], int):
                return self.address(thing)
            return f"({', '.join(map(self, thing))})"
        return self.names.normalise(safe_repr(thing))

    def fd(self, thing: Any) -> str:
        """A descriptor, by its number or its object."""
        number = thing if isinstance(thing, int) else thing.fileno()
        return self.names.fd(number) if number >= 0 else "fd -1"

    def address(self, address: Any) -> str:
        """A socket address, ``127.0.0.1:50001``."""
        self.names.learn_address(address)
        if isinstance(address, tuple) and len(address) >= 2:
            host = f"[{address[0]}]" if ":" in str(address[0]) else address[0]
            return self.names.normalise(f"{host}:{address[1]}")
        return self.names.normalise(safe_repr(address))

    def timeout(self, seconds: float | None) -> str:
        """A wait's limit. How long the reactor's was is chance: it is named by what ends it."""
        if seconds is None or seconds < 0:
            return "no timeout"
        return f"until {self.until}" if self.until else f"timeout {seconds:g}"


def _names(*names: str) -> dict[int, str]:
    return {int(getattr(socket, name)): name for name in names if hasattr(socket, name)}


# Named one by one: among all of a platform's constants, many share a value.
_FAMILIES = _names("AF_INET", "AF_INET6", "AF_UNIX")
_KINDS = _names("SOCK_STREAM", "SOCK_DGRAM")
_HOW = _names("SHUT_RD", "SHUT_WR", "SHUT_RDWR")
_SOCKET_OPTIONS = _names(
    "SO_ERROR", "SO_REUSEADDR", "SO_KEEPALIVE", "SO_LINGER", "SO_RCVBUF", "SO_SNDBUF"
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


def _epoll_ctl(d: Describer, args: Sequence[Any]) -> list[str]:
    epoll, operation, fd, events = args
    told = [d.fd(epoll), f"EPOLL_CTL_{operation}", d.fd(fd)]
    return told if operation == "DEL" else [*told, epoll_events.describe(events)]


def _accepted(d: Describer, args: Sequence[Any], result: Any) -> str:
    sock, address = result
    return f"{d.fd(sock)}, {d.address(address)}"


def _datagram(d: Describer, args: Sequence[Any], result: Any) -> str:
    data, address = result
    return f"{d(data)} from {d.address(address)}"


def _epoll_events(d: Describer, args: Sequence[Any], events: list[tuple[int, int]]) -> str:
    count = f"{len(events)} event" + ("" if len(events) == 1 else "s")
    told = [f"{d.fd(fd)} {epoll_events.describe(mask)}" for fd, mask in events]
    return f"{count}: {_shown(told)}" if told else count


def _ident(d: Describer, event: Kevent) -> str:
    """Whom a change or an event is about; what that is depends on the filter."""
    if event.filter in (kevent.EVFILT_READ, kevent.EVFILT_WRITE, kevent.EVFILT_VNODE):
        return d.fd(event.ident)
    if event.filter == kevent.EVFILT_SIGNAL:
        return signal.Signals(event.ident).name
    if event.filter == kevent.EVFILT_PROC:
        return d.names.process(event.ident)
    return str(event.ident)


def _change(d: Describer, change: Kevent) -> str:
    told = f"{_ident(d, change)} {kevent.describe_change(change)}"
    is_deadline = change.filter == kevent.EVFILT_TIMER and change.flags & kevent.EV_ADD
    limit = f"until {d.until}" if d.until else f"data={change.data}"
    return f"{told} {limit}" if is_deadline else told


def _kevent(d: Describer, event: Kevent) -> str:
    told = f"{_ident(d, event)} {kevent.describe_event(event)}"
    if event.flags & kevent.EV_ERROR:
        return f"{told} {errno.errorcode.get(event.data, event.data)}"
    # How much there is to read is worth telling; how much room to write there is, is chance.
    return f"{told} data={event.data}" if event.filter == kevent.EVFILT_READ else told


def _shown(told: Sequence[str]) -> str:
    if len(told) > MAX_SHOWN_EVENTS:
        told = [*told[:MAX_SHOWN_EVENTS], f"and {len(told) - MAX_SHOWN_EVENTS} more"]
    return ", ".join(told)


def _changes(d: Describer, changes: Sequence[Kevent]) -> str:
    return f"[{_shown([_change(d, each) for each in changes])}]"


def _kevent_call(d: Describer, args: Sequence[Any]) -> list[str]:
    queue, changes, room, timeout = args
    # The timeout is 0 or there is none: a deadline is a change.
    limit = "timeout 0" if timeout == 0 else "no timeout"
    return [d.fd(queue), _changes(d, changes), _room(room), limit]


def _room(count: int) -> str:
    return f"room for {count} event" + ("" if count == 1 else "s")


def _kevents(d: Describer, args: Sequence[Any], events: list[Kevent]) -> str:
    count = f"{len(events)} event" + ("" if len(events) == 1 else "s")
    return f"{count}: {_shown([_kevent(d, each) for each in events])}" if events else count


def _inotify_mask(mask: int) -> str:
    return "|".join(name for bit, name in linux.INOTIFY_NAMES.items() if mask & bit)


def _waited(d: Describer, args: Sequence[Any], result: tuple[int, int]) -> str:
    pid, status = result
    return f"{d.names.process(pid)}, status {status}" if pid else "0"


def error_name(error: OSError) -> str:
    """What the system calls the error, ``ECONNRESET``."""
    name = windows.ERRORS.get(getattr(error, "winerror", None) or 0)
    return name or errno.errorcode.get(error.errno or 0, type(error).__name__)


ARGUMENTS: dict[str, Callable[[Describer, Sequence[Any]], list[str]]] = {
    "socket": lambda d, a: [_FAMILIES.get(a[0], str(a[0])), _KINDS.get(a[1], str(a[1]))],
    "bind": _bind,
    "connect": lambda d, a: [d.fd(a[0]), d.address(a[1])],
    "sendto": lambda d, a: [d.fd(a[0]), d(a[1]), d.address(a[-1])],
    "getsockopt": lambda d, a: [d.fd(a[0]), _socket_option(a[1], a[2])],
    "setsockopt": lambda d, a: [d.fd(a[0]), _socket_option(a[1], a[2]), str(a[3])],
    "shutdown": lambda d, a: [d.fd(a[0]), _HOW.get(a[1], str(a[1]))],
    "read": lambda d, a: [d.fd(a[0]), str(a[1])],
    "write": lambda d, a: [d.fd(a[0]), d(a[1])],
    "close_fd": lambda d, a: [d.fd(a[0])],
    "eventfd_read": lambda d, a: [d.fd(a[0])],
    "eventfd_write": lambda d, a: [d.fd(a[0]), str(a[1])],
    "epoll_create1": lambda d, a: ["EPOLL_CLOEXEC"],
    "epoll_ctl": _epoll_ctl,
    "epoll_wait": lambda d, a: [d.fd(a[0]), d.timeout(a[1])],
    "inotify_init1": lambda d, a: ["IN_NONBLOCK|IN_CLOEXEC"],
    "inotify_add_watch": lambda d, a: [d.fd(a[0]), d(a[1]), _inotify_mask(a[2])],
    "pidfd_open": lambda d, a: [d.names.process(a[0])],
    "posix_spawnp": lambda d, a: list(a[1]),
    "waitpid": lambda d, a: [d.names.process(a[0]), "WNOHANG" if a[1] else "0"],
    "kevent": _kevent_call,
    "kevent_change": lambda d, a: [d.fd(a[0]), _changes(d, a[1]), _room(0)],
    **uring.ARGUMENTS,
    **windows.ARGUMENTS,
}
"""How to tell the arguments of a call; those not named here are told one by one."""

RESULTS: dict[str, Callable[[Describer, Sequence[Any], Any], str]] = {
    "accept": _accepted,
    "recvfrom": _datagram,
    "getsockname": lambda d, a, r: d.address(r),
    "getpeername": lambda d, a, r: d.address(r),
    "getsockopt": lambda d, a, r: str(r),
    "eventfd": lambda d, a, r: d.fd(r),
    "epoll_wait": _epoll_events,
    "socketpair": lambda d, a, r: f"{d.fd(r[0])}, {d.fd(r[1])}",
    "pipe": lambda d, a, r: f"{d.fd(r[0])}, {d.fd(r[1])}",
    "inotify_init1": lambda d, a, r: d.fd(r),
    "open_for_events": lambda d, a, r: d.fd(r),
    "pidfd_open": lambda d, a, r: d.fd(r),
    "posix_spawnp": lambda d, a, r: d.names.process(r),
    "waitpid": _waited,
    "kevent": _kevents,
    **uring.RESULTS,
    **windows.RESULTS,
}
"""How to tell the result of a call."""
