"""Blocks that are guarded: ``try``, ``with`` and ``async with``, and the ways out of them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from wakepoint.machine.lowering.build import assign, attribute, name, none, target
from wakepoint.machine.lowering.loops import Loops
from wakepoint.machine.lowering.own import Does
from wakepoint.machine.lowering.scope import captures
from wakepoint.machine.lowering.steps import GoOn, Note, RaiseAgain, Step, line_of
from wakepoint.machine.lowering.writer import Cleanup, Function
from wakepoint.machine.model import StateKind


class Guards(Loops):
    """Writes the code of guarded blocks."""

    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._returned: Step | None = None
        self._result: ast.expr = none()
        self._handling: list[ast.expr | Cleanup] = []
        """The exceptions, and the blocks that may have been left by one, that are handled."""

    def block(self, statements: list[ast.stmt]) -> None:
        """Writes statements one after the other, as far as they are reached."""
        raise NotImplementedError

    def is_flattened(self, node: ast.stmt) -> bool:
        """True if the statement cannot stay one: it suspends, or jumps between steps."""
        does = self.facts[node]
        if Does.SUSPENDS in does or Does.RETURNS_GUARDED in does:
            return True
        if Does.RETURNS in does and self._has_to_run_something():
            return True
        if Does.JUMPS in does or (Does.RAISES_AGAIN in does and self._may_be_leaving()):
            return True
        return isinstance(node, ast.Match) and any(self._binds_before_guard(c) for c in node.cases)

    def _may_be_leaving(self) -> bool:
        """True in ``finally``: what is handled there, if anything, only the machine knows."""
        return bool(self._handling) and isinstance(self._handling[-1], Cleanup)

    def _has_to_run_something(self) -> bool:
        """True if more than its value is needed for a return."""
        return any(isinstance(each, Cleanup) or each.items is not None for each in self.around)

    def _binds_before_guard(self, case: ast.match_case) -> bool:
        """True if what a pattern binds has to be there when its guard has failed."""
        if case.guard is None:
            return False
        names = captures(case.pattern)
        return any(
            each in self.scope.captured or self.scope.elsewhere(each, case) for each in names
        )

    def returning(self, value: ast.expr) -> list[ast.stmt]:
        """What returns a value, which must not raise any more."""
        state = attribute(self.names.local("State"), "RETURNED")
        if self.function.generator:
            value = name(self.names.helper("DONE"))
        return [
            assign(attribute(self.me, "state"), state),
            ast.Return(self.helper("Ready", value)),
        ]

    def is_certain(self, value: ast.expr) -> bool:
        """True if evaluating it cannot raise."""
        match value:
            case ast.Constant():
                return True
            case ast.Name(id=identifier) if hasattr(value, "lineno"):
                own = identifier in self.scope.bound and identifier not in self.scope.captured
                return own and self.scope.is_surely_bound(identifier, line_of(value))
        return self.is_at_hand(value)

    def is_at_hand(self, value: ast.expr) -> bool:
        """True for what the lowered code itself has put somewhere: reading it does nothing else."""
        match value:
            case ast.Attribute(value=ast.Name(id=of)):
                return of in {self.me, self.names.local("polled")}
            case ast.Name():
                return not hasattr(value, "lineno")
        return False

    # -- regions ----------------------------------------------------------------------------------

    def _protected(self, handler: Step, body: Callable[[], None]) -> list[ast.expr]:
        """Writes a body whose exceptions go to a handler.

        Returns:
            The iterators that the handler has to let go of.
        """
        outer, loops = self.code.handler, self.region
        self.code.handler, self.region = handler, []
        self.code.join(self.code.new(f"TRY_{self.code.origin}"))
        body()
        inside, self.region = self.region, loops
        self.code.handler = outer
        return inside

    def _cleanup(self, kind: str, node: ast.AST) -> Cleanup:
        because = self.field("because")
        step = self.code.new(kind, node)
        step.leaving = (because, *self.code.leaving)
        return Cleanup(step, because)

    @contextmanager
    def _handles(self, handling: ast.expr | None, leaving: tuple[ast.expr, ...]) -> Iterator[None]:
        """What is written meanwhile runs while an exception is handled, or may be."""
        outer = self.code.handling, self.code.leaving
        self.code.handling, self.code.leaving = handling, leaving
        yield
        self.code.handling, self.code.leaving = outer

    def _guarded(self, cleanup: Cleanup, body: Callable[[], None], done: Step) -> None:
        """Writes a body that is not left, in whichever way, without its cleanup."""
        raised = self.code.new(f"{cleanup.step.kind}_RAISED")
        depth = len(self.around)

        def and_leave() -> None:
            self.around.append(cleanup)
            body()
            self.leave(done, depth)
            self.around.pop()

        loops = self._protected(raised, and_leave)
        self.code.origin = None
        self.code.begin(raised)
        self.forget(loops)
        self.set(cleanup.because, attribute(self.me, "error"))
        self.code.jump(cleanup.step)
        for to, way in cleanup.ways.items():
            self.code.begin(way)
            self.code.add(Note(self.code.origin, cleanup.because, to))
            self.code.jump(cleanup.step)

    def raise_again(self, error: ast.expr) -> None:
        """Writes what raises an exception that has been raised before."""
        self.names.helper("raise_again")
        self.code.add(RaiseAgain(self.code.origin, error))

    def _go_on(self, call: ast.Call, to: Step | None = None) -> None:
        self.code.add(GoOn(self.code.origin, call, to))
        self.code.stop()

    # -- with -------------------------------------------------------------------------------------

    def with_(self, node: ast.With | ast.AsyncWith, at: int = 0) -> None:
        """``with`` and ``async with``: one item, and inside of it the others."""
        if at == len(node.items):
            self.block(node.body)
            return
        item = node.items[at]
        manager = self.keep(self.statement_value(item.context_expr), "manager")
        entered = self._enter(node, item, manager)
        done = self.code.new("JOIN", node)
        cleanup = self._cleanup("LEAVE", node)

        def body() -> None:
            if item.optional_vars is not None:
                self.rebinds(item.optional_vars)
                self.assign(item.optional_vars, entered)
            self.with_(node, at + 1)

        self._guarded(cleanup, body, done)
        self.code.origin = line_of(node)
        self.code.begin(cleanup.step)
        with self._handles(self.code.handling, cleanup.step.leaving):
            self._leave(node, item, manager, cleanup, done)
        self.code.begin(done)

    def _enter(
        self, node: ast.With | ast.AsyncWith, item: ast.withitem, manager: ast.expr
    ) -> ast.expr:
        if isinstance(node, ast.AsyncWith):
            return self.wait(self.helper("aenter", manager), StateKind.ENTER, item)
        entered = self.helper("enter", manager)
        if item.optional_vars is None:
            self.code.emit(ast.Expr(entered))
            return none()
        value = self.local("item")
        self.set(value, entered)
        return value

    def _leave(
        self,
        node: ast.With | ast.AsyncWith,
        item: ast.withitem,
        manager: ast.expr,
        cleanup: Cleanup,
        done: Step,
    ) -> None:
        if isinstance(node, ast.AsyncWith):
            leaving = self.helper("aleave", manager, cleanup.because)
            swallows = self.wait(leaving, StateKind.EXIT, item)
            self._go_on(self.helper("left", swallows, cleanup.because), done)
        else:
            self._go_on(self.helper("leave", manager, cleanup.because), done)

    # -- finally ----------------------------------------------------------------------------------

    def try_(self, node: ast.Try | ast.TryStar) -> None:
        """``try``: what has to run at last stands around what is caught."""
        done = self.code.new("JOIN", node)
        if not node.finalbody:
            self._try_except(node, done)
            self.code.begin(done)
            return
        cleanup = self._cleanup("FINALLY", node.finalbody[0])

        def body() -> None:
            inner = self.code.new("JOIN", node)
            self._try_except(node, inner)
            self.code.begin(inner)

        self._guarded(cleanup, body if node.handlers else lambda: self.block(node.body), done)
        self.code.begin(cleanup.step)
        self._handling.append(cleanup)
        with self._handles(self.code.handling, cleanup.step.leaving):
            self.block(node.finalbody)
        self._handling.pop()
        self.code.origin = None
        self._go_on(self.helper("go_on", cleanup.because))
        self.code.begin(done)

    def handled(self) -> ast.expr | None:
        """The exception that a bare ``raise`` raises again, if it does not do that as it is."""
        left = []
        for each in reversed(self._handling):
            if not isinstance(each, Cleanup):
                left.append(each)
                break
            left.append(each.because)
        return self.helper("active", *left) if isinstance(self._handling[-1], Cleanup) else None

    # -- except -----------------------------------------------------------------------------------

    def _try_except(self, node: ast.Try | ast.TryStar, done: Step) -> None:
        catch = self.code.new("EXCEPT", node.handlers[0])
        otherwise = self.code.new("ELSE", node)

        def body() -> None:
            self.block(node.body)
            self.code.jump(otherwise)

        loops = self._protected(catch, body)
        self.code.begin(otherwise)
        self.block(node.orelse)
        self.code.jump(done)
        self.code.origin = None
        self.code.begin(catch)
        self.forget(loops)
        self._catch(node, done)

    def _catch(self, node: ast.Try | ast.TryStar, done: Step) -> None:
        """The handlers, of the exception raised again; bodies that suspend come after them."""
        star = isinstance(node, ast.TryStar)
        made = ast.TryStar if star else ast.Try
        headers = [self._header(each, star) for each in node.handlers]
        catching = self.code.compound(made([], headers, [], []), len(headers) + 1)
        self.code.origin = None
        with self.code.inside(catching):
            self.raise_again(attribute(self.me, "error"))
        later: list[tuple[Step, ast.ExceptHandler, ast.expr]] = []
        falls_through = star
        for at, handler in enumerate(node.handlers, 1):
            self.code.origin = line_of(handler)
            with self.code.inside(catching, at):
                if self._comes_later(handler):
                    later.append(self._put_off(handler, star))
                else:
                    self.block(handler.body)
                    falls_through |= self.code.reachable
        if falls_through:
            self.code.jump(done)
        self.code.stop()
        for step, handler, caught in later:
            self._handler_later(step, handler, caught, done)

    def _comes_later(self, handler: ast.ExceptHandler) -> bool:
        """True if the body of a handler cannot stay below its header."""
        flattened = any(self.is_flattened(each) for each in handler.body)
        return flattened or (handler.name is not None and self.scope.is_missed(handler.name))

    def _header(self, handler: ast.ExceptHandler, star: bool) -> ast.ExceptHandler:
        if handler.type is not None and self.suspends(handler.type):
            raise self.function.unable(
                handler, "an await in what except catches", "await it before the try"
            )
        name = None if self._comes_later(handler) else handler.name
        return ast.copy_location(ast.ExceptHandler(handler.type, name, []), handler)

    def _put_off(
        self, handler: ast.ExceptHandler, star: bool
    ) -> tuple[Step, ast.ExceptHandler, ast.expr]:
        if star:
            raise self.function.unable(
                handler,
                "an await, or a return out of a guarded block, inside except*",
                "note the group in there, and await behind the try",
            )
        caught = self.keep(attribute(self.me, "error"), "caught")
        step = self.code.new("HANDLER", handler)
        self.code.jump(step)
        return step, handler, caught

    def _handler_later(
        self, step: Step, handler: ast.ExceptHandler, caught: ast.expr, done: Step
    ) -> None:
        self.code.begin(step)
        step.handling, step.leaving = caught, ()
        self.code.origin = line_of(handler)
        self._handling.append(caught)
        with self._handles(caught, ()):
            if handler.name is not None:
                self.set(target(handler.name), caught)
            if handler.name is not None and self.scope.is_missed(handler.name):
                self._unbound_at_last(handler, handler.name, done)
            else:
                self.block(handler.body)
                self.code.jump(done)
        self._handling.pop()

    def _unbound_at_last(self, handler: ast.ExceptHandler, bound: str, done: Step) -> None:
        """Writes a handler at whose end, whatever that is, the name of the exception is unbound."""
        cleanup = self._cleanup("UNBIND", handler)
        self._guarded(cleanup, lambda: self.block(handler.body), done)
        self.code.begin(cleanup.step)
        self.set(target(bound), none())
        self.code.emit(ast.Delete([ast.Name(bound, ast.Del())]))
        self._go_on(self.helper("go_on", cleanup.because))
