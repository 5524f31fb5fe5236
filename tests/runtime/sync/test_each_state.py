"""Whoever is dropped, in whichever state, passes its turn on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from tools.hand import Polled, polled, ready

from wakepoint import PENDING, Future, Ready
from wakepoint.sync import Mutex, Notify, RwLock, Semaphore, mpsc, oneshot


class Scenario(NamedTuple):
    """Something that is waited for by any number, and comes once.

    Attributes:
        wait: Waits for it.
        come: Lets it come.
    """

    wait: Callable[[], Future[Any]]
    come: Callable[[], object]


def semaphore() -> Scenario:
    a = Semaphore(0)
    return Scenario(a.acquire, lambda: a.add_permits(1))


def several_permits() -> Scenario:
    a = Semaphore(1)
    return Scenario(lambda: a.acquire_many(3), lambda: a.add_permits(2))


def mutex() -> Scenario:
    a = Mutex(None)
    return Scenario(a.lock, a.try_lock().release)


def readers() -> Scenario:
    a = RwLock(None)
    guard = a.try_write()
    return Scenario(a.read, guard.release)


def writers() -> Scenario:
    a = RwLock(None)
    guard = a.try_read()
    return Scenario(a.write, guard.release)


def notify() -> Scenario:
    a = Notify()
    return Scenario(a.notified, a.notify_one)


def receivers() -> Scenario:
    sender, receiver = mpsc.channel(1)
    return Scenario(receiver.recv, lambda: sender.try_send("message"))


def senders() -> Scenario:
    sender, receiver = mpsc.channel(1)
    sender.try_send("first")
    return Scenario(lambda: sender.send("next"), receiver.try_recv)


def permits_to_send() -> Scenario:
    sender, receiver = mpsc.channel(1)
    sender.try_send("first")
    return Scenario(sender.reserve, receiver.try_recv)


def one_value() -> Scenario:
    sender, receiver = oneshot.channel()
    return Scenario(receiver.into_future, lambda: sender.send("value"))


SCENARIOS = [
    *(semaphore, several_permits, mutex, readers, writers, notify),
    *(receivers, senders, permits_to_send, one_value),
]


@pytest.fixture(params=SCENARIOS, ids=lambda scenario: scenario.__name__)
def scenario(request: pytest.FixtureRequest) -> Scenario:
    made: Scenario = request.param()
    return made


def test_dropped_before_the_first_poll(scenario: Scenario) -> None:
    scenario.wait().drop()
    other = polled(scenario.wait())
    assert other.outcome is PENDING
    scenario.come()
    assert other.woken
    assert isinstance(other.poll(), Ready)


def test_dropped_while_it_waits(scenario: Scenario) -> None:
    first, second = polled(scenario.wait()), polled(scenario.wait())
    first.drop()
    scenario.come()
    assert not first.woken
    assert second.woken
    assert isinstance(second.poll(), Ready)


def test_dropped_after_it_was_chosen_and_before_it_was_polled(scenario: Scenario) -> None:
    first, second = polled(scenario.wait()), polled(scenario.wait())
    scenario.come()
    assert first.woken
    first.drop()
    assert second.woken
    assert isinstance(second.poll(), Ready)


def test_dropped_after_it_was_chosen_while_nobody_else_waits(scenario: Scenario) -> None:
    first = polled(scenario.wait())
    scenario.come()
    first.drop()
    ready(scenario.wait())


def test_dropped_when_it_is_ready_it_passes_nothing_on(scenario: Scenario) -> None:
    first, second = polled(scenario.wait()), polled(scenario.wait())
    scenario.come()
    assert isinstance(first.poll(), Ready)
    woken = second.woken
    first.drop()
    first.drop()
    assert second.woken == woken


def test_a_poll_too_many_is_told(scenario: Scenario) -> None:
    first = polled(scenario.wait())
    scenario.come()
    assert isinstance(first.poll(), Ready)
    with pytest.raises(RuntimeError, match="polled after it was ready"):
        ready(first.future)


def test_the_waker_of_the_latest_poll_is_woken(scenario: Scenario) -> None:
    future = scenario.wait()
    before, after = Polled(future), Polled(future)
    before.poll()
    after.poll()
    scenario.come()
    assert (before.woken, after.woken) == (False, True)
