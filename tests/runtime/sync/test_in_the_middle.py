"""A destructor or a signal handler that uses a primitive in the middle of a method of it.

Python runs both wherever something is called. A profile function is called there too, so it stands
for them: at each call in the package in turn, it does something else to the same primitive.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import count
from types import FrameType
from typing import Any, NamedTuple

import pytest
from tools.hand import Polled, polled, ready

from wakepoint import PENDING, Ready
from wakepoint.sync import Empty, Full, NoPermits, Notify, Semaphore, broadcast, mpsc, watch


class Case(NamedTuple):
    """What is done, what is done in the middle of it, and what has to hold afterwards."""

    outer: Callable[[], object]
    inner: Callable[[], object]
    check: Callable[[], object]


def interrupted(case: Case, moment: int) -> bool:
    """Does the inner thing at the so-manyth call within the outer one; False if there is none."""
    calls = 0

    def at_call(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        inside = frame.f_globals["__name__"].startswith("wakepoint.sync")
        if not inside or event not in ("call", "return", "c_return"):
            return
        calls += 1
        if calls == moment:
            sys.setprofile(None)
            case.inner()

    sys.setprofile(at_call)
    try:
        case.outer()
    finally:
        sys.setprofile(None)
    return calls >= moment


def semaphore_is_acquired_and_released() -> Case:
    semaphore = Semaphore(1)
    held = semaphore.try_acquire()
    waiting = [polled(semaphore.acquire()) for _ in range(2)]

    def check() -> None:
        held.release()
        granted = 0
        while any(each.woken for each in waiting):
            each = next(each for each in waiting if each.woken)
            waiting.remove(each)
            permit = each.poll()
            assert isinstance(permit, Ready)
            permit.value.release()
            granted += 1
        assert not waiting
        assert semaphore.available_permits() == 1

    def inner() -> None:
        waiting.append(polled(semaphore.acquire()))
        waiting.pop(0).drop()

    return Case(held.release, inner, check)


def permits_are_taken() -> Case:
    semaphore = Semaphore(1)
    taken: list[Any] = []

    def take() -> None:
        try:
            taken.append(semaphore.try_acquire())
        except NoPermits:
            taken.append(None)

    def check() -> None:
        assert sum(each is not None for each in taken) == 1
        for each in taken:
            if each is not None:
                each.release()
        assert semaphore.available_permits() == 1

    return Case(take, take, check)


def acquiring_is_polled_while_it_is_released() -> Case:
    semaphore = Semaphore(0)
    waiting = Polled(semaphore.acquire())

    def check() -> None:
        if waiting.outcome is PENDING:
            assert waiting.woken
            assert isinstance(waiting.poll(), Ready)

    return Case(waiting.poll, lambda: semaphore.add_permits(1), check)


def acquiring_is_dropped_while_it_is_released() -> Case:
    semaphore = Semaphore(0)
    waiting = polled(semaphore.acquire())

    def check() -> None:
        assert semaphore.available_permits() == 1

    return Case(waiting.drop, lambda: semaphore.add_permits(1), check)


def messages_are_sent_and_received() -> Case:
    sender, receiver = mpsc.channel(2)
    sender.try_send(0)
    received: list[int] = []
    sent = [0]
    numbers = count(1)

    def send() -> None:
        number = next(numbers)
        try:
            sender.try_send(number)
        except Full:
            return
        sent.append(number)

    def outer() -> None:
        received.append(receiver.try_recv())
        send()

    def inner() -> None:
        send()
        try:
            received.append(receiver.try_recv())
        except Empty:
            return

    def check() -> None:
        while not receiver.is_empty():
            received.append(receiver.try_recv())
        assert sorted(received) == sorted(sent)
        assert sender.capacity() == 2

    return Case(outer, inner, check)


def message_comes_while_it_is_waited_for() -> Case:
    sender, receiver = mpsc.channel(1)
    waiting = Polled(receiver.recv())

    def check() -> None:
        if waiting.outcome is PENDING:
            assert waiting.woken
            assert waiting.poll() == Ready("message")
        assert waiting.outcome == Ready("message")

    return Case(waiting.poll, lambda: sender.try_send("message"), check)


def room_comes_while_it_is_waited_for() -> Case:
    sender, receiver = mpsc.channel(1)
    sender.try_send("first")
    waiting = Polled(sender.send("next"))

    def check() -> None:
        if waiting.outcome is PENDING:
            assert waiting.woken
            assert waiting.poll() == Ready(None)
        assert receiver.try_recv() == "next"

    return Case(waiting.poll, receiver.try_recv, check)


def last_sender_goes_while_it_is_waited_for() -> Case:
    sender, receiver = mpsc.channel(1)
    waiting = Polled(receiver.recv())

    def check() -> None:
        if waiting.outcome is PENDING:
            assert waiting.woken
            waiting.poll()
        assert waiting.raised is not None

    return Case(waiting.poll, sender.close, check)


def chosen_receiver_goes_while_another_message_comes() -> Case:
    sender, receiver = mpsc.channel(2)
    first, second = polled(receiver.recv()), polled(receiver.recv())
    sender.try_send(1)

    def check() -> None:
        assert second.woken
        assert isinstance(second.poll(), Ready)
        assert receiver.len() == 1

    return Case(first.drop, lambda: sender.try_send(2), check)


def notification_comes_while_it_is_waited_for() -> Case:
    notify = Notify()
    waiting = Polled(notify.notified())

    def check() -> None:
        if waiting.outcome is PENDING:
            assert waiting.woken
            assert waiting.poll() == Ready(None)
        assert polled(notify.notified()).outcome is PENDING

    return Case(waiting.poll, notify.notify_one, check)


def notified_one_goes_while_another_comes() -> Case:
    notify = Notify()
    first = polled(notify.notified())
    notify.notify_one()
    others: list[Polled[None]] = []

    def check() -> None:
        if others:
            assert others[0].woken or others[0].outcome == Ready(None)
        else:
            ready(notify.notified())

    return Case(first.drop, lambda: others.append(polled(notify.notified())), check)


def broadcast_comes_while_it_is_waited_for() -> Case:
    sender, receiver = broadcast.channel(2)
    waiting = Polled(receiver.recv())

    def check() -> None:
        if waiting.outcome is PENDING:
            assert waiting.woken
            waiting.poll()
        assert waiting.outcome == Ready("news")
        assert sender.len() == 0

    return Case(waiting.poll, lambda: sender.send("news"), check)


def receiver_leaves_while_news_comes() -> Case:
    sender, receiver = broadcast.channel(2)
    other = sender.subscribe()
    sender.send(1)

    def check() -> None:
        assert [other.try_recv(), other.try_recv()] == [1, 2]
        assert sender.len() == 0

    return Case(receiver.close, lambda: sender.send(2), check)


def receiver_joins_while_news_comes() -> Case:
    sender, receiver = broadcast.channel(2)
    others: list[broadcast.Receiver[int]] = []

    def check() -> None:
        assert receiver.try_recv() == 1
        for other in others:
            if not other.is_empty():
                assert other.try_recv() == 1
        assert sender.len() == 0

    return Case(lambda: sender.send(1), lambda: others.append(sender.subscribe()), check)


def value_changes_while_it_is_waited_for() -> Case:
    sender, receiver = watch.channel(0)
    waiting = Polled(receiver.changed())

    def check() -> None:
        if waiting.outcome is PENDING:
            assert waiting.woken
            waiting.poll()
        assert waiting.outcome == Ready(None)

    return Case(waiting.poll, lambda: sender.send(1), check)


CASES = [
    semaphore_is_acquired_and_released,
    permits_are_taken,
    acquiring_is_polled_while_it_is_released,
    acquiring_is_dropped_while_it_is_released,
    messages_are_sent_and_received,
    message_comes_while_it_is_waited_for,
    room_comes_while_it_is_waited_for,
    last_sender_goes_while_it_is_waited_for,
    chosen_receiver_goes_while_another_message_comes,
    notification_comes_while_it_is_waited_for,
    notified_one_goes_while_another_comes,
    broadcast_comes_while_it_is_waited_for,
    receiver_leaves_while_news_comes,
    receiver_joins_while_news_comes,
    value_changes_while_it_is_waited_for,
]


@pytest.mark.parametrize("make", CASES, ids=lambda make: make.__name__)
def test_at_any_call(make: Callable[[], Case]) -> None:
    moment = 0
    while True:
        moment += 1
        case = make()
        if not interrupted(case, moment):
            break
        case.check()
    assert moment > 4, "there were no calls to interrupt"
