"""Blocks that are guarded: ``try``, ``with`` and ``async with``, and the ways out of them."""

from __future__ import annotations

import ast
from collections.abc import Callable

from wakepoint.machine.errors import MachineError
from wakepoint.machine.lowering.expressions import Expressions
from wakepoint.machine.lowering.scope import SCOPES, own_nodes, suspends
from wakepoint.machine.lowering.steps import Step, mention
from wakepoint.machine.lowering.writer import Cleanup
from wakepoint.machine.model import StateKind


class Guards(Expressions):
    """Writes the code of guarded blocks."""

    def block(self, statements: list[ast.stmt]) -> None:
        """Writes statements one after the other, as far as they are reached."""
        raise NotImplementedError

    def statement(self, node: ast.stmt) -> None:
        """Writes a statement."""
        raise NotImplementedError

    def source(self, node: ast.AST, parts: dict[ast.AST, str] | None = None) -> str:
        """The text of a statement, with its further lines indented as deep as it is itself."""
        first, *rest = self.rewriter.text(node, parts).split("\n")
        column = node.col_offset  # type: ignore[attr-defined]
        return "\n".join([first, *(_dedented(line, column) for line in rest)])

    def is_flattened(self, node: ast.stmt) -> bool:
        """True if the statement cannot stay one: it suspends, or jumps between steps."""
        if suspends(node):
            return True
        if self._has_return(node) and self.cleanups:
            return True
        if self._handling and any(
            isinstance(each, ast.Raise) and each.exc is None for each in _outside_handlers(node)
        ):
            return True
        return bool(self.loops) and jumps_out(node)

    def _has_return(self, node: ast.stmt) -> bool:
        return any(isinstance(each, ast.Return) for each in own_nodes(node))

    # -- leaving blocks ---------------------------------------------------------------------------

    def leave(self, target: Step, depth: int) -> None:
        """Goes to a step outside of all cleanups but ``depth``, through those in between."""
        for cleanup in self.cleanups[depth:]:
            if target not in cleanup.ways:
                way = self.code.new("LEAVE")
                way.handler = cleanup.step.handler
                cleanup.ways[target] = way
            way = cleanup.ways[target]
            target = way
        self.code.jump(target)

    def write_ways(self, cleanup: Cleanup) -> None:
        """The steps that say why a block is left, and go to what has to run first."""
        for target, way in cleanup.ways.items():
            self.code.begin(way)
            self.code.emit(f"{cleanup.because} = {mention(target)}")
            self.code.jump(cleanup.step)

    # -- with -------------------------------------------------------------------------------------

    def _with(self, node: ast.With | ast.AsyncWith, items: list[ast.withitem]) -> None:
        if not items:
            self.block(node.body)
            return
        item, *rest = items
        is_async = isinstance(node, ast.AsyncWith)
        manager = self.field("manager")
        self.code.emit(f"{manager} = {self.statement_value(item.context_expr)}")
        if is_async:
            entered = self.wait(f"{self.helper('aenter')}({manager})", StateKind.ENTER, item)
        else:
            entered = f"{self.helper('enter')}({manager})"
        done = self.new_step("JOIN", node)
        cleanup = self._cleanup("LEAVE", node)
        with_target = item.optional_vars is not None
        if not is_async and not with_target:
            self.code.emit(entered)
        value = self.names.item
        if not is_async and with_target:
            self.code.emit(f"{value} = {entered}")
            entered = value
        self._guarded(cleanup, lambda: self._with_body(node, item, rest, entered), done)
        self.code.origin = self.line(node)
        self.code.begin(cleanup.step)
        self._write_leave(cleanup, manager, item, done, is_async=is_async)
        self.code.begin(done)

    def _with_body(
        self,
        node: ast.With | ast.AsyncWith,
        item: ast.withitem,
        rest: list[ast.withitem],
        entered: str,
    ) -> None:
        if item.optional_vars is not None:
            self.assign(item.optional_vars, entered)
        self._with(node, rest)

    def _write_leave(
        self, cleanup: Cleanup, manager: str, item: ast.withitem, done: Step, *, is_async: bool
    ) -> None:
        because, after = cleanup.because, mention(done)
        if is_async:
            awaited = f"{self.helper('aleave')}({manager}, {because})"
            swallows = self.wait(awaited, StateKind.EXIT, item)
            goes_on = f"{self.helper('left')}({swallows}, {because}, {after})"
        else:
            goes_on = f"{self.helper('leave')}({manager}, {because}, {after})"
        self.code.emit(f"{self.me}.state = {goes_on}")
        self.code.stop()

    # -- try --------------------------------------------------------------------------------------

    def _try(self, node: ast.Try | ast.TryStar) -> None:
        done = self.new_step("JOIN", node)
        if not node.finalbody:
            self._try_except(node, done)
            self.code.begin(done)
            return
        cleanup = self._cleanup("FINALLY", node.finalbody[0])

        def body() -> None:
            if node.handlers or node.orelse:
                inner = self.new_step("JOIN", node)
                self._try_except(node, inner)
                self.code.begin(inner)
            else:
                self.block(node.body)

        self._guarded(cleanup, body, done)
        self.code.begin(cleanup.step)
        outer, self._handling = self._handling, cleanup
        self.block(node.finalbody)
        self._handling = outer
        self.code.origin = None
        self.code.emit(f"{self.me}.state = {self.helper('go_on')}({cleanup.because})")
        self.code.stop()
        self.code.begin(done)

    def _cleanup(self, name: str, node: ast.AST) -> Cleanup:
        return Cleanup(self.new_step(name, node), self.field("because"))

    def _guarded(self, cleanup: Cleanup, body: Callable[[], None], done: Step) -> None:
        """Writes a body that is not left, in whichever way, without its cleanup."""
        outer = self.code.handler
        raised = self._raised(cleanup)
        self._enter_region(raised)
        self.cleanups.append(cleanup)
        body()
        self.leave(done, len(self.cleanups) - 1)
        self.cleanups.pop()
        self.code.handler = outer
        self.code.origin = None
        self.code.begin(raised)
        self.code.emit(f"{cleanup.because} = {self.me}.error")
        self.code.jump(cleanup.step)
        self.write_ways(cleanup)

    def _raised(self, cleanup: Cleanup) -> Step:
        return self.code.new(f"{cleanup.step.name}_RAISED")

    def _enter_region(self, handler: Step) -> None:
        """From here on exceptions go to another step."""
        self.code.handler = handler
        begin = self.code.new(f"TRY_{self.code.origin}")
        self.code.jump(begin)
        self.code.begin(begin)

    def _try_except(self, node: ast.Try | ast.TryStar, done: Step) -> None:
        if not node.handlers:
            self.block(node.body)
            self.code.jump(done)
            return
        outer = self.code.handler
        catch = self.new_step("EXCEPT", node.handlers[0])
        otherwise = self.new_step("ELSE", node)
        self._enter_region(catch)
        self.block(node.body)
        self.code.jump(otherwise)
        self.code.handler = outer
        self.code.begin(otherwise)
        self.block(node.orelse)
        self.code.jump(done)
        self.code.begin(catch)
        self._handlers(node, done)

    def _handlers(self, node: ast.Try | ast.TryStar, done: Step) -> None:
        """The handlers, of the exception raised again; bodies that suspend come after them."""
        self.code.origin = None
        star = "*" if isinstance(node, ast.TryStar) else ""
        self.code.emit(f"try:\n    raise {self.me}.error")
        later: list[tuple[Step, ast.ExceptHandler, str]] = []
        for handler in node.handlers:
            self.code.origin = self.line(handler)
            self.code.emit(self._header(handler, star))
            self.code.indent += 1
            if any(self.is_flattened(each) for each in handler.body):
                if star:
                    raise MachineError(
                        f"line {self.line(handler)}: an await inside except* cannot be lowered"
                    )
                caught = self.field("caught")
                self.code.emit(f"{caught} = {self.me}.error")
                step = self.new_step("HANDLER", handler)
                self.code.jump(step)
                later.append((step, handler, caught))
            else:
                if handler.name in self.rewriter.fields:
                    self.code.emit(f"{self.rewriter.field(handler.name)} = {handler.name}")
                self._in_handler(handler)
            self.code.reachable = True
            self.code.indent -= 1
        self.code.jump(done)
        for step, handler, caught in later:
            self._handler_later(step, handler, caught, done)

    def _in_handler(self, handler: ast.ExceptHandler) -> None:
        for each in handler.body:
            self.code.origin = self.line(each)
            if isinstance(each, ast.Raise):
                self.code.emit(self.source(each))
            else:
                self.statement(each)

    def _header(self, handler: ast.ExceptHandler, star: str) -> str:
        if handler.type is None:
            return "except BaseException:" if star else "except:"
        if suspends(handler.type):
            raise MachineError(
                f"line {self.line(handler)}: an await in what except catches cannot be lowered"
            )
        name = f" as {handler.name}" if handler.name else ""
        return f"except{star} {self.rewriter.text(handler.type)}{name}:"

    def _handler_later(
        self, step: Step, handler: ast.ExceptHandler, caught: str, done: Step
    ) -> None:
        self.code.begin(step)
        if handler.name:
            self.code.emit(f"{self.rewriter.field(handler.name)} = {caught}")
        outer, self._handling = self._handling, caught
        self.block(handler.body)
        self._handling = outer
        if handler.name and handler.name in self.rewriter.fields:
            self.code.emit(f"{self.rewriter.field(handler.name)} = None")
            self.code.emit(f"del {self.rewriter.field(handler.name)}")
        self.code.jump(done)


def _dedented(line: str, column: int) -> str:
    return line[column:] if not line[:column].strip() else line.lstrip()


def _outside_handlers(node: ast.AST) -> list[ast.AST]:
    """The nodes of a statement that are not in an ``except`` of its own."""
    found: list[ast.AST] = []
    todo = [node]
    while todo:
        each = todo.pop()
        if isinstance(each, (*SCOPES, ast.ExceptHandler)):
            continue
        found.append(each)
        todo += ast.iter_child_nodes(each)
    return found


def jumps_out(node: ast.stmt) -> bool:
    """True if there is a break or continue for a loop around the statement."""
    match node:
        case ast.Break() | ast.Continue():
            return True
        case ast.For() | ast.While() | ast.AsyncFor():
            return any(jumps_out(each) for each in node.orelse)
    if isinstance(node, SCOPES):
        return False
    return any(
        jumps_out(each)  # type: ignore[arg-type]
        for each in _statements_in(node)
    )


def _statements_in(node: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            found.append(child)
        elif isinstance(child, (ast.ExceptHandler, ast.match_case)):
            found += _statements_in(child)
    return found
