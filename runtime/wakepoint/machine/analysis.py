"""From a coroutine's code object to its machine."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Iterator
from types import CodeType
from typing import Any

from wakepoint.machine import (
    blocks,
    comprehensions,
    flow,
    graph,
    nesting,
    sizes,
    stack,
    states,
    transitions,
    unbound,
    variables,
)
from wakepoint.machine import syntax as syntax_of
from wakepoint.machine.errors import MachineError
from wakepoint.machine.kept import Kept
from wakepoint.machine.labels import Labels
from wakepoint.machine.model import Machine, State, StateKind, Transition
from wakepoint.machine.parsing import compiled, parsed
from wakepoint.machine.states import Facts, Place
from wakepoint.machine.syntax import Syntax


class Analysis:
    """A coroutine function, taken apart.

    Attributes:
        code: Its code object.
        codes: That and those of the async comprehensions in it, which CPython 3.11 compiles to
            coroutines of their own; their frames stand in states of this machine.
        machine: Its state machine.
        source: The syntax of its file; None if that is not known or not what was compiled.

    Args:
        code: A coroutine's, an async generator's or a generator's.
        source: Its file's syntax; None if that is not known.

    Raises:
        MachineError: If it makes no coroutine, or its bytecode is not what we know.
    """

    def __init__(self, code: CodeType, source: Syntax | None = None) -> None:
        kind = states.kind_of(code.co_flags)
        if kind is None:
            raise MachineError(
                f"{_where(code)} is an ordinary function: calling it runs it to its end; "
                "only async def and generator functions are state machines"
            )
        self.code = code
        try:
            self._analyse(code, kind, source)
        except MachineError:  # it is too large
            raise
        except (LookupError, ValueError, AssertionError) as error:
            version = ".".join(map(str, sys.version_info[:3]))
            raise MachineError(
                f"{_where(code)}: the bytecode that Python {version} made for it is not "
                f"understood ({type(error).__name__}: {error})"
            ) from error

    def _analyse(self, code: CodeType, kind: str, source: Syntax | None) -> None:
        built = graph.build(code)
        self._bound(len(built.instructions), sizes.INSTRUCTIONS, "instructions")
        self.codes = (code, *(each.code for each in built.inlined))
        split = blocks.split(built)
        all_variables = self._variables(built, split, source)
        stacks = stack.run(built)
        places = states.places(built, stacks, source)
        self._bound(len(places), sizes.STATES, "places where it can stand")
        if source is not None and any(each.suspension is None for each in places):
            source = None
            all_variables = self._variables(built, split, source)
        self.source = source
        facts = Facts(
            built,
            split,
            all_variables,
            flow.solve(built, split, all_variables),
            stacks,
            source,
            Labels(built, source),
            Kept(all_variables),
        )
        self._places = places
        self._state_at = self._offsets(built, places)
        self.machine = self._machine(code, kind, facts, places)

    @staticmethod
    def _variables(
        built: graph.Graph, split: blocks.Blocks, source: Syntax | None
    ) -> variables.Variables:
        all_variables = variables.find(built, source)
        comprehensions.move_to_calls(built, all_variables)
        unbound.mark(built, split, all_variables)
        return all_variables

    def _machine(self, code: CodeType, kind: str, facts: Facts, places: list[Place]) -> Machine:
        end = len(places) + 1
        terminals = (StateKind.RETURNED, StateKind.RAISED, StateKind.DROPPED)
        first = states.start(facts)
        all_states = (
            first,
            *self._states(places, facts),
            *(State(end + n, terminal, "", None) for n, terminal in enumerate(terminals)),
        )
        steps, unlisted = transitions.await_to_await(
            facts, places, transitions.Terminals(end, end + 1)
        )
        line = first.span.line if first.span is not None else code.co_firstlineno
        name = code.co_name
        return Machine(
            name, code.co_qualname, code.co_filename, line, kind, all_states, tuple(steps), unlisted
        )

    def _states(self, places: list[Place], facts: Facts) -> Iterator[State]:
        variables = 0
        for index, each in enumerate(places, start=1):
            state = states.state(index, each, facts)
            variables += len(state.variables)
            self._bound(variables, sizes.VARIABLES, "variables to be saved, over all its states")
            yield state

    def _bound(self, count: int, most: int, what: str) -> None:
        if count > most:
            where = f"{self.code.co_filename}, line {self.code.co_firstlineno}"
            raise MachineError(
                f"{where}: {self.code.co_qualname} is too large to be analysed: "
                f"it has more than {most} {what}"
            )

    @staticmethod
    def _offsets(built: graph.Graph, places: list[Place]) -> dict[tuple[CodeType, int], int]:
        """The state that a frame stands in, by its code and ``f_lasti``."""
        numbers = {}
        for index, each in enumerate(places, start=1):
            for number in each.copies:
                # While it suspends: YIELD_VALUE, from 3.13 on the RESUME behind it. While what
                # it awaits runs for the first time: SEND.
                for instruction in built.instructions[number : number + 3]:
                    if instruction.name in {"SEND", "YIELD_VALUE", "RESUME"}:
                        numbers[instruction.code, instruction.offset] = index
                first = built.instructions[number]
                if first.name == "SEND":
                    numbers[first.code, first.offset + 2] = index  # its cache, from 3.12 on
        return numbers

    def state_at(self, offset: int, code: CodeType | None = None) -> int | None:
        """The index of the state in which a frame with that ``f_lasti`` stands.

        Args:
            offset: The frame's ``f_lasti``.
            code: The frame's code object, if it may be one of `codes` other than the first.

        Returns:
            None if the frame is not at a suspension.
        """
        return self._state_at.get((code or self.code, offset))

    def states_in(self, code: CodeType) -> dict[int, int]:
        """The states in which a frame of one of `codes` may stand, by its ``f_lasti``."""
        return {offset: state for (each, offset), state in self._state_at.items() if each is code}

    @functools.cached_property
    def poll_transitions(self) -> tuple[Transition, ...]:
        """The transitions from poll to poll, as a scheduler sees them."""
        return tuple(transitions.poll_to_poll(self.machine.states, self.machine.transitions))


def analyze(function: Any) -> Analysis:
    """Takes a coroutine function apart.

    Args:
        function: A function, a method, a coroutine, a generator or a code object, decorated with
            `functools.wraps` or not. Its source is used where it can be read.

    Raises:
        MachineError: If it is none of these, or not one that can suspend.
    """
    code = code_of(function)
    return Analysis(code, syntax_of.of_file(code.co_filename))


def code_of(function: Any) -> CodeType:
    """The code object behind something that can be analysed.

    Raises:
        MachineError: If there is none.
    """
    inner = function
    if callable(inner):
        inner = inspect.unwrap(inner)
        while isinstance(inner, functools.partial):
            inner = inspect.unwrap(inner.func)
    if isinstance(inner, (staticmethod, classmethod)):
        inner = inner.__func__
    for attribute in ("__func__", "__code__", "cr_code", "ag_code", "gi_code"):
        inner = getattr(inner, attribute, inner)
    if isinstance(inner, CodeType):
        return inner
    raise MachineError(
        f"{function!r} has no Python code to analyse; "
        "give a function, a method, a coroutine or a code object"
    )


def analyze_source(text: str, filename: str = "<source>") -> list[Analysis]:
    """Takes every coroutine and async generator of a module apart, in source order.

    Example:
        >>> (analysis,) = analyze_source("async def main(f): return await f")
        >>> [state.kind.value for state in analysis.machine.states]
        ['start', 'await', 'returned', 'raised', 'dropped']

    Args:
        text: The module's source. It is compiled, not run.
        filename: What the machines call the file.

    Raises:
        MachineError: If the text is not Python.
    """
    try:
        # From the text: a tree that is given to compile() may be half as deep.
        code = compiled(text, filename)
        tree = parsed(text, filename)
    except (SyntaxError, ValueError) as error:
        raise MachineError(f"{filename} is not Python {sys.version_info[0]}: {error}") from error
    except (RecursionError, MemoryError) as error:
        raise nesting.too_deep(text, filename) from error
    codes = list(coroutines(code))
    source = Syntax(text, tree) if codes else None
    analyses = [Analysis(each, source) for each in codes]
    return sorted(analyses, key=lambda each: each.code.co_firstlineno)


def coroutines(code: CodeType) -> Iterator[CodeType]:
    """The code objects of all coroutines and async generators in a module's code object.

    Async comprehensions are part of the coroutine that they stand in and not among them.
    """
    todo = [code]
    while todo:  # functions may be nested more deeply than calls may
        each = todo.pop()
        is_async = each.co_flags & (inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR)
        if each is not code and is_async and each.co_name not in graph.COMPREHENSIONS:
            yield each
        todo += reversed([inner for inner in each.co_consts if isinstance(inner, CodeType)])


def _where(code: CodeType) -> str:
    return f"{code.co_qualname} ({code.co_filename}:{code.co_firstlineno})"
