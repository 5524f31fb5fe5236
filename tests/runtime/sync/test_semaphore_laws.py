"""Whatever is done to a semaphore: it does what a list does, permits are kept, nobody sleeps on."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tools.hand import Polled

from wakepoint import PENDING, Ready
from wakepoint.sync import AcquireError, NoPermits, Semaphore, SemaphorePermit


@dataclass(eq=False)
class Waiter:
    """One who acquires, in the model: how many it wants, and how many it has so far."""

    future: Polled[SemaphorePermit]
    wants: int
    has: int = 0


class SemaphoreMachine(RuleBasedStateMachine):
    """The model has a number and a list: whoever is first is given what there is."""

    def __init__(self) -> None:
        super().__init__()
        self.semaphore = Semaphore(2)
        self.free = 2
        self.closed = False
        self.fresh: list[Waiter] = []
        self.queue: list[Waiter] = []
        self.chosen: list[Waiter] = []
        self.permits: list[SemaphorePermit] = []

    def serve(self) -> None:
        """The model: what is free goes to the first."""
        while self.free and self.queue:
            first = self.queue[0]
            given = min(self.free, first.wants - first.has)
            first.has += given
            self.free -= given
            if first.has == first.wants:
                self.chosen.append(self.queue.pop(0))

    @rule(count=st.integers(0, 4))
    def acquire(self, count: int) -> None:
        self.fresh.append(Waiter(Polled(self.semaphore.acquire_many(count)), count))

    @precondition(lambda self: self.fresh)
    @rule(data=st.data())
    def poll_first_time(self, data: st.DataObject) -> None:
        waiter = self.fresh.pop(data.draw(st.integers(0, len(self.fresh) - 1)))
        outcome = waiter.future.poll()
        if self.closed:
            assert isinstance(waiter.future.raised, AcquireError)
        elif self.free >= waiter.wants:
            self.free -= waiter.wants
            self.keep(outcome, waiter.wants)
        else:
            assert outcome is PENDING
            self.queue.append(waiter)
            self.serve()

    def keep(self, outcome: object, wanted: int) -> None:
        assert isinstance(outcome, Ready)
        assert outcome.value.count == wanted
        self.permits.append(outcome.value)

    @precondition(lambda self: self.queue or self.chosen)
    @rule(data=st.data())
    def poll_again(self, data: st.DataObject) -> None:
        waiter = data.draw(st.sampled_from(self.queue + self.chosen))
        outcome = waiter.future.poll()
        if self.closed:
            assert isinstance(waiter.future.raised, AcquireError)
            self.leave(waiter)
        elif waiter in self.chosen:
            self.chosen.remove(waiter)
            self.keep(outcome, waiter.wants)
        else:
            assert outcome is PENDING

    @precondition(lambda self: self.fresh or self.queue or self.chosen)
    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        waiter = data.draw(st.sampled_from(self.fresh + self.queue + self.chosen))
        waiter.future.drop()
        self.leave(waiter)

    def leave(self, waiter: Waiter) -> None:
        for those in (self.fresh, self.queue, self.chosen):
            if waiter in those:
                those.remove(waiter)
        self.free += waiter.has
        if not self.closed:
            self.serve()

    @precondition(lambda self: self.permits)
    @rule(data=st.data(), twice=st.booleans())
    def release(self, data: st.DataObject, *, twice: bool) -> None:
        permit = self.permits.pop(data.draw(st.integers(0, len(self.permits) - 1)))
        self.free += permit.count
        permit.release()
        if twice:
            permit.release()
        if not self.closed:
            self.serve()

    @rule(count=st.integers(0, 3))
    def add(self, count: int) -> None:
        self.semaphore.add_permits(count)
        self.free += count
        if not self.closed:
            self.serve()

    @rule(count=st.integers(0, 3))
    def try_acquire(self, count: int) -> None:
        try:
            self.permits.append(self.semaphore.try_acquire_many(count))
        except NoPermits:
            assert not self.closed
            assert self.free < count
        except AcquireError:
            assert self.closed
        else:
            self.free -= count

    @rule(count=st.integers(0, 3))
    def forget(self, count: int) -> None:
        assert self.semaphore.forget_permits(count) == min(count, self.free)
        self.free -= min(count, self.free)

    @precondition(lambda self: self.queue or self.chosen)
    @rule()
    def close(self) -> None:
        self.semaphore.close()
        self.closed = True

    @invariant()
    def counts_agree(self) -> None:
        assert self.semaphore.available_permits() == self.free

    @invariant()
    def nobody_sleeps_whose_turn_it_is(self) -> None:
        can_go_on = self.chosen + (self.queue if self.closed else [])
        assert all(waiter.future.woken for waiter in can_go_on)

    def teardown(self) -> None:
        total = self.free + sum(permit.count for permit in self.permits)
        total += sum(waiter.has for waiter in self.queue + self.chosen)
        for waiter in self.fresh + self.queue + self.chosen:
            waiter.future.drop()
        for permit in self.permits:
            permit.release()
        assert self.semaphore.available_permits() == total


SemaphoreMachine.TestCase.settings = settings(max_examples=100, stateful_step_count=40)
test_a_semaphore_does_what_the_model_does = SemaphoreMachine.TestCase
