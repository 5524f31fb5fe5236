"""Which names belong to which scope."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from wakepoint.machine.lowering.own import own_nodes

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)
"""Those that run where they stand; a generator expression runs later."""

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def mangled(name: str, class_name: str | None) -> str:
    """A name as the class around it spells it (private name mangling)."""
    around = (class_name or "").lstrip("_")
    if around and name.startswith("__") and not name.endswith("__") and "." not in name:
        return f"_{around}{name}"
    return name


def all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    """Every parameter, in the order of their slots."""
    extra = [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]


def type_parameters(node: ast.AST) -> tuple[str, ...]:
    """The names in the brackets behind the name of a function or a class, since 3.12."""
    return tuple(each.name for each in getattr(node, "type_params", ()))


def own_type_parameters(node: ast.AST, class_name: str | None) -> frozenset[str]:
    """Those of a definition in a class, as that spells them; a class spells its own."""
    around = node.name if isinstance(node, ast.ClassDef) else class_name
    return frozenset(mangled(each, around) for each in type_parameters(node))


def bounds_of(node: ast.AST) -> list[ast.AST]:
    """What the type parameters of a definition are bound to, or have for a default."""
    parameters = getattr(node, "type_params", ())
    return [bound for each in parameters for bound in ast.iter_child_nodes(each)]


def first_parameter(arguments: ast.arguments) -> str:
    """The parameter that ``super()`` asks, the first one; empty if there is none."""
    return next((each.arg for each in [*arguments.posonlyargs, *arguments.args]), "")


def binds(node: ast.AST) -> list[str]:
    """The names that one node binds, or unbinds, in its scope."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return [name]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            return [name]
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            return [name]
        case ast.Import() | ast.ImportFrom():
            return [each.asname or each.name.partition(".")[0] for each in node.names]
    return [node.name] if isinstance(node, DEFINITIONS) else []


def captures(pattern: ast.AST) -> list[str]:
    """The names that a pattern binds."""
    return [name for node in ast.walk(pattern) for name in binds(node)]


def bound_in_comprehension(node: Comprehension) -> frozenset[str]:
    """The variables of a comprehension."""
    return frozenset(
        each.id
        for part in node.generators
        for each in own_nodes(part.target)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    )


@dataclass(slots=True)
class Names:
    """What one scope does with names, spelt as the class around it spells them.

    Attributes:
        bound: It binds them.
        read: It reads them, itself.
        globals: It declares them as global.
        nonlocals: It declares them as nonlocal.
        inner: The scopes that run later, right inside of it.
    """

    bound: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)
    inner: list[ast.AST] = field(default_factory=list)

    def note(self, node: ast.AST, class_name: str | None, hidden: frozenset[str]) -> None:
        """Takes one node of the scope in."""
        if isinstance(node, ast.Global):
            self.globals |= {mangled(each, class_name) for each in node.names}
        elif isinstance(node, ast.Nonlocal):
            self.nonlocals |= {mangled(each, class_name) for each in node.names}
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            self.read |= {mangled(node.id, class_name)} - hidden
        else:
            self.bound |= {mangled(each, class_name) for each in binds(node)} - hidden


def names_in(
    roots: list[ast.AST],
    class_name: str | None,
    hidden: frozenset[str] = frozenset(),
    *,
    annotations: bool = False,
) -> Names:
    """What the scope of some nodes does with names.

    Args:
        roots: The nodes.
        class_name: The class around them, for private names.
        hidden: The variables of comprehensions around them.
        annotations: True if those of variables are evaluated, which a class does.
    """
    names = Names()
    todo: list[tuple[ast.AST, frozenset[str]]] = [(each, hidden) for each in roots]
    while todo:
        root, around = todo.pop()
        for node in own_nodes(root, into_comprehensions=False):
            names.note(node, class_name, around)
            if isinstance(node, COMPREHENSIONS):
                within = around | {
                    mangled(each, class_name) for each in bound_in_comprehension(node)
                }
                todo.append((node.generators[0].iter, around))
                todo += [(each, within) for each in _inside(node)]
            if annotations and isinstance(node, ast.AnnAssign):
                todo.append((node.annotation, around))
            if is_inner_scope(node):
                names.inner.append(node)
            if isinstance(node, ast.GeneratorExp):  # what := binds in there is bound here
                names.bound |= _generator_names(node, class_name).nonlocals
    return names


def _inside(node: Comprehension) -> Iterator[ast.AST]:
    """The parts of a comprehension that are in its scope."""
    for at, part in enumerate(node.generators):
        yield from [part.target, *part.ifs, *([part.iter] if at else [])]
    yield from [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]


def is_inner_scope(node: ast.AST) -> bool:
    """True for what has names of its own and does not run in place."""
    return isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.GeneratorExp)) or (
        type(node).__name__ == "TypeAlias"
    )


def inner_names(node: ast.AST, class_name: str | None) -> tuple[Names, str | None]:
    """What an inner scope does with names, and the class around what is in it."""
    match node:
        case ast.Lambda():
            names = names_in([node.body], class_name)
        case ast.ClassDef():
            return names_in([*node.body], node.name, annotations=True), node.name
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            names = names_in([*node.body], class_name)
        case ast.GeneratorExp():
            return _generator_names(node, class_name), class_name
        case _:
            return names_in([node.value], class_name), class_name  # type: ignore[attr-defined]
    names.bound |= {mangled(each.arg, class_name) for each in all_arguments(node.args)}
    return names, class_name


def _generator_names(node: ast.GeneratorExp, class_name: str | None) -> Names:
    within = frozenset(mangled(each, class_name) for each in bound_in_comprehension(node))
    names = names_in(list(_inside(node)), class_name, within)
    # What := binds in there belongs to the function around.
    names.nonlocals |= names.bound
    names.bound = set(within)
    return names


def free_names(node: ast.AST, class_name: str | None) -> set[str]:
    """The names that an inner scope takes from those around it, global ones included."""
    names, around = inner_names(node, class_name)
    own = names.bound - names.nonlocals
    deeper = set().union(*(free_names(each, around) for each in names.inner))
    if isinstance(node, ast.ClassDef):  # what is in there sees the class, not what it binds
        free = (names.read - own | names.nonlocals | deeper - {"__class__"}) - names.globals
    else:
        free = ((names.read | deeper) - own | names.nonlocals) - names.globals
    bounds = names_in(bounds_of(node), around)
    free |= bounds.read.union(*(free_names(each, around) for each in bounds.inner))
    return free - own_type_parameters(node, class_name)


class Scope:
    """The names of one function.

    Attributes:
        parameters: Its parameters.
        bound: All its own variables.
        captured: Those that an inner scope uses, which may run later.
        free: The names that it takes from around it, global ones included.
        free_in_inner: Those that its inner scopes take.
        globals: What it declares as global.
        nonlocals: What it declares as nonlocal.
        mentioned: All names in it.
        all_seen: True if it can look at all its variables, by ``locals()``.
    """

    def __init__(self, function: ast.AsyncFunctionDef, class_name: str | None) -> None:
        self._class_name = class_name
        self.parameters = [self.own_name(each.arg) for each in all_arguments(function.args)]
        names = names_in([*function.body], class_name)
        self.globals, self.nonlocals = names.globals, names.nonlocals
        bound = names.bound | set(self.parameters)
        self.bound = bound - self.globals - self.nonlocals
        captured = set().union(*(free_names(each, class_name) for each in names.inner))
        self.free_in_inner = captured
        self.free = (captured | names.read) - self.bound
        self.captured = captured & self.bound
        self.all_seen = False
        own = list(own_nodes(*function.body))
        self._unbound = {name for node in own if _unbinds(node) for name in binds(node)}
        self._bound_from = dict.fromkeys(self.parameters, 0)
        for target in _bound_at_once(function.body):
            self._bound_from.setdefault(target.id, target.end_lineno or 0)
        self._mentions = mentions(function)
        self.mentioned = frozenset(self._mentions) | set(self.parameters)
        self._read_outside = _read(own)
        for node in own:
            if isinstance(node, ast.ExceptHandler) and node.name:
                inside = list(own_nodes(*node.body))
                if node.name not in _caught(inside):  # behind such a one it is unbound in there
                    self._read_outside[node.name] -= _read(inside)[node.name]

    def own_name(self, identifier: str) -> str:
        """What the function calls a variable: the class around it spells private names out."""
        return mangled(identifier, self._class_name)

    def is_surely_bound(self, name: str, line: int) -> bool:
        """True if a variable has a value on that line, whichever way the function got there."""
        if name in self._unbound:
            return False
        return self._bound_from.get(name, line) < line

    def elsewhere(self, name: str, node: ast.AST) -> bool:
        """True if a name is mentioned outside of a node as well."""
        return self._mentions[name] > mentions(node)[name]

    def is_missed(self, name: str) -> bool:
        """True if it can be seen that the name of an exception is unbound behind its handler."""
        shared = self.captured | self.globals | self.nonlocals
        return self.all_seen or self.own_name(name) in shared or self._read_outside[name] > 0


def _unbinds(node: ast.AST) -> bool:
    return isinstance(node, ast.ExceptHandler) or (
        isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del)
    )


def _bound_at_once(body: list[ast.stmt]) -> Iterator[ast.Name]:
    """The names that statements bind which are in no other."""
    for statement in body:
        if isinstance(statement, ast.Assign):
            for each in own_nodes(*statement.targets):
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                    yield each


def _caught(nodes: Iterable[ast.AST]) -> set[str | None]:
    return {each.name for each in nodes if isinstance(each, ast.ExceptHandler)}


def _read(nodes: Iterable[ast.AST]) -> Counter[str]:
    return Counter(
        each.id
        for each in nodes
        if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Store)
    )


def mentions(node: ast.AST) -> Counter[str]:
    """How often each name is mentioned in a tree."""
    counts: Counter[str] = Counter()
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            counts[each.id] += 1
        else:
            counts.update(binds(each))
    return counts
