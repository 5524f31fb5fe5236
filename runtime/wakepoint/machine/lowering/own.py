"""The nodes that run in a function itself, and what its statements do."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from enum import Flag, auto


def own_nodes(*roots: ast.AST, into_comprehensions: bool = True) -> Iterator[ast.AST]:
    """The nodes that run in the scope of ``roots`` themselves: inner functions are left out.

    Args:
        roots: Where to begin.
        into_comprehensions: False to see comprehensions without what is in them.
    """
    todo = list(roots)
    while todo:
        node = todo.pop()
        yield node
        if into_comprehensions or not isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp)):
            todo += own_children(node)


def own_children(node: ast.AST) -> Iterable[ast.AST]:
    """The children of a node that run when it runs, in no order that matters."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return [*node.decorator_list, *defaults(node.args), *annotations_of(node)]
        case ast.Lambda():
            return defaults(node.args)
        case ast.ClassDef():
            return [*node.decorator_list, *node.bases, *(each.value for each in node.keywords)]
        case ast.GeneratorExp():
            return [node.generators[0].iter]
        case ast.AnnAssign():
            return [each for each in (node.value, node.target) if each is not None]
    if type(node).__name__ == "TypeAlias":
        return [node.name]  # type: ignore[attr-defined]
    return ast.iter_child_nodes(node)


def defaults(arguments: ast.arguments) -> list[ast.expr]:
    """The defaults of parameters, in the order in which they are evaluated."""
    return [*arguments.defaults, *(each for each in arguments.kw_defaults if each is not None)]


def annotations_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    """The annotations of a function, in the order in which they are evaluated."""
    arguments = node.args
    annotated = [
        *arguments.posonlyargs,
        *arguments.args,
        *([arguments.vararg] if arguments.vararg else []),
        *arguments.kwonlyargs,
        *([arguments.kwarg] if arguments.kwarg else []),
    ]
    return [
        each for each in (*(arg.annotation for arg in annotated), node.returns) if each is not None
    ]


class Does(Flag):
    """What a statement or an expression does, itself or something in it."""

    SUSPENDS = auto()
    """It may suspend the function that it is in."""
    RETURNS = auto()
    """There is a ``return`` in it."""
    RETURNS_GUARDED = auto()
    """There is a ``return`` in it behind which something else runs: ``finally``, ``__exit__``."""
    JUMPS = auto()
    """There is a ``break`` or ``continue`` in it, for a loop around it."""
    RAISES_AGAIN = auto()
    """There is a ``raise`` in it, of what a handler around it handles."""


NOTHING = Does(0)

_SUSPENDS = (ast.Await, ast.Yield, ast.AsyncFor, ast.AsyncWith)
_LOOPS = (ast.For, ast.While, ast.AsyncFor)


def _repeated_by(node: ast.AST) -> list[ast.AST]:
    """What a loop or a comprehension may run more than once each time that it runs itself."""
    match node:
        case ast.For() | ast.AsyncFor():
            return [node.target, *node.body]
        case ast.While():
            return [node.test, *node.body]
        case ast.ListComp() | ast.SetComp():
            elements = [node.elt]
        case ast.DictComp():
            elements = [node.key, node.value]
        case _:
            return []
    first, *rest = node.generators
    return [first.target, *first.ifs, *rest, *elements]


class Facts:
    """What everything in a function does, computed once.

    Attributes:
        repeated: The ids of the nodes that may run more than once.
    """

    def __init__(self, function: ast.AsyncFunctionDef) -> None:
        self._facts: dict[int, Does] = {}
        self.repeated: set[int] = set()
        order: list[ast.AST] = []
        todo: list[ast.AST] = [*function.body]
        while todo:
            node = todo.pop()
            order.append(node)
            children = list(own_children(node))
            repeated = children if id(node) in self.repeated else _repeated_by(node)
            self.repeated |= {id(each) for each in repeated}
            todo += children
        for node in reversed(order):  # a node comes behind all that is in it
            self._facts[id(node)] = self._of(node)

    def __getitem__(self, node: ast.AST) -> Does:
        return self._facts.get(id(node), NOTHING)

    def suspend(self, *nodes: ast.AST) -> bool:
        """True if running these may suspend the function that they are in."""
        return any(Does.SUSPENDS in self[each] for each in nodes)

    def _all(self, nodes: Iterable[ast.AST]) -> Does:
        effects = NOTHING
        for each in nodes:
            effects |= self[each]
        return effects

    def _of(self, node: ast.AST) -> Does:
        effects = self._all(own_children(node))
        if isinstance(node, _SUSPENDS) or (isinstance(node, ast.comprehension) and node.is_async):
            effects |= Does.SUSPENDS
        if isinstance(node, ast.Return):
            effects |= Does.RETURNS
        elif isinstance(node, (ast.Break, ast.Continue)):
            effects |= Does.JUMPS
        elif isinstance(node, ast.Raise) and node.exc is None:
            effects |= Does.RAISES_AGAIN
        elif isinstance(node, ast.ExceptHandler):
            effects &= ~Does.RAISES_AGAIN
        elif isinstance(node, _LOOPS) and Does.JUMPS not in self._all(node.orelse):
            effects &= ~Does.JUMPS
        return effects | Does.RETURNS_GUARDED if self._guards(node, effects) else effects

    @staticmethod
    def _guards(node: ast.AST, effects: Does) -> bool:
        if isinstance(node, (ast.Try, ast.TryStar)):
            return Does.RETURNS in effects and bool(node.finalbody)
        return Does.RETURNS in effects and isinstance(node, (ast.With, ast.AsyncWith))
