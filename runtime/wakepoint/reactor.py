"""The reactor: who waits for which event, which timer, and the thread's sleep in the kernel.

It is the same for every backend. A readiness backend (epoll, kqueue) calls `dispatch` when a
descriptor became ready; a completion backend (IOCP, io_uring) calls `complete` when a call that
was handed to the kernel is done. Both end in a waker being woken.

Everything here runs on the executor's thread, except `notify`.
"""

from __future__ import annotations

import errno
import heapq
import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, cast

from wakepoint import forking
from wakepoint.clock import VirtualClock
from wakepoint.contract import Backend, InFlight
from wakepoint.errors import BusyResourceError
from wakepoint.future import Future
from wakepoint.kernel import Kernel
from wakepoint.source import Interest, Source
from wakepoint.task import Waker

_READ, _WRITE = Interest.READ, Interest.WRITE

MAX_DISARMED = 64
"""More timers than this are not kept for their deadline's sake once they were taken back."""

IN_FLIGHT = 0.002
"""Real seconds in which what was sent through the kernel arrives, before a paused clock jumps."""

MAX_SLEEP = 86_400.0
"""Longest wait in seconds; backends count in numbers that a deadline at infinity would overflow."""


_AT_ONCE = nullcontext()


class Timer:
    """A deadline and whom to wake; made by `Reactor.arm`."""

    __slots__ = ("deadline", "waker")

    def __init__(self, deadline: float, waker: Waker) -> None:
        self.deadline = deadline
        self.waker: Waker | None = waker


class Reactor:
    """Registrations, timers and the wait in the kernel.

    Args:
        make_backend: Called when the first operation or wait needs the kernel's mechanism.
        kernel: The calls that leave the process.

    Attributes:
        asleep: True while the thread sleeps in the kernel or is about to; whoever then has
            something for it has to call `notify`.
        notifiable: True once `notify` has what it needs.
        sleeps: How often the thread fell asleep.
        blocking_jobs: How many calls are under way on threads of ours.
        interests: How many wakers sources have.
        backend: The mechanism, which is opened when something of it is used.
    """

    is_watched = False
    """True if somebody overrides `dispatch`, which a backend otherwise may do in its own loop."""
    completions_per_wait = 64
    """How many a completion backend takes in one wait at most; the others stay in the kernel."""

    def __init__(self, make_backend: Callable[[Reactor], Backend], kernel: Kernel) -> None:
        self.kernel = kernel
        self._make_backend = make_backend
        self._backend: Backend | None = None
        self.backend = cast(Backend, _Unopened(self))
        self._timers: list[tuple[float, int, Timer]] = []
        self._sequence = itertools.count()
        self.interests = 0
        self._operations: set[InFlight] = set()
        self._disarmed = 0
        self.asleep = False
        self.sleeps = 0
        self.notifiable = False
        self.blocking_jobs = 0
        self._jobs_lock = threading.Lock()
        # Reentrant, since a signal handler may notify while this thread does.
        self._notify_lock = threading.RLock()

    def open(self) -> Backend:
        """Opens the mechanism, unless it is open.

        Raises:
            OSError: If no descriptor is left for it.
        """
        if self._backend is None:
            with none_left("for the executor to wait for events"):
                self._backend = self.backend = self._make_backend(self)
        return self._backend

    @property
    def expects_events(self) -> bool:
        """True if the kernel may still wake somebody: an interest, an operation or a timer."""
        if self.interests > 0 and not self.backend.quiet:
            return True
        return bool(self._operations) or self.next_timer() is not None

    # -- threads that we started -------------------------------------------------------------

    def job_started(self) -> None:
        """A thread will owe somebody an answer; while one does, waiting is no deadlock.

        Raises:
            OSError: If no descriptor is left by which that thread could wake us.
        """
        self.prepare_notify()
        with self._jobs_lock:
            self.blocking_jobs += 1

    def job_ends(self) -> AbstractContextManager[None]:
        """Around a block in which such a thread gives its answer."""
        return _AT_ONCE

    def job_done(self, sleep: int | None) -> None:
        """The answer is there; called on the thread that gave it.

        Args:
            sleep: What `sleeps` was before somebody was woken for it; None if nobody was.
        """
        with self._jobs_lock:
            self.blocking_jobs -= 1
        # Nobody may be left to wake us: let the loop look, unless the sleep was ended already.
        if self.asleep and self.sleeps != sleep:
            self.notify()

    # -- timers ------------------------------------------------------------------------------

    def arm(self, delay: float, waker: Waker) -> Timer:
        """Wakes the waker once ``delay`` seconds have passed."""
        deadline = self.kernel.monotonic() + delay
        timer = Timer(deadline, waker.clone())
        heapq.heappush(self._timers, (deadline, next(self._sequence), timer))
        return timer

    def disarm(self, timer: Timer) -> None:
        """Takes a timer back. One that has fired is left as it is."""
        if timer.waker is None:
            return
        timer.waker = None  # the heap drops it when its turn comes
        self._disarmed += 1
        if self._disarmed > MAX_DISARMED and self._disarmed > len(self._timers) // 2:
            self._timers[:] = [entry for entry in self._timers if entry[2].waker is not None]
            heapq.heapify(self._timers)
            self._disarmed = 0

    def fire(self, timer: Timer) -> None:
        """Wakes whoever armed the timer."""
        waker, timer.waker = timer.waker, None
        if waker is not None:
            waker.wake()

    def next_timer(self) -> Timer | None:
        """The timer with the earliest deadline, or None."""
        while self._timers:
            timer = self._timers[0][2]
            if timer.waker is not None:
                return timer
            heapq.heappop(self._timers)
            self._disarmed = max(0, self._disarmed - 1)
        return None

    def fire_due(self) -> None:
        """Wakes whoever armed a timer whose deadline has passed."""
        timers, now = self._timers, self.kernel.monotonic()
        while timers and timers[0][0] <= now:
            timer = heapq.heappop(timers)[2]
            if timer.waker is not None:
                self.fire(timer)
            elif self._disarmed:
                self._disarmed -= 1

    # -- readiness ---------------------------------------------------------------------------

    def register(
        self, source: Source, interest: Interest, waker: Waker, owner: Future[Any]
    ) -> None:
        """Keeps the waker until the source is ready for ``interest``.

        Args:
            source: What to wait on.
            interest: What for.
            waker: Whom to wake; it takes the place of the one that the owner left before.
            owner: The operation that waits.

        Raises:
            BusyResourceError: If another operation waits for the same on that source.
            OSError: If the kernel does not take the source (a file, for epoll).
        """
        reads = interest is _READ
        other = source.reading if reads else source.writing
        if other is not None and other is not owner:
            raise BusyResourceError(
                f"{other!r} already waits to {interest.name} on this descriptor"
            )
        if not source.registered:
            self.backend.add(source)
            source.registered = True
        if other is None:
            self.interests += 1
            if reads:
                source.reading, source.reader = owner, waker.clone()
            else:
                source.writing, source.writer = owner, waker.clone()
        elif reads:
            if not source.reader.will_wake(waker):  # type: ignore[union-attr]  # its owner waits
                source.reader = waker.clone()
        elif not source.writer.will_wake(waker):  # type: ignore[union-attr]
            source.writer = waker.clone()

    def deregister(self, source: Source, interest: Interest, owner: Future[Any]) -> None:
        """Forgets the waker of that operation; nothing happens if it does not wait."""
        if interest is _READ:
            if source.reading is owner:
                source.reading = source.reader = None
                self.interests -= 1
        elif source.writing is owner:
            source.writing = source.writer = None
            self.interests -= 1

    def dispatch(
        self, source: Source, readable: bool, writable: bool, hung_up: bool, event: object
    ) -> None:
        """Takes an event from the kernel and wakes those who wait for it.

        Args:
            source: Whom it concerns.
            readable: True if reading is worth trying now.
            writable: True if writing is.
            hung_up: True if the peer is gone.
            event: What the kernel gave, as it is; for whoever watches.
        """
        self.asleep = False
        if hung_up:
            source.hung_up = True
        if readable:
            source.readable = True
            if source.reader is not None:
                self.wake(source, _READ)
        if writable:
            source.writable = True
            if source.writer is not None:
                self.wake(source, _WRITE)

    def wake(self, source: Source, interest: Interest) -> None:
        """Wakes who waits for that direction, if anybody does."""
        if interest is _READ:
            waker = source.reader
            source.reader = source.reading = None
        else:
            waker = source.writer
            source.writer = source.writing = None
        if waker is not None:
            self.interests -= 1
            waker.wake()

    def close(self, source: Source) -> None:
        """Forgets the source before its descriptor is closed; pending operations on it fail."""
        source.closed = True
        if self._backend is not None:
            self._backend.remove(source)
        for interest in Interest:
            self.wake(source, interest)

    # -- completion --------------------------------------------------------------------------

    def submit(self, operation: InFlight) -> None:
        """Hands an operation to the kernel; its buffer belongs to the kernel until `complete`."""
        self._operations.add(operation)
        operation.start()

    def complete(self, operation: InFlight, result: Any, error: OSError | None) -> None:
        """Takes a finished operation from the kernel and wakes who waits for it."""
        self.asleep = False
        self._operations.discard(operation)
        operation.finish(result, error)

    def cancel(self, operation: InFlight) -> None:
        """Asks the kernel for an operation back; it stays in flight until `complete`."""
        operation.stop()

    # -- the wait ----------------------------------------------------------------------------

    def park(self, block: bool, at_most: float | None = None) -> None:
        """Sleeps in the kernel until an event, the next timer or `notify`; then wakes tasks.

        Args:
            block: False looks for events that are there already and returns at once.
            at_most: Seconds after which to come back in any case.
        """
        timeout = at_most if block else 0.0
        if block and self._timers and (timer := self.next_timer()) is not None:
            if self.kernel.paused is not None:
                self._wait_paused(self.kernel.paused, timer, timeout)
                return
            until_timer = max(0.0, timer.deadline - self.kernel.monotonic())
            timeout = until_timer if timeout is None else min(timeout, until_timer)
            timeout = min(timeout, MAX_SLEEP)
        self.wait(timeout)
        self.asleep = False
        if self._timers:
            self.fire_due()

    def _wait_paused(self, clock: VirtualClock, timer: Timer, at_most: float | None) -> None:
        """Looks for events; if there are none, everybody waits, and the clock jumps to the timer.

        While a call is under way on a thread of ours the clock stands (tokio does so as well).
        """
        if self.blocking_jobs > 0:
            self.wait(at_most)
        elif not self.wait(IN_FLIGHT if self.interests or self._operations else 0.0):
            clock.forward_to(min(timer.deadline, clock.monotonic() + MAX_SLEEP))
        self.asleep = False
        self.fire_due()

    def advance(self, seconds: float) -> None:
        """Sets a clock that is paused forward; what is due then fires at the next `park`.

        Raises:
            RuntimeError: If it is not paused.
        """
        self.kernel.advance_clock(seconds)

    def fall_asleep(self) -> None:
        """From here on whoever wakes a task notifies. Look at the queue again, then `park`."""
        self.open()  # first: whoever notifies has to find it
        self.sleeps += 1
        self.asleep = True

    def wait(self, timeout: float | None) -> int:
        """One wait in the kernel; returns how many events it gave."""
        return self.backend.wait(timeout)

    def prepare_notify(self) -> None:
        """Makes what `notify` needs, while this thread can still be told that there is none.

        Raises:
            OSError: If no descriptor is left.
        """
        if self.notifiable:
            return
        with self._notify_lock, none_left("for the executor to be woken by other threads"):
            self.backend.prepare_notify()
        self.notifiable = True

    def notify(self) -> None:
        """Ends a `park` early. May be called from any thread and from a signal handler.

        After `shut_down` it does nothing: a thread may be late with its answer.
        """
        with self._notify_lock:
            if self._backend is not None:
                self._backend.notify()

    def now_forked(self) -> None:
        """This is a forked child: what the kernel keeps for it belongs to the parent."""
        self._forget_backend()
        self._make_backend = _refuse
        self._jobs_lock, self._notify_lock = threading.Lock(), threading.RLock()
        self.blocking_jobs = 0
        self.notifiable = False

    def shut_down(self) -> None:
        """Gives the mechanism back to the kernel."""
        with self._notify_lock:
            backend = self._forget_backend()
        if backend is not None:
            backend.close()

    def _forget_backend(self) -> Backend | None:
        backend, self._backend = self._backend, None
        self.backend = cast(Backend, _Unopened(self))
        return backend


class _Unopened:
    """Stands for a mechanism until something of it is used, which opens it.

    So a run that never waits makes no call for it. A `functools.cached_property` would do the same,
    but makes every attribute of the reactor slower (CPython 3.11).
    """

    def __init__(self, reactor: Reactor) -> None:
        self._reactor = reactor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor.open(), name)


def _refuse(reactor: Reactor) -> Backend:
    raise RuntimeError(forking.MESSAGE)


@contextmanager
def none_left(purpose: str) -> Iterator[None]:
    """Says what the descriptor was for that the kernel refuses to give in the block."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EMFILE, errno.ENFILE):
            raise
        text = f"{error.strerror}: none is left {purpose}"
        raise OSError(error.errno, text) from error
