"""Expressions that suspend: what is evaluated before an await is put aside, as on a stack."""

from __future__ import annotations

import ast

from wakepoint.machine.errors import MachineError
from wakepoint.machine.lowering.scope import (
    bound_in_comprehension,
    children,
    own_nodes,
    suspends,
)
from wakepoint.machine.lowering.steps import Step, mention
from wakepoint.machine.lowering.text import formatted, on_its_own
from wakepoint.machine.lowering.writer import Writer
from wakepoint.machine.model import StateKind


class Expressions(Writer):
    """Writes the code that computes an expression."""

    # -- values -----------------------------------------------------------------------------------

    def value(self, node: ast.expr) -> str:
        """The text of an expression; code that has to run before is written."""
        text = on_its_own(self._value(node))
        return f"({text})" if isinstance(node, ast.NamedExpr) and ":=" in text else text

    def _value(self, node: ast.expr) -> str:
        if not suspends(node):
            return self.rewriter.text(node)
        match node:
            case ast.Await():
                return self.wait(self.value(node.value), StateKind.AWAIT, node)
            case ast.Yield():
                return self._yield(node)
            case ast.NamedExpr():
                return self._named(node)
            case ast.BoolOp():
                return self._bool(node)
            case ast.IfExp():
                return self._if(node)
            case ast.Compare() if any(suspends(each) for each in node.comparators[1:]):
                return self._chain(node)
            case ast.ListComp() | ast.SetComp() | ast.DictComp():
                return self._comprehension(node)
            case _:
                return self._plain(node)

    def statement_value(self, node: ast.expr) -> str:
        """The value of an expression that is a statement's, or a whole part of one."""
        self._rebound = {
            each.target.id for each in own_nodes(node) if isinstance(each, ast.NamedExpr)
        }
        return self.value(node)

    def _plain(self, node: ast.expr) -> str:
        """An expression whose parts are evaluated one after the other."""
        parts = self.in_order(children(node))
        return self.rewriter.text(node, dict(parts))

    def in_order(self, nodes: list[ast.expr]) -> dict[ast.AST, str]:
        """The texts of those of some expressions that cannot stay as they are.

        What comes before the last one that suspends is evaluated before it and put aside.
        """
        last = max((at for at, each in enumerate(nodes) if suspends(each)), default=-1)
        parts: dict[ast.AST, str] = {}
        for each in nodes[:last]:
            if not self._stays(each):
                parts[each] = self.put_aside(each)
        if last >= 0:
            node = nodes[last]
            if isinstance(node, ast.FormattedValue):
                node = node.value
                if not suspends(node):
                    raise MachineError(
                        f"line {self.line(node)}: an await in the format of an f-string "
                        "cannot be lowered"
                    )
            parts[node] = self.value(node)
        return parts

    def put_aside(self, node: ast.expr) -> str:
        """Evaluates an expression now, for later."""
        if isinstance(node, ast.FormattedValue):
            text = formatted(node, self.value(node.value))
        else:
            text = self.value(node)
        field = self.field("operand")
        self.code.emit(f"{field} = {text}")
        return f"{{{field}}}" if isinstance(node, ast.FormattedValue) else field

    def _stays(self, node: ast.expr) -> bool:
        """True if the value is the same whenever it is read: nobody else can bind a local."""
        match node:
            case ast.Constant():
                return True
            case ast.Name(id=name):
                own = name in self.scope.bound and name not in self.scope.captured
                bound = self.scope.is_surely_bound(name, node.lineno)
                return own and bound and name not in self._rebound
        return False

    # -- expressions that choose ------------------------------------------------------------------

    def _named(self, node: ast.NamedExpr) -> str:
        target = self.rewriter.field(node.target.id)
        self.code.emit(f"{target} = {self.value(node.value)}")
        return target

    def _bool(self, node: ast.BoolOp) -> str:
        result = self.number("value")
        end = self.code.new(f"JOIN_{self.line(node)}")
        test = "if not" if isinstance(node.op, ast.And) else "if"
        for each in node.values[:-1]:
            self.code.emit(f"{result} = {self.value(each)}")
            self.jump_if(f"{test} {result}:", end)
        self.code.emit(f"{result} = {self.value(node.values[-1])}")
        self.join(end)
        return result

    def _if(self, node: ast.IfExp) -> str:
        result = self.number("value")
        end, other = self.new_step("JOIN", node), self.new_step("ELSE", node)
        self.jump_if(f"if not {self._atom(node.test)}:", other)
        self.code.emit(f"{result} = {self.value(node.body)}")
        self.code.jump(end)
        self.code.begin(other)
        self.code.emit(f"{result} = {self.value(node.orelse)}")
        self.join(end)
        return result

    def _chain(self, node: ast.Compare) -> str:
        """``a < await b < c``: each part is evaluated once, and only if those before it hold."""
        result = self.number("value")
        end = self.new_step("JOIN", node)
        left = self._aside_unless_it_stays(node.left, node.comparators[0])
        last = len(node.ops) - 1
        for at, (op, right) in enumerate(zip(node.ops, node.comparators, strict=True)):
            value = self.value(right)
            if at < last:
                field = self.field("operand")
                self.code.emit(f"{field} = {value}")
                value = field
            self.code.emit(f"{result} = {left} {_OPERATORS[type(op)]} {value}")
            if at < last:
                self.jump_if(f"if not {result}:", end)
            left = value
        self.join(end)
        return result

    def _aside_unless_it_stays(self, node: ast.expr, before: ast.expr) -> str:
        if self._stays(node) or not suspends(before):
            return self.value(node)
        return self.put_aside(node)

    def _atom(self, node: ast.expr) -> str:
        text = self.value(node)
        return text if isinstance(node, (ast.Name, ast.Call, ast.Await)) else f"({text})"

    def _yield(self, node: ast.Yield) -> str:
        value = "None" if node.value is None else self.value(node.value)
        result = self.names.item
        self.code.emit(f"{result} = {value}")
        index, label = self.state_at(StateKind.YIELD, node)
        step = self.code.new(f"YIELD_{self.line(node)}", index, label)
        self.code.emit(f"{self.me}.state = {mention(step)}")
        self.code.emit(f"return {self.helper('Ready')}({result})")
        self.code.stop()
        self.code.begin(step)
        sent = self.number("sent")
        self.code.emit(f"{sent} = {self.me}.resumed()")
        return sent

    # -- comprehensions ---------------------------------------------------------------------------

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp) -> str:
        """A comprehension that suspends, as the loops that it stands for."""
        outer = dict(self.rewriter.fields)
        first = self.value(node.generators[0].iter)
        result = self.field("result")
        for name in bound_in_comprehension(node):
            chosen = self.number(name) if name in self.scope.bound else self.choose(name)
            self.rewriter.fields[name] = chosen
            self.names.inner[chosen] = name
        empty = {ast.ListComp: "[]", ast.SetComp: "set()", ast.DictComp: "{}"}
        self.code.emit(f"{result} = {empty[type(node)]}")
        end = self.new_step("JOIN", node)
        self._loops(node, list(node.generators), first, result, end)
        self.code.begin(end)
        self.rewriter.fields.clear()
        self.rewriter.fields.update(outer)
        return result

    def _loops(
        self,
        node: ast.ListComp | ast.SetComp | ast.DictComp,
        parts: list[ast.comprehension],
        iterable: str | None,
        result: str,
        done: Step,
    ) -> None:
        part, rest = parts[0], parts[1:]
        again = self.loop_over(part, iterable or self.value(part.iter), done)
        for test in part.ifs:
            self.jump_if(f"if not ({self.value(test)}):", again)
        if rest:
            self._loops(node, rest, None, result, again)
            return
        match node:
            case ast.ListComp():
                self.code.emit(f"{result}.append({self.value(node.elt)})")
            case ast.SetComp():
                self.code.emit(f"{result}.add({self.value(node.elt)})")
            case ast.DictComp():
                parts_ = self.in_order([node.key, node.value])
                key = parts_.get(node.key) or self.rewriter.text(node.key)
                value = parts_.get(node.value) or self.rewriter.text(node.value)
                self.code.emit(f"{result}[{key}] = {value}")
        self.code.jump(again)

    def loop_over(
        self, loop: ast.comprehension | ast.For | ast.AsyncFor, iterable: str, done: Step
    ) -> Step:
        """Begins a loop: takes the next item, or goes on at ``done``. Returns where it begins."""
        is_async = isinstance(loop, ast.AsyncFor) or (
            isinstance(loop, ast.comprehension) and loop.is_async
        )
        items = self.field("items")
        self.iterators[done] = items
        self.code.emit(f"{items} = {'aiter' if is_async else 'iter'}({iterable})")
        again = self.new_step("LOOP", loop.target)
        self.code.jump(again)
        self.code.begin(again)
        item = self.names.item
        if is_async and not isinstance(loop, ast.For):
            self._next(loop, items, done)
            item = f"{self.names.polled}.value"
        else:
            nothing = self.helper("DONE")
            self.code.emit(f"{item} = next({items}, {nothing})")
            self.jump_if(f"if {item} is {nothing}:", done)
        self.assign(loop.target, item)
        return again

    def _next(self, loop: ast.comprehension | ast.AsyncFor, items: str, done: Step) -> None:
        awaited = f"{self.helper('anext_of')}({items})"
        self.code.emit(f"{self.me}.awaiting = {self.helper('into_future')}({awaited})")
        index, label = self.state_at(StateKind.NEXT, loop)
        step = self.code.new(f"NEXT_{self.line(loop.target)}", index, label)
        self.code.jump(step)
        self.code.begin(step)
        polled = self.names.polled
        self.code.emit(
            f"try:\n    {polled} = {self.me}.poll_awaiting({self.names.cx})\n"
            "except StopAsyncIteration:"
        )
        self.code.indent += 1
        self.code.jump(done)
        self.code.reachable = True
        self.code.indent -= 1
        self.return_if_pending()

    def assign(self, target: ast.expr, value: str) -> None:
        """Binds a value to a target."""
        parts = self.in_order(children(target)) if suspends(target) else {}
        self.code.emit(f"{self.rewriter.text(target, parts)} = {value}")


_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
