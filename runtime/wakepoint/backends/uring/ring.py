"""One ring: its memory, the calls that the kernel has, and the buffers that it may fill."""

from __future__ import annotations

import ctypes
import errno
import math
import os
from collections.abc import Sequence

from wakepoint.backends.uring.entries import (
    IORING_CQE_BUFFER_SHIFT,
    IORING_CQE_F_BUFFER,
    Cqe,
    Sqe,
)
from wakepoint.backends.uring.library import (
    Completion,
    EnterArguments,
    Liburing,
    Params,
    RingMemory,
    Timespec,
)
from wakepoint.backends.uring.memory import Incoming

BUFFER_GROUP = 0

_SUBMIT_ALL = 1 << 7
_COOP_TASKRUN = 1 << 8
_SINGLE_ISSUER = 1 << 12
_DEFER_TASKRUN = 1 << 13
_FEAT_EXT_ARG = 1 << 8

_SETUPS = (_SUBMIT_ALL | _SINGLE_ISSUER | _DEFER_TASKRUN, _SUBMIT_ALL | _COOP_TASKRUN, 0)
"""How to set up a ring, best first: the kernel finishes calls while we wait and at no other time
(Linux 6.1), while we are in any system call (5.19), or it interrupts us."""

_ENTER_GETEVENTS = 1 << 0
_ENTER_EXT_ARG = 1 << 3
_SIGSET_SIZE = 8

_TAKE = 64

_open: set[Ring] = set()
"""Keeps the memory of a ring that nobody closes: the kernel may still write into it."""


def set_up(library: Liburing, entries: int) -> tuple[RingMemory, int]:
    """A ring's memory and features.

    Raises:
        ValueError: If the kernel has no io_uring, too old a one, or lets us not use it.
    """
    result = 0
    for flags in _SETUPS:
        memory, params = RingMemory(), Params(flags=flags)
        result = library.queue_init_params(entries, memory, params)
        if result == -errno.EINVAL:  # unknown to an older kernel
            continue
        if result < 0:
            raise ValueError(_refusal(-result))
        if not params.features & _FEAT_EXT_ARG:
            library.queue_exit(memory)
            raise ValueError("this kernel's io_uring is too old: it takes Linux 5.11 or later")
        return memory, params.features
    raise ValueError(_refusal(-result))


def _refusal(code: int) -> str:
    reasons = {
        errno.ENOSYS: "has no io_uring",
        errno.EPERM: "forbids io_uring (sysctl kernel.io_uring_disabled, container or sandbox)",
        errno.EACCES: "forbids io_uring (a security module)",
    }
    reason = reasons.get(code, f"gives us no ring: {os.strerror(code)}")
    return f"this kernel {reason}; choose another backend"


def check(result: int) -> int:
    """A function's result, or its error as an OSError."""
    if result < 0:
        raise OSError(-result, os.strerror(-result))
    return result


class Ring:
    """A submission and a completion queue, shared with the kernel.

    Attributes:
        memory: struct io_uring.
        fd: Its descriptor.
        pending: The calls that the kernel has, by number. Each keeps its memory alive.
    """

    def __init__(self, library: Liburing, entries: int) -> None:
        self._library = library
        self.memory, _ = set_up(library, entries)
        self.fd: int = self.memory.ring_fd
        self.pending: dict[int, Sqe] = {}
        self._numbers = 0
        self._completions = (ctypes.POINTER(Completion) * _TAKE)()
        self._buffers: _Buffers | None = None
        _open.add(self)

    def fileno(self) -> int:
        return self.fd

    def put(self, sqes: Sequence[Sqe]) -> None:
        """Writes calls into the submission queue."""
        library = self._library
        for sqe in sqes:
            entry = library.get_sqe(self.memory)
            if not entry:  # full
                check(library.submit(self.memory))
                entry = library.get_sqe(self.memory)
            getattr(library, f"prep_{sqe.call}")(entry, *sqe.arguments)
            if sqe.flags:
                library.sqe_set_flags(entry, sqe.flags)
                library.sqe_set_buf_group(entry, BUFFER_GROUP)
            library.sqe_set_data64(entry, sqe.user_data)
            if sqe.owner is not None:
                self.pending[sqe.user_data] = sqe

    def number(self, sqe: Sqe) -> None:
        """Gives a call its number."""
        self._numbers += 1
        sqe.user_data = self._numbers

    def enter(self, wait: int, timeout: float | None) -> int:
        """One io_uring_enter(2): submits what was put, and waits for ``wait`` completions.

        liburing's own functions that wait with a timeout go on waiting when a signal comes, before
        Python can handle it. So the first lines are what its ``__io_uring_flush_sq`` does.

        Returns:
            How many calls were submitted.

        Raises:
            InterruptedError: If a signal came.
            TimeoutError: If the time was over, and nothing was submitted.
        """
        memory = self.memory
        memory.sqe_head = memory.sqe_tail
        memory.sq_ktail[0] = memory.sqe_tail
        to_submit = (memory.sqe_tail - memory.sq_khead[0]) & 0xFFFFFFFF
        limit = None
        if timeout is not None:
            whole = math.floor(timeout)
            limit = ctypes.pointer(Timespec(whole, math.ceil((timeout - whole) * 1e9)))
        arguments = EnterArguments(0, _SIGSET_SIZE, 0, limit)
        flags = _ENTER_GETEVENTS | _ENTER_EXT_ARG
        size = ctypes.sizeof(arguments)
        result: int = self._library.enter2(self.fd, to_submit, wait, flags, arguments, size)
        if result == -errno.ETIME:
            raise TimeoutError
        return check(result)

    @property
    def ready(self) -> int:
        """How many completions there are."""
        count: int = self._library.cq_ready(self.memory)
        return count

    def take(self, room: int) -> list[Cqe]:
        """Takes completions out of their queue; this is no system call."""
        room = min(room, _TAKE)
        count = self._library.peek_batch_cqe(self.memory, self._completions, room)
        taken = [self._entry(self._completions[n].contents) for n in range(count)]
        self._library.cq_advance(self.memory, count)
        return taken

    def _entry(self, completion: Completion) -> Cqe:
        user_data, res, flags = completion.user_data, completion.res, completion.flags
        data = None
        if flags & IORING_CQE_F_BUFFER:
            assert self._buffers is not None
            data = self._buffers.take(flags >> IORING_CQE_BUFFER_SHIFT, res)
        cqe = Cqe(user_data, res, flags, self.pending.get(user_data), data)
        if not cqe.more:
            self.pending.pop(user_data, None)
        return cqe

    def provide(self, count: int, size: int) -> None:
        """Registers buffers for multishot receives."""
        self._buffers = _Buffers(self, self._library, count, size)

    def close(self) -> None:
        """Unmaps the queues and closes the descriptor. Nothing may be pending."""
        if self._buffers is not None:
            self._buffers.close()
        self._library.queue_exit(self.memory)
        _open.discard(self)


class _Buffers:
    """Buffers that the kernel takes from as data arrives (io_uring_setup_buf_ring(3))."""

    def __init__(self, ring: Ring, library: Liburing, count: int, size: int) -> None:
        self._ring = ring
        self._library = library
        self._count, self._size = count, size
        self._memory = Incoming(count * size)
        error = ctypes.c_int()
        self._group = library.setup_buf_ring(ring.memory, count, BUFFER_GROUP, 0, error)
        if not self._group:
            check(error.value)
        for number in range(count):
            self._give(number, number)
        library.buf_ring_advance(self._group, count)

    def _give(self, number: int, offset: int) -> None:
        address = self._memory.address + number * self._size
        mask = self._count - 1
        self._library.buf_ring_add(self._group, address, self._size, number, mask, offset)

    def take(self, number: int, size: int) -> bytes:
        """A copy of what a buffer holds; the buffer is the kernel's again."""
        data = ctypes.string_at(self._memory.address + number * self._size, max(size, 0))
        self._give(number, 0)
        self._library.buf_ring_advance(self._group, 1)
        return data

    def close(self) -> None:
        """Takes the buffers back."""
        self._library.free_buf_ring(self._ring.memory, self._group, self._count, BUFFER_GROUP)
