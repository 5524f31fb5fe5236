"""Expressions that choose what is evaluated: ``and``, ``or``, ``if``, chains; and tests."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import ClassVar

from wakepoint.machine.lowering.build import name, negated
from wakepoint.machine.lowering.expressions import Expressions
from wakepoint.machine.lowering.order import Part
from wakepoint.machine.lowering.steps import Step

ASKS_AGAIN = (3, 12) <= sys.version_info < (3, 14)
"""True if CPython asks ``a or b`` in ``(a or b) or c`` for its truth once more."""


class Choices(Expressions):
    """Writes the code of expressions that choose, and of tests."""

    def chosen(self) -> ast.expr:
        """A variable for what an expression that chooses comes to."""
        return name(self.names.number("value"))

    def _bool(self, node: ast.BoolOp) -> ast.expr:
        result, end = self.chosen(), self.code.new("JOIN", node)
        for each in node.values[:-1]:
            further = self.code.new("JOIN", each)
            if isinstance(node.op, ast.And):
                self._decide(each, result, further, end)
            else:
                self._decide(each, result, end, further)
            self.code.begin(further)
        self.set(result, self.value(node.values[-1]))
        self.code.join(end)
        return result

    def _decide(self, node: ast.expr, result: ast.expr, holds: Step, fails: Step) -> None:
        """Goes on by the truth of an operand, which is the result if it decides."""
        if not isinstance(node, ast.BoolOp) or ASKS_AGAIN:
            self.set(result, self.value(node))
            self.jump_if(result, holds)
            self.code.jump(fails)
            return
        for each in node.values[:-1]:
            further = self.code.new("JOIN", each)
            if isinstance(node.op, ast.And):
                self._decide(each, result, further, fails)
            else:
                self._decide(each, result, holds, further)
            self.code.begin(further)
        self._decide(node.values[-1], result, holds, fails)

    def _if(self, node: ast.IfExp) -> ast.expr:
        result = self.chosen()
        end, other = self.code.new("JOIN", node), self.code.new("ELSE", node)
        self.jump_unless(node.test, other)
        self.set(result, self.value(node.body))
        self.code.jump(end)
        self.code.begin(other)
        self.set(result, self.value(node.orelse))
        self.code.join(end)
        return result

    def _compare(self, node: ast.Compare) -> ast.expr:
        """``a < await b < c``: each part is evaluated once, and only if those before it hold."""
        if not self.suspends(*node.comparators[1:]):
            return self.plain(node)
        result, end = self.chosen(), self.code.new("JOIN", node)
        for at, link in enumerate(self._links(node), 1):
            self.set(result, link)
            if at < len(node.ops):
                self.jump_if(negated(result), end)
        self.code.join(end)
        return result

    def _links(self, node: ast.Compare) -> Iterator[ast.Compare]:
        """The comparisons of a chain; what comes before each is written when it is asked for."""
        first = Part(node.left)
        left = node.left if self.stays(first) else self.put_aside(first)
        for op, right in zip(node.ops, node.comparators, strict=True):
            value = self.value(right)
            if right is not node.comparators[-1]:
                value = self.keep(value)
            yield ast.Compare(left, [op], [value])
            left = value

    # -- tests ------------------------------------------------------------------------------------

    def is_asked_in_parts(self, test: ast.expr) -> bool:
        """True if a test suspends between parts whose truth is asked one after the other."""
        match test:
            case ast.Compare(comparators=[_, *further]):
                return self.suspends(*further)
            case ast.BoolOp() | ast.IfExp() | ast.UnaryOp(op=ast.Not()):
                return self.suspends(test)
        return False

    def jump_unless(self, test: ast.expr, to: Step) -> None:
        """Goes to another step if a test does not hold; the truth of each part is asked once."""
        self._jump(test, to, when=False)

    def jump_when(self, test: ast.expr, to: Step) -> None:
        """Goes to another step if a test holds; the truth of each part is asked once."""
        self._jump(test, to, when=True)

    def _jump(self, test: ast.expr, to: Step, *, when: bool) -> None:
        if not self.is_asked_in_parts(test):
            value = self.value(test)
            self.jump_if(value if when else negated(value), to)
            return
        match test:
            case ast.BoolOp():
                self._jump_by_either(test, to, when=when)
            case ast.UnaryOp():
                self._jump(test.operand, to, when=not when)
            case ast.IfExp():
                self._jump_by_choice(test, to, when=when)
            case ast.Compare():
                self._jump_by_chain(test, to, when=when)

    def _jump_by_either(self, test: ast.BoolOp, to: Step, *, when: bool) -> None:
        first_decides = isinstance(test.op, ast.Or)
        if first_decides == when:  # each part alone leads there
            for each in test.values:
                self._jump(each, to, when=when)
            return
        passed = self.code.new("JOIN", test)
        for each in test.values[:-1]:
            self._jump(each, passed, when=not when)
        self._jump(test.values[-1], to, when=when)
        self.code.join(passed)

    def _jump_by_choice(self, test: ast.IfExp, to: Step, *, when: bool) -> None:
        passed, other = self.code.new("JOIN", test), self.code.new("ELSE", test)
        self.jump_unless(test.test, other)
        self._jump(test.body, to, when=when)
        self.code.jump(passed)
        self.code.begin(other)
        self._jump(test.orelse, to, when=when)
        self.code.join(passed)

    def _jump_by_chain(self, test: ast.Compare, to: Step, *, when: bool) -> None:
        passed = self.code.new("JOIN", test)
        for at, link in enumerate(self._links(test), 1):
            if at < len(test.ops):
                self.jump_if(negated(link), passed if when else to)
            else:
                self.jump_if(link if when else negated(link), to)
        self.code.join(passed)

    special: ClassVar = {
        **Expressions.special,
        ast.BoolOp: _bool,
        ast.IfExp: _if,
        ast.Compare: _compare,
    }
