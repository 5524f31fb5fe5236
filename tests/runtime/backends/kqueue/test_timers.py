"""``EVFILT_TIMER``, and the timeout of a wait."""

from __future__ import annotations

import time

import pytest
from tools.kqueues import SHORT, Kqueue

from wakepoint.backends.kqueue.kevent import (
    EV_ADD,
    EV_DELETE,
    EV_ONESHOT,
    EVFILT_TIMER,
    TIMER_UNIT,
    Kevent,
)


def timer(seconds: float, flags: int = EV_ADD, ident: int = 1) -> Kevent:
    amount = int(seconds * TIMER_UNIT.per_second)
    return Kevent(ident, EVFILT_TIMER, flags, TIMER_UNIT.flag, amount)


def test_a_timer_fires_again_and_again(kq: Kqueue) -> None:
    start = time.monotonic()
    fired = 0
    (event,) = kq.wait(timer(0.005))
    fired += event.data
    while fired < 3:
        fired += kq.wait()[0].data
    assert time.monotonic() - start >= 0.015
    kq.change(timer(0, EV_DELETE))


def test_a_oneshot_timer_fires_once_and_never_early(kq: Kqueue) -> None:
    start = time.monotonic()
    (event,) = kq.wait(timer(0.01, EV_ADD | EV_ONESHOT))
    assert time.monotonic() - start >= 0.01
    assert event[:2] == (1, EVFILT_TIMER)
    assert kq.none()
    with pytest.raises(FileNotFoundError):
        kq.change(timer(0, EV_DELETE))


def test_adding_a_timer_again_sets_it_anew(kq: Kqueue) -> None:
    kq.change(timer(3600, EV_ADD | EV_ONESHOT))
    assert len(kq.wait(timer(0.005, EV_ADD | EV_ONESHOT))) == 1
    kq.change(timer(0.005, EV_ADD | EV_ONESHOT))
    kq.change(timer(3600, EV_ADD | EV_ONESHOT))
    assert kq.none()


def test_a_timer_that_was_deleted_is_silent(kq: Kqueue) -> None:
    kq.change(timer(0.001, EV_ADD | EV_ONESHOT))
    time.sleep(SHORT)  # it has expired, and nobody was told
    kq.change(timer(0, EV_DELETE))
    assert kq.none()


def test_a_wait_ends_with_its_timeout(kq: Kqueue) -> None:
    start = time.monotonic()
    assert kq.wait(timeout=SHORT) == []
    assert time.monotonic() - start >= SHORT
    assert kq.wait(timeout=0) == []
