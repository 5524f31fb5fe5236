"""How Windows' calls are told, in the words of its documentation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wakepoint.backends.iocp.packet import Packet
from wakepoint.recording.calls.describer import Arguments, Describer, Result, counted

ERRORS = {
    64: "ERROR_NETNAME_DELETED",
    109: "ERROR_BROKEN_PIPE",
    232: "ERROR_NO_DATA",
    995: "ERROR_OPERATION_ABORTED",
    1225: "ERROR_CONNECTION_REFUSED",
    1234: "ERROR_PORT_UNREACHABLE",
    1236: "ERROR_CONNECTION_ABORTED",
}
"""What overlapped calls end with, by ``winerror``; sockets' own errors are in `errno`."""

WAITS = frozenset({"GetQueuedCompletionStatusEx"})
NOTIFIES = frozenset({"PostQueuedCompletionStatus"})
CLOSES = frozenset({"close_port"})
MOVES_BYTES = frozenset({"GetQueuedCompletionStatusEx"})
UNRECORDED = frozenset({"overlapped", "GetOverlappedResult"})
"""Both only touch the OVERLAPPED in our own memory."""

REAL_NAMES = {
    "bind_any": "bind",
    "close": "closesocket",
    "close_fd": "CloseHandle",
    "close_port": "CloseHandle",
    "pipe": "CreateNamedPipe",
    "update_accepted": "setsockopt",
    "update_connected": "setsockopt",
}


def _overlapped(d: Describer, overlapped: Any) -> str:
    return d.names.overlapped(overlapped.address)


def _call(d: Describer, args: Sequence[Any]) -> list[str]:
    """A call as Windows' documentation has it: the handle first, the OVERLAPPED last."""
    overlapped, handle, *rest = args
    return [d.fd(handle), *map(d, rest), _overlapped(d, overlapped)]


def _call_to(d: Describer, args: Sequence[Any]) -> list[str]:
    """As `_call`, with an address at the end."""
    overlapped, handle, *rest, address = args
    return [d.fd(handle), *map(d, rest), d.address(address), _overlapped(d, overlapped)]


def _port(d: Describer, args: Sequence[Any]) -> list[str]:
    handle, port, key, threads = args
    if handle is None:
        return ["INVALID_HANDLE_VALUE", "NULL", "key 0", f"{threads} thread at a time"]
    return [d.fd(handle), d.fd(port), f"key {key}", "0"]


def _wait(d: Describer, args: Sequence[Any]) -> list[str]:
    port, room, timeout = args
    return [d.fd(port), f"room for {counted(room, 'packet')}", d.timeout(timeout)]


def _packet(d: Describer, packet: Packet) -> str:
    if not packet.overlapped:
        return f"key {packet.key}"
    size = counted(packet.size, "byte")
    text = f"{d.names.overlapped(packet.overlapped)} {size}"
    d.names.forget_overlapped(packet.overlapped)
    return text


def _packets(d: Describer, args: Sequence[Any], packets: list[Packet]) -> str:
    count = counted(len(packets), "packet")
    return f"{count}: {', '.join(_packet(d, each) for each in packets)}" if packets else count


def _pending(d: Describer, args: Sequence[Any], result: Any) -> str:
    # Whether it was done at once is chance, and makes no difference: a packet comes either way.
    return "ERROR_IO_PENDING or 0"


ARGUMENTS: dict[str, Arguments] = {
    "CreateIoCompletionPort": _port,
    "GetQueuedCompletionStatusEx": _wait,
    "PostQueuedCompletionStatus": lambda d, a: [d.fd(a[0]), "0 bytes", f"key {a[1]}"],
    "close_port": lambda d, a: [d.fd(a[0])],
    "AcceptEx": lambda d, a: [d.fd(a[1]), d.fd(a[2]), _overlapped(d, a[0])],
    "ConnectEx": _call_to,
    "WSARecv": _call,
    "WSASend": _call,
    "WSARecvFrom": _call,
    "WSASendTo": _call_to,
    "ReadFile": _call,
    "WriteFile": _call,
    "CancelIoEx": lambda d, a: [d.fd(a[1]), _overlapped(d, a[0])],
    "bind_any": lambda d, a: [d.fd(a[0]), "any address"],
    "update_accepted": lambda d, a: [d.fd(a[0]), "SO_UPDATE_ACCEPT_CONTEXT", d.fd(a[1])],
    "update_connected": lambda d, a: [d.fd(a[0]), "SO_UPDATE_CONNECT_CONTEXT"],
}

RESULTS: dict[str, Result] = {
    "CreateIoCompletionPort": lambda d, a, r: d.fd(r),
    "GetQueuedCompletionStatusEx": _packets,
    **dict.fromkeys(
        (
            "AcceptEx",
            "ConnectEx",
            "WSARecv",
            "WSASend",
            "WSARecvFrom",
            "WSASendTo",
            "ReadFile",
            "WriteFile",
        ),
        _pending,
    ),
}
