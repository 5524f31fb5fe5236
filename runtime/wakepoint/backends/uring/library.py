"""liburing's functions, which the PyPI package ``liburing`` carries, through ctypes.

The package is a binding for Python, and its shared object exports the whole of liburing in C. We
call that. The binding itself keeps the interpreter's lock while it waits in the kernel, so that no
other thread could run to wake us, and offers neither ``msghdr`` nor rings of provided buffers
(version 2026.3.30).
"""

from __future__ import annotations

import ctypes
import functools
from ctypes import POINTER, c_int, c_longlong, c_uint, c_ulonglong, c_ushort, c_void_p
from typing import Any

MISSING = (
    "io_uring needs the package liburing; install it with pip install 'wakepoint[uring]' "
    "(x86-64 Linux), or choose another backend"
)


class RingMemory(ctypes.Structure):
    """struct io_uring (liburing.h): the two queues, and after them what there is to know."""

    _fields_ = (
        ("sq_khead", POINTER(c_uint)),
        ("sq_ktail", POINTER(c_uint)),
        ("_sq_pointers", c_void_p * 6),
        ("sqe_head", c_uint),
        ("sqe_tail", c_uint),
        ("_rest_of_queues", c_ulonglong * 15),
        ("flags", c_uint),
        ("ring_fd", c_int),
        ("features", c_uint),
        ("enter_ring_fd", c_int),
        ("_rest", c_ulonglong * 8),
    )


class Params(ctypes.Structure):
    """struct io_uring_params (io_uring_setup(2))."""

    _fields_ = (
        ("sq_entries", c_uint),
        ("cq_entries", c_uint),
        ("flags", c_uint),
        ("sq_thread_cpu", c_uint),
        ("sq_thread_idle", c_uint),
        ("features", c_uint),
        ("rest", c_uint * 24),
    )


class Completion(ctypes.Structure):
    """struct io_uring_cqe."""

    _fields_ = (("user_data", c_ulonglong), ("res", c_int), ("flags", c_uint))


class Timespec(ctypes.Structure):
    """struct __kernel_timespec."""

    _fields_ = (("tv_sec", c_longlong), ("tv_nsec", c_longlong))


class EnterArguments(ctypes.Structure):
    """struct io_uring_getevents_arg (io_uring_enter(2))."""

    _fields_ = (
        ("sigmask", c_ulonglong),
        ("sigmask_sz", c_uint),
        ("min_wait_usec", c_uint),
        ("ts", POINTER(Timespec)),
    )


_RING = POINTER(RingMemory)
_ENTRY = c_void_p
_COMPLETIONS = POINTER(POINTER(Completion))

_FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "io_uring_queue_init_params": (c_int, (c_uint, _RING, POINTER(Params))),
    "io_uring_queue_exit": (None, (_RING,)),
    "io_uring_get_probe_ring": (c_void_p, (_RING,)),
    "io_uring_opcode_supported": (c_int, (c_void_p, c_int)),
    "io_uring_free_probe": (None, (c_void_p,)),
    "io_uring_get_sqe": (_ENTRY, (_RING,)),
    "io_uring_sqe_set_data64": (None, (_ENTRY, c_ulonglong)),
    "io_uring_sqe_set_flags": (None, (_ENTRY, c_uint)),
    "io_uring_sqe_set_buf_group": (None, (_ENTRY, c_int)),
    "io_uring_submit": (c_int, (_RING,)),
    "io_uring_cq_ready": (c_uint, (_RING,)),
    "io_uring_peek_batch_cqe": (c_uint, (_RING, _COMPLETIONS, c_uint)),
    "io_uring_cq_advance": (None, (_RING, c_uint)),
    "io_uring_setup_buf_ring": (c_void_p, (_RING, c_uint, c_int, c_uint, POINTER(c_int))),
    "io_uring_free_buf_ring": (c_int, (_RING, c_void_p, c_uint, c_int)),
    "io_uring_buf_ring_add": (None, (c_void_p, c_void_p, c_uint, c_ushort, c_int, c_int)),
    "io_uring_buf_ring_advance": (None, (c_void_p, c_int)),
    "io_uring_register_sync_msg": (c_int, (_ENTRY,)),
    "io_uring_prep_accept": (None, (_ENTRY, c_int, c_void_p, c_void_p, c_int)),
    "io_uring_prep_multishot_accept": (None, (_ENTRY, c_int, c_void_p, c_void_p, c_int)),
    "io_uring_prep_cancel64": (None, (_ENTRY, c_ulonglong, c_int)),
    "io_uring_prep_connect": (None, (_ENTRY, c_int, c_void_p, c_uint)),
    "io_uring_prep_msg_ring": (None, (_ENTRY, c_int, c_uint, c_ulonglong, c_uint)),
    "io_uring_prep_poll_add": (None, (_ENTRY, c_int, c_uint)),
    "io_uring_prep_read": (None, (_ENTRY, c_int, c_void_p, c_uint, c_ulonglong)),
    "io_uring_prep_recv": (None, (_ENTRY, c_int, c_void_p, ctypes.c_size_t, c_int)),
    "io_uring_prep_recv_multishot": (None, (_ENTRY, c_int, c_void_p, ctypes.c_size_t, c_int)),
    "io_uring_prep_recvmsg": (None, (_ENTRY, c_int, c_void_p, c_uint)),
    "io_uring_prep_send": (None, (_ENTRY, c_int, c_void_p, ctypes.c_size_t, c_int)),
    "io_uring_prep_sendmsg": (None, (_ENTRY, c_int, c_void_p, c_uint)),
    "io_uring_prep_writev": (None, (_ENTRY, c_int, c_void_p, c_uint, c_ulonglong)),
    "io_uring_prep_write": (None, (_ENTRY, c_int, c_void_p, c_uint, c_ulonglong)),
}


class Liburing:
    """The functions as attributes, without ``io_uring_``; each returns at once, but for one.

    Attributes:
        enter2: Sleeps; other threads run meanwhile.
    """

    def __init__(self, path: str) -> None:
        # These take less than a microsecond, so giving the interpreter's lock away is not worth it.
        library = ctypes.PyDLL(path)
        for name, (result, arguments) in _FUNCTIONS.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
            setattr(self, name.removeprefix("io_uring_"), function)
        enter2 = ctypes.CDLL(path).io_uring_enter2
        enter2.restype = c_int
        enter2.argtypes = (c_uint, c_uint, c_uint, c_uint, POINTER(EnterArguments), ctypes.c_size_t)
        self.enter2 = enter2

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"liburing's io_uring_{name} is not among those that are used")


@functools.cache
def load() -> Liburing:
    """liburing, out of its package.

    Raises:
        ValueError: If the package is missing or is another than the one that is meant.
    """
    try:
        import liburing  # noqa: PLC0415 - optional

        return Liburing(liburing.liburing.__file__)
    except ImportError:
        raise ValueError(MISSING) from None
    except AttributeError as error:
        raise ValueError(f"this liburing is not the one we know ({error}); {MISSING}") from None
