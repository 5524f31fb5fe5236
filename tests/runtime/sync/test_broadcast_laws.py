"""Whatever is done to a broadcast or a watch channel, each receiver sees what it has to see."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tools.hand import Polled

from wakepoint import PENDING, Ready
from wakepoint.sync import Empty, Lagged, RecvError, SendError, broadcast, watch


@dataclass(eq=False)
class Reader:
    """A receiver, all that it has not received in the model, and what waits for the next."""

    receiver: broadcast.Receiver[int]
    rest: list[int]
    future: Polled[int] | None = None


class BroadcastMachine(RuleBasedStateMachine):
    """The model gives each receiver a list of its own, and cuts it when values are written over."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers = count()
        self.sender, receiver = broadcast.channel(3)
        self.sent: list[int] = []
        self.readers = [Reader(receiver, [])]
        self.closed = False

    @precondition(lambda self: not self.closed)
    @rule()
    def send(self) -> None:
        value = next(self.numbers)
        if not self.readers:
            with pytest.raises(SendError):
                self.sender.send(value)
            return
        assert self.sender.send(value) == len(self.readers)
        self.sent.append(value)
        for reader in self.readers:
            reader.rest.append(value)

    @precondition(lambda self: not self.closed)
    @rule()
    def subscribe(self) -> None:
        self.readers.append(Reader(self.sender.subscribe(), []))

    @precondition(lambda self: self.readers)
    @rule(data=st.data(), wait=st.booleans())
    def receive(self, data: st.DataObject, *, wait: bool) -> None:
        reader = self.readers[data.draw(st.integers(0, len(self.readers) - 1))]
        try:
            if wait:
                reader.future = reader.future or Polled(reader.receiver.recv())
                outcome = reader.future.poll()
                if outcome is PENDING:
                    assert not reader.rest
                    assert not self.closed
                    return
                raised, reader.future = reader.future.raised, None
                if raised is not None:
                    raise raised
                assert isinstance(outcome, Ready)
                value = outcome.value
            else:
                value = reader.receiver.try_recv()
        except Empty:
            assert not reader.rest
            assert not self.closed
        except Lagged as lagged:
            self.missed(reader, lagged.skipped)
        except RecvError:
            assert not reader.rest
            assert self.closed
        else:
            assert len(reader.rest) <= 3
            assert value == reader.rest.pop(0)

    def missed(self, reader: Reader, skipped: int) -> None:
        assert skipped == len(reader.rest) - 3
        assert skipped > 0
        del reader.rest[:skipped]

    @precondition(lambda self: self.readers)
    @rule(data=st.data(), leave=st.booleans())
    def give_up(self, data: st.DataObject, *, leave: bool) -> None:
        reader = self.readers[data.draw(st.integers(0, len(self.readers) - 1))]
        if reader.future is not None:
            reader.future.drop()
            reader.future = None
        if leave:
            reader.receiver.close()
            self.readers.remove(reader)

    @precondition(lambda self: len(self.sent) > 5)
    @rule()
    def close(self) -> None:
        self.sender.close()
        self.closed = True

    @invariant()
    def nobody_sleeps_who_could_receive(self) -> None:
        for reader in self.readers:
            if reader.future is not None and (reader.rest or self.closed):
                assert reader.future.woken

    @invariant()
    def no_more_is_kept_than_somebody_will_receive(self) -> None:
        longest = max((len(reader.rest) for reader in self.readers), default=0)
        assert self.sender.len() == min(longest, 3)


BroadcastMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=40)
test_a_broadcast_channel_does_what_the_model_does = BroadcastMachine.TestCase


@dataclass(eq=False)
class Watcher:
    """A receiver of a watch channel, which version it has seen in the model, and what waits."""

    receiver: watch.Receiver[int]
    seen: int
    futures: list[Polled[None]] = field(default_factory=list)


class WatchMachine(RuleBasedStateMachine):
    """The model counts versions; the value is the version."""

    def __init__(self) -> None:
        super().__init__()
        self.sender, receiver = watch.channel(0)
        self.version = 0
        self.closed = False
        self.watchers = [Watcher(receiver, 0)]

    @precondition(lambda self: not self.closed)
    @rule(modify=st.booleans())
    def send(self, *, modify: bool) -> None:
        if modify:
            self.sender.send_modify(lambda version: version + 1)
        elif self.watchers:
            self.sender.send(self.version + 1)
        else:
            with pytest.raises(SendError):
                self.sender.send(self.version + 1)
            return
        self.version += 1

    @precondition(lambda self: not self.closed)
    @rule()
    def subscribe(self) -> None:
        self.watchers.append(Watcher(self.sender.subscribe(), self.version))

    @precondition(lambda self: self.watchers)
    @rule(data=st.data(), how=st.sampled_from(["poll", "update", "clone", "drop", "leave"]))
    def use(self, data: st.DataObject, how: str) -> None:
        watcher = self.watchers[data.draw(st.integers(0, len(self.watchers) - 1))]
        if how == "poll":
            self.poll(watcher)
        elif how == "update":
            assert watcher.receiver.borrow_and_update() == self.version
            watcher.seen = self.version
        elif how == "clone":
            self.watchers.append(Watcher(watcher.receiver.clone(), watcher.seen))
        else:
            while watcher.futures:
                watcher.futures.pop().drop()
            if how == "leave":
                watcher.receiver.close()
                self.watchers.remove(watcher)

    def poll(self, watcher: Watcher) -> None:
        future = watcher.futures[0] if watcher.futures else Polled(watcher.receiver.changed())
        watcher.futures = [future]
        outcome = future.poll()
        if watcher.seen != self.version:
            assert isinstance(outcome, Ready)
            watcher.seen = self.version
        elif self.closed:
            assert isinstance(future.raised, RecvError)
        else:
            assert outcome is PENDING
            return
        watcher.futures = []

    @precondition(lambda self: self.version > 3)
    @rule()
    def close(self) -> None:
        self.sender.close()
        self.closed = True

    @invariant()
    def nobody_sleeps_who_has_to_see_something(self) -> None:
        for watcher in self.watchers:
            assert watcher.receiver.borrow() == self.version
            if watcher.seen != self.version or self.closed:
                assert all(future.woken for future in watcher.futures)


WatchMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=40)
test_a_watch_channel_does_what_the_model_does = WatchMachine.TestCase
