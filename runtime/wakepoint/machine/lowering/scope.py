"""Which names belong to which scope."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def own_nodes(*roots: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run in the scope of ``roots`` themselves: inner functions are left out.

    Comprehensions are part of the scope, except that a generator expression runs later.
    """
    todo = list(roots)
    while todo:
        node = todo.pop()
        yield node
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                todo += [*node.decorator_list, *_defaults(node.args)]
            case ast.Lambda():
                todo += _defaults(node.args)
            case ast.ClassDef():
                todo += [*node.decorator_list, *node.bases, *(k.value for k in node.keywords)]
            case ast.GeneratorExp():
                todo.append(node.generators[0].iter)
            case _:
                todo += ast.iter_child_nodes(node)


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [*arguments.defaults, *(each for each in arguments.kw_defaults if each is not None)]


def parameters(arguments: ast.arguments) -> list[str]:
    """The names of all parameters, in the order of their slots."""
    extra = [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]
    return [each.arg for each in found]


def bound_in(node: Function | ast.ClassDef) -> tuple[frozenset[str], frozenset[str]]:
    """The names that a function or class binds, and those that it shares with a scope around it."""
    body = node.body if isinstance(node.body, list) else [node.body]
    bound = set() if isinstance(node, ast.ClassDef) else set(parameters(node.args))
    shared: set[str] = set()
    globals_: set[str] = set()
    for each in own_nodes(*body):
        if isinstance(each, ast.Nonlocal):
            shared |= set(each.names)
        elif isinstance(each, ast.Global):
            globals_ |= set(each.names)
        else:
            bound |= set(_binds(each))
    # A global is not ours either: for us it is hidden like a name that is bound in there.
    return frozenset(bound | globals_), frozenset(shared)


def _binds(node: ast.AST) -> list[str]:
    """The names that one node binds in its scope."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            return [name]
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            return [name]
        case ast.Import() | ast.ImportFrom():
            return [a.asname or a.name.partition(".")[0] for a in node.names]
    return []


def bound_in_comprehension(node: Comprehension) -> frozenset[str]:
    """The variables of a comprehension."""
    return frozenset(
        each.id
        for part in node.generators
        for each in ast.walk(part.target)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    )


class Scope:
    """The names of one function.

    Attributes:
        parameters: Its parameters.
        bound: All its own variables.
        captured: Those that an inner function uses.
        globals: What it declares as global.
        nonlocals: What it declares as nonlocal.
    """

    def __init__(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.parameters = parameters(function.args)
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        bound = set(self.parameters)
        in_comprehensions: set[int] = set()
        for node in own_nodes(*function.body):
            match node:
                case ast.Global():
                    self.globals |= set(node.names)
                case ast.Nonlocal():
                    self.nonlocals |= set(node.names)
                case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                    for part in node.generators:
                        in_comprehensions |= {id(each) for each in ast.walk(part.target)}
        for node in own_nodes(*function.body):
            if id(node) not in in_comprehensions:
                bound |= set(_binds(node))
        self.bound = bound - self.globals - self.nonlocals
        self._taken_away = {
            name for node in own_nodes(*function.body) for name in _takes_away(node)
        }
        self._bound_from = dict.fromkeys(self.parameters, 0)
        for statement in function.body:
            if isinstance(statement, ast.Assign):
                for target in statement.targets:
                    for each in ast.walk(target):
                        if isinstance(each, ast.Name):
                            self._bound_from.setdefault(each.id, statement.lineno)
        self.captured = {
            each.id
            for inner in _inner_scopes(function.body)
            for each in ast.walk(inner)
            if isinstance(each, ast.Name)
        } & self.bound

    def is_surely_bound(self, name: str, line: int) -> bool:
        """True if a variable has a value on that line, whichever way the function got there."""
        if name in self._taken_away:
            return False
        return self._bound_from.get(name, line) < line


def _takes_away(node: ast.AST) -> list[str]:
    """The names that are not bound any more behind a node."""
    match node:
        case ast.Name(id=name, ctx=ast.Del()):
            return [name]
        case ast.ExceptHandler(name=str(name)):
            return [name]
    return []


def _inner_scopes(body: list[ast.stmt]) -> Iterator[ast.AST]:
    for node in own_nodes(*body):
        if isinstance(node, (*SCOPES, ast.GeneratorExp)):
            yield node


def names_used(function: ast.AST) -> frozenset[str]:
    """Every name in a function, to choose others that mean nothing in it."""
    found = set()
    for node in ast.walk(function):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name):
                found.add(name)
            case _:
                found |= set(_binds(node))
    return frozenset(found)


def suspends(*nodes: ast.AST) -> bool:
    """True if running these may suspend the function that they are in."""
    for node in own_nodes(*nodes):
        if isinstance(node, (ast.Await, ast.Yield, ast.YieldFrom, ast.AsyncFor, ast.AsyncWith)):
            return True
        if isinstance(node, ast.comprehension) and node.is_async:
            return True
    return False


def children(node: ast.AST) -> list[ast.expr]:
    """The parts of an expression in the order in which they are evaluated."""
    match node:
        case ast.Dict():
            pairs = zip(node.keys, node.values, strict=True)
            return [each for pair in pairs for each in pair if each is not None]
        case ast.Call():
            return [node.func, *_starred(node.args), *(k.value for k in node.keywords)]
        case ast.List() | ast.Tuple() | ast.Set():
            return _starred(node.elts)
        case ast.Compare():
            return [node.left, node.comparators[0]]
    return [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]


def _starred(nodes: list[ast.expr]) -> list[ast.expr]:
    return [each.value if isinstance(each, ast.Starred) else each for each in nodes]
