"""Linux' calls for io_uring: io_uring_setup(2), io_uring_enter(2) and io_uring_register(2)."""

from __future__ import annotations

import ctypes
import errno
import math
import os
import socket as sockets
import time
from collections.abc import Sequence
from typing import NamedTuple

from wakepoint.backends.uring_entries import WAKE, Cqe, Sqe
from wakepoint.backends.uring_library import Liburing, Timespec, load
from wakepoint.backends.uring_ring import Ring, set_up
from wakepoint.kernel import Kernel

_IORING_OP_SOCKET = 45
_IORING_OP_SEND_ZC = 47
_NO_FD = -1


class Features(NamedTuple):
    """What this kernel's io_uring can do.

    Attributes:
        multishot_accept: One call brings one connection after the other (Linux 5.19).
        multishot_recv: One call brings data again and again, in buffers of the ring (Linux 6.0).
        message: A thread without a ring can send a completion to one (Linux 6.13).
    """

    multishot_accept: bool
    multishot_recv: bool
    message: bool


class UringKernel(Kernel):
    """The calls of Linux, with descriptors that block.

    io_uring waits on our behalf; a descriptor that must not block would have it answer EAGAIN
    instead (io_uring_enter(2)).

    Raises:
        ValueError: If liburing is missing or the kernel lets nobody use io_uring.
    """

    def __init__(self) -> None:
        self._library = load()
        self.features = _probe(self._library)

    # -- the ring ----------------------------------------------------------------------------

    def io_uring_setup(self, entries: int) -> Ring:
        """Makes a ring with room for so many calls between two submissions."""
        return Ring(self._library, entries)

    def io_uring_enter(
        self, ring: Ring, sqes: Sequence[Sqe], room: int, timeout: float | None
    ) -> list[Cqe]:
        """Submits calls and waits until one is done; takes what is done.

        Args:
            ring: Where.
            sqes: What to do; from here until its last completion the kernel owns its memory.
            room: How many completions to take at most.
            timeout: Seconds to wait at most; None for ever.
        """
        ring.put(sqes)
        if timeout == 0:
            _check(self._library.submit_and_get_events(ring.memory))
        else:
            self._wait(ring, timeout)
        return ring.take(room)

    def _wait(self, ring: Ring, timeout: float | None) -> None:
        end = None if timeout is None else time.monotonic() + timeout
        first = ctypes.POINTER(ring.completion_type)()
        while True:
            limit = None
            if end is not None:
                left = max(0.0, end - time.monotonic())
                whole = math.floor(left)
                limit = Timespec(whole, math.ceil((left - whole) * 1e9))
            result = self._library.submit_and_wait_timeout(ring.memory, first, 1, limit, None)
            # A signal ends the call; Python handles it between two instructions of this loop.
            if result != -errno.EINTR:
                break
        if result != -errno.ETIME:
            _check(result)

    def io_uring_submit(self, ring: Ring, sqes: Sequence[Sqe]) -> int:
        """Submits calls and waits for nothing; returns how many."""
        ring.put(sqes)
        submitted: int = _check(self._library.submit_and_get_events(ring.memory))
        return submitted

    def io_uring_register_buffers(self, ring: Ring, count: int, size: int) -> None:
        """Gives the ring buffers, from which multishot receives take."""
        ring.provide(count, size)

    def io_uring_message(self, ring: Ring) -> None:
        """Sends a completion to a ring, which ends its wait. Any thread may."""
        entry = ctypes.create_string_buffer(64)
        self._library.prep_msg_ring(entry, ring.fd, 0, WAKE, 0)
        _check(self._library.register_sync_msg(entry))

    def io_uring_close(self, ring: Ring) -> None:
        """Gives the ring back."""
        ring.close()

    # -- descriptors that block --------------------------------------------------------------

    @staticmethod
    def socket(family: int, kind: int) -> sockets.socket:
        """Makes one that child processes do not inherit."""
        return sockets.socket(family, kind)

    pipe = staticmethod(os.pipe)

    @staticmethod
    def make_blocking(fd: int) -> None:
        """Clears O_NONBLOCK."""
        os.set_blocking(fd, True)


def _check(result: int) -> int:
    if result < 0:
        raise OSError(-result, os.strerror(-result))
    return result


def _probe(library: Liburing) -> Features:
    """Asks a small ring, since what is forbidden only shows when it is tried."""
    memory, _ = set_up(library, 1)
    try:
        probe = library.get_probe_ring(memory)
        # Either kind of multishot came with the same release as the operation asked for.
        accept = bool(probe) and bool(library.opcode_supported(probe, _IORING_OP_SOCKET))
        recv = bool(probe) and bool(library.opcode_supported(probe, _IORING_OP_SEND_ZC))
        library.free_probe(probe)
    finally:
        library.queue_exit(memory)
    entry = ctypes.create_string_buffer(64)
    library.prep_msg_ring(entry, _NO_FD, 0, WAKE, 0)
    message = library.register_sync_msg(entry) == -errno.EBADF
    return Features(accept, recv, message)
