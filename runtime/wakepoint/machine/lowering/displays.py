"""Sets and dicts that suspend behind a star: CPython fills them as it goes, and so does this."""

from __future__ import annotations

import ast
from typing import Any, ClassVar

from wakepoint.machine.lowering.build import attribute, call
from wakepoint.machine.lowering.choices import Choices


class Displays(Choices):
    """Writes the code of sets and dicts."""

    def _set(self, node: ast.Set) -> ast.expr:
        """A set is filled from the first star on: what cannot be in it is found out there."""
        stars = [isinstance(each, ast.Starred) for each in node.elts]
        first = stars.index(True) if True in stars else len(stars)
        if not self.suspends(*node.elts[first:][first == 0 :]):
            return self.plain(node)
        start = ast.Set(node.elts[:first])
        result = self.keep(self.plain(start) if first else self.helper("set"), "made")
        for each in node.elts[first:]:
            star = isinstance(each, ast.Starred)
            value = self.value(each.value if isinstance(each, ast.Starred) else each)
            add = attribute(result, "update" if star else "add")
            self.code.emit(ast.Expr(call(add, value)))
        return result

    def _dict(self, node: ast.Dict) -> ast.expr:
        """A dict is filled at each pair of stars: what cannot be a key is found out there."""
        first = node.keys.index(None) if None in node.keys else len(node.keys)
        behind = [*node.keys[first:], *node.values[first:][first == 0 :]]
        if not self.suspends(*(each for each in behind if each is not None)):
            return self.plain(node)
        pieces: list[ast.Dict] = []
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None or not pieces or pieces[-1].keys[-1] is None:
                pieces.append(ast.Dict([], []))
            pieces[-1].keys.append(key)
            pieces[-1].values.append(value)
        result: ast.expr = self.keep(self.plain(pieces[0]), "made")
        into: Any = result
        for each in pieces[1:]:
            self.code.emit(ast.AugAssign(into, ast.BitOr(), self.plain(each)))
        return result

    special: ClassVar = {**Choices.special, ast.Dict: _dict, ast.Set: _set}
