"""Statements: those that suspend or jump between steps are taken apart, the others stay."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, ClassVar

from wakepoint.machine.lowering.build import assign, name, none, target, with_parts
from wakepoint.machine.lowering.guards import Guards
from wakepoint.machine.lowering.loops import may_be_left
from wakepoint.machine.lowering.order import Part, parts_of
from wakepoint.machine.lowering.own import Does
from wakepoint.machine.lowering.steps import Step, line_of
from wakepoint.machine.lowering.writer import Cleanup, Loop


class Statements(Guards):
    """Writes the code of statements."""

    def block(self, statements: list[ast.stmt]) -> None:
        """Writes statements one after the other, as far as they are reached."""
        for each in statements:
            if not self.code.reachable:
                return
            self.code.origin = line_of(each)
            self.statement(each)

    def statement(self, node: ast.stmt) -> None:
        """Writes a statement."""
        if isinstance(node, ast.Return):
            self._return(node)
        elif not self.is_flattened(node):
            self._as_it_is(node)
        else:
            self._flattened.get(type(node), Statements._simple)(self, node)

    # -- statements that stay ---------------------------------------------------------------------

    def _as_it_is(self, node: ast.stmt) -> None:
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            return  # at the top of poll()
        if (
            isinstance(node, ast.AnnAssign)
            and node.value is None
            and isinstance(node.target, ast.Name)
        ):
            return
        self.code.emit(node)
        if isinstance(node, ast.Raise):
            self.code.stop()

    def _raise(self, node: ast.Raise) -> None:
        if node.exc is None:
            again = self.handled() if self._may_be_leaving() else None
            if again is None:
                self.code.emit(node)
            else:
                self.raise_again(again)
            self.code.stop()
        else:
            self._simple(node)

    def _simple(self, node: ast.stmt) -> None:
        """A statement that evaluates expressions one after the other."""
        self.rebinds(node)
        self.code.emit(with_parts(node, self.in_order(parts_of(node))))
        if isinstance(node, ast.Raise):
            self.code.stop()

    def _delete(self, node: ast.Delete) -> None:
        for each in node.targets:
            if isinstance(each, (ast.Tuple, ast.List)):
                self._delete(ast.Delete(each.elts))
            else:
                self.rebinds(each)
                parts = self.in_order(parts_of(each))
                self.code.emit(ast.Delete([with_parts(each, parts)]))

    def _expression(self, node: ast.Expr) -> None:
        self.rebinds(node)
        self._evaluate(node.value)

    def _evaluate(self, node: ast.expr) -> None:
        """Evaluates an expression whose value nobody wants."""
        value = self.value(node)
        if not self.is_at_hand(value):
            self.code.emit(ast.Expr(value))

    def _assert(self, node: ast.Assert) -> None:
        if not __debug__:
            return  # nor does CPython compile it
        passed = self.code.new("JOIN", node)
        self.rebinds(node.test)
        self.jump_when(node.test, passed)
        error = self.names.helper("AssertionError")
        arguments = [] if node.msg is None else [self.value(node.msg)]
        self.code.emit(ast.Raise(ast.Call(name(error), arguments, []), None))
        self.code.stop()
        self.code.begin(passed)

    # -- assignments ------------------------------------------------------------------------------

    def _assign(self, node: ast.Assign) -> None:
        self._assign_to(node.targets, node.value, node)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is None:
            self.rebinds(node)
            for each in parts_of(node.target):  # the target itself is not read
                self._evaluate(each.node)
        else:
            self._assign_to([node.target], node.value, node)

    def _assign_to(self, targets: list[ast.expr], value: ast.expr, node: ast.stmt) -> None:
        self.rebinds(node)
        value = self.value(value)
        if len(targets) > 1:
            value = self.keep(value)
        for each in targets:
            self.assign(each, value)

    def _augmented(self, node: ast.AugAssign) -> None:
        self.rebinds(node)
        to: Any = node.target
        read: ast.expr = to
        if isinstance(to, ast.Name):
            read = ast.copy_location(ast.Name(to.id, ast.Load()), to)
            if self.stays(Part(read)):
                self.code.emit(ast.AugAssign(to, node.op, self.value(node.value)))
                return
        else:
            parts = parts_of(to)
            aside = {id(p.node): self.put_aside(p) for p in parts if not self.stays(p)}
            read = to = with_parts(to, aside)
        old: Any = self.keep(read)
        self.code.emit(ast.AugAssign(old, node.op, self.value(node.value)))
        self.set(to, old)

    # -- the end ----------------------------------------------------------------------------------

    def _return(self, node: ast.Return) -> None:
        value = none() if node.value is None else self.statement_value(node.value)
        if not any(isinstance(each, Cleanup) for each in self.around):
            value = self._certain(value)
            self.let_go([each for each in self.around if isinstance(each, Loop)])
            self.finish(value)
            return
        if self._returned is None:
            self._returned = Step("RETURN", None)
            self._result = self.field("result")
        self.set(self._result, value)
        self.leave(self._returned, 0)

    def finish(self, value: ast.expr) -> None:
        """The end of the function."""
        self.code.emit(*self.returning(self._certain(value)))
        self.code.stop()

    def _certain(self, value: ast.expr) -> ast.expr:
        """A value, evaluated: what it raises is raised before the machine has returned."""
        if self.is_certain(value):
            return value
        result = self.local("result")
        self.set(result, value)
        return result

    def return_in_place(self, node: ast.Return) -> list[ast.stmt]:
        """What a return becomes in a statement that stays as it is."""
        value = none() if node.value is None else node.value
        if self.is_certain(value):
            return self.returning(value)
        result = self.names.local("result")
        return [assign(target(result), value), *self.returning(name(result))]

    def write_returned(self) -> None:
        """The steps that return behind what had to run first."""
        self.code.origin = None
        self.write_between()
        if self._returned is not None:
            self.code.begin(self._returned)
            self.finish(self._result)

    # -- branches ---------------------------------------------------------------------------------

    def _if_statement(self, node: ast.If) -> None:
        end = self.code.new("JOIN", node)
        at = node
        while True:
            self.rebinds(at.test)
            if self.is_asked_in_parts(at.test):
                otherwise = self.code.new("ELSE", at)
                self.jump_unless(at.test, otherwise)
                self.block(at.body)
                self.code.jump(end)
                self.code.begin(otherwise)
            else:
                branch = self.code.compound(ast.If(self.value(at.test), [], []))
                with self.code.inside(branch):
                    self.block(at.body)
                    self.code.jump(end)
            match at.orelse:
                case [ast.If() as further] if self.is_flattened(further):  # elif
                    at = further
                    self.code.origin = line_of(at)
                case _:
                    break
        self.block(at.orelse)
        self.code.join(end)

    def _match(self, node: ast.Match) -> None:
        subject = self.keep(self.statement_value(node.subject), "subject")
        end = self.code.new("JOIN", node)
        for case in node.cases:
            other = self.code.new("CASE", case.pattern)
            matched = self.code.new("CASE", case.pattern)
            head = ast.match_case(case.pattern, None, [])
            branch = self.code.compound(ast.Match(subject, [head]))
            with self.code.inside(branch):
                self.code.jump(matched)
            self.code.jump(other)
            self.code.begin(matched)
            if case.guard is not None:
                self.rebinds(case.guard)
                self.jump_unless(case.guard, other)
            self.block(case.body)
            self.code.jump(end)
            self.code.begin(other)
        self.code.join(end)

    # -- loops ------------------------------------------------------------------------------------

    def _while(self, node: ast.While) -> None:
        again, done = self.code.new("LOOP", node), self.code.new("JOIN", node)
        self.code.join(again)
        otherwise = self.code.new("ELSE", node)
        if not (isinstance(node.test, ast.Constant) and node.test.value):
            self.rebinds(node.test)
            self.jump_unless(node.test, otherwise)
        self._loop(node, Loop(again, done), otherwise)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        done, otherwise = self.code.new("JOIN", node), self.code.new("ELSE", node)
        items = self.begin_iteration(node, self.statement_value(node.iter))
        again = self.next_item(node, items, otherwise)
        self._loop(node, Loop(again, done, items if may_be_left(node.iter) else None), otherwise)

    def _loop(self, node: ast.While | ast.For | ast.AsyncFor, loop: Loop, otherwise: Step) -> None:
        """The body of a loop whose beginning is written, and what its end leads to."""
        self.around.append(loop)
        self.block(node.body)
        self.around.pop()
        self.code.jump(loop.again)
        self.code.begin(otherwise)
        self.block(node.orelse)
        self.code.join(loop.done)
        if any(Does.JUMPS in self.facts[each] for each in node.body):
            self.let_go([loop])

    def _break(self, _: ast.Break) -> None:
        at, loop = self._innermost_loop()
        self.leave(loop.done, at + 1)

    def _continue(self, _: ast.Continue) -> None:
        at, loop = self._innermost_loop()
        self.leave(loop.again, at + 1)

    def _innermost_loop(self) -> tuple[int, Loop]:
        loops = [(at, each) for at, each in enumerate(self.around) if isinstance(each, Loop)]
        return loops[-1]

    _flattened: ClassVar[dict[type[ast.stmt], Callable[..., None]]] = {
        ast.Assert: _assert,
        ast.Assign: _assign,
        ast.AnnAssign: _annotated,
        ast.AsyncFor: _for,
        ast.AsyncWith: Guards.with_,
        ast.AugAssign: _augmented,
        ast.Break: _break,
        ast.Continue: _continue,
        ast.Delete: _delete,
        ast.Expr: _expression,
        ast.For: _for,
        ast.If: _if_statement,
        ast.Match: _match,
        ast.Raise: _raise,
        ast.Try: Guards.try_,
        ast.TryStar: Guards.try_,
        ast.While: _while,
        ast.With: Guards.with_,
    }
    """How statements are taken apart that do not just evaluate one expression after the other."""
