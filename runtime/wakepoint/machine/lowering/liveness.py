"""Which variables a lowered function has to keep from one poll to the next.

What the analysis says of the bytecode is not enough: it takes reading an unbound variable for no
way through the program, which a handler may catch. This is of the lowered steps themselves.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from wakepoint.machine.lowering.own import own_nodes
from wakepoint.machine.lowering.scope import Scope, binds, captures
from wakepoint.machine.lowering.steps import (
    Compound,
    Do,
    GoOn,
    Item,
    Jump,
    Note,
    RaiseAgain,
    Step,
    all_items,
    targets,
)


def kept(steps: list[Step], scope: Scope, by_super: list[str]) -> set[str]:
    """The variables that may be read after a poll has begun, before they are bound in it.

    Args:
        steps: All steps; the first one is the start.
        scope: The function's names.
        by_super: The variables that ``super()`` reads.
    """
    bits = {variable: 1 << at for at, variable in enumerate(sorted(scope.bound))}
    flow = _Flow(steps, scope, bits, by_super)
    needed = 0
    live = flow.solved()
    for step in _begun_with(steps):
        needed |= live[step]
    return {variable for variable, bit in bits.items() if needed & bit}


def _begun_with(steps: list[Step]) -> set[Step]:
    """The steps that a poll can begin with.

    Besides those that wait, these are the first that run while an exception is shown by which a
    block was left, and those behind: another poll goes on there (`StateMachine.show`).
    """
    shown_anew = {
        target for step in steps for target in targets(step) if target.leaving != step.leaving
    }
    return shown_anew | {step for step in steps if step.resumes}


class _Flow:
    """What is live before each step: bits, one for each variable."""

    def __init__(
        self, steps: list[Step], scope: Scope, bits: dict[str, int], by_super: list[str]
    ) -> None:
        self._own_name = scope.own_name
        self._bits = bits
        self._by_super = by_super
        self._live = dict.fromkeys(steps, 0)
        self._own: dict[Item, tuple[int, int]] = {}
        for step in steps:
            for item in all_items(step.items):
                self._own[item] = self._of(item)

    def solved(self) -> dict[Step, int]:
        """What is live before each step."""
        before: dict[Step, list[Step]] = {step: [] for step in self._live}
        for step in self._live:
            for target in targets(step):
                before[target].append(step)
        todo = dict.fromkeys(reversed(self._live))
        while todo:
            step = next(iter(todo))
            del todo[step]
            # What has been done when an exception comes is not known.
            handler = 0 if step.handler is None else self._live[step.handler]
            live = handler | self._before(step.items, 0, handler)
            if live != self._live[step]:
                self._live[step] = live
                todo |= dict.fromkeys(before[step])
        return self._live

    def _before(self, items: list[Item], live: int, handler: int) -> int:
        """What is live before some items, if what is behind them needs ``live``."""
        for item in reversed(items):
            read, bound = self._own[item]
            if isinstance(item, (Jump, GoOn)):
                live = 0 if item.target is None else self._live[item.target]
            elif isinstance(item, Note):
                live |= self._live[item.target]
            elif isinstance(item, Compound):
                after = live
                for body, bound_first in zip(item.bodies, _bound_first(item.node), strict=True):
                    bits = sum(self._bit(each) for each in bound_first)
                    live |= self._before(body, after, handler) & ~bits
            elif isinstance(item, RaiseAgain) or (
                isinstance(item, Do) and isinstance(item.node, (ast.Return, ast.Raise))
            ):
                live = 0
            live = (live & ~bound) | read | handler
        return live

    def _bit(self, identifier: str) -> int:
        return self._bits.get(self._own_name(identifier), 0)

    def _of(self, item: Item) -> tuple[int, int]:
        """What an item itself reads, and what it binds whatever happens in it."""
        read = bound = 0
        for node in _nodes(item):
            read |= self._reads(node)
            bound |= self._binds(node)
        return read, bound

    def _reads(self, root: ast.AST) -> int:
        variables = 0
        for node in own_nodes(root):
            match node:
                case ast.Name(id="super") if self._by_super:
                    for each in self._by_super:
                        variables |= self._bit(each)
                case ast.Name(id=name, ctx=ast.Load() | ast.Del()):
                    variables |= self._bit(name)
                case ast.AugAssign(target=ast.Name(id=name)):
                    variables |= self._bit(name)
        return variables

    def _binds(self, root: ast.AST) -> int:
        """What a statement binds, whatever happens in it."""
        variables = 0
        if isinstance(root, (ast.Assign, ast.AnnAssign)):
            targets = root.targets if isinstance(root, ast.Assign) else [root.target]
            for target in targets:
                for node in own_nodes(target):
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                        variables |= self._bit(node.id)
        elif isinstance(root, (ast.Import, ast.ImportFrom)):
            for name in binds(root):
                variables |= self._bit(name)
        return variables


def _bound_first(node: ast.AST) -> list[set[str]]:
    """What is bound where the bodies of a statement begin."""
    match node:
        case ast.Try(handlers=handlers) | ast.TryStar(handlers=handlers):
            return [set(), *({each.name} if each.name else set() for each in handlers)]
        case ast.Match(cases=[case]):
            return [set(captures(case.pattern))]
    return [set()]


def _nodes(item: Item) -> Iterator[ast.AST]:
    """The code of an item itself, without its bodies."""
    match item:
        case Do():
            yield item.node
        case RaiseAgain():
            yield item.error
        case Note():
            yield item.field
        case GoOn():
            yield item.call
        case Compound(node=ast.If(test=test)):
            yield test
        case Compound(node=ast.Match(subject=subject, cases=cases)):
            yield subject
            yield from (case.pattern for case in cases)
        case Compound(node=ast.Try(handlers=handlers) | ast.TryStar(handlers=handlers)):
            yield from (each.type for each in handlers if each.type is not None)
