"""Whatever is done to a Notify: no notification is lost, and none wakes two."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tools.hand import Polled, polled

from wakepoint import PENDING, Ready
from wakepoint.sync import Notify


class NotifyMachine(RuleBasedStateMachine):
    """The model: a stored notification, a queue, and those who were told together with all."""

    def __init__(self) -> None:
        super().__init__()
        self.notify = Notify()
        self.stored = False
        self.fresh: list[Polled[None]] = []
        self.queue: list[Polled[None]] = []
        self.chosen: list[Polled[None]] = []
        self.told: list[Polled[None]] = []  # by notify_waiters

    @rule()
    def wait(self) -> None:
        self.fresh.append(Polled(self.notify.notified()))

    @precondition(lambda self: self.fresh)
    @rule(data=st.data())
    def poll_first_time(self, data: st.DataObject) -> None:
        future = self.fresh.pop(data.draw(st.integers(0, len(self.fresh) - 1)))
        if self.stored:
            assert isinstance(future.poll(), Ready)
            self.stored = False
        else:
            assert future.poll() is PENDING
            self.queue.append(future)

    @precondition(lambda self: self.queue or self.chosen or self.told)
    @rule(data=st.data())
    def poll_again(self, data: st.DataObject) -> None:
        every = self.queue + self.chosen + self.told
        future = every[data.draw(st.integers(0, len(every) - 1))]
        outcome = future.poll()
        if future in self.queue:
            assert outcome is PENDING
        else:
            assert isinstance(outcome, Ready)
            (self.chosen if future in self.chosen else self.told).remove(future)

    @precondition(lambda self: self.fresh or self.queue or self.chosen or self.told)
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        every = self.fresh + self.queue + self.chosen + self.told
        future = every[data.draw(st.integers(0, len(every) - 1))]
        future.drop()
        if future in self.chosen:
            self.chosen.remove(future)
            self.next_one()
        for those in (self.fresh, self.queue, self.told):
            if future in those:
                those.remove(future)

    @rule()
    def notify_one(self) -> None:
        self.notify.notify_one()
        self.next_one()

    def next_one(self) -> None:
        if self.queue:
            self.chosen.append(self.queue.pop(0))
        else:
            self.stored = True

    @rule()
    def notify_waiters(self) -> None:
        self.notify.notify_waiters()
        self.told += self.queue + self.fresh
        self.queue.clear()
        self.fresh.clear()

    @invariant()
    def nobody_sleeps_whose_turn_it_is(self) -> None:
        can_go_on = [each for each in self.chosen + self.told if each.outcome is PENDING]
        assert all(future.woken for future in can_go_on)
        assert not any(future.woken for future in self.queue)


NotifyMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=40)
test_a_notify_does_what_the_model_does = NotifyMachine.TestCase


def test_who_gives_up_while_nobody_notifies_leaves_nothing_and_no_gap() -> None:
    notify = Notify()
    waiting = []
    for number in range(5000):
        one = polled(notify.notified())
        if number % 1000 == 0:
            waiting.append(one)
        else:
            one.drop()
    assert len(notify.queue) < 100
    for count in range(1, 6):
        notify.notify_one()
        assert [each.woken for each in waiting] == [True] * count + [False] * (5 - count)
    assert not notify.permit
