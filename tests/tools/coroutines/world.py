"""What a generated coroutine runs in, and what is seen of it from outside.

This module is run under other Pythons too, so it uses the standard library and wakepoint alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import Any

from wakepoint.machine import Analysis
from wakepoint.machine.model import VariableKind


class Boom(Exception):
    """What the world raises."""


class Other(Exception):
    """What else the world raises."""


class Tired(BaseException):
    """Ends a coroutine that goes on and on after the end of the script."""


@dataclass(slots=True)
class Trace:
    """What one run has shown.

    Attributes:
        visits: The states that it went through, those at whose awaits it did not stop as well;
            from the start to the end.
        polls: The states that it was in between two polls, likewise.
        bound: For each suspension the state and the names that its frame has bound.
        results: What it has computed, and how it ended.
    """

    visits: list[int] = field(default_factory=list)
    polls: list[int] = field(default_factory=list)
    bound: list[tuple[int, frozenset[str]]] = field(default_factory=list)
    results: list[str] = field(default_factory=list)


class World:
    """Answers as a script of small numbers says; when that is at its end, so that loops end.

    Args:
        analysis: Of the coroutine function that will run.
        script: The numbers.
        poison: Whether what is said to be dead is overwritten at each suspension; takes a
            Python whose ``f_locals`` can be written to, 3.13.
    """

    def __init__(self, analysis: Analysis, script: Iterable[int], *, poison: bool = False) -> None:
        self._analysis = analysis
        self._codes = set(analysis.codes)
        self._script = iter(script)
        self._poison = poison
        self._visits = 0
        self._unscripted = 0
        self.trace = Trace()

    def names(self) -> dict[str, Any]:
        """What the coroutine finds in its globals."""
        return {
            "Boom": Boom,
            "Other": Other,
            "ask": self.ask,
            "items": self.items,
            "leaf": self.leaf,
            "lines": lambda value: _Lines(self),
            "manager": lambda value: _Manager(self),
            "plain": lambda value: _Plain(self),
            "show": self.show,
        }

    def next(self, below: int) -> int:
        """The next number of the script; 0 at its end."""
        answer = next(self._script, None)
        if answer is None:
            self._unscripted += 1
            if self._unscripted > 300:
                raise Tired
        return (answer or 0) % below

    # -- what the coroutine calls -----------------------------------------------------------------

    def show(self, value: object, other: object) -> object:
        self.trace.results.append(f"{value!r}, {other!r}")
        self.maybe_raise()
        return value

    def ask(self, value: object) -> bool:
        self.trace.results.append(f"ask {value!r}")
        return self.next(2) == 1

    def items(self, value: object) -> list[int]:
        self.trace.results.append(f"items {value!r}")
        return list(range(self.next(3)))

    def leaf(self, value: object) -> _Leaf:
        self.trace.results.append(f"leaf {value!r}")
        return _Leaf(self, self.next(4))

    def maybe_raise(self) -> None:
        answer = self.next(20)
        if answer >= 18:
            raise (Boom, Other)[answer - 18]

    # -- what is seen -----------------------------------------------------------------------------

    def entered(self, frame: FrameType | None) -> None:
        """Called by what is awaited when it first runs: the coroutine is somewhere below."""
        while frame is not None and frame.f_code not in self._codes:
            frame = frame.f_back
        assert frame is not None
        state = self._analysis.state_at(frame.f_lasti, frame.f_code)
        assert state is not None, f"at {frame.f_lasti} of {frame.f_code.co_qualname} is no state"
        self.trace.visits.append(state)

    def suspended(self, coroutine: Any) -> None:
        """Called between two polls."""
        frames = list(self._frames(coroutine))
        state = self._analysis.state_at(frames[-1].f_lasti, frames[-1].f_code)
        assert state is not None, f"stands at {frames[-1].f_lasti}, and that is no state"
        if len(self.trace.visits) > self._visits:  # else the same await is still pending
            self.trace.polls.append(state)
            self._visits = len(self.trace.visits)
        bound = {name for frame in frames for name in frame.f_locals if not name.startswith(".")}
        self.trace.bound.append((state, frozenset(bound)))
        if self._poison:
            self._poisoned(frames[-1], state)

    def yielded(self, generator: Any) -> None:
        """Called when it has given something to its consumer."""
        state = self._analysis.state_at(generator.ag_frame.f_lasti)
        assert state is not None, f"yields at {generator.ag_frame.f_lasti}, and that is no state"
        self.trace.visits.append(state)
        self.suspended(generator)

    def _frames(self, coroutine: Any) -> Iterator[FrameType]:
        """The coroutine's, and on 3.11 those of the comprehensions that it stands in."""
        while coroutine is not None:
            prefix = "ag" if hasattr(coroutine, "ag_frame") else "cr"
            frame = getattr(coroutine, f"{prefix}_frame", None)
            if frame is None or frame.f_code not in self._codes:
                return
            yield frame
            coroutine = getattr(coroutine, f"{prefix}_await")

    def _poisoned(self, frame: FrameType, state: int) -> None:
        for variable in self._analysis.machine.states[state].variables:
            is_dead = variable.kind is VariableKind.LOCAL and not variable.live
            if is_dead and variable.name in frame.f_locals:
                frame.f_locals[variable.name] = "POISON"

    # -- driving ----------------------------------------------------------------------------------

    def run(self, function: Any) -> Trace:
        """Drives a coroutine or async generator to its end, by polls and thrown exceptions."""
        made = function(0, 1, 2, 3)
        self.trace.visits.append(0)
        self.trace.polls.append(0)
        end = self._consume(made) if hasattr(made, "asend") else self._drive(made, made)
        terminal = len(self._analysis.machine.states) - 3
        last = terminal if end.startswith("returned") else terminal + 1
        self.trace.visits.append(last)
        self.trace.polls.append(last)
        self.trace.results.append(end)
        return self.trace

    def _drive(self, awaitable: Any, coroutine: Any) -> str:
        """Polls until it is done, and says how it has ended."""
        send, value = awaitable.send, None
        try:
            while True:
                send(value)
                self.suspended(coroutine)
                thrown = self.next(20)
                send = awaitable.send
                if thrown >= 18:
                    send, value = awaitable.throw, (Boom, Other)[thrown - 18]()
                else:
                    value = None
        except StopIteration as done:
            return f"returned {done.value!r}"
        except StopAsyncIteration:
            return "returned"
        except (Exception, Tired) as error:
            return f"raised {type(error).__name__}"

    def _consume(self, generator: Any) -> str:
        step = generator.asend(None)
        while True:
            end = self._drive(step, generator)
            if generator.ag_frame is None or end == "returned" or end.startswith("raised"):
                return end
            self.trace.results.append(end)
            self.yielded(generator)
            sent = self.next(20)
            if sent >= 18:
                step = generator.athrow((Boom, Other)[sent - 18]())
            else:
                step = generator.asend(sent)


class _Leaf:
    """Is ready at once, or pending once or twice; gives a number or raises."""

    def __init__(self, world: World, pending: int, value: int | None = None) -> None:
        self._world = world
        self._pending = max(pending - 1, 0)
        self._value = value

    def __await__(self) -> Generator[None, object, int]:
        self._world.entered(inspect.currentframe())
        for _ in range(self._pending):
            yield
        if self._value is not None:
            return self._value
        self._world.maybe_raise()
        return self._world.next(3)


class _Lines:
    def __init__(self, world: World) -> None:
        self._world = world

    def __aiter__(self) -> _Lines:
        return self

    def __anext__(self) -> _Item:
        return _Item(self._world, self._world.next(4))


class _Item(_Leaf):
    def __await__(self) -> Generator[None, object, int]:
        value = yield from super().__await__()
        if value == 0:
            raise StopAsyncIteration
        return value


class _Manager:
    def __init__(self, world: World) -> None:
        self._world = world

    def __aenter__(self) -> _Leaf:
        return self._world.leaf("enter")

    def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> _Leaf:
        # What it gives says whether the exception is swallowed.
        return self._world.leaf(f"exit {kind}")


class _Plain:
    def __init__(self, world: World) -> None:
        self._world = world

    def __enter__(self) -> int:
        return self._world.next(3)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        self._world.trace.results.append(f"exit {kind}")
        return self._world.next(2) == 1
