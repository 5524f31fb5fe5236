"""What is registered: a knote, keyed by (ident, filter), and what its flags do."""

from __future__ import annotations

import socket

import pytest
from tools.kqueues import Kqueue, Pair, read, write

from wakepoint.backends.kqueue.kevent import (
    EV_ADD,
    EV_DELETE,
    EV_DISABLE,
    EV_ENABLE,
    EV_EOF,
    EV_ERROR,
    EV_ONESHOT,
    EVFILT_READ,
    EVFILT_WRITE,
)


def test_data_is_how_much_there_is_to_read(kq: Kqueue, pair: Pair) -> None:
    one, other = pair
    other.send(b"12345")
    (event,) = kq.wait(read(one))
    assert event[:2] == (one.fileno(), EVFILT_READ)
    assert event.data == 5
    assert not event.flags & (EV_EOF | EV_ERROR)


def test_ev_clear_reports_a_change_once(kq: Kqueue, pair: Pair) -> None:
    one, other = pair
    other.send(b"12")
    assert len(kq.wait(read(one))) == 1
    assert kq.none()
    other.send(b"3")
    (event,) = kq.wait()
    assert event.data == 3


def test_without_ev_clear_it_is_reported_until_it_is_read(kq: Kqueue, pair: Pair) -> None:
    one, other = pair
    other.send(b"12")
    assert len(kq.wait(read(one, EV_ADD))) == 1
    assert len(kq.wait()) == 1
    one.recv(10)
    assert kq.none()


def test_oneshot_reports_and_deletes(kq: Kqueue, pair: Pair) -> None:
    one, other = pair
    other.send(b"1")
    assert len(kq.wait(read(one, EV_ADD | EV_ONESHOT))) == 1
    other.send(b"2")
    assert kq.none()
    with pytest.raises(FileNotFoundError):
        kq.change(read(one, EV_DELETE))


def test_disable_keeps_quiet_until_enable(kq: Kqueue, pair: Pair) -> None:
    one, other = pair
    kq.change(read(one, EV_ADD))
    kq.change(read(one, EV_DISABLE))
    other.send(b"1")
    assert kq.none()
    assert len(kq.wait(read(one, EV_ENABLE))) == 1


def test_delete(kq: Kqueue, pair: Pair) -> None:
    one, other = pair
    kq.change(read(one))
    kq.change(read(one, EV_DELETE))
    other.send(b"1")
    assert kq.none()


def test_a_filter_is_a_registration_of_its_own(kq: Kqueue, pair: Pair) -> None:
    one, other = pair
    (event,) = kq.wait(write(one))
    assert event[:2] == (one.fileno(), EVFILT_WRITE)
    other.send(b"1")
    assert kq.none()  # nobody asked for reading
    events = kq.wait(read(one))
    assert (one.fileno(), EVFILT_READ) in [each[:2] for each in events]


def test_data_is_how_much_room_there_is_to_write(kq: Kqueue, pair: Pair) -> None:
    kq.libkqueue_differs("says how much waits to be sent instead")
    (event,) = kq.wait(write(pair[0]))
    assert event.data > 1000


def test_reading_alone_is_reported_where_writing_is_registered_too(kq: Kqueue, pair: Pair) -> None:
    one, other = pair
    assert len(kq.wait(read(one), write(one))) == 1
    kq.libkqueue_differs("has one epoll entry for both, so an edge of one reports the other again")
    other.send(b"1")
    assert [each.filter for each in kq.wait()] == [EVFILT_READ]


def test_adding_again_is_a_change_not_a_second_registration(kq: Kqueue, pair: Pair) -> None:
    one, other = pair
    kq.change(read(one), read(one))
    other.send(b"1")
    assert len(kq.wait()) == 1
    assert kq.none()
    kq.change(read(one, EV_DELETE))
    with pytest.raises(FileNotFoundError):
        kq.change(read(one, EV_DELETE))


def test_what_does_not_fit_comes_with_the_next_call(kq: Kqueue) -> None:
    kq.libkqueue_differs("forgets what does not fit; our kernel for it makes up for that")
    pairs = [socket.socketpair() for _ in range(5)]
    kq.change(*(write(one) for one, _ in pairs))
    batches = [kq.wait(room=2) for _ in range(3)]
    assert [len(each) for each in batches] == [2, 2, 1]
    assert {event.ident for each in batches for event in each} == {one.fileno() for one, _ in pairs}
    for one, other in pairs:
        one.close()
        other.close()
