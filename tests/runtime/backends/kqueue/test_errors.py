"""Changes that a kqueue does not take."""

from __future__ import annotations

import errno
import os

import pytest
from tools.kqueues import Kqueue, Pair, read

from wakepoint.backends.kqueue.kevent import EV_ADD, EV_DELETE, EV_ERROR, EVFILT_READ, Kevent


def test_a_change_that_fails_is_an_event_where_there_is_room(kq: Kqueue, pair: Pair) -> None:
    one, other = pair
    other.send(b"1")
    (event,) = kq.wait(read(one, EV_DELETE), read(one))
    assert event[:2] == (one.fileno(), EVFILT_READ)
    assert event.flags & EV_ERROR
    assert event.data == errno.ENOENT
    (event,) = kq.wait()  # the change after it was made, and its event comes
    assert event.data == 1


def test_without_room_the_call_fails(kq: Kqueue, pair: Pair) -> None:
    with pytest.raises(FileNotFoundError):
        kq.change(read(pair[0], EV_DELETE))


def test_a_descriptor_that_is_not_open(kq: Kqueue) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    os.close(writer)
    (event,) = kq.wait(Kevent(reader, EVFILT_READ, EV_ADD))
    assert event.flags & EV_ERROR
    assert event.data == errno.EBADF


def test_a_filter_that_there_is_not(kq: Kqueue) -> None:
    with pytest.raises(OSError, match=r".") as caught:
        kq.change(Kevent(0, -99, EV_ADD))
    assert caught.value.errno in (errno.EINVAL, errno.ENOSYS)
