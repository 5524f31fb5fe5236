"""How calls for io_uring are told, in the words of io_uring(7)."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from typing import Any

from wakepoint.backends.uring.entries import POLLERR, POLLHUP, POLLIN, WAKE, Cqe, Sqe
from wakepoint.recording.calls.describer import Arguments, Describer, Result, counted, shown

WAITS = frozenset({"io_uring_enter"})
NOTIFIES = frozenset({"io_uring_message"})
CLOSES = frozenset({"io_uring_close"})
MOVES_BYTES = frozenset({"io_uring_enter"})
REAL_NAMES = {
    "io_uring_close": "close",
    "io_uring_message": "io_uring_register",
    "io_uring_register_buffers": "io_uring_register",
    "io_uring_submit": "io_uring_enter",
    "make_blocking": "fcntl",
}

_OPERATIONS = {
    "accept": "IORING_OP_ACCEPT",
    "cancel64": "IORING_OP_ASYNC_CANCEL",
    "connect": "IORING_OP_CONNECT",
    "multishot_accept": "IORING_OP_ACCEPT",
    "poll_add": "IORING_OP_POLL_ADD",
    "read": "IORING_OP_READ",
    "recv": "IORING_OP_RECV",
    "recv_multishot": "IORING_OP_RECV",
    "recvmsg": "IORING_OP_RECVMSG",
    "send": "IORING_OP_SEND",
    "sendmsg": "IORING_OP_SENDMSG",
    "write": "IORING_OP_WRITE",
    "writev": "IORING_OP_WRITEV",
}
_FLAGS = {
    "multishot_accept": "IORING_ACCEPT_MULTISHOT",
    "recv_multishot": "IORING_RECV_MULTISHOT",
}
_POLL_NAMES = {POLLIN: "POLLIN", POLLERR: "POLLERR", POLLHUP: "POLLHUP"}
_VECTORED = frozenset({"sendmsg", "writev"})
_ACCEPTS = frozenset({"accept", "multishot_accept"})


def event(mask: int) -> str:
    """What a poll brought, as poll(2) names it."""
    return "|".join(name for bit, name in _POLL_NAMES.items() if mask & bit)


def _subject(d: Describer, sqe: Sqe) -> list[str]:
    """What the call sends, where it connects to, how much it takes."""
    subject = sqe.subject
    if sqe.call in _FLAGS:
        return [_FLAGS[sqe.call]]
    if sqe.call == "cancel64":
        return [f"addr {subject}"]
    if sqe.call == "connect":
        return [d.address(subject)]
    if isinstance(subject, int) and sqe.call in _VECTORED:
        return [counted(subject, "byte")]
    if sqe.call == "sendmsg":
        data, address = subject
        return [d(data), "to", d.address(address)]
    if sqe.call == "poll_add":
        return ["POLLIN" if sqe.arguments[1] == POLLIN else str(sqe.arguments[1])]
    return [] if subject is None else [d(subject)]


def _sqe(d: Describer, sqe: Sqe) -> str:
    fd = [d.fd(sqe.fd)] if sqe.fd >= 0 else []
    words = [_OPERATIONS[sqe.call], *fd, *_subject(d, sqe), f"user_data {sqe.user_data}"]
    return " ".join(words)


def _sqes(d: Describer, sqes: Sequence[Sqe]) -> str:
    return f"[{shown([_sqe(d, each) for each in sqes])}]"


def _cqe(d: Describer, cqe: Cqe) -> str:
    if cqe.user_data == WAKE:
        return "a message from a thread"
    if cqe.res < 0:
        result = f"-{errno.errorcode.get(-cqe.res, -cqe.res)}"
    elif cqe.sqe is not None and cqe.sqe.call in _ACCEPTS:
        result = d.fd(cqe.res)
    else:
        result = str(cqe.res)
    more = " IORING_CQE_F_MORE" if cqe.more else ""
    return f"user_data {cqe.user_data} res {result}{more}"


def _cqes(d: Describer, args: Sequence[Any], cqes: list[Cqe]) -> str:
    count = counted(len(cqes), "completion")
    return f"{count}: {shown([_cqe(d, each) for each in cqes])}" if cqes else count


def _enter(d: Describer, args: Sequence[Any]) -> list[str]:
    ring, sqes, _, timeout = args
    return [d.fd(ring), _sqes(d, sqes), "min_complete 1", d.timeout(timeout)]


ARGUMENTS: dict[str, Arguments] = {
    "io_uring_setup": lambda d, a: [f"{a[0]} entries"],
    "io_uring_enter": _enter,
    "io_uring_submit": lambda d, a: [d.fd(a[0]), _sqes(d, a[1]), "min_complete 0"],
    "io_uring_register_buffers": lambda d, a: [
        d.fd(a[0]),
        "IORING_REGISTER_PBUF_RING",
        f"{a[1]} buffers of {a[2]} bytes",
    ],
    "io_uring_message": lambda d, a: [
        "fd -1",
        "IORING_REGISTER_SEND_MSG_RING",
        f"IORING_OP_MSG_RING {d.fd(a[0])}",
    ],
    "io_uring_close": lambda d, a: [d.fd(a[0])],
    "make_blocking": lambda d, a: [d.fd(a[0]), "F_SETFL", "0"],
}

RESULTS: dict[str, Result] = {
    "io_uring_setup": lambda d, a, r: d.fd(r),
    "io_uring_enter": _cqes,
    "io_uring_submit": lambda d, a, r: f"{r} submitted",
}
