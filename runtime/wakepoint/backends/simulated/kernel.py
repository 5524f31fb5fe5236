"""The seam to the simulated kernel: the calls of `wakepoint.kernel.Kernel`, answered in Python."""

# ruff: noqa: D402 - what a call means is told by its manual page

from __future__ import annotations

import errno
import socket as sockets
import struct
import threading
import time
from collections.abc import Sequence
from typing import Any

from wakepoint.backends.simulated.network import Address, Network, failure
from wakepoint.backends.simulated.pipe import PipeEnd
from wakepoint.backends.simulated.tcp import TcpSocket
from wakepoint.backends.simulated.udp import UdpSocket
from wakepoint.backends.simulated.world import Descriptor, News, World
from wakepoint.clock import SECOND, VirtualClock, nanoseconds
from wakepoint.whole import in_bytes

_LOOK = 10_000
"""Virtual nanoseconds that a look for news takes."""


class SimulatedKernel:
    """A kernel of its own: its sockets, pipes and clock are seen by nobody else.

    Time passes only while the program waits in `sim_wait`, and then at once to the next thing
    that happens. While an answer is due from a real thread, it passes as the real one does.

    Args:
        world: Where latency, segment size and buffers are set.
    """

    system = "Simulated"
    clock = "virtual"
    paused: VirtualClock | None = None  # it waits in virtual time by itself
    emulation: str | None = None
    lookup_blocks = False
    has_signals = False
    has_processes = False
    has_unix_sockets = False
    has_pidfd = False
    has_inotify = False

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        self._network = Network(self.world)
        self._notified = threading.Event()

    def monotonic(self) -> float:
        """Virtual seconds since the world began."""
        return self.world.clock.monotonic()

    def pause_clock(self) -> None:
        """Time passes in waits alone anyway; from now on it also stands while a thread works.

        Raises:
            RuntimeError: If it was paused before.
        """
        if self.world.clock.frozen:
            raise RuntimeError("the clock is paused already")
        self.world.clock.frozen = True

    def resume_clock(self) -> None:
        """While a thread works time passes again as the real one does.

        Raises:
            RuntimeError: If it was not paused.
        """
        if not self.world.clock.frozen:
            raise RuntimeError("the clock runs: nobody has paused it")
        self.world.clock.frozen = False

    def advance_clock(self, seconds: float) -> None:
        """Sets a clock that is paused forward.

        Raises:
            RuntimeError: If it is not paused.
        """
        if not self.world.clock.frozen:
            raise RuntimeError("the clock runs by itself: pause it first")
        self.world.jump(self.world.now + nanoseconds(seconds))

    # -- sockets -----------------------------------------------------------------------------

    def socket(self, family: int, kind: int) -> Any:
        """A virtual socket."""
        if family not in (sockets.AF_INET, sockets.AF_INET6):
            raise failure(errno.EAFNOSUPPORT)
        make = TcpSocket if kind == sockets.SOCK_STREAM else UdpSocket
        sock = make(self._network)
        sock.open()
        return sock

    def getaddrinfo(self, host: str, port: int, *_: Any) -> list[tuple[Any, ...]]:
        """Knows literal addresses and localhost."""
        return self._network.look_up(host, port)

    def bind(self, sock: Any, address: Address) -> None:
        """See bind(2)."""
        self._network.bind(_usable(sock), address)

    def listen(self, sock: Any, backlog: int) -> None:
        """See listen(2)."""
        _usable(sock).listen(backlog)

    def accept(self, sock: Any) -> tuple[Any, Address]:
        """See accept(2)."""
        accepted: tuple[Any, Address] = _usable(sock).accept()
        return accepted

    def connect(self, sock: Any, address: Address) -> None:
        """See connect(2)."""
        if not 0 <= int(address[1]) < 65_536:
            raise OverflowError("port must be 0-65535")
        _usable(sock).connect(tuple(address))

    def getsockname(self, sock: Any) -> Address:
        """See getsockname(2)."""
        local: Address | None = _usable(sock).local
        return local or ("0.0.0.0", 0)  # noqa: S104 - what an unbound socket says

    def getpeername(self, sock: Any) -> Address:
        """See getpeername(2)."""
        remote: Address | None = _usable(sock).remote
        if remote is None:
            raise failure(errno.ENOTCONN)
        return remote

    def getsockopt(self, sock: Any, level: int, option: int, *size: int) -> int | bytes:
        """Knows SO_ERROR and what was set; any other option is 0."""
        if (level, option) == (sockets.SOL_SOCKET, sockets.SO_ERROR):
            return int(_usable(sock).take_error())
        unset = bytes(*size) if size else 0
        value: int | bytes = _usable(sock).options.get((level, option), unset)
        return value

    def setsockopt(self, sock: Any, level: int, option: int, value: int | bytes) -> None:
        """Knows SO_LINGER with no time, which makes close reset; others are kept and do nothing."""
        _usable(sock).options[level, option] = value
        if (level, option) == (sockets.SOL_SOCKET, sockets.SO_LINGER) and isinstance(value, bytes):
            on, seconds = struct.unpack("ii", value)
            _usable(sock).resets = bool(on) and seconds == 0

    def recv(self, sock: Any, size: int) -> bytes:
        """See recv(2)."""
        if isinstance(sock, UdpSocket):
            return self.recvfrom(sock, size)[0]
        data: bytes = _usable(sock).recv(size)
        return data

    def peek(self, sock: Any, size: int) -> bytes:
        """See recv(2), MSG_PEEK; of streams."""
        data: bytes = _usable(sock).peek(size)
        return data

    def sendmsg(self, sock: Any, buffers: Sequence[bytes | memoryview]) -> int:
        """See sendmsg(2)."""
        return self.send(sock, b"".join(buffers))

    def send(self, sock: Any, data: bytes | memoryview) -> int:
        """See send(2)."""
        if isinstance(sock, UdpSocket):
            return int(_usable(sock).sendto(bytes(data)))
        return int(_usable(sock).send(memoryview(in_bytes(data))))

    def recvfrom(self, sock: Any, size: int) -> tuple[bytes, Address]:
        """See recvfrom(2)."""
        datagram: tuple[bytes, Address] = _usable(sock).recvfrom(size)
        return datagram

    def sendto(self, sock: Any, data: bytes, address: Address) -> int:
        """See sendto(2)."""
        return int(_usable(sock).sendto(bytes(data), tuple(address)))

    def shutdown(self, sock: Any, how: int) -> None:
        """See shutdown(2); reading cannot be shut down."""
        if how != sockets.SHUT_RD:
            _usable(sock).shutdown()

    def close(self, sock: Any) -> None:
        """See close(2)."""
        if not sock.closed:
            sock.close()

    # -- pipes, by number --------------------------------------------------------------------

    def pipe(self) -> tuple[int, int]:
        """See pipe(2)."""
        reader, writer = PipeEnd.pair(self.world)
        reader.open()
        writer.open()
        return reader.number, writer.number

    def read(self, fd: int, size: int) -> bytes:
        """See read(2)."""
        return self._pipe_end(fd).read(size)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        """See write(2)."""
        return self._pipe_end(fd).write(memoryview(in_bytes(data)))

    def writev(self, fd: int, buffers: Sequence[bytes | memoryview]) -> int:
        """See writev(2)."""
        return self.write(fd, b"".join(buffers))

    def close_fd(self, fd: int) -> None:
        """See close(2)."""
        self._pipe_end(fd).close()

    def _pipe_end(self, fd: int) -> PipeEnd:
        end = self.world.descriptors.get(fd)
        if not isinstance(end, PipeEnd):
            raise failure(errno.EBADF)
        return end

    # -- waiting -----------------------------------------------------------------------------

    def sim_watch(self, fd: int) -> None:
        """Reports edges of this descriptor from now on, and what is possible now as the first."""
        descriptor = self.world.descriptors.get(fd)
        if descriptor is None:
            raise failure(errno.EBADF)
        descriptor.watched = True
        state = descriptor.state()
        if state:
            descriptor.tell(state)

    def sim_unwatch(self, fd: int) -> None:
        """Reports nothing of this descriptor any more."""
        descriptor = self.world.descriptors.get(fd)
        if descriptor is not None:
            descriptor.watched = False
            self.world.news.pop(fd, None)

    def sim_wait(self, timeout: float | None, threads: bool) -> list[tuple[int, News]]:
        """Lets time pass until there are news, ``timeout`` is over, or `sim_notify` was called.

        Args:
            timeout: Virtual seconds; None for no limit.
            threads: True if a real thread may notify: then time passes as the real one does.

        Returns:
            Descriptors and what became possible on them, in the order in which it did.
        """
        world = self.world
        limit = None if timeout is None else world.now + nanoseconds(timeout)
        # Looking takes time too, or a busy program would stop the clock.
        world.now += _LOOK
        if threads:
            limit = self._real_time(limit)
        if not self._notified.is_set():
            world.advance(limit)
        self._notified.clear()
        news, world.news = world.news, {}
        return list(news.items())

    def _real_time(self, limit: int | None) -> int:
        """Waits for real, for a thread or until the next thing is due; tells what time it is."""
        world = self.world
        due = [time for time in (world.next_time, limit) if time is not None]
        seconds = max(0, min(due) - world.now) / SECOND if due and not world.news else None
        start = time.monotonic()
        if not world.news:
            self._notified.wait(seconds)
        if world.clock.frozen:
            return world.now
        passed = world.now + nanoseconds(time.monotonic() - start)
        return min(passed, *due) if due else passed

    def sim_notify(self) -> None:
        """Ends the running wait or the next one; any thread may call it."""
        self._notified.set()


def _usable(sock: Any) -> Any:
    if not isinstance(sock, Descriptor) or sock.closed:
        raise failure(errno.EBADF)
    return sock
