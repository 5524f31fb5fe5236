"""The executor of ``run(main(), debug=True)``: it looks at each poll, and warns.

It is a class of its own beside `Executor`, so that an executor that does not watch has nothing to
ask at each poll whether it does.
"""

from __future__ import annotations

from _thread import get_ident
from collections.abc import Awaitable
from typing import Any, TypeVar

from wakepoint.coroutine import CoroutineFuture
from wakepoint.deadlock import frames, in_words
from wakepoint.debugging.never_awaited import listening
from wakepoint.debugging.slow_polls import REMEDY, SlowPolls
from wakepoint.debugging.wakers import WatchedTask
from wakepoint.debugging.warning import (
    NOWHERE,
    LostWakerWarning,
    Place,
    Reports,
    SelfWakeWarning,
    SlowPollWarning,
)
from wakepoint.executor import Executor
from wakepoint.failure import is_of_the_runtime
from wakepoint.future import Future, Resumable
from wakepoint.reactor import Reactor
from wakepoint.scheduler import EVENT_INTERVAL

T = TypeVar("T")

SELF_WAKES = 1000
"""Polls one after the other in each of which a task has woken itself, before that is told."""


class WatchfulExecutor(Executor):
    """An executor that warns of what a program would not have noticed.

    It warns of coroutines and futures that nobody awaits (`NeverAwaitedWarning`), of a future that
    is pending and has kept no waker (`LostWakerWarning`), of a task that wakes itself in every poll
    (`SelfWakeWarning`), and of a poll that takes too long, while it goes on (`SlowPollWarning`).
    Each is told once for each line. A program is slower under it: it is for tests, and to look for
    a mistake. If a filter makes errors of these warnings, they end the run, but for what is noticed
    in a destructor: that nobody awaited something is told there as Python tells it.

    Args:
        reactor: Who waits in the kernel on its behalf.
        slow_poll: Seconds that a poll may take; `math.inf` never warns of one.

    Raises:
        ValueError: If ``slow_poll`` is no number above 0.
    """

    task_class = WatchedTask

    def __init__(self, reactor: Reactor, slow_poll: float = 0.1) -> None:
        if not slow_poll > 0:
            raise ValueError(f"slow_poll takes seconds above 0, not {slow_poll!r}")
        super().__init__(reactor)
        self._reports = Reports()
        self._slow_polls = SlowPolls(slow_poll, self._reports)

    def block_on(self, future: Awaitable[T]) -> T:
        """As `Executor.block_on`."""
        with listening.on():
            try:
                return super().block_on(future)
            finally:
                self._slow_polls.stop()

    def try_tick(self) -> bool:
        """As `Executor.try_tick`."""
        with listening.on():
            try:
                return super().try_tick()
            finally:
                self._slow_polls.stop()

    def now_forked(self) -> None:
        """This is a forked child."""
        super().now_forked()
        self._slow_polls.now_forked()

    def run_batch(self, most: int = EVENT_INTERVAL) -> int:
        """As `Scheduler.run_batch`, without its short way."""
        queue, attention = self._queue, self.attention
        polled = 0
        while polled < most and queue and not (polled and attention.needed):
            polled += 1
            task = queue.popleft()
            if not task.done:
                task.queued = False
                self.poll(task)
            del task  # as in `Scheduler.run_batch`
        return polled

    def poll(self, task: Any) -> None:
        """Polls a task and looks what it has come to."""
        begins_at = place_of(task.future)
        task.polled_on, task.woke_itself = get_ident(), False
        self._slow_polls.begin(task.in_words)
        try:
            super().poll(task)
        finally:
            task.polled_on = None
            took = self._slow_polls.end()
        if took is not None:
            text = f"{task.in_words} has been polled for {took:.2f} s, from here on; {REMEDY}"
            self._reports.say(SlowPollWarning, begins_at, text)
        if not (task.done or self.forked):
            self._look(task)
        del task  # as in `Scheduler.poll`

    def _look(self, task: WatchedTask[Any]) -> None:
        task.in_a_row = task.in_a_row + 1 if task.woke_itself else 0
        if task.in_a_row == SELF_WAKES:
            text = (
                f"{task.in_words} has woken itself in each of its last {SELF_WAKES} polls: it "
                "waits by asking again and again; await what will tell it (a channel, a Notify), "
                "or sleep between two questions"
            )
            self._reports.say(SelfWakeWarning, place_of(task.future), text)
        if task.queued:
            return
        forgetful = task.forgetful_leaf()
        if forgetful is not None:
            leaf, owner = forgetful
            text = (
                f"{task.in_words} waits for {_in_words(leaf)}, whose poll has returned PENDING and "
                "kept no waker, so nothing can wake the task; have it keep cx.waker.clone(), and "
                "call wake() of that once it can go on"
            )
            self._reports.say(LostWakerWarning, place_of(owner, leaf), text)


def _in_words(future: Future[Any]) -> str:
    return in_words(future).removesuffix(" that nobody wakes")


def place_of(future: Future[Any] | None, leaf: Future[Any] | None = None) -> Place:
    """The line of the program where a future stands, or begins.

    Args:
        future: What runs somebody's code.
        leaf: What it waits for; its class is named if there is no line that awaits it.
    """
    if isinstance(future, CoroutineFuture):
        theirs = [each for each in frames(future) if not is_of_the_runtime(each)]
        if theirs:
            return Place(theirs[-1].f_code.co_filename, theirs[-1].f_lineno)
    if isinstance(future, Resumable) and future.suspended_at is not None:
        return Place(*future.suspended_at[:2])
    poll = getattr(type(leaf or future), "poll", None)
    code = getattr(poll, "__code__", None)
    return NOWHERE if code is None else Place(code.co_filename, code.co_firstlineno)
