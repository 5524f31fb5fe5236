"""``locals()`` and what else looks at all variables of the function that it is called in."""

from __future__ import annotations

import ast
from collections.abc import Collection

from wakepoint.machine.lowering.build import attribute, call, name
from wakepoint.machine.lowering.rename import Place
from wakepoint.machine.lowering.writer import Function

LOOKS = frozenset(("locals", "vars", "dir", "eval", "exec"))

_ALONE = frozenset(("locals", "vars", "dir"))
"""Those that look only if they are called without arguments."""


def looks(node: ast.AST) -> bool:
    """True if a node may look at all variables of the function that it is in."""
    match node:
        case ast.Call(func=ast.Name(id=called), args=arguments, keywords=keywords):
            if called in _ALONE:
                return not arguments and not keywords
            return called in LOOKS and not _has_namespaces(arguments, keywords)
    return False


def _has_namespaces(arguments: list[ast.expr], keywords: list[ast.keyword]) -> bool:
    starred = any(isinstance(each, ast.Starred) for each in arguments)
    return not starred and len(arguments) > 1 and not keywords


class Views:
    """Writes those calls anew, which would see the variables of ``poll``.

    Args:
        function: The function that is lowered.
        around: The variables that it takes from functions around it.
    """

    def __init__(self, function: Function, around: Collection[str]) -> None:
        self._function = function
        self._around = sorted(around)

    def call(self, node: ast.Call, place: Place) -> ast.Call:
        """The same call, of the function's own variables."""
        if not looks(node) or place.class_name is not None:
            return node
        called = node.func.id  # type: ignore[attr-defined]
        helper = self._function.names.helper
        if self._function.names.is_bound(called):
            return node
        if place.later and not self._function.scope.captured:
            return node
        if place.later or place.hidden:
            raise self._unable(node, called)
        if called in {"locals", "vars"}:
            return self._all()
        if called == "dir":
            return call(helper("sorted"), self._all())
        if len(node.args) != 1 or node.keywords or isinstance(node.args[0], ast.Starred):
            raise self._unable(node, called)
        return call(node.func, node.args[0], call(helper("globals")), self._all())

    def _all(self) -> ast.Call:
        """The variables that are bound, by their names."""
        around = [ast.keyword(each, name(each)) for each in self._around]
        return ast.Call(attribute(self._function.me, "locals"), [], around)

    def _unable(self, node: ast.Call, called: str) -> Exception:
        return self._function.unable(
            node,
            f"{called}() here, which looks at the variables around it,",
            "name the variables that it needs",
        )
