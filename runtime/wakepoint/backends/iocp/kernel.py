"""Windows' calls for completion ports: CPython's ``_overlapped``, and ctypes for what it lacks.

``_overlapped`` is the module that asyncio's ProactorEventLoop stands on. Its `Overlapped` holds the
OVERLAPPED structure and the buffer of one call, and starts the call. It takes packets off the port
one at a time; `GetQueuedCompletionStatusEx`, which takes many, comes through ctypes.
"""

from __future__ import annotations

import sys

assert sys.platform == "win32"  # so type checkers know which names there are

import _overlapped  # type: ignore[import-not-found]
import _winapi
import ctypes
import itertools
import math
import os
import socket as sockets
import struct
import time
from ctypes import wintypes
from typing import Any, TypeAlias

from wakepoint.backends.iocp.packet import Packet
from wakepoint.kernel import Address, Kernel

_INFINITE = 0xFFFFFFFF
_WAIT_TIMEOUT = 258
_SLICE = 500
"""Milliseconds after which a wait looks for Ctrl-C: Windows does not interrupt it, and Python
handles signals between two of its own instructions only."""

_PIPE_BUFFER = 65536
_GENERIC_WRITE = 0x40000000
_FILE_FLAG_FIRST_PIPE_INSTANCE = 0x00080000
_FILE_FLAG_OVERLAPPED = 0x40000000


class _Entry(ctypes.Structure):
    """OVERLAPPED_ENTRY (minwinbase.h)."""

    _fields_ = (
        ("lpCompletionKey", ctypes.c_size_t),
        ("lpOverlapped", ctypes.c_void_p),
        ("Internal", ctypes.c_size_t),
        ("dwNumberOfBytesTransferred", wintypes.DWORD),
    )


_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_get_packets = _kernel32.GetQueuedCompletionStatusEx
_get_packets.restype = wintypes.BOOL
_get_packets.argtypes = (
    wintypes.HANDLE,
    ctypes.POINTER(_Entry),
    wintypes.ULONG,
    ctypes.POINTER(wintypes.ULONG),
    wintypes.DWORD,
    wintypes.BOOL,
)

Overlapped: TypeAlias = Any
"""``_overlapped.Overlapped``: an OVERLAPPED with the buffer of its call."""


def wine_version() -> str | None:
    """Wine's version, if this Windows is Wine: its ntdll has a function that no other has."""
    try:
        version = ctypes.WinDLL("ntdll").wine_get_version
    except AttributeError:
        return None
    version.restype = ctypes.c_char_p
    text: bytes = version()
    return text.decode("ascii")


def _whole(sock: sockets.socket, address: Address) -> Address:
    """An address as overlapped calls want it, checked as a socket's own calls check it.

    `_overlapped` knows IPv6 by the four parts of an address, and cuts a port that is too large.
    """
    if not 0 <= address[1] <= 65535:
        raise OverflowError("port must be 0-65535.")
    return (*address, 0, 0)[:4] if sock.family == sockets.AF_INET6 else address


class IocpKernel(Kernel):
    """The calls of Windows. Handles are integers; a socket's handle is its ``fileno()``.

    Calls that take an overlapped return at once and complete with a packet at the port, also when
    they succeed at once. If one raises OSError, no packet comes.
    """

    def __init__(self) -> None:
        version = wine_version()
        self.emulation = None if version is None else f"Wine {version}"
        self._pipes = itertools.count(1)

    # Until 3.12 Python's monotonic clock goes in steps of 16 ms here, so how often a wait for a
    # deadline is repeated would be chance.
    monotonic = staticmethod(time.perf_counter)

    # -- the port ----------------------------------------------------------------------------

    @staticmethod
    def CreateIoCompletionPort(handle: int | None, port: int, key: int, threads: int) -> int:
        """Makes a port (``handle`` is None), or has a handle's calls complete at one.

        Args:
            handle: What to associate; it stays with that port until it is closed.
            port: Where to; 0 for a new one.
            key: Comes with each of the handle's packets.
            threads: How many threads the port lets run at a time; 0 for one for each processor.
        """
        device = _overlapped.INVALID_HANDLE_VALUE if handle is None else handle
        made: int = _overlapped.CreateIoCompletionPort(device, port, key, threads)
        return made

    def GetQueuedCompletionStatusEx(
        self, port: int, room: int, timeout: int | None
    ) -> list[Packet]:
        """Takes packets off the port; waits until there is one.

        Args:
            port: Which port.
            room: How many packets to take at most.
            timeout: Milliseconds to wait at most; None for ever.

        Returns:
            What there was; empty when the time was over.
        """
        entries = (_Entry * room)()
        count = wintypes.ULONG()
        end = None if timeout is None else time.perf_counter() + timeout / 1000
        left = _INFINITE if timeout is None else timeout
        while not _get_packets(port, entries, room, count, min(left, _SLICE), False):
            error = ctypes.get_last_error()
            if error != _WAIT_TIMEOUT:
                raise ctypes.WinError(error)
            if end is not None:
                left = math.ceil((end - time.perf_counter()) * 1000)
                if left <= 0:
                    return []
        return [
            Packet(entry.lpCompletionKey, entry.lpOverlapped or 0, entry.dwNumberOfBytesTransferred)
            for entry in entries[: count.value]
        ]

    @staticmethod
    def PostQueuedCompletionStatus(port: int, key: int) -> None:
        """Puts a packet of our own into the port. Any thread may."""
        _overlapped.PostQueuedCompletionStatus(port, 0, key, 0)

    close_port = staticmethod(_winapi.CloseHandle)

    # -- overlapped calls --------------------------------------------------------------------

    def overlapped(self) -> Overlapped:
        """A fresh OVERLAPPED without an event: the packet is enough."""
        return _overlapped.Overlapped(0)

    @staticmethod
    def WSARecv(overlapped: Overlapped, sock: sockets.socket, size: int) -> None:
        """Receives at most ``size`` bytes into the overlapped's buffer."""
        overlapped.WSARecv(sock.fileno(), size, 0)

    @staticmethod
    def WSASend(overlapped: Overlapped, sock: sockets.socket, data: bytes | memoryview) -> None:
        """Sends the data, from where it is."""
        overlapped.WSASend(sock.fileno(), data, 0)

    @staticmethod
    def WSARecvFrom(overlapped: Overlapped, sock: sockets.socket, size: int) -> None:
        """Receives a datagram and its sender."""
        overlapped.WSARecvFrom(sock.fileno(), size, 0)

    @staticmethod
    def WSASendTo(
        overlapped: Overlapped, sock: sockets.socket, data: bytes, address: Address
    ) -> None:
        """Sends a datagram."""
        overlapped.WSASendTo(sock.fileno(), data, 0, _whole(sock, address))

    @staticmethod
    def AcceptEx(
        overlapped: Overlapped, listener: sockets.socket, accepted: sockets.socket
    ) -> None:
        """Has the next connection put into ``accepted``, a socket that was made for it."""
        overlapped.AcceptEx(listener.fileno(), accepted.fileno())

    @staticmethod
    def ConnectEx(overlapped: Overlapped, sock: sockets.socket, address: Address) -> None:
        """Connects a socket, which has to be bound."""
        overlapped.ConnectEx(sock.fileno(), _whole(sock, address))

    @staticmethod
    def ReadFile(overlapped: Overlapped, handle: int, size: int) -> None:
        """Reads at most ``size`` bytes from a pipe."""
        overlapped.ReadFile(handle, size)

    @staticmethod
    def WriteFile(overlapped: Overlapped, handle: int, data: bytes | memoryview) -> None:
        """Writes the data into a pipe."""
        overlapped.WriteFile(handle, data)

    @staticmethod
    def CancelIoEx(overlapped: Overlapped, handle: int) -> None:
        """Asks for a call back; its packet says whether it came in time."""
        overlapped.cancel()

    @staticmethod
    def GetOverlappedResult(overlapped: Overlapped) -> Any:
        """What a call whose packet has come brought: bytes, a count, or a datagram and its sender.

        Raises:
            OSError: If the call failed; 995 (ERROR_OPERATION_ABORTED) if it was cancelled.
        """
        return overlapped.getresult(False)

    # -- what overlapped calls need besides --------------------------------------------------

    @staticmethod
    def bind_any(sock: sockets.socket) -> None:
        """Binds to any address and port, as ConnectEx wants it."""
        _overlapped.BindLocal(sock.fileno(), sock.family)

    @staticmethod
    def update_accepted(accepted: sockets.socket, listener: sockets.socket) -> None:
        """Makes a socket from AcceptEx one like others: it gets to know its addresses."""
        option = struct.pack("@P", listener.fileno())
        accepted.setsockopt(sockets.SOL_SOCKET, _overlapped.SO_UPDATE_ACCEPT_CONTEXT, option)

    @staticmethod
    def update_connected(sock: sockets.socket) -> None:
        """Makes a socket that ConnectEx connected one like others: ``shutdown`` works."""
        sock.setsockopt(sockets.SOL_SOCKET, _overlapped.SO_UPDATE_CONNECT_CONTEXT, 0)

    def pipe(self) -> tuple[int, int]:
        """Makes a pipe: the handles of where to read and where to write.

        It has a name, which nobody else gets to know: Windows' nameless pipes (``os.pipe``) do not
        take overlapped calls.
        """
        name = rf"\\.\pipe\wakepoint-{os.getpid()}-{id(self):x}-{next(self._pipes)}"
        mode = _winapi.PIPE_ACCESS_INBOUND | _FILE_FLAG_FIRST_PIPE_INSTANCE | _FILE_FLAG_OVERLAPPED
        reader = _winapi.CreateNamedPipe(
            name, mode, _winapi.PIPE_WAIT, 1, _PIPE_BUFFER, _PIPE_BUFFER, 0, _winapi.NULL
        )
        try:
            writer = _winapi.CreateFile(
                name,
                _GENERIC_WRITE,
                0,
                _winapi.NULL,
                _winapi.OPEN_EXISTING,
                _FILE_FLAG_OVERLAPPED,
                _winapi.NULL,
            )
        except BaseException:
            _winapi.CloseHandle(reader)
            raise
        return reader, writer

    @staticmethod
    def close_fd(fd: int) -> None:
        """Closes what is no socket: a handle here, not a descriptor of the C library."""
        _winapi.CloseHandle(fd)
