"""Whatever is done to an mpsc channel: order is kept, nothing is lost or comes twice."""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tools.hand import Polled

from wakepoint import PENDING, ClosedResourceError, Future, Ready
from wakepoint.sync import Empty, Full, RecvError, SendError, mpsc


class MpscMachine(RuleBasedStateMachine):
    """The model: a list of what was sent, room that is counted, and two queues."""

    def __init__(self) -> None:
        super().__init__()
        self.capacity = 2
        sender, self.receiver = mpsc.channel(self.capacity)
        self.senders: list[mpsc.Sender[int]] = [sender]
        self.numbers = count()
        self.sent: list[int] = []  # and not received
        self.unclaimed = 0
        self.taken = 0
        self.closed = False
        self.permits: list[mpsc.Permit[int]] = []
        # Those who want to send, or to receive, by how far they have come; and what they send.
        self.fresh: list[tuple[Polled[Any], int | None]] = []
        self.sending: list[tuple[Polled[Any], int | None]] = []
        self.may_send: list[tuple[Polled[Any], int | None]] = []
        self.new: list[Polled[int]] = []
        self.receiving: list[Polled[int]] = []
        self.may_receive: list[Polled[int]] = []

    # -- the model --------------------------------------------------------------------------------

    @property
    def is_over(self) -> bool:
        if self.closed:  # those who wait for room can only be refused
            return not self.taken
        return not self.senders and not self.taken and not self.sending

    def choose(self) -> None:
        while self.sending and self.taken < self.capacity and not self.closed:
            self.may_send.append(self.sending.pop(0))
            self.taken += 1
        while self.receiving and self.unclaimed:
            self.may_receive.append(self.receiving.pop(0))
            self.unclaimed -= 1

    def put(self, value: int) -> None:
        self.sent.append(value)
        self.unclaimed += 1
        self.choose()

    def received(self, value: int) -> None:
        assert value == self.sent.pop(0)
        self.taken -= 1
        self.choose()

    # -- senders ----------------------------------------------------------------------------------

    @precondition(lambda self: self.senders)
    @rule(reserve=st.booleans())
    def want_to_send(self, *, reserve: bool) -> None:
        value = next(self.numbers)
        sender = self.senders[value % len(self.senders)]
        future: Future[Any] = sender.reserve() if reserve else sender.send(value)
        self.fresh.append((Polled(future), None if reserve else value))

    @precondition(lambda self: self.fresh)
    @rule(data=st.data())
    def poll_sender(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(self.fresh) - 1))
        future, value = self.fresh.pop(index)
        outcome = future.poll()
        if self.closed:
            assert isinstance(future.raised, SendError)
            assert future.raised.value == value
        elif not self.senders:
            assert isinstance(future.raised, ClosedResourceError)
        elif self.taken < self.capacity:
            self.taken += 1
            self.has_slot(outcome, value)
        else:
            assert outcome is PENDING
            self.sending.append((future, value))

    def has_slot(self, outcome: object, value: int | None) -> None:
        assert isinstance(outcome, Ready)
        if value is None:
            self.permits.append(outcome.value)
        else:
            self.put(value)

    @precondition(lambda self: self.sending or self.may_send)
    @rule(data=st.data())
    def poll_sender_again(self, data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(self.sending + self.may_send) - 1))
        future, value = entry = (self.may_send + self.sending)[index]
        outcome = future.poll()
        if self.closed:
            assert isinstance(future.raised, SendError)
            self.sender_left(entry)
        elif entry in self.may_send:
            self.may_send.remove(entry)
            self.has_slot(outcome, value)
        else:
            assert outcome is PENDING

    @precondition(lambda self: self.fresh or self.sending or self.may_send)
    @rule(data=st.data())
    def drop_sender(self, data: st.DataObject) -> None:
        every = self.fresh + self.sending + self.may_send
        entry = every[data.draw(st.integers(0, len(every) - 1))]
        entry[0].drop()
        self.sender_left(entry)

    def sender_left(self, entry: tuple[Polled[Any], int | None]) -> None:
        for those in (self.fresh, self.sending, self.may_send):
            if entry in those:
                self.taken -= those is self.may_send
                those.remove(entry)
        self.choose()

    @precondition(lambda self: self.permits)
    @rule(data=st.data(), send=st.booleans())
    def use_permit(self, data: st.DataObject, *, send: bool) -> None:
        permit = self.permits.pop(data.draw(st.integers(0, len(self.permits) - 1)))
        if send:
            value = next(self.numbers)
            permit.send(value)
            self.put(value)
        else:
            permit.release()
            self.taken -= 1
            self.choose()

    @precondition(lambda self: self.senders)
    @rule()
    def try_send(self) -> None:
        value = next(self.numbers)
        try:
            self.senders[0].try_send(value)
        except Full:
            assert self.taken == self.capacity
        except SendError:
            assert self.closed
        else:
            assert self.taken < self.capacity
            self.taken += 1
            self.put(value)

    @precondition(lambda self: self.senders)
    @rule()
    def clone(self) -> None:
        self.senders.append(self.senders[0].clone())

    @precondition(lambda self: self.senders)
    @rule()
    def close_sender(self) -> None:
        self.senders.pop().close()

    # -- the receiver -----------------------------------------------------------------------------

    @rule()
    def want_to_receive(self) -> None:
        self.new.append(Polled(self.receiver.recv()))

    @precondition(lambda self: self.new)
    @rule(data=st.data())
    def poll_receiver(self, data: st.DataObject) -> None:
        future = self.new.pop(data.draw(st.integers(0, len(self.new) - 1)))
        outcome = future.poll()
        if self.unclaimed:
            self.unclaimed -= 1
            assert isinstance(outcome, Ready)
            self.received(outcome.value)
        elif self.is_over:
            assert isinstance(future.raised, RecvError)
        else:
            assert outcome is PENDING
            self.receiving.append(future)

    @precondition(lambda self: self.receiving or self.may_receive)
    @rule(data=st.data())
    def poll_receiver_again(self, data: st.DataObject) -> None:
        every = self.receiving + self.may_receive
        future = every[data.draw(st.integers(0, len(every) - 1))]
        outcome = future.poll()
        if future in self.may_receive:
            self.may_receive.remove(future)
            assert isinstance(outcome, Ready)
            self.received(outcome.value)
        elif self.is_over:
            assert isinstance(future.raised, RecvError)
            self.receiving.remove(future)
        else:
            assert outcome is PENDING

    @precondition(lambda self: self.new or self.receiving or self.may_receive)
    @rule(data=st.data())
    def drop_receiver(self, data: st.DataObject) -> None:
        every = self.new + self.receiving + self.may_receive
        future = every[data.draw(st.integers(0, len(every) - 1))]
        future.drop()
        for those in (self.new, self.receiving, self.may_receive):
            if future in those:
                self.unclaimed += those is self.may_receive
                those.remove(future)
        self.choose()

    @rule()
    def try_receive(self) -> None:
        try:
            value = self.receiver.try_recv()
        except Empty:
            assert not self.unclaimed
            assert not self.is_over
        except RecvError:
            assert self.is_over
        else:
            self.unclaimed -= 1
            self.received(value)

    @precondition(lambda self: self.sending or self.receiving or self.permits)
    @rule()
    def close(self) -> None:
        self.receiver.close()
        self.closed = True

    # -- what holds -------------------------------------------------------------------------------

    @invariant()
    def room_agrees(self) -> None:
        assert self.receiver.len() == len(self.sent)
        if self.senders:
            assert self.senders[0].capacity() == self.capacity - self.taken

    @invariant()
    def nobody_sleeps_whose_turn_it_is(self) -> None:
        can_go_on = [future for future, _ in self.may_send]
        can_go_on += [future for future, _ in self.sending if self.closed]
        can_go_on += self.may_receive + (self.receiving if self.is_over else [])
        assert all(future.woken for future in can_go_on)


MpscMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=50)
test_a_channel_does_what_the_model_does = MpscMachine.TestCase
