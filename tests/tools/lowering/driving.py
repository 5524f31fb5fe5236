"""Drives one form of a program to its end: polls, cancels and drops it as it is told."""

from __future__ import annotations

import contextlib
import gc
import io
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import CodeType
from typing import Any

from tools.lowering.world import World, described, told

from wakepoint import PENDING, Context, Waker, into_future
from wakepoint.machine.running.state_machine import StateMachine

MOST_POLLS = 60
"""After so many polls a program goes round for ever, and is dropped."""


class Stopped(Exception):
    """The cancellation."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong in a run. Leaves and suspensions count from 1.

    Attributes:
        fail: The leaves that raise.
        cancel: The suspensions at which the program is cancelled.
        drop: The suspension at which it is dropped; 0 for none.
    """

    fail: frozenset[int] = frozenset()
    cancel: frozenset[int] = frozenset()
    drop: int = 0

    def __str__(self) -> str:
        parts = [f"leaf {each} raises" for each in sorted(self.fail)]
        parts += [f"cancelled at suspension {each}" for each in sorted(self.cancel)]
        parts += [f"dropped at suspension {self.drop}"] if self.drop else []
        return " and ".join(parts) or "nothing goes wrong"

    def and_fail(self, leaf: int) -> Faults:
        """These, and one more leaf that raises."""
        return replace(self, fail=self.fail | {leaf})

    def and_cancel(self, suspension: int) -> Faults:
        """These, and one more cancellation."""
        return replace(self, cancel=self.cancel | {suspension})


@dataclass(slots=True)
class Run:
    """What a run has shown.

    Attributes:
        log: What the program did, in order; what it printed; how it ended.
        leaves: How many leaves were made.
        suspensions: How many times it was suspended.
        state: The state in which a lowered machine ended; None for a coroutine.
        ends: The states in which it may end.
    """

    log: list[str] = field(default_factory=list)
    leaves: int = 0
    suspensions: int = 0
    state: str | None = None
    ends: tuple[str, ...] = ()


def run(code: CodeType, faults: Faults, operations: tuple[str, ...] = ()) -> Run:
    """Runs a module, and then its ``main()``.

    Args:
        code: The module's.
        faults: What goes wrong.
        operations: If ``main()`` makes an async generator: what is done with it, one after the
            other, ``next``, ``send 5``, ``throw`` or ``close``.
    """
    world = World(faults.fail)
    result = Run(world.log)
    printed = io.StringIO()
    with _alone(world), contextlib.redirect_stdout(printed):
        names: dict[str, Any] = {"__name__": "program", **world.names()}
        try:
            exec(code, names)
            made = names["main"]()
        except Exception as error:
            world.log.append(f"made nothing: {' '.join(told(error))}")
            made = None
        if operations and made is not None:
            for each in operations:
                world.log.append(f"{each}:")
                drive(into_future(_step(made, each)), faults, result)
        elif made is not None:
            future = into_future(made)
            drive(future, faults, result)
            _ended(future, result)
            del future
        del made
        world.log.append("let go")
        del names
        gc.collect()
    world.log.append(f"printed {printed.getvalue()!r}")
    result.leaves = world.leaves
    return result


@contextlib.contextmanager
def _alone(world: World) -> Iterator[None]:
    """Keeps garbage until the run is over; what cannot be raised goes to the log."""
    hook = sys.unraisablehook

    def unraisable(args: Any) -> None:
        world.log.append(f"unraisable {' '.join(told(args.exc_value, deep=False))}")

    gc.disable()
    sys.unraisablehook = unraisable
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what was made and never awaited
            yield
    finally:
        sys.unraisablehook = hook
        gc.enable()


async def _step(stream: Any, operation: str) -> Any:
    word, _, value = operation.partition(" ")
    if word == "next":
        return await anext(stream)
    if word == "send":
        return await stream.asend(value)
    if word == "throw":
        return await stream.athrow(Stopped(value or "thrown"))
    return await stream.aclose()


def drive(future: Any, faults: Faults, result: Run) -> None:
    """Polls until the future has ended, and notes how."""
    log = result.log
    context = Context(Waker(lambda: None))
    try:
        for _ in range(MOST_POLLS):
            polled = future.poll(context)
            if polled is not PENDING:
                log.append(f"returned {described(polled.value)}")
                result.ends = ("RETURNED",)
                break
            result.suspensions += 1
            log.append(f"suspended {result.suspensions}")
            if result.suspensions == faults.drop:
                result.ends = ("DROPPED", "RAISED")  # as RAISED, if a finally raises
                future.drop()
                result.ends = ("DROPPED",)
                log.append("dropped")
                break
            if result.suspensions in faults.cancel:
                future.cancel(Stopped(result.suspensions))
        else:
            future.drop()
            result.ends = ("DROPPED", "RAISED")
            log.append("goes on and on")
    except BaseException as error:
        log.append(f"raised {' '.join(told(error))}")
        result.ends = result.ends or ("RAISED",)


def _ended(future: Any, result: Run) -> None:
    if isinstance(future, StateMachine):
        result.state = future.state.name
    try:
        future.poll(Context(Waker(lambda: None)))
    except BaseException as error:
        result.log.append(f"another poll raises {type(error).__name__}")
    else:
        result.log.append("another poll raises nothing")
