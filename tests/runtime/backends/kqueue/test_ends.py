"""How a kqueue tells that the other side went, and what closing this side does."""

from __future__ import annotations

import errno
import os
import socket
import sys

import pytest
from tools.kqueues import Kqueue, Pair, read, write

from wakepoint.backends.kqueue.kevent import (
    EV_ADD,
    EV_CLEAR,
    EV_EOF,
    EVFILT_READ,
    EVFILT_WRITE,
    Kevent,
)

if sys.platform == "win32":
    pytest.skip("Windows has no kqueue", allow_module_level=True)


def test_the_end_of_a_stream_is_a_flag_and_data_counts_what_is_left(kq: Kqueue, pair: Pair) -> None:
    one, other = pair
    kq.change(read(one))
    other.send(b"last")
    other.close()
    (event,) = kq.wait()
    while not event.flags & EV_EOF:  # the end came after the data was told
        (event,) = kq.wait()
    assert event.data == 4


def test_a_refused_connection_carries_its_error(kq: Kqueue) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
    with socket.socket() as sock:
        sock.setblocking(False)
        assert sock.connect_ex(address) in (errno.EINPROGRESS, errno.ECONNREFUSED)
        event = next(each for each in kq.wait(write(sock)) if each.filter == EVFILT_WRITE)
        assert event.flags & EV_EOF
        assert event.fflags == errno.ECONNREFUSED
        # Looking did not take it away.
        error = kq.kernel.getsockopt(sock, socket.SOL_SOCKET, socket.SO_ERROR)
        assert error == errno.ECONNREFUSED


def test_a_reset_is_reported_and_kept_for_who_reads(kq: Kqueue, pair: Pair) -> None:
    one, other = pair
    kq.change(read(one))
    other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    other.close()
    (event,) = kq.wait()
    assert event.flags & EV_EOF
    assert event.fflags == errno.ECONNRESET
    with pytest.raises(ConnectionResetError):
        kq.kernel.recv(one, 10)


def test_a_pipe_whose_reader_went(kq: Kqueue) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    kq.wait(Kevent(writer, EVFILT_WRITE, EV_ADD | EV_CLEAR))
    os.close(reader)
    (event,) = kq.wait()
    assert event.flags & EV_EOF
    kq.kernel.close_fd(writer)


def test_a_pipe_whose_writer_went(kq: Kqueue) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"12")
    os.close(writer)
    (event,) = kq.wait(Kevent(reader, EVFILT_READ, EV_ADD | EV_CLEAR))
    assert event.flags & EV_EOF
    assert event.data == 2
    kq.kernel.close_fd(reader)


def test_closing_deletes_duplicated_or_not(kq: Kqueue, pair: Pair) -> None:
    one, other = pair
    kq.change(read(one))
    with one.dup():
        kq.kernel.close(one)
        other.send(b"1")
        assert kq.none()


def test_a_listener_tells_how_many_wait(kq: Kqueue) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        clients = [socket.create_connection(listener.getsockname()) for _ in range(3)]
        (event,) = kq.wait(read(listener))
        for client in clients:
            client.close()
        kq.libkqueue_differs("says 1, since Linux does not tell")
        assert event.data == 3
