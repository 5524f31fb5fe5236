"""Whatever is done to a RwLock: readers together, a writer alone, all in their order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tools.hand import Polled

from wakepoint import PENDING, Ready
from wakepoint.sync import RwLock, RwLockWriteGuard, TryLockError


@dataclass(eq=False)
class Waiter:
    """One who waits for the lock."""

    future: Polled[Any]
    writes: bool


class RwLockMachine(RuleBasedStateMachine):
    """The model has one list of all who wait, and goes on from its front as long as it can."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = RwLock(0)
        self.value = 0
        self.queue: list[Waiter] = []
        self.chosen: list[Waiter] = []
        self.guards: list[Any] = []

    @property
    def writers(self) -> int:
        return sum(each.writes for each in self.chosen) + sum(map(is_writer, self.guards))

    @property
    def readers(self) -> int:
        return len(self.chosen) + len(self.guards) - self.writers

    def has_room(self, *, writes: bool) -> bool:
        return not self.writers and not (writes and self.readers)

    def serve(self) -> None:
        while self.queue and self.has_room(writes=self.queue[0].writes):
            self.chosen.append(self.queue.pop(0))

    @rule(writes=st.booleans())
    def ask(self, *, writes: bool) -> None:
        waiter = Waiter(Polled(self.lock.write() if writes else self.lock.read()), writes)
        outcome = waiter.future.poll()
        if self.queue or not self.has_room(writes=writes):
            assert outcome is PENDING
            self.queue.append(waiter)
        else:
            self.keep(outcome)

    def keep(self, outcome: object) -> None:
        assert isinstance(outcome, Ready)
        guard = outcome.value
        assert guard.value == self.value
        if isinstance(guard, RwLockWriteGuard):
            self.value += 1
            guard.value = self.value
        self.guards.append(guard)

    @rule(writes=st.booleans())
    def try_it(self, *, writes: bool) -> None:
        fits = not self.queue and self.has_room(writes=writes)
        try:
            guard = self.lock.try_write() if writes else self.lock.try_read()
        except TryLockError:
            assert not fits
        else:
            assert fits
            self.guards.append(guard)

    @precondition(lambda self: self.queue or self.chosen)
    @rule(data=st.data())
    def poll_again(self, data: st.DataObject) -> None:
        waiter = data.draw(st.sampled_from(self.queue + self.chosen))
        outcome = waiter.future.poll()
        if waiter in self.chosen:
            self.chosen.remove(waiter)
            self.keep(outcome)
        else:
            assert outcome is PENDING

    @precondition(lambda self: self.queue or self.chosen)
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        waiter = data.draw(st.sampled_from(self.queue + self.chosen))
        waiter.future.drop()
        (self.chosen if waiter in self.chosen else self.queue).remove(waiter)
        self.serve()

    @precondition(lambda self: self.guards)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        self.guards.pop(data.draw(st.integers(0, len(self.guards) - 1))).release()
        self.serve()

    @precondition(lambda self: any(map(is_writer, self.guards)))
    @rule()
    def downgrade(self) -> None:
        (guard,) = self.guards
        self.guards = [guard.downgrade()]
        self.serve()

    @invariant()
    def nobody_sleeps_whose_turn_it_is(self) -> None:
        assert all(waiter.future.woken for waiter in self.chosen)
        assert self.writers == 0 or (self.writers, self.readers) == (1, 0)


def is_writer(guard: object) -> bool:
    return isinstance(guard, RwLockWriteGuard)


RwLockMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=40)
test_a_rwlock_does_what_the_model_does = RwLockMachine.TestCase
