"""Memory that the kernel reads or writes while a call is pending: buffers, addresses, headers."""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct
from collections.abc import Sequence
from ctypes import c_int, c_size_t, c_ssize_t, c_void_p
from typing import Any

from wakepoint.kernel import Address

_NAME_SIZE = 128
"""sizeof(struct sockaddr_storage)."""
_PATH_SIZE = 108
"""Room for the path in struct sockaddr_un (unix(7))."""


class _View(ctypes.Structure):
    """Py_buffer, part of the stable interface since Python 3.11."""

    _fields_ = (
        ("buf", c_void_p),
        ("obj", ctypes.py_object),
        ("len", c_ssize_t),
        ("itemsize", c_ssize_t),
        ("readonly", c_int),
        ("ndim", c_int),
        ("format", ctypes.c_char_p),
        ("shape", c_void_p),
        ("strides", c_void_p),
        ("suboffsets", c_void_p),
        ("internal", c_void_p),
    )


_get_buffer = ctypes.pythonapi.PyObject_GetBuffer
_get_buffer.argtypes = (ctypes.py_object, ctypes.POINTER(_View), c_int)
_release_buffer = ctypes.pythonapi.PyBuffer_Release
_release_buffer.argtypes = (ctypes.POINTER(_View),)
_release_buffer.restype = None


class Outgoing:
    """Data to be sent, from where it is: no copy. It stays there as long as this object.

    Raises:
        BufferError: If the data does not lie in one piece.
    """

    __slots__ = ("_view", "address", "size")

    def __init__(self, data: bytes | memoryview) -> None:
        self._view = _View()
        _get_buffer(data, self._view, 0)
        self.address: int = self._view.buf or 0
        self.size: int = self._view.len

    def __del__(self) -> None:
        _release_buffer(self._view)


class Incoming:
    """Room for ``size`` bytes."""

    __slots__ = ("_memory", "address")

    def __init__(self, size: int) -> None:
        self._memory = (ctypes.c_char * size)()
        self.address = ctypes.addressof(self._memory)

    def take(self, size: int) -> bytes:
        """A copy of the first bytes."""
        return ctypes.string_at(self.address, size)


class _Iovec(ctypes.Structure):
    _fields_ = (("iov_base", c_void_p), ("iov_len", c_size_t))


class _Msghdr(ctypes.Structure):
    """struct msghdr (recvmsg(2))."""

    _fields_ = (
        ("msg_name", c_void_p),
        ("msg_namelen", ctypes.c_uint),
        ("msg_iov", ctypes.POINTER(_Iovec)),
        ("msg_iovlen", c_size_t),
        ("msg_control", c_void_p),
        ("msg_controllen", c_size_t),
        ("msg_flags", c_int),
    )


class Message:
    """A datagram with its address: what sendmsg(2) and recvmsg(2) take.

    Args:
        buffer: An address in memory.
        size: How many bytes there are.
        name: Where to, from `pack_address`; None to leave room for where it came from.
    """

    __slots__ = ("_header", "_iovec", "_name", "address")

    def __init__(self, buffer: int, size: int, name: bytes | None) -> None:
        room = _NAME_SIZE if name is None else len(name)
        self._name = ctypes.create_string_buffer(name or b"", room)
        self._iovec = _Iovec(buffer, size)
        self._header = _Msghdr(ctypes.addressof(self._name), room, ctypes.pointer(self._iovec), 1)
        self.address = ctypes.addressof(self._header)

    @property
    def name(self) -> bytes:
        """Where it came from."""
        return self._name.raw[: self._header.msg_namelen]


class Vector:
    """Several buffers, as writev(2) and sendmsg(2) take them; they are lent until this is gone."""

    __slots__ = ("_header", "_iovecs", "_lent", "address", "count", "message", "size")

    def __init__(self, buffers: Sequence[bytes | memoryview]) -> None:
        self._lent = [Outgoing(each) for each in buffers]
        self.count = len(self._lent)
        self.size = sum(each.size for each in self._lent)
        self._iovecs = (_Iovec * self.count)(
            *(_Iovec(each.address, each.size) for each in self._lent)
        )
        self.address = ctypes.addressof(self._iovecs)
        vector = ctypes.cast(self._iovecs, ctypes.POINTER(_Iovec))
        self._header = _Msghdr(None, 0, vector, self.count)
        self.message = ctypes.addressof(self._header)


def pack_address(family: int, address: Any) -> bytes:
    """An address as struct sockaddr_in, sockaddr_in6 or sockaddr_un.

    Raises:
        OSError: If the host is no number: looking a name up would block. If a path is too long.
        OverflowError: If there is no such port.
    """
    if isinstance(address, (str, bytes)):
        return _pack_path(family, os.fsencode(address))
    host, port, *rest = address
    if not 0 <= port <= 0xFFFF:
        raise OverflowError("port must be 0-65535.")  # as the socket module says it
    try:
        number = socket.inet_pton(family, host)
    except OSError:
        raise OSError(
            errno.EINVAL, f"{os.strerror(errno.EINVAL)}: {host!r} is no address"
        ) from None
    if family == socket.AF_INET:
        return struct.pack("=H2s4s8x", family, struct.pack("!H", port), number)
    flow, scope = (*rest, 0, 0)[:2]
    port_and_flow = struct.pack("!HI", port, flow)
    return struct.pack("=H6s16sI", family, port_and_flow, number, scope)


def _pack_path(family: int, path: bytes) -> bytes:
    """A path ends with a zero byte, an abstract name with its last byte (unix(7))."""
    name = path if path.startswith(b"\0") else path + b"\0"
    if len(name) > _PATH_SIZE:
        raise OSError("AF_UNIX path too long")  # as the socket module says it
    return struct.pack("=H", family) + name


def unpack_address(name: bytes) -> Address:
    """What `pack_address` made, or the kernel; None if there is none."""
    if len(name) < 2:
        return None
    (family,) = struct.unpack_from("=H", name)
    if family == socket.AF_INET:
        port, number = struct.unpack_from("!2xH4s", name)
        return socket.inet_ntop(family, number), port
    if family == socket.AF_INET6:
        port, flow, number = struct.unpack_from("!2xHI16s", name)
        (scope,) = struct.unpack_from("=I", name, 24)
        return socket.inet_ntop(family, number), port, flow, scope
    path = name[2:]
    if path.startswith(b"\0"):
        return path  # abstract names are bytes, as the socket module has them
    return os.fsdecode(path.partition(b"\0")[0])
