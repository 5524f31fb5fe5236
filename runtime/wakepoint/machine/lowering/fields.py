"""Spells the variables of a function as the machine keeps them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any, ClassVar, cast

from wakepoint.machine.lowering.build import (
    assign,
    attribute,
    call,
    exchanged,
    name,
    none,
    target,
)
from wakepoint.machine.lowering.order import parts_of
from wakepoint.machine.lowering.rename import Changed, Place, Rename
from wakepoint.machine.lowering.scope import binds, captures, first_parameter, mangled
from wakepoint.machine.lowering.views import LOOKS, Views
from wakepoint.machine.lowering.writer import Function

_BINDING: dict[type[ast.AST], str] = {
    ast.ExceptHandler: "name",
    ast.MatchAs: "name",
    ast.MatchStar: "name",
    ast.MatchMapping: "rest",
}
"""The field that has the name which a node binds."""

Returning = Callable[[ast.Return], list[ast.stmt]]


@dataclass(frozen=True, slots=True)
class Kept:
    """What the machine keeps, and how.

    Attributes:
        fields: The names of the fields by the names of the variables.
        cells: What holds those that an inner function captures.
        class_name: The class around the function, for private names.
        annotations_are_text: True if annotations are never evaluated, but kept as they are written.
        extra: What the machine takes along besides the parameters.
        around: The variables that are taken from functions around it.
    """

    fields: dict[str, str]
    cells: str
    class_name: str | None
    annotations_are_text: bool
    extra: Collection[str]
    around: Collection[str]


class Fields(Rename):
    """Spells variables as fields, and makes what binds one otherwise bind the field.

    Args:
        function: The function that is lowered.
        kept: What its machine keeps.
        returning: What a return becomes.
    """

    def __init__(self, function: Function, kept: Kept, returning: Returning) -> None:
        super().__init__({}, kept.class_name)
        self._function_ = function
        self._kept = kept
        self._returning = returning
        self._captured = function.scope.captured
        self._extra = kept.extra
        self._views = Views(function, kept.around)

    def variable(self, identifier: str) -> ast.expr:
        """A variable in the machine's own methods."""
        other = self.spelt(identifier, Place())
        return name(identifier) if other is None else other

    def spelt(self, identifier: str, place: Place) -> ast.expr | None:
        variable = self.private(identifier, place)
        if variable in place.generic:
            return None  # whatever class is around it spells it so where it is bound, too
        if variable in place.hidden or variable not in self._kept.fields:
            return None if variable == identifier or place.class_name else name(variable)
        field = self._kept.fields[variable]
        if place.later and variable in self._captured:
            return attribute(self._kept.cells, field)
        return attribute(self._function_.me, field)

    def private(self, identifier: str, place: Place) -> str:
        """A name as it is spelt behind private name mangling."""
        return mangled(identifier, self.class_around(place))

    def _spell_out(self, identifier: str, place: Place) -> str:
        """A private name that the machine's class would spell otherwise, spelt out."""
        return identifier if place.class_name else self.private(identifier, place)

    # -- names ------------------------------------------------------------------------------------

    def _name(self, node: ast.Name, place: Place) -> ast.expr:
        if node.id == "super" and hasattr(node, "lineno") and self._is_in_method(place):
            raise self._function_.unable(node, "super that is not called at once", "call it there")
        other = self.spelt(node.id, place)
        if other is not None:
            return ast.Name(other.id, node.ctx) if isinstance(other, ast.Name) else other
        return node

    def _attribute(self, node: ast.Attribute, place: Place) -> ast.Attribute:
        attr = self._spell_out(node.attr, place)
        same = ("attr", node.attr if attr == node.attr else attr)
        return exchanged(node, [self.field(node, "value", place), same])

    def _keyword(self, node: ast.keyword, place: Place) -> ast.keyword:
        arg = node.arg and self._spell_out(node.arg, place)
        return exchanged(
            node, [self.field(node, "value", place), ("arg", node.arg if arg == node.arg else arg)]
        )

    def parameter(self, node: ast.arg, place: Place) -> ast.arg:
        arg = self._spell_out(node.arg, place)
        return exchanged(
            super().parameter(node, place), [("arg", node.arg if arg == node.arg else arg)]
        )

    def _named(self, node: ast.NamedExpr, place: Place) -> ast.expr:
        other = self.spelt(node.target.id, place)
        if not isinstance(other, ast.Attribute):
            return self.with_children(node, place)  # type: ignore[return-value]
        value: Any = self.changed(node.value, place)
        return call(attribute(other.value, "let"), ast.Constant(other.attr), value)

    def _call(self, node: ast.Call, place: Place) -> ast.expr:
        match node:
            case ast.Call(func=ast.Name(id="super")) if self._is_in_method(place):
                if not node.args and not node.keywords:
                    return self._super(node, place)
                given = [self.field(node, each, place) for each in ("args", "keywords")]
                return exchanged(node, given)
            case ast.Call(func=ast.Name(id=looks)) if looks in LOOKS:
                changed = self._views.call(node, place)
                if changed is not node:
                    return self.with_children(changed, place)  # type: ignore[return-value]
        return self.with_children(node, place)  # type: ignore[return-value]

    def _is_in_method(self, place: Place) -> bool:
        """True where ``super`` and ``__class__`` mean the class around the function."""
        return "__class__" in self._extra and place.class_name is None

    def _super(self, node: ast.Call, place: Place) -> ast.expr:
        """``super()``: which class that is, and whose, are other names in the machine."""
        if place.first == "":
            return node  # nor does it work in the original
        if place.first is None:
            first = first_parameter(self._function_.node.args)
            if not first:  # the error of a function without parameters, of one of those
                alone = ast.arguments([], [], None, [], [], None, [])
                return call(ast.Lambda(alone, node))
            own = self.variable(first)
        else:
            own = name(place.first)
        owner = self.spelt("__class__", place) or name("__class__")
        return ast.Call(node.func, [owner, own], [])

    def _template(self, node: ast.expr, place: Place) -> ast.expr:
        changed = self.with_children(node, place)
        if changed is not node:
            raise self._function_.unable(
                node,
                "a t-string with a variable of the function in it",
                "make it in a function that is not async",
            )
        return node

    # -- scopes -----------------------------------------------------------------------------------

    def annotations(self, place: Place) -> Place | None:
        if self._kept.annotations_are_text:
            return None
        return replace(place, later=True) if sys.version_info >= (3, 14) else place

    def _definition(self, node: Any, place: Place) -> Changed:
        special = self._class if isinstance(node, ast.ClassDef) else self._function
        return self._bound_after(special(node, place), [node.name], place)

    def _nonlocal(self, node: ast.Nonlocal, place: Place) -> ast.stmt:
        if not place.later:
            return ast.Pass()  # at the top of poll()
        names = [
            self._spell_out(each, place)
            for each in node.names
            if not isinstance(self.spelt(each, place), ast.Attribute)
        ]
        if names == node.names:
            return node
        return ast.Nonlocal(names) if names else ast.Pass()

    def _global(self, node: ast.Global, place: Place) -> ast.stmt:
        if not place.later:
            return ast.Pass()  # at the top of poll()
        names = [self._spell_out(each, place) for each in node.names]
        return node if names == node.names else ast.Global(names)

    # -- statements -------------------------------------------------------------------------------

    def _return(self, node: ast.Return, place: Place) -> Changed:
        if place.later or not hasattr(node, "lineno"):  # or it is the machine's own
            return self.with_children(node, place)
        return [part for each in self._returning(node) for part in [self.visit(each)]]

    def _annotated(self, node: ast.AnnAssign, place: Place) -> Changed:
        """An annotation in a function is not evaluated, and a field's would be wrong."""
        fields = [self.field(node, "target", place), self.field(node, "value", place)]
        if place.is_class:
            fields.append(("annotation", self._annotation(node.annotation, place)))
        changed: Any = exchanged(node, fields)
        if changed is node or isinstance(changed.target, ast.Name) or place.class_name:
            return changed  # type: ignore[no-any-return]
        if changed.value is not None:
            return assign(changed.target, changed.value)
        if isinstance(node.target, ast.Name):
            return ast.Pass()
        return [ast.Expr(each.node) for each in parts_of(changed.target)]  # it is not read

    def _imports(self, node: ast.Import | ast.ImportFrom, place: Place) -> Changed:
        return self._bound_after(node, binds(node), place)

    def _type_alias(self, node: Any, place: Place) -> Changed:
        inside = replace(self._generic(node, place), later=True)
        alias = exchanged(node, [*self._bounds(node, inside), self.field(node, "value", inside)])
        return self._bound_after(alias, [node.name.id], place)

    def _bound_after(self, node: ast.stmt, names: list[str], place: Place) -> Changed:
        """A statement that binds names which it has to be told as they are, and what they are."""
        variables = [(self.spelt(each, place), name(each)) for each in names]
        further = [assign(to, value) for to, value in variables if to is not None]
        return [node, *further] if further else node

    def _copies(self, names: list[str], place: Place) -> list[ast.stmt]:
        """Takes over into fields what some names have just been bound to."""
        copies: list[ast.stmt] = []
        for each in names:
            other = self.spelt(each, place)
            if isinstance(other, ast.Attribute):
                copies.append(assign(other, name(self._spell_out(each, place))))
        return copies

    def _handler(self, node: ast.ExceptHandler, place: Place) -> ast.ExceptHandler:
        handler: Any = self._binding(node, place)
        copies = self._copies([node.name], place) if node.name else []
        if not copies:
            return handler  # type: ignore[no-any-return]
        body = handler.body
        if self._function_.scope.is_missed(node.name or ""):
            where = self.spelt(node.name or "", place) or target(node.name or "")
            unbind = [assign(where, none()), ast.Delete([where])]
            body = [ast.Try(handler.body, [], [], unbind)]
        result: ast.ExceptHandler = exchanged(handler, [("body", [*copies, *body])])
        return result

    def _binding(self, node: Any, place: Place) -> ast.AST:
        """What binds a name that is no node of its own."""
        field = _BINDING[type(node)]
        bound = getattr(node, field)
        spelt = bound and self._spell_out(bound, place)
        changed = self.with_children(node, place)
        return changed if spelt == bound else exchanged(changed, [(field, spelt)])

    def _case(self, node: ast.match_case, place: Place) -> ast.match_case:
        case = cast(ast.match_case, self.with_children(node, place))
        copies = self._copies(captures(node.pattern), place)
        return exchanged(case, [("body", [*copies, *case.body])]) if copies else case

    special: ClassVar[dict[type[ast.AST], Callable[..., Any]]] = {
        **Rename.special,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.keyword: _keyword,
        ast.NamedExpr: _named,
        ast.Call: _call,
        ast.FunctionDef: _definition,
        ast.AsyncFunctionDef: _definition,
        ast.ClassDef: _definition,
        ast.Nonlocal: _nonlocal,
        ast.Global: _global,
        ast.Return: _return,
        ast.AnnAssign: _annotated,
        ast.Import: _imports,
        ast.ImportFrom: _imports,
        **dict.fromkeys(_BINDING, _binding),
        ast.ExceptHandler: _handler,
        ast.match_case: _case,
        **{
            getattr(ast, each): method
            for each, method in (("TypeAlias", _type_alias), ("TemplateStr", _template))
            if hasattr(ast, each)
        },
    }
