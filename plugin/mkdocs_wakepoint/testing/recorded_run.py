"""A coroutine that is run and recorded within an ordinary test, and questions about what it did."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Awaitable, Iterator
from types import CodeType, FrameType, ModuleType
from typing import Any, Generic, Protocol, TypeVar, cast

from mkdocs_wakepoint.views.boxes import heading
from wakepoint.machine import coroutines
from wakepoint.machine.model import Machine, StateKind
from wakepoint.recording import Event, Recording, TimeLimitExceeded, record_future
from wakepoint.recording.figures import Figures, figures

T = TypeVar("T")

_ENDS = {
    "machine.returned": StateKind.RETURNED,
    "machine.raised": StateKind.RAISED,
    "machine.dropped": StateKind.DROPPED,
}
_ASYNC = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


class RecordedRun(Generic[T]):
    """What a coroutine did.

    Attributes:
        recording: All of it.
        value: What it returned; None if it raised.
        error: What it raised; None if it returned.
        figures: The counts of it: ``run.figures.polls``.
    """

    def __init__(self, recording: Recording, value: T, error: BaseException | None) -> None:
        self.recording = recording
        self.value = value
        self.error = error
        self.figures: Figures = figures(recording)

    def states(self, function: str, call: int | None = None) -> list[str]:
        """The states that a function reached, in order, as its source has them.

        Example:
            >>> import wakepoint
            >>> async def main():
            ...     await wakepoint.sleep(0.01)
            >>> run = record_run(main())
            >>> run.states("main")
            ['await wakepoint.sleep(0.01)', 'returned']

        Args:
            function: Its name, or its qualified name where several have one name.
            call: Which of its calls, from 1; without it, those of all are mixed as they came.

        Raises:
            LookupError: If no such function ran, or not so often.
        """
        return [state for state, _ in self._visits(function, call)]

    def saved(self, function: str, variable: str, call: int | None = None) -> list[str]:
        """What a variable was in each state in which the function keeps it, as text.

        Args:
            function: As for `states`.
            variable: Its name.
            call: As for `states`.

        Raises:
            LookupError: As `states`; also if no state keeps the variable.
        """
        kept = [
            each["value"]
            for _, event in self._visits(function, call)
            for each in event.facts.get("variables", ())
            if each["name"] == variable
        ]
        if not kept:
            raise LookupError(f"{function} keeps no {variable!r} in a state that it reached")
        return kept

    @property
    def kernel_calls(self) -> list[str]:
        """The names of the kernel calls, in order: ``epoll_create1``, ``epoll_wait``."""
        return [event["name"] for event in self.recording.events if event.kind == "kernel.called"]

    def _visits(self, function: str, call: int | None) -> list[tuple[str, Event]]:
        events = self.recording.events
        started = [event for event in events if event.kind == "machine.started"]
        of = {event["instance"]: self.recording.machines[event["machine"]] for event in started}
        calls = [n for n, machine in of.items() if function in (machine.name, machine.qualname)]
        if not calls:
            names = sorted({machine.qualname for machine in of.values()})
            raise LookupError(
                f"no coroutine function {function!r} ran; there ran {', '.join(names) or 'none'}"
                f"{self._why(function)}"
            )
        if call is not None and not 0 < call <= len(calls):
            raise LookupError(f"{function} was called {len(calls)} times; there is no call {call}")
        chosen = calls if call is None else [calls[call - 1]]
        return [
            (state, event)
            for event in events
            if event.facts.get("instance") in chosen
            and (state := _state(event, of[event["instance"]])) is not None
        ]

    def _why(self, function: str) -> str:
        for each in self.recording.unanalysed:
            if function in (each.name, each.name.rpartition(".")[2]):
                return f"; it has no machine: {each.reason}"
        return ""

    def __repr__(self) -> str:
        end = f"returned {self.value!r}" if self.error is None else f"raised {self.error!r}"
        counted = self.figures
        return (
            f"<RecordedRun: {end}; tasks={counted.tasks} polls={counted.polls} "
            f"suspended={counted.suspended} timers={counted.timers}>"
        )


def _state(event: Event, machine: Machine) -> str | None:
    """The state that an event reaches, in words."""
    if event.kind in _ENDS:
        return _ENDS[event.kind].value
    if event.kind != "state.entered" or event["state"] is None:
        return None
    return heading(machine.states[event["state"]])


class RecordRun(Protocol):
    """See `record_run`."""

    def __call__(
        self,
        future: Awaitable[T],
        *others: Any,
        backend: str = ...,
        timeout: float | None = ...,
        expect_error: type[BaseException] | None = ...,
    ) -> RecordedRun[T]: ...


def record_run(
    future: Awaitable[T],
    *others: Any,
    backend: str = "auto",
    timeout: float | None = 10.0,
    expect_error: type[BaseException] | None = None,
) -> RecordedRun[T]:
    """Runs a coroutine as `wakepoint.run` does, and tells what it did.

    Followed are the coroutine functions of the file in which the coroutine's own stands, and of
    `others`.

    Args:
        future: The coroutine, or another awaitable.
        others: Modules and functions whose coroutines are followed as well.
        backend: Which backend runs it.
        timeout: Seconds that it may take; None for ever. On Windows, and on threads other than the
            main one, there is no limit.
        expect_error: What it has to raise.

    Raises:
        AssertionError: If it did not raise `expect_error`.
        TimeoutError: If it took longer.
        BaseException: Whatever it raises and is not expected to.
    """
    caller = inspect.currentframe()
    caller = None if caller is None else caller.f_back
    code = getattr(future, "cr_code", None) or (caller.f_code if caller is not None else None)
    assert isinstance(code, CodeType)
    filename = code.co_filename
    codes = {id(each): each for each in (code, *_of_callers(caller, filename))}
    for module in [*sys.modules.values()]:
        if getattr(module, "__file__", None) == filename:
            codes |= {id(each): each for each in _of(module)}
    for other in others:
        codes |= {id(each): each for each in _of(other)}
    functions = {id(each): each for code in codes.values() for each in _asynchronous(code)}
    ran = record_future(future, functions.values(), filename, backend=backend, timeout=timeout)
    if isinstance(ran.error, TimeLimitExceeded):
        raise TimeoutError(f"the coroutine was {ran.error}") from None
    if expect_error is not None and ran.error is None:
        raise AssertionError(f"{expect_error.__name__} was expected, and nothing was raised")
    if ran.error is not None and not (expect_error and isinstance(ran.error, expect_error)):
        raise ran.error
    return RecordedRun(ran.recording, cast("T", ran.value), ran.error)


def _of_callers(frame: FrameType | None, filename: str) -> Iterator[CodeType]:
    """The functions of a file that are running: a coroutine may be defined in one."""
    while frame is not None:
        if frame.f_code.co_filename == filename:
            yield frame.f_code
        frame = frame.f_back


def _of(thing: Any) -> Iterator[CodeType]:
    """The code of a function, or of the functions that a module or class has defined."""
    inner = inspect.unwrap(thing) if callable(thing) else thing
    function = getattr(inner, "__func__", inner)
    code = getattr(function, "__code__", None)
    if isinstance(code, CodeType):
        yield code
    elif isinstance(inner, type | ModuleType):
        name = inner.__name__ if isinstance(inner, ModuleType) else inner.__module__
        for each in [*vars(inner).values()]:
            if getattr(each, "__module__", None) == name and each is not inner:
                yield from _of(each)


def _asynchronous(code: CodeType) -> Iterator[CodeType]:
    if code.co_flags & _ASYNC:
        yield code
    yield from coroutines(code)
