"""The cases of a lowered ``poll``: straight pieces of code that jump to each other."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias, cast

Branching: TypeAlias = ast.If | ast.Try | ast.TryStar | ast.Match


@dataclass(eq=False, slots=True)
class Item:
    """One statement of lowered code.

    Attributes:
        origin: The line of the original that it comes from.
    """

    origin: int | None


@dataclass(eq=False, slots=True)
class Do(Item):
    """A statement that names no step."""

    node: ast.stmt


@dataclass(eq=False, slots=True)
class RaiseAgain(Item):
    """Raises an exception that has been raised before."""

    error: ast.expr


@dataclass(eq=False, slots=True)
class Jump(Item):
    """Goes to another step."""

    target: Step


@dataclass(eq=False, slots=True)
class Note(Item):
    """Notes in a field where to go on later."""

    field: ast.expr
    target: Step


@dataclass(eq=False, slots=True)
class GoOn(Item):
    """Goes to the step that a call gives.

    Attributes:
        call: The call.
        target: A step that is its last argument, if any.
    """

    call: ast.Call
    target: Step | None


@dataclass(eq=False, slots=True)
class Compound(Item):
    """A statement with bodies of items.

    Attributes:
        node: An ``if``, ``try`` or ``match`` without its bodies.
        bodies: Its bodies, in the order in which they are written.
    """

    node: Branching
    bodies: list[list[Item]]


@dataclass(eq=False, slots=True)
class Step:
    """A case: a state of the machine, or a step between states that several paths lead to.

    Attributes:
        kind: What it is called in the enum of states, unless several would be called that.
        handler: Where exceptions raised in it go.
        handling: The field of the exception that is handled meanwhile.
        leaving: The fields that may hold the exception by which a block around it was left, the
            innermost first.
        index: The number of the state in the machine; None for a step in between.
        resumes: True if a poll can begin with it.
        items: Its code.
        name: What it is called in the enum; given when all steps are known.
    """

    kind: str
    handler: Step | None
    handling: ast.expr | None = None
    leaving: tuple[ast.expr, ...] = ()
    index: int | None = None
    resumes: bool = False
    items: list[Item] = field(default_factory=list)
    name: str = ""


class Code:
    """The steps of one function while they are written.

    Attributes:
        steps: All of them, in the order in which they were begun.
        step: The one that is written to.
        handler: Where exceptions go that the code to be written raises.
        handling: The field of the exception that it handles.
        leaving: The fields that may hold the exception by which a block around it was left, the
            innermost first.
        reachable: False behind a jump or a return.
        origin: The line of the original whose code is being written.
        rename: Renames the variables of the comprehension that is being written.
    """

    def __init__(self) -> None:
        self.handler: Step | None = None
        self.handling: ast.expr | None = None
        self.leaving: tuple[ast.expr, ...] = ()
        self.reachable = True
        self.origin: int | None = None
        self.rename: Callable[[ast.stmt], ast.stmt] | None = None
        self.step = Step("START", None, index=0, resumes=True)
        self.steps: list[Step] = [self.step]
        self._items = self.step.items

    def new(self, kind: str, node: ast.AST | None = None) -> Step:
        """A step that has no code yet; it is one of the steps once it is begun."""
        name = kind if node is None else f"{kind}_{line_of(node)}"
        return Step(name, self.handler, self.handling, self.leaving)

    def begin(self, step: Step) -> None:
        """Goes on writing in another step."""
        self.steps.append(step)
        self.step, self.reachable = step, True
        self._items = step.items

    def emit(self, *nodes: ast.stmt) -> None:
        """Writes statements."""
        for node in nodes:
            self.add(Do(self.origin, self.rename(node) if self.rename else node))

    def add(self, item: Item) -> None:
        """Writes an item."""
        if self.reachable:
            self._items.append(item)

    def jump(self, target: Step) -> None:
        """Goes to another step."""
        self.add(Jump(self.origin, target))
        self.reachable = False

    def stop(self) -> None:
        """What was written last does not go on."""
        self.reachable = False

    def compound(self, node: Branching, bodies: int = 1) -> Compound:
        """Writes a statement whose bodies are then written `inside` of it."""
        renamed = cast(Branching, self.rename(node)) if self.rename else node
        item = Compound(self.origin, renamed, [[] for _ in range(bodies)])
        self.add(item)
        return item

    @contextmanager
    def inside(self, item: Compound, body: int = 0) -> Iterator[None]:
        """What is written meanwhile is in a body of a statement, until another step is begun."""
        outer = self.step, self._items, self.reachable
        self._items = item.bodies[body]
        yield
        self.step, self._items, self.reachable = outer

    def join(self, end: Step) -> None:
        """Goes on in a step that others lead to as well."""
        self.jump(end)
        self.begin(end)


def line_of(node: ast.AST) -> int:
    """The line on which a node begins."""
    return int(node.lineno)  # type: ignore[attr-defined]


def all_items(items: list[Item]) -> Iterator[Item]:
    """Some items and those in them."""
    todo = list(reversed(items))
    while todo:
        item = todo.pop()
        yield item
        if isinstance(item, Compound):
            for body in reversed(item.bodies):
                todo += reversed(body)


def targets(step: Step) -> list[Step]:
    """The steps that a step may go to, where its exceptions go included."""
    targets = [] if step.handler is None else [step.handler]
    targets += [
        item.target
        for item in all_items(step.items)
        if isinstance(item, (Jump, Note, GoOn)) and item.target is not None
    ]
    return targets
