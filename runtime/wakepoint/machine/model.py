"""What a state machine is, as plain data: states, saved variables, transitions.

A machine says statically where one coroutine can stop and what it keeps there. Which states a
run really visited is not in here: that is in the events of a recording, which point at states
by their index.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class StateKind(StrEnum):
    """Why a coroutine stands in a state."""

    START = "start"
    """Nothing has run yet (Rust: Unresumed)."""
    AWAIT = "await"
    """``await expression``"""
    ENTER = "enter"
    """``async with``: awaiting ``__aenter__``"""
    EXIT = "exit"
    """``async with``: awaiting ``__aexit__``"""
    NEXT = "next"
    """``async for``: awaiting ``__anext__``"""
    YIELD = "yield"
    """``yield`` in an async generator or generator: the consumer has control"""
    RETURNED = "returned"
    """Terminal: the body ran to its end (Rust: Returned)."""
    RAISED = "raised"
    """Terminal: an exception left the body (Rust: Panicked)."""
    DROPPED = "dropped"
    """Terminal: dropped while suspended or before the start."""


TERMINAL_KINDS = frozenset({StateKind.RETURNED, StateKind.RAISED, StateKind.DROPPED})


class VariableKind(StrEnum):
    """Where CPython keeps a saved value."""

    LOCAL = "local"
    CELL = "cell"
    """A local that an inner function captures; it outlives the frame."""
    FREE = "free"
    """Captured from an enclosing function."""
    OPERAND = "operand"
    """A half-evaluated operand on the value stack, named by its source text."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of source. Lines count from 1, columns from 0 in characters, end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that a suspended frame keeps.

    Attributes:
        name: The variable's name; for an operand its source text.
        kind: Where it is kept.
        live: True if later code may read it (Rust would save it); False if CPython merely
            keeps it until the frame ends. Operands are always live; for cells and free
            variables it is True, since whoever captured them may read them.
    """

    name: str
    kind: VariableKind
    live: bool


@dataclass(frozen=True, slots=True)
class State:
    """One place where the coroutine can stand while nobody polls it.

    Attributes:
        index: 0 is the start; suspension points follow in source order; terminals are last.
        kind: Why it stands there.
        label: The awaited expression as written (``connect(addr)`` for ``await connect(addr)``),
            one line, comments dropped; for the start the function's signature; empty for terminals.
        span: The whole ``await …`` expression, or the ``async with`` item / ``async for`` header;
            None for terminals.
        on_exception: True if the place is compiled for the exceptional path as well or only
            (an ``await`` in ``finally``, ``__aexit__``).
        variables: What the frame may keep here: bound on some path that leads here.
    """

    index: int
    kind: StateKind
    label: str
    span: Span | None
    on_exception: bool = False
    variables: tuple[Variable, ...] = ()


@dataclass(frozen=True, slots=True)
class Transition:
    """A step that the code between two states can take.

    Attributes:
        source: Index of the state it leaves.
        target: Index of the state it reaches.
        condition: When it is taken, in source terms (``chunk is falsy``, ``loop exhausted``,
            ``ValueError raised``); None if it is the only way on.
        exceptional: True if it is taken because something raised.
    """

    source: int
    target: int
    condition: str | None = None
    exceptional: bool = False


@dataclass(frozen=True, slots=True)
class Machine:
    """The state machine that one coroutine function was compiled to.

    Attributes:
        name: ``__name__`` of the function.
        qualname: ``__qualname__`` of the function.
        filename: ``co_filename`` of its code.
        first_line: Line of its ``async def``.
        kind: ``coroutine``, ``async generator`` or ``generator``.
        states: All states, at their index.
        transitions: From await point to await point: the source's view. Dropping is left out
            here, since every state before the terminals can be dropped.
        unlisted: How many transitions it has if those are too many to be listed; then
            ``transitions`` is empty.
    """

    name: str
    qualname: str
    filename: str
    first_line: int
    kind: str
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    unlisted: int = 0

    def terminal(self, kind: StateKind) -> State:
        """The terminal state of that kind."""
        return next(state for state in reversed(self.states) if state.kind is kind)


@dataclass(frozen=True, slots=True)
class Unanalysed:
    """A coroutine function without a machine: too large to be analysed, or not understood.

    Attributes:
        name: ``__qualname__`` of the function.
        line: Line of its ``async def``, with its decorators.
        reason: Why there is none, in words.
    """

    name: str
    line: int
    reason: str
