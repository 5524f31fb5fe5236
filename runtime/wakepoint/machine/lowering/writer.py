"""What all writers of lowered code share: steps, fields of the machine's own, suspensions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from wakepoint.machine.errors import MachineError
from wakepoint.machine.lowering.build import (
    assign,
    attribute,
    call,
    if_,
    is_,
    name,
    none,
    target,
)
from wakepoint.machine.lowering.names import LocalNames
from wakepoint.machine.lowering.own import Facts
from wakepoint.machine.lowering.scope import Scope
from wakepoint.machine.lowering.steps import Code, Step
from wakepoint.machine.model import StateKind

StateAt: TypeAlias = Callable[[StateKind, ast.AST], int | None]
"""The index of the state that stands for a node."""


@dataclass(eq=False, slots=True)
class Function:
    """The function that is lowered.

    Attributes:
        node: Its definition.
        where: Its name, file and line, for errors.
        scope: Its names.
        facts: What everything in it does.
        names: The names that are free in it.
        state_at: Finds its states.
        me: What the machine is called in its own methods, ``self`` in most.
        generator: True for an async generator.
        comprehension_variables: What they are called in the lowered form, and were before.
    """

    node: ast.AsyncFunctionDef
    where: str
    scope: Scope
    facts: Facts
    names: LocalNames
    state_at: StateAt
    me: str
    generator: bool
    comprehension_variables: dict[str, str] = field(default_factory=dict)

    def unable(self, node: ast.AST, what: str, instead: str) -> MachineError:
        """The error of something that cannot be lowered."""
        line: int = getattr(node, "lineno", self.node.lineno)
        error = MachineError(f"line {line}: {what} cannot be lowered, in {self.where}; {instead}")
        error.line = line
        return error


@dataclass(eq=False, slots=True)
class Cleanup:
    """What has to run whichever way a block is left: ``finally``, ``__exit__``, ``__aexit__``.

    Attributes:
        step: Its code, which goes on at what `because` holds.
        because: The field that says where to go on: a state, or the exception that is raised.
        ways: For each step that is led to from inside, the one that notes that.
    """

    step: Step
    because: ast.expr
    ways: dict[Step, Step] = field(default_factory=dict)

    def way(self, to: Step, code: Code) -> Step:
        """The step that notes where to go on, and goes to what has to run first."""
        if to not in self.ways:
            self.ways[to] = code.new("LEAVE")
            self.ways[to].handler = self.step.handler
        return self.ways[to]


@dataclass(eq=False, slots=True)
class Loop:
    """A loop whose steps can be jumped to.

    Attributes:
        again: Where ``continue`` goes.
        done: Where ``break`` goes.
        items: The field of its iterator, if nobody else may hold that.
    """

    again: Step
    done: Step
    items: ast.expr | None = None


class Writer:
    """Writes lowered code.

    Args:
        function: What is lowered.
    """

    def __init__(self, function: Function) -> None:
        self.function = function
        self.code = Code()
        self.scope, self.facts, self.names = function.scope, function.facts, function.names
        self.me = function.me
        self.around: list[Loop | Cleanup] = []
        """The loops and guarded blocks around what is being written, the innermost last."""
        self.region: list[ast.expr] = []
        """The iterators that are to be let go of if the body that is being written raises."""
        self._between: dict[tuple[Any, ...], Step] = {}

    def suspends(self, *nodes: ast.AST) -> bool:
        """True if running these may suspend the function."""
        return self.facts.suspend(*nodes)

    def field(self, kind: str) -> ast.expr:
        """A further field of the machine's own, ``self.operand_2``."""
        return attribute(self.me, self.names.number(kind))

    def local(self, kind: str) -> ast.expr:
        """A variable of ``poll`` that holds something until the next suspension."""
        return name(self.names.local(kind))

    def helper(self, helper: str, *arguments: ast.expr) -> ast.Call:
        """A call of a helper; it will be imported."""
        return call(self.names.helper(helper), *arguments)

    def set(self, to: ast.expr, value: ast.expr) -> None:
        """Writes an assignment to something of the machine's own."""
        where = target(to.id) if isinstance(to, ast.Name) else to
        self.code.emit(assign(where, value))

    # -- suspensions ------------------------------------------------------------------------------

    def wait(self, awaited: ast.expr, kind: StateKind, node: ast.AST) -> ast.expr:
        """Waits for something; returns its result."""
        self.begin_wait(awaited)
        self.suspend(kind, node)
        self.set(self.local("polled"), self.poll_awaiting())
        return self.result()

    def begin_wait(self, awaited: ast.expr) -> None:
        """Notes what to wait for."""
        self.set(attribute(self.me, "awaiting"), self.helper("into_future", awaited))

    def poll_awaiting(self) -> ast.Call:
        """Polls what is waited for."""
        return call(attribute(self.me, "poll_awaiting"), self.local("cx"))

    def result(self) -> ast.expr:
        """The end of a poll that cannot go on; else the result of what was waited for."""
        pending = name(self.names.helper("PENDING"))
        self.code.emit(if_(is_(self.local("polled"), pending), [ast.Return(pending)]))
        return attribute(self.local("polled"), "value")

    def suspend(self, kind: StateKind, node: ast.AST) -> Step:
        """Goes on in the state that stands for a node."""
        step = self.state(kind, node)
        self.code.join(step)
        return step

    def state(self, kind: StateKind, node: ast.AST) -> Step:
        """The step that stands for a state of the machine."""
        step = self.code.new(kind.name, placed(node))
        step.index, step.resumes = self.function.state_at(kind, node), True
        return step

    # -- jumps ------------------------------------------------------------------------------------

    def jump_if(self, test: ast.expr, to: Step) -> None:
        """Goes to another step if a test holds."""
        branch = self.code.compound(ast.If(test, [], []))
        with self.code.inside(branch):
            self.code.jump(to)

    def leave(self, to: Step, around: int) -> None:
        """Goes to a step outside of all loops and guarded blocks but the ``around`` outermost.

        What has to run first runs, and what a loop goes over is let go of.
        """
        loops: list[Loop] = []
        for each in self.around[around:]:
            if isinstance(each, Loop):
                loops.append(each)
                continue
            to = each.way(self._letting_go(to, loops, each), self.code)
            loops = []
        self.let_go(loops)
        self.code.jump(to)

    def _letting_go(self, to: Step, loops: list[Loop], inside: Cleanup) -> Step:
        """A step that lets go of loops on the way to another, if there are any."""
        held = [each for each in loops if each.items is not None]
        if not held:
            return to
        key = to, *held
        if key not in self._between:
            self._between[key] = self.code.new("LEAVE")
            self._between[key].handler = inside.step.handler
        return self._between[key]

    def write_between(self) -> None:
        """Writes the steps that let go of loops on the way to others."""
        for (to, *loops), step in self._between.items():
            self.code.begin(step)
            self.let_go(loops)
            self.code.jump(to)

    def let_go(self, loops: list[Loop]) -> None:
        """Nobody else may hold what a loop goes over: then its end has to run now."""
        self.forget([each.items for each in reversed(loops) if each.items is not None])

    def forget(self, fields: list[ast.expr]) -> None:
        """Lets go of what is in some fields."""
        for each in fields:
            self.set(each, none())


def placed(node: ast.AST) -> ast.AST:
    """The node where a state's span begins."""
    if isinstance(node, ast.withitem):
        return node.context_expr
    return node.target if isinstance(node, ast.comprehension) else node
