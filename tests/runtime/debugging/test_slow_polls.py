"""A poll that takes too long is told while it goes on, with the line that blocks."""

from __future__ import annotations

import math
import os
import sys
import threading
import warnings
from typing import Any

import pytest

from wakepoint import Reactor, backends, run, sleep, spawn, yield_now
from wakepoint.debugging import SlowPollWarning, WatchfulExecutor
from wakepoint.debugging.slow_polls import SlowPolls
from wakepoint.debugging.warning import Reports

LIMIT = 0.01
"""Seconds. A poll here waits until it is told of, so only how long a test takes goes by this."""

PATIENCE = 60.0


class Told:
    """What is warned of, and who waits for that.

    Attributes:
        texts: The texts of the warnings.
        lines: Where each is.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.lines: list[int] = []
        self._event = threading.Event()

    def show(self, message: Any, category: Any, filename: str, line: int, *_: Any) -> None:
        assert category is SlowPollWarning
        assert filename == __file__
        self.texts.append(str(message))
        self.lines.append(line)
        self._event.set()

    def block(self) -> None:
        """Blocks until something was told: it has a line that is known."""
        assert self._event.wait(PATIENCE)  # blocks


BLOCKS = Told.block.__code__.co_firstlineno + 2


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    told = Told()
    monkeypatch.setattr(warnings, "showwarning", told.show)
    return told


@pytest.fixture(autouse=True)
def _each_is_shown() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        yield


def test_the_line_is_told_while_it_blocks(told: Told) -> None:
    async def calls() -> None:
        told.block()

    async def main() -> None:
        await sleep(0)
        await spawn(calls(), name="blocker")

    run(main(), debug=True, slow_poll=LIMIT)
    assert told.lines == [BLOCKS]
    (text,) = told.texts
    assert text.startswith("task 2 (blocker) has been polled for more than 0.01 s ")
    line = calls.__code__.co_firstlineno + 1
    called_by = f"Told.block, called by {calls.__qualname__} in line {line}"
    assert called_by in text
    assert f", and there in Condition.wait of {threading.__file__}; give what blocks" in text


def test_it_is_told_once(told: Told) -> None:
    async def main() -> None:
        told.block()
        for _ in range(3):
            await yield_now()

    run(main(), debug=True, slow_poll=LIMIT)
    assert told.lines == [BLOCKS]


def test_what_the_thread_does_not_see_is_told_at_the_end(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(polls: SlowPolls) -> None:
        """Starts no thread that looks."""

    async def main() -> None:
        await yield_now()  # here

    monkeypatch.setattr(SlowPolls, "_start", start)
    run(main(), debug=True, slow_poll=sys.float_info.min)
    begin = main.__code__.co_firstlineno
    assert sorted(told.lines) == [begin, begin + 1]  # the second poll begins at the await
    assert all("from here on; give what blocks" in text for text in told.texts)


def test_no_poll_is_too_slow_for_that(told: Told) -> None:
    run(sleep(0.001), debug=True, slow_poll=math.inf)
    assert told.texts == []


def test_polls_that_are_quick_are_not_told(told: Told) -> None:
    async def main() -> None:
        await sleep(0.001)

    run(main(), debug=True, slow_poll=PATIENCE)
    assert told.texts == []


def test_as_an_error_it_ends_the_run_when_the_poll_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    raised = threading.Event()
    say = Reports.say

    def say_and_tell(*arguments: Any) -> None:
        try:
            say(*arguments)
        finally:
            raised.set()

    async def main() -> None:
        assert raised.wait(PATIENCE)
        await sleep(PATIENCE)

    monkeypatch.setattr(Reports, "say", say_and_tell)
    warnings.simplefilter("error")
    with pytest.raises(SlowPollWarning, match=r"task 1 \(main\) has been polled for"):
        run(main(), debug=True, slow_poll=LIMIT)


def test_an_executor_with_a_loop_of_ones_own(told: Told) -> None:
    async def main() -> None:
        told.block()

    kernel = backends.make_kernel("simulated")
    executor = WatchfulExecutor(Reactor(backends.factory("simulated"), kernel), LIMIT)
    executor.spawn(main())
    assert executor.try_tick()
    assert told.lines == [BLOCKS]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_a_forked_child_watches_for_itself(told: Told) -> None:
    async def child() -> None:
        told.block()

    async def main() -> int:
        if sys.platform != "win32" and (pid := os.fork()) > 0:
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])  # noqa: ASYNC222 - of a child
        code = 1
        try:
            run(child(), debug=True, slow_poll=LIMIT)
            code = 0 if told.lines == [BLOCKS] else 2
        finally:
            os._exit(code)

    assert run(main(), debug=True, slow_poll=PATIENCE) == 0
