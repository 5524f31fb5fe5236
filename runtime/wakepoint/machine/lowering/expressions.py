"""Expressions that suspend: what is evaluated before an await is put aside, as on a stack."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from typing import ClassVar

from wakepoint.machine.lowering.build import attribute, call, exchanged, name, with_parts
from wakepoint.machine.lowering.order import Part, parts_of
from wakepoint.machine.lowering.own import own_nodes
from wakepoint.machine.lowering.steps import Note, line_of
from wakepoint.machine.lowering.writer import Function, Writer
from wakepoint.machine.model import StateKind


class Expressions(Writer):
    """Writes the code that computes an expression."""

    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._rebound: set[str] = set()

    # -- values -----------------------------------------------------------------------------------

    def value(self, node: ast.expr) -> ast.expr:
        """What an expression is, once the code that has to run before is written.

        It is to be evaluated in the very next statement.
        """
        if not self.suspends(node):
            return node
        special = self.special.get(type(node))
        return special(self, node) if special is not None else self.plain(node)

    def statement_value(self, node: ast.expr) -> ast.expr:
        """The value of an expression that is a statement's, or a whole part of one."""
        self.rebinds(node)
        return self.value(node)

    def rebinds(self, node: ast.AST) -> None:
        """Begins with a statement whose ``:=`` may bind anew what it has read before."""
        self._rebound = {
            each.target.id for each in own_nodes(node) if isinstance(each, ast.NamedExpr)
        }

    def plain(self, node: ast.expr) -> ast.expr:
        """An expression whose parts are evaluated one after the other."""
        return with_parts(node, self.in_order(parts_of(node)))

    def in_order(self, parts: list[Part]) -> dict[int, ast.expr]:
        """What to write in place of those parts that cannot stay as they are.

        What comes before the last one that suspends is evaluated before it and put aside.
        """
        last = max((at for at, each in enumerate(parts) if self.suspends(each.node)), default=-1)
        replacements: dict[int, ast.expr] = {}
        for at, part in enumerate(parts[: last + 1]):
            node = part.node
            if at == last:
                new = self._text_part(node) if part.spread == "f" else self.value(node)
            elif self.stays(part):
                continue
            elif part.spread == "f":
                new = self._text_aside(node)
            elif part.call is not None:
                new = self._keywords_aside(part.call, parts[:at], part, replacements)
            else:
                new = self.put_aside(part)
            replacements[id(node)] = new
        return replacements

    def put_aside(self, part: Part) -> ast.expr:
        """Evaluates an expression now, for later."""
        value = self.value(part.node)
        if part.spread == "*":
            value = ast.List([ast.Starred(value, ast.Load())], ast.Load())
        elif part.spread == "**":
            value = ast.Dict([None], [value])
        return self.keep(value)

    def _keywords_aside(
        self,
        of: ast.Call | ast.ClassDef,
        before: list[Part],
        part: Part,
        aside: dict[int, ast.expr],
    ) -> ast.expr:
        """Unpacks keywords as their call does: they have to be others than those before them."""
        function: ast.expr = name(self.names.helper("__build_class__"))
        if isinstance(of, ast.Call):
            function = aside.get(id(of.func), of.func)
        keywords = [each for each in before if each.keyword is not None or each.call is not None]
        unpacked = max(
            (at for at, each in enumerate(keywords, 1) if each.call is not None), default=0
        )

        def mapping(parts: list[Part]) -> ast.Dict:
            names = [ast.Constant(each.keyword) if each.keyword else None for each in parts]
            return ast.Dict([*names], [aside.get(id(each.node), each.node) for each in parts])

        if 0 < unpacked < len(keywords):  # which is found out before the next ones are evaluated
            merged = [mapping(keywords[:unpacked]), mapping(keywords[unpacked:])]
            self.code.emit(ast.Expr(self.helper("keywords", function, *merged)))
        earlier = mapping(keywords)
        return self.keep(self.helper("keywords", function, earlier, self.value(part.node)))

    def keep(self, value: ast.expr, kind: str = "operand") -> ast.expr:
        """Puts something in a field of its own."""
        field = self.field(kind)
        self.set(field, value)
        return field

    def stays(self, part: Part) -> bool:
        """True if the value is the same whenever it is read: nobody else can bind a local."""
        match part.node:
            case ast.Constant():
                return part.spread in {"", "f"}
            case ast.Name(id=name, ctx=ast.Load()) if not part.spread:
                own = name in self.scope.bound and name not in self.scope.captured
                bound = self.scope.is_surely_bound(name, line_of(part.node))
                return own and bound and name not in self._rebound
        return False

    def _await(self, node: ast.Await) -> ast.expr:
        return self.wait(self.value(node.value), StateKind.AWAIT, node)

    def _yield(self, node: ast.Yield) -> ast.expr:
        item = self.local("item")
        self.set(item, ast.Constant(None) if node.value is None else self.value(node.value))
        step = self.state(StateKind.YIELD, node)
        self.code.add(Note(self.code.origin, attribute(self.me, "state"), step))
        self.code.emit(ast.Return(self.helper("Ready", item)))
        self.code.stop()
        self.code.begin(step)
        return call(attribute(self.me, "resumed"))

    def _named(self, node: ast.NamedExpr) -> ast.expr:
        self.set(ast.Name(node.target.id, ast.Store()), self.value(node.value))
        return ast.Name(node.target.id, ast.Load())

    # -- text -------------------------------------------------------------------------------------

    def _text_part(self, node: ast.expr) -> ast.expr:
        """A part of an f-string; its format is evaluated behind its value."""
        if not isinstance(node, ast.FormattedValue):
            return node
        spec, conversion = node.format_spec, node.conversion
        if spec is None or not self.suspends(spec):
            return exchanged(node, [("value", self.value(node.value))])
        value: ast.expr = node.value
        if conversion != -1 and sys.version_info >= (3, 13):  # it comes before the format there
            converted = ast.FormattedValue(self.value(value), conversion, None)
            value, conversion = self.keep(ast.JoinedStr([converted])), -1
        elif not self.stays(Part(value)):
            value = self.put_aside(Part(value))
        return ast.FormattedValue(value, conversion, self.value(spec))

    def _text_aside(self, node: ast.expr) -> ast.expr:
        text = self.keep(ast.JoinedStr([self._text_part(node)]))
        return ast.FormattedValue(text, -1, None)

    # -- targets ----------------------------------------------------------------------------------

    def assign(self, to: ast.expr, value: ast.expr) -> None:
        """Binds a value to a target."""
        if isinstance(to, (ast.Tuple, ast.List)) and self.suspends(to):
            self._unpack(to, value)
            return
        parts: dict[int, ast.expr] = {}
        if self.suspends(to):
            value = self.keep(value)
            parts = self.in_order(parts_of(to))
        self.set(with_parts(to, parts), value)

    def _unpack(self, to: ast.Tuple | ast.List, value: ast.expr) -> None:
        """Targets that suspend: all values are taken first, then bound one after the other."""
        fields = [self.field("operand") for _ in to.elts]
        starred = [
            ast.Starred(field, ast.Store()) if isinstance(each, ast.Starred) else field
            for field, each in zip(fields, to.elts, strict=True)
        ]
        self.set(ast.Tuple(starred, ast.Store()), value)
        for each, field in zip(to.elts, fields, strict=True):
            self.assign(each.value if isinstance(each, ast.Starred) else each, field)

    special: ClassVar[dict[type[ast.expr], Callable[..., ast.expr]]] = {
        ast.Await: _await,
        ast.Yield: _yield,
        ast.NamedExpr: _named,
    }
    """How those are written whose parts are not just evaluated one after the other."""
