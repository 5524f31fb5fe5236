"""Linux' calls for io_uring: io_uring_setup(2), io_uring_enter(2) and io_uring_register(2)."""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import socket as sockets
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from wakepoint.backends.uring.entries import WAKE, Cqe, Sqe
from wakepoint.backends.uring.library import Liburing, load
from wakepoint.backends.uring.ring import Ring, check, set_up
from wakepoint.kernel import Kernel

_IORING_OP_SOCKET = 45
_IORING_OP_SEND_ZC = 47
_NO_FD = -1

# Linux has all of it; type checkers are told of other platforms too.
_linux: Any = os


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
        end = None if timeout is None else time.monotonic() + timeout
        left = timeout
        while True:
            try:
                ring.enter(1, left)
            except InterruptedError:
                pass  # Python handles the signal between two instructions of this loop
            except TimeoutError:
                break
            if end is not None:
                left = max(0.0, end - time.monotonic())
            # Interrupted after it has submitted something, the call says only that it has.
            if ring.ready or left == 0:
                break
        return ring.take(room)

    def io_uring_submit(self, ring: Ring, sqes: Sequence[Sqe]) -> int:
        """Submits calls and waits for nothing; returns how many."""
        ring.put(sqes)
        return ring.enter(0, None)

    def io_uring_register_buffers(self, ring: Ring, count: int, size: int) -> None:
        """Gives the ring buffers, from which multishot receives take."""
        ring.provide(count, size)

    def io_uring_message(self, ring: Ring) -> None:
        """Sends a completion to a ring, which ends its wait. Any thread may."""
        entry = ctypes.create_string_buffer(64)
        self._library.prep_msg_ring(entry, ring.fd, 0, WAKE, 0)
        check(self._library.register_sync_msg(entry))

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
        _linux.set_blocking(fd, True)


@functools.cache
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
