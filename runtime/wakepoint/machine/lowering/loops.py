"""Loops and comprehensions that suspend."""

from __future__ import annotations

import ast
from typing import ClassVar, TypeAlias

from wakepoint.machine.lowering.build import attribute, call, is_, name
from wakepoint.machine.lowering.displays import Displays
from wakepoint.machine.lowering.order import Part
from wakepoint.machine.lowering.own import own_nodes
from wakepoint.machine.lowering.rename import Rename
from wakepoint.machine.lowering.scope import (
    bound_in_comprehension,
    free_names,
    is_inner_scope,
    names_in,
)
from wakepoint.machine.lowering.steps import Step
from wakepoint.machine.lowering.writer import Function
from wakepoint.machine.model import StateKind

Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp

_HELD = (ast.Name, ast.Attribute, ast.Subscript, ast.Constant, ast.Tuple, ast.List, ast.Set)
_HELD_TOO = (ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp, ast.JoinedStr)


class Loops(Displays):
    """Writes the code of loops."""

    def __init__(self, function: Function) -> None:
        super().__init__(function)
        self._variables: dict[str, str] = {}

    # -- comprehensions ---------------------------------------------------------------------------

    def comprehension(self, node: Comprehension) -> ast.expr:
        """A comprehension that suspends, as the loops that it stands for."""
        first = self.value(node.generators[0].iter)
        result = self.field("result")
        items = self.begin_iteration(node.generators[0], first)
        self.set(result, self._empty(node))
        end = self.code.new("JOIN", node)
        outer = self._variables, self.code.rename
        self._variables = self._variables | self._own_variables(node)
        self.code.rename = Rename(self._variables).visit
        self._loops(node, list(node.generators), items, result, end)
        self._variables, self.code.rename = outer
        self.code.begin(end)
        return result

    def _empty(self, node: Comprehension) -> ast.expr:
        if isinstance(node, ast.SetComp):
            return self.helper("set")
        return ast.Dict([], []) if isinstance(node, ast.DictComp) else ast.List([], ast.Load())

    def _own_variables(self, node: Comprehension) -> dict[str, str]:
        """What the variables of a comprehension are called in the machine."""
        chosen = {}
        inner = [each for each in own_nodes(node) if is_inner_scope(each)]
        captured = set().union(*(free_names(each, None) for each in inner))
        taken = _names_around(node)
        for variable in sorted(bound_in_comprehension(node)):
            fresh = self.scope.own_name(variable)
            is_taken = variable in taken or self.scope.elsewhere(variable, node)
            if is_taken or fresh in self.scope.bound:
                fresh = self.names.number(variable)
            chosen[variable] = fresh
            self.scope.bound.add(fresh)
            self.function.comprehension_variables[fresh] = variable
            if variable in captured:
                if id(node) in self.facts.repeated:
                    raise self.function.unable(
                        node,
                        f"an inner function that uses the comprehension's own {variable!r}, "
                        "in a comprehension that awaits and runs more than once,",
                        "write the comprehension as a loop in a function of its own",
                    )
                self.scope.captured.add(fresh)
        return chosen

    def stays(self, part: Part) -> bool:
        """Also the variables of comprehensions stay what they are while an element is made."""
        match part.node:
            case ast.Name(id=variable) if variable in self._variables:
                return not part.spread and self._variables[variable] not in self.scope.captured
        return super().stays(part)

    def _loops(
        self,
        node: Comprehension,
        parts: list[ast.comprehension],
        items: ast.expr | None,
        result: ast.expr,
        done: Step,
    ) -> None:
        part, rest = parts[0], parts[1:]
        if items is None:
            items = self.begin_iteration(part, self.value(part.iter))
        again = self.next_item(part, items, done)
        for test in part.ifs:
            self.jump_unless(test, again)
        if rest:
            self._loops(node, rest, None, result, again)
            return
        if isinstance(node, ast.DictComp):
            replacements = self.in_order([Part(node.key), Part(node.value)])
            key = replacements.get(id(node.key), node.key)
            stays = key is node.key and self.stays(Part(key))
            if not stays and not self.suspends(node.value):
                early = self.local("key")  # an assignment evaluates its value first
                self.set(early, key)
                key = early
            self.set(
                ast.Subscript(result, key, ast.Store()),
                replacements.get(id(node.value), node.value),
            )
        else:
            add = "append" if isinstance(node, ast.ListComp) else "add"
            self.code.emit(ast.Expr(call(attribute(result, add), self.value(node.elt))))
        self.code.jump(again)

    # -- iterating --------------------------------------------------------------------------------

    def begin_iteration(
        self, loop: ast.comprehension | ast.For | ast.AsyncFor, iterable: ast.expr
    ) -> ast.expr:
        """Takes the iterator of what is gone over, and returns its field."""
        function = "aiter_of" if is_async(loop) else "iter"
        items = self.field("items")
        self.set(items, self.helper(function, iterable))
        if may_be_left(loop.iter):
            self.region.append(items)
        return items

    def next_item(
        self, loop: ast.comprehension | ast.For | ast.AsyncFor, items: ast.expr, done: Step
    ) -> Step:
        """Takes the next item, or goes on at ``done``. Returns where that begins."""
        again = self.code.new("LOOP", loop.target)
        self.code.join(again)
        item = self.local("item")
        if is_async(loop):
            item = self._next(loop, items, done)
        else:
            nothing = name(self.names.helper("DONE"))
            self.set(item, self.helper("next", items, nothing))
            self.jump_if(is_(item, nothing), done)
        self.assign(loop.target, item)
        return again

    def _next(self, loop: ast.AST, items: ast.expr, done: Step) -> ast.expr:
        self.begin_wait(self.helper("anext_of", items))
        self.suspend(StateKind.NEXT, loop)
        end = ast.ExceptHandler(name(self.names.helper("StopAsyncIteration")), None, [])
        waiting = self.code.compound(ast.Try([], [end], [], []), 2)
        with self.code.inside(waiting, 0):
            self.set(self.local("polled"), self.poll_awaiting())
        with self.code.inside(waiting, 1):
            self.code.jump(done)
        return self.result()

    special: ClassVar = {
        **Displays.special,
        ast.ListComp: comprehension,
        ast.SetComp: comprehension,
        ast.DictComp: comprehension,
    }


def _names_around(node: Comprehension) -> set[str]:
    """The names in what a comprehension goes over first, which are not of its own scope."""
    names = names_in([node.generators[0].iter], None)
    return names.read.union(*(free_names(each, None) for each in names.inner))


def is_async(loop: ast.AST) -> bool:
    """True for ``async for``."""
    if isinstance(loop, ast.comprehension):
        return bool(loop.is_async)
    return isinstance(loop, ast.AsyncFor)


def may_be_left(iterable: ast.expr) -> bool:
    """True if nobody but the loop may hold what it goes over, and that may have an end to run."""
    match iterable:
        case ast.Call(func=ast.Name(id="range")):
            return False
    return not isinstance(iterable, (*_HELD, *_HELD_TOO))
