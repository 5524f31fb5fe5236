"""The kqueue of recordings: a deadline that passes together with an event comes after it."""

from __future__ import annotations

import threading
import time

import pytest
from tools.kqueues import Kqueue, Pair, read

from wakepoint.backends.kqueue.kevent import (
    EV_ADD,
    EV_DELETE,
    EV_ONESHOT,
    EVFILT_READ,
    EVFILT_TIMER,
    TIMER_UNIT,
    Kevent,
)
from wakepoint.backends.kqueue.steady import SteadyKqueue


@pytest.fixture
def steady(kq: Kqueue) -> Kqueue:
    kq.kernel = SteadyKqueue(kq.kernel)
    return kq


def deadline(units: int) -> Kevent:
    return Kevent(0, EVFILT_TIMER, EV_ADD | EV_ONESHOT, TIMER_UNIT.flag, units)


def both_at_once(kq: Kqueue, pair: Pair) -> list[Kevent]:
    """What one wait tells when there is data and the deadline has passed."""
    one, other = pair
    kq.change(read(one), deadline(1))
    other.send(b"1")
    time.sleep(0.01)  # far longer than the deadline, which is what this is about
    return kq.wait()


def test_an_event_hides_the_deadline(steady: Kqueue, pair: Pair) -> None:
    (event,) = both_at_once(steady, pair)
    assert event.filter == EVFILT_READ


def test_the_deadline_comes_with_the_next_wait_for_it(steady: Kqueue, pair: Pair) -> None:
    both_at_once(steady, pair)
    (event,) = steady.wait(deadline(1))
    assert event.filter == EVFILT_TIMER


def test_taking_the_hidden_deadline_back_is_no_error(steady: Kqueue, pair: Pair) -> None:
    both_at_once(steady, pair)
    one, other = pair
    sending = threading.Thread(target=other.send, args=(b"2",))
    sending.start()
    (event,) = steady.wait(Kevent(0, EVFILT_TIMER, EV_DELETE))
    assert event[:2] == (one.fileno(), EVFILT_READ)
    sending.join()


def test_alone_it_is_told(steady: Kqueue) -> None:
    (event,) = steady.wait(deadline(1))
    assert event[:2] == (0, EVFILT_TIMER)


def test_a_timer_of_the_programs_own_is_told_together_with_an_event(
    steady: Kqueue, pair: Pair
) -> None:
    one, other = pair
    steady.change(read(one), deadline(1)._replace(ident=7))
    other.send(b"1")
    time.sleep(0.01)
    assert {event.filter for event in steady.wait()} == {EVFILT_READ, EVFILT_TIMER}
