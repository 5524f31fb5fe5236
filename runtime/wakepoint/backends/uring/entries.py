"""What goes into io_uring's two queues, apart from the calls that only Linux has."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

IOSQE_BUFFER_SELECT = 1 << 5
IOSQE_CQE_SKIP_SUCCESS = 1 << 6

IORING_CQE_F_BUFFER = 1 << 0
IORING_CQE_F_MORE = 1 << 1
IORING_CQE_BUFFER_SHIFT = 16

# poll(2)'s; Python has them where the platform has poll.
POLLIN = 0x001
POLLERR = 0x008
POLLHUP = 0x010

WAKE = 0
"""The ``user_data`` of a completion that another thread sent to end a wait."""


class Owner(Protocol):
    """Whom a completion is for."""

    def completed(self, cqe: Cqe) -> None:
        """The kernel has done the call, or part of it if ``cqe.more``."""


class Sqe:
    """A call for the kernel to make (struct io_uring_sqe).

    Attributes:
        call: Which one, as liburing's ``io_uring_prep_...`` functions name it.
        fd: The descriptor that it is about; -1 for none.
        arguments: What the function takes after the entry.
        owner: Whom its completions are for, and whose memory it uses: that belongs to the kernel
            until the last completion. None if nobody waits for any.
        subject: What it sends, where it connects to and the like, to be told.
        flags: ``IOSQE_...``.
        user_data: Its number, which its completions carry; the ring gives it.
        withdrawn: The kernel was asked to give it back early.
    """

    __slots__ = (
        "arguments",
        "call",
        "fd",
        "flags",
        "owner",
        "subject",
        "user_data",
        "withdrawn",
    )

    def __init__(
        self,
        call: str,
        fd: int,
        arguments: tuple[Any, ...],
        owner: Owner | None,
        *,
        subject: Any = None,
        flags: int = 0,
    ) -> None:
        self.call = call
        self.fd = fd
        self.arguments = arguments
        self.owner = owner
        self.subject = subject
        self.flags = flags
        self.user_data = WAKE
        self.withdrawn = False


class Cqe(NamedTuple):
    """A result from the kernel (struct io_uring_cqe).

    Attributes:
        user_data: The number of its call.
        res: What the system call would have returned; an error's number is negative.
        flags: ``IORING_CQE_F_...``.
        sqe: Its call; None if that had no owner.
        data: What was received into a buffer of the ring's.
    """

    user_data: int
    res: int
    flags: int
    sqe: Sqe | None = None
    data: bytes | None = None

    @property
    def more(self) -> bool:
        """The same call will bring further completions (multishot)."""
        return bool(self.flags & IORING_CQE_F_MORE)

    @property
    def size(self) -> int:
        """Bytes that it moved."""
        moves = self.sqe is not None and self.sqe.call in MOVING
        return max(self.res, 0) if moves else 0


MOVING = frozenset(
    {"read", "recv", "recv_multishot", "recvmsg", "send", "sendmsg", "write", "writev"}
)
"""The calls whose result is a number of bytes."""
