"""What io_uring's backend stands on: liburing, memory that is lent to the kernel, a kernel's no."""

from __future__ import annotations

import _ctypes
import ctypes
import errno
import gc
import os
import socket
import sys
import weakref
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from wakepoint import backends

if sys.platform != "linux":
    pytest.skip("only Linux has io_uring", allow_module_level=True)

from wakepoint.backends.uring.entries import Cqe, Sqe
from wakepoint.backends.uring.kernel import UringKernel
from wakepoint.backends.uring.library import load
from wakepoint.backends.uring.memory import Incoming, Outgoing, pack_address, unpack_address
from wakepoint.backends.uring.ring import set_up


def test_data_that_is_lent_to_the_kernel_stays_where_it_is() -> None:
    data = bytearray(b"abc")
    lent = Outgoing(memoryview(data)[1:])
    assert ctypes.string_at(lent.address, lent.size) == b"bc"
    with pytest.raises(BufferError):
        data.append(0)
    del lent
    data.append(0)


@pytest.mark.io_uring
def test_a_ring_that_nobody_closes_keeps_the_memory_that_the_kernel_may_write() -> None:
    kernel = UringKernel()
    reader, writer = kernel.pipe()
    ring = kernel.io_uring_setup(1)
    buffer = Incoming(8)
    sqe = Sqe("read", reader, (reader, buffer.address, 8, 0), Holder(buffer))
    ring.number(sqe)
    assert kernel.io_uring_enter(ring, [sqe], 1, 0) == []
    reference, address = weakref.ref(ring), buffer.address
    del ring, buffer, sqe
    gc.collect()
    alive = reference()
    assert alive is not None
    os.write(writer, b"written")
    (cqe,) = kernel.io_uring_enter(alive, [], 1, 10)
    assert (cqe.res, ctypes.string_at(address, 7)) == (7, b"written")
    kernel.io_uring_close(alive)
    del alive, cqe
    gc.collect()
    assert reference() is None
    os.close(reader)
    os.close(writer)


class Holder:
    """Whom a completion is for; holds the call's memory, as operations do."""

    def __init__(self, memory: Incoming) -> None:
        self.memory = memory

    def completed(self, cqe: Cqe) -> None:
        """Does nothing."""


@pytest.mark.parametrize(
    ("family", "address"),
    [
        (socket.AF_INET, ("127.0.0.1", 50001)),
        (socket.AF_INET6, ("::1", 50001, 0, 0)),
        (socket.AF_INET6, ("fe80::1", 9, 7, 3)),
    ],
)
def test_addresses_as_the_kernel_has_them(family: int, address: Any) -> None:
    name = pack_address(family, address)
    assert unpack_address(name) == address


class Refusing:
    """A liburing to which the kernel answers with errors, depending on a ring's flags."""

    def __init__(self, answer: Callable[[int], int], features: int = -1) -> None:
        self._answer = answer
        self._features = features & 0xFFFFFFFF
        self.asked: list[int] = []
        self.closed = 0

    def queue_init_params(self, entries: int, memory: Any, params: Any) -> int:
        self.asked.append(params.flags)
        params.features = self._features
        return self._answer(params.flags)

    def queue_exit(self, memory: Any) -> None:
        self.closed += 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            errno.EPERM,
            "forbids io_uring .sysctl kernel.io_uring_disabled, container or sandbox",
        ),
        (errno.ENOSYS, "has no io_uring"),
        (errno.EACCES, "forbids io_uring"),
        (errno.ENOMEM, "gives us no ring: Cannot allocate memory"),
    ],
)
def test_a_kernel_that_refuses_is_told_in_one_line(code: int, words: str) -> None:
    library: Any = Refusing(lambda flags: -code)
    with pytest.raises(ValueError, match=f"^this kernel {words}.*; choose another backend$"):
        set_up(library, 1)
    assert len(library.asked) == 1


def test_an_older_kernel_gets_fewer_flags() -> None:
    library: Any = Refusing(lambda flags: -errno.EINVAL if flags else 0)
    set_up(library, 1)
    assert library.asked[-1] == 0
    assert len(set(library.asked)) == 3


def test_a_kernel_that_is_too_old_says_so() -> None:
    library: Any = Refusing(lambda flags: 0, features=0)
    with pytest.raises(ValueError, match=r"too old: it takes Linux 5\.11"):
        set_up(library, 1)
    assert library.closed == 1


@pytest.fixture
def fresh() -> Iterator[None]:
    """Lets liburing be looked for anew."""
    load.cache_clear()
    yield
    load.cache_clear()


@pytest.mark.usefixtures("fresh")
def test_without_liburing_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "liburing", None)
    with pytest.raises(ValueError, match=r"pip install 'wakepoint\[uring\]'"):
        backends.make_kernel("io_uring")


@pytest.mark.usefixtures("fresh")
def test_another_library_of_that_name_is_not_taken_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    impostor = SimpleNamespace(liburing=SimpleNamespace(__file__=_ctypes.__file__))
    monkeypatch.setitem(sys.modules, "liburing", impostor)
    with pytest.raises(ValueError, match="not the one we know"):
        backends.make_kernel("io_uring")
