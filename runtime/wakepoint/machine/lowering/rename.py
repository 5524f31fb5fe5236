"""Walks through code with the names in it, and spells variables otherwise."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, cast

from wakepoint.machine.lowering.build import child_of, exchanged, name, rebuilt
from wakepoint.machine.lowering.scope import (
    Comprehension,
    bound_in_comprehension,
    first_parameter,
    inner_names,
    mangled,
    own_type_parameters,
)

Changed = ast.AST | list[ast.AST]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a function a name stands.

    Attributes:
        hidden: The names that scopes in between bind for themselves.
        deeper: What is hidden from the functions in it: they do not see what a class binds.
        later: True in a scope of its own, which may run when the function does not.
        class_name: The class in the function that is around it.
        first: The first parameter of the inner function that is around it; empty if it has none.
        generic: The type parameters of inner definitions around it.
    """

    hidden: frozenset[str] = frozenset()
    deeper: frozenset[str] = frozenset()
    later: bool = False
    class_name: str | None = None
    first: str | None = None
    generic: frozenset[str] = frozenset()

    @property
    def is_class(self) -> bool:
        """True right in the body of a class."""
        return self.class_name is not None and self.first is None


class Rename:
    """Spells some variables otherwise.

    Args:
        variables: Their other names.
        class_name: The class around the function, for private names.
    """

    def __init__(self, variables: Mapping[str, str], class_name: str | None = None) -> None:
        self._variables = variables
        self._class_name = class_name

    def class_around(self, place: Place) -> str | None:
        """The class by which private names are spelt in some place."""
        return place.class_name or self._class_name

    def visit(self, node: Any) -> Any:
        """A node in which they are spelt so; the node itself, if none of them is in it."""
        return self.changed(node, Place())

    def spelt(self, identifier: str, place: Place) -> ast.expr | None:
        """What stands for a variable in some place, if that is not its name."""
        other = self._variables.get(mangled(identifier, place.class_name))
        return None if other is None or identifier in place.hidden else name(other)

    def changed(self, node: ast.AST, place: Place) -> Changed:
        """What stands for a node in some place."""
        special = self.special.get(type(node))
        if special is not None:
            return cast(Changed, special(self, node, place))
        return self.with_children(node, place)

    def with_children(self, node: ast.AST, place: Place) -> ast.AST:
        """A node with its children changed."""
        return rebuilt(node, self.changed, place)

    def field(self, node: ast.AST, field: str, place: Place) -> tuple[str, object]:
        """What a field of a node holds, changed."""
        return field, child_of(getattr(node, field), self.changed, place)

    # -- names ------------------------------------------------------------------------------------

    def _name(self, node: ast.Name, place: Place) -> ast.expr:
        other = self.spelt(node.id, place)
        if isinstance(other, ast.Name):
            return ast.Name(other.id, node.ctx)
        return node if other is None else other

    # -- scopes -----------------------------------------------------------------------------------

    def annotations(self, place: Place) -> Place | None:
        """Where the annotations of an inner function are evaluated, if they are."""
        return place

    def _function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, place: Place
    ) -> ast.FunctionDef | ast.AsyncFunctionDef:
        generic = self._generic(node, place)
        return exchanged(
            node,
            [
                self.field(node, "decorator_list", place),
                *self._bounds(node, generic),
                ("args", self._parameters(node.args, place, generic)),
                ("returns", self._annotation(node.returns, generic)),
                self.field(node, "body", self._inside(node, generic)),
            ],
        )

    def _generic(self, node: ast.AST, place: Place) -> Place:
        """Where the type parameters of a definition are seen that stands in some place."""
        own = own_type_parameters(node, self.class_around(place))
        return replace(
            place,
            hidden=place.hidden | own,
            deeper=place.deeper | own,
            generic=place.generic | own,
            class_name=node.name if own and isinstance(node, ast.ClassDef) else place.class_name,
        )

    def _bounds(self, node: ast.AST, generic: Place) -> list[tuple[str, object]]:
        """The type parameters of a definition, if there can be some; what binds them runs later."""
        later = replace(generic, later=True)
        return [self.field(node, "type_params", later)] if hasattr(node, "type_params") else []

    def _lambda(self, node: ast.Lambda, place: Place) -> ast.Lambda:
        inside = self._inside(node, place)
        arguments = ("args", self._parameters(node.args, place, place))
        return exchanged(node, [arguments, self.field(node, "body", inside)])

    def _inside(self, node: ast.AST, place: Place) -> Place:
        names, _ = inner_names(node, self.class_around(place))
        hidden = place.deeper | (names.bound - names.nonlocals) | names.globals
        first = first_parameter(node.args)  # type: ignore[attr-defined]
        generic = place.generic - names.bound
        return replace(
            place, hidden=hidden, deeper=hidden, later=True, first=first, generic=generic
        )

    def _parameters(self, node: ast.arguments, place: Place, generic: Place) -> ast.arguments:
        def changed(each: ast.AST) -> Changed:
            if isinstance(each, ast.arg):
                return self.parameter(each, generic)
            return self.changed(each, place)

        return rebuilt(node, changed)

    def parameter(self, node: ast.arg, place: Place) -> ast.arg:
        """A parameter of an inner function."""
        return exchanged(node, [("annotation", self._annotation(node.annotation, place))])

    def _annotation(self, node: ast.expr | None, place: Place) -> Changed | None:
        where = self.annotations(place)
        return node if node is None or where is None else self.changed(node, where)

    def _class(self, node: ast.ClassDef, place: Place) -> ast.ClassDef:
        names, class_name = inner_names(node, self.class_around(place))
        generic = self._generic(node, place)
        hidden = generic.deeper | (names.bound - names.nonlocals) | names.globals
        deeper = generic.deeper | {"__class__"}  # to its methods it is this class
        inside = Place(hidden, deeper, later=True, class_name=class_name)
        return exchanged(
            node,
            [
                self.field(node, "decorator_list", place),
                *self._bounds(node, generic),
                self.field(node, "bases", generic),
                self.field(node, "keywords", generic),
                self.field(node, "body", inside),
            ],
        )

    def _comprehension(self, node: Comprehension, place: Place) -> Comprehension:
        around = self.class_around(place)
        own = frozenset(mangled(each, around) for each in bound_in_comprehension(node))
        inside = replace(place, hidden=place.deeper | own, deeper=place.deeper | own)
        if isinstance(node, ast.GeneratorExp):
            inside = replace(inside, later=True, first="")
        first, *rest = node.generators
        begin = exchanged(
            first,
            [
                self.field(first, "iter", place),
                self.field(first, "target", inside),
                self.field(first, "ifs", inside),
            ],
        )
        others = [self.changed(each, inside) for each in rest]
        generators: list[Any] = [begin, *others]
        same = all(a is b for a, b in zip(generators, node.generators, strict=True))
        elements = ("key", "value") if isinstance(node, ast.DictComp) else ("elt",)
        return exchanged(
            node,
            [
                ("generators", node.generators if same else generators),
                *(self.field(node, each, inside) for each in elements),
            ],
        )

    special: ClassVar[dict[type[ast.AST], Callable[..., Any]]] = {
        ast.Name: _name,
        ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function,
        ast.Lambda: _lambda,
        ast.ClassDef: _class,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.DictComp: _comprehension,
        ast.GeneratorExp: _comprehension,
    }
    """How those nodes are changed that are more than their children."""
