"""Statements: those that suspend or jump between steps are taken apart, the others stay."""

from __future__ import annotations

import ast

from wakepoint.machine.lowering.guards import Guards, jumps_out
from wakepoint.machine.lowering.scope import children, own_nodes, suspends
from wakepoint.machine.lowering.steps import Step, mention
from wakepoint.machine.lowering.text import as_argument, captures
from wakepoint.machine.lowering.writer import Cleanup, Loop


class Statements(Guards):
    """Writes the code of statements."""

    def block(self, statements: list[ast.stmt]) -> None:
        """Writes statements one after the other, as far as they are reached."""
        for each in statements:
            if not self.code.reachable:
                return
            self.code.origin = self.line(each)
            self.statement(each)

    def statement(self, node: ast.stmt) -> None:
        """Writes a statement."""
        if not self.is_flattened(node):
            self._as_it_is(node)
            return
        match node:
            case ast.Return():
                self._return(node)
            case ast.Break():
                loop = self.loops[-1]
                self.leave(loop.done, loop.depth)
            case ast.Continue():
                loop = self.loops[-1]
                self.leave(loop.again, loop.depth)
            case ast.Raise(exc=None):
                self._raise_again()
            case ast.If():
                self._if_statement(node)
            case ast.While():
                self._while(node)
            case ast.For() | ast.AsyncFor():
                self._for(node)
            case ast.With() | ast.AsyncWith():
                self._with(node, list(node.items))
            case ast.Match():
                self._match(node)
            case ast.Try() | ast.TryStar():
                self._try(node)
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                self._assignment(node)
            case ast.Expr():
                self._expression(node)
            case ast.Assert():
                self._assert(node)
            case _:
                self._simple(node)

    # -- statements that stay ---------------------------------------------------------------------

    def _as_it_is(self, node: ast.stmt) -> None:
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            return  # at the top of poll()
        if isinstance(node, ast.AnnAssign) and node.value is None:
            return
        if isinstance(node, ast.Return):
            self._return(node)
            return
        for each in own_nodes(node):
            if isinstance(each, ast.Return):
                self.rewriter.returns[each] = self._return_text()
        self.code.emit(self.source(node))
        if isinstance(node, ast.Raise):
            self.code.stop()

    def _return_text(self) -> tuple[str, str]:
        """What a return becomes; VALUE stands for its value."""
        value = self.helper("DONE") if self.names.generator else "VALUE"
        returned = f"{self.me}.state = {mention(self.names.returned)}"
        return returned, f"return {self.helper('Ready')}({value})"

    def _raise_again(self) -> None:
        """``raise`` without anything, where it cannot stay so."""
        raised = self._handling
        if isinstance(raised, Cleanup):
            raised = f"{self.helper('active')}({raised.because})"
        self.code.emit(f"raise {raised}")
        self.code.stop()

    def _simple(self, node: ast.stmt) -> None:
        """A statement that evaluates expressions one after the other."""
        nodes = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
        if isinstance(node, ast.Delete):
            nodes = [part for each in node.targets for part in children(each)]
        self._rebound = _rebound(node)
        self.code.emit(self.source(node, self.in_order(nodes)))
        if isinstance(node, ast.Raise):
            self.code.stop()

    def _expression(self, node: ast.Expr) -> None:
        text = self.statement_value(node.value)
        simple = text.replace("_", "").replace(".", "").isalnum()
        if not simple:
            self.code.emit(text)

    def _assert(self, node: ast.Assert) -> None:
        passed = self.new_step("JOIN", node)
        self.jump_if(f"if ({self.statement_value(node.test)}):", passed)
        message = "" if node.msg is None else f"({self.value(node.msg)})"
        self.code.emit(f"raise AssertionError{message}")
        self.code.stop()
        self.code.begin(passed)

    def _assignment(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> None:
        self._rebound = _rebound(node)
        if isinstance(node, ast.AugAssign):
            self._augmented(node)
            return
        assert node.value is not None
        value = self.value(node.value)
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if len(targets) > 1 or any(suspends(each) for each in targets):
            kept = self.field("operand")
            self.code.emit(f"{kept} = {value}")
            value = kept
        for target in targets:
            self.assign(target, value)

    def _augmented(self, node: ast.AugAssign) -> None:
        op = _AUGMENTED[type(node.op)]
        if isinstance(node.target, ast.Name):
            target = self.rewriter.text(node.target)
            if self._stays(ast.Name(node.target.id, ast.Load(), lineno=node.lineno)):
                self.code.emit(f"{target} {op} {self.value(node.value)}")
                return
            parts: dict[ast.AST, str] = {}
        else:
            nodes = children(node.target)
            parts = {each: self.put_aside(each) for each in nodes if not self._stays(each)}
            target = self.rewriter.text(node.target, parts)
        old = self.field("operand")
        self.code.emit(f"{old} = {target}")
        value = self.value(node.value)
        self.code.emit(f"{old} {op} {value}")
        self.code.emit(f"{target} = {old}")

    def _return(self, node: ast.Return) -> None:
        value = "None"
        if node.value is not None:
            value = as_argument(node.value, self.statement_value(node.value))
        if not self.cleanups:
            self.finish(value)
            return
        if self._returned is None:
            self._returned = self.code.new("RETURN")
            self._returned.handler = None
            self._result = self.field("result")
        self.code.emit(f"{self._result} = {value}")
        self.leave(self._returned, 0)

    def finish(self, value: str) -> None:
        """The end of the function."""
        for line in self._return_text():
            self.code.emit(line.replace("VALUE", value) if line.startswith("return") else line)
        self.code.stop()

    def write_returned(self) -> None:
        """The step that returns behind what had to run first."""
        self.code.origin = None
        if self._returned is not None:
            self.code.begin(self._returned)
            self.finish(self._result)

    # -- branches and loops -----------------------------------------------------------------------

    def _if_statement(self, node: ast.If) -> None:
        test = self.statement_value(node.test)
        end = self.new_step("JOIN", node)
        self._branch(f"if {test}:", node.body, end)
        self.block(node.orelse)
        self.join(end)

    def _branch(self, header: str, body: list[ast.stmt], end: Step) -> None:
        """Writes statements below a header; what comes next is written where it was not taken."""
        step, indent = self.code.step, self.code.indent
        self.code.emit(header)
        self.code.indent += 1
        self.block(body)
        self.code.jump(end)
        self.code.step, self.code.indent, self.code.reachable = step, indent, True

    def _while(self, node: ast.While) -> None:
        again, done = self.new_step("LOOP", node), self.new_step("JOIN", node)
        self.code.jump(again)
        self.code.begin(again)
        otherwise = self.new_step("ELSE", node)
        if not (isinstance(node.test, ast.Constant) and node.test.value):
            test = self.statement_value(node.test)
            self.jump_if(f"if not {_negatable(node.test, test)}:", otherwise)
        self._loop(node, Loop(again, done, len(self.cleanups)), otherwise)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        done, otherwise = self.new_step("JOIN", node), self.new_step("ELSE", node)
        iterable = as_argument(node.iter, self.statement_value(node.iter))
        again = self.loop_over(node, iterable, otherwise)
        self._loop(node, Loop(again, done, len(self.cleanups)), otherwise)
        if isinstance(node, ast.AsyncFor) and any(jumps_out(each) for each in node.body):
            # Nobody else may hold what was left by a break: then its end has to run now.
            self.code.emit(f"{self.iterators[otherwise]} = None")

    def _loop(self, node: ast.While | ast.For | ast.AsyncFor, loop: Loop, otherwise: Step) -> None:
        """The body of a loop whose beginning is written, and what its end leads to."""
        self.loops.append(loop)
        self.block(node.body)
        self.loops.pop()
        self.code.jump(loop.again)
        self.code.begin(otherwise)
        self.block(node.orelse)
        self.join(loop.done)

    def _match(self, node: ast.Match) -> None:
        subject = self.field("subject")
        self.code.emit(f"{subject} = {self.statement_value(node.subject)}")
        end = self.new_step("JOIN", node)
        for case in node.cases:
            other = self.new_step("CASE", case.pattern)
            captured = captures(case.pattern)
            bind = "".join(
                f"\n        {self.rewriter.field(name)} = {name}"
                for name in captured
                if name in self.rewriter.fields
            )
            self.code.emit(f"match {subject}:\n    case {self.source(case.pattern)}:{bind}")
            matched = self.new_step("CASE", case.pattern)
            self.code.indent += 2
            self.code.jump(matched)
            self.code.indent -= 2
            self.code.reachable = True
            self.code.jump(other)
            self.code.begin(matched)
            if case.guard is not None:
                self.jump_if(f"if not ({self.statement_value(case.guard)}):", other)
            self.block(case.body)
            self.code.jump(end)
            self.code.begin(other)
        self.join(end)


_AUGMENTED: dict[type[ast.operator], str] = {
    ast.Add: "+=",
    ast.Sub: "-=",
    ast.Mult: "*=",
    ast.MatMult: "@=",
    ast.Div: "/=",
    ast.FloorDiv: "//=",
    ast.Mod: "%=",
    ast.Pow: "**=",
    ast.LShift: "<<=",
    ast.RShift: ">>=",
    ast.BitAnd: "&=",
    ast.BitOr: "|=",
    ast.BitXor: "^=",
}


def _rebound(node: ast.AST) -> set[str]:
    return {each.target.id for each in own_nodes(node) if isinstance(each, ast.NamedExpr)}


def _negatable(node: ast.expr, text: str) -> str:
    simple = isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.Await))
    return text if simple else f"({text})"
