"""Small syntax trees: what lowered code is put together from."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

Node = TypeVar("Node", bound=ast.AST)


def name(identifier: str) -> ast.Name:
    """Reads a name."""
    return ast.Name(identifier, ast.Load())


def target(identifier: str) -> ast.Name:
    """Binds a name."""
    return ast.Name(identifier, ast.Store())


def attribute(of: str | ast.expr, attr: str) -> ast.Attribute:
    """``of.attr``."""
    return ast.Attribute(name(of) if isinstance(of, str) else of, attr, ast.Load())


def call(function: str | ast.expr, *arguments: ast.expr) -> ast.Call:
    """``function(arguments)``."""
    called = name(function) if isinstance(function, str) else function
    return ast.Call(called, list(arguments), [])


def assign(to: ast.expr, value: ast.expr) -> ast.Assign:
    """``to = value``."""
    return ast.Assign([to], value, lineno=0)


def none() -> ast.Constant:
    """``None``."""
    return ast.Constant(None)


def if_(test: ast.expr, body: list[ast.stmt]) -> ast.If:
    """``if test: body``."""
    return ast.If(test, body, [])


def is_(left: ast.expr, right: ast.expr) -> ast.Compare:
    """``left is right``."""
    return ast.Compare(left, [ast.Is()], [right])


_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def negated(test: ast.expr) -> ast.expr:
    """True where ``test`` is false."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operand
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _OPPOSITE:
            return ast.Compare(left, [_OPPOSITE[type(op)]()], [right])
    return ast.UnaryOp(ast.Not(), test)


def rebuilt(node: Node, change: Callable[..., Any], *further: object) -> Node:
    """A node with its children changed; the node itself if none of them was.

    Args:
        node: It stays as it is.
        change: Gives what stands in place of a child; several, where a list stands.
        further: Further arguments of ``change``.
    """
    result = node
    for field, old in ast.iter_fields(node):  # with few calls: expressions are nested deeply
        new = old
        if isinstance(old, ast.AST):
            new = change(old, *further)
        elif isinstance(old, list):
            new = _in_list(old, change, *further)
        if new is not old:
            if result is node:
                result = copy.copy(node)
            setattr(result, field, new)
    return result


def _in_list(old: list[Any], change: Callable[..., Any], *further: object) -> list[Any]:
    items: list[object] = []
    for each in old:
        new = change(each, *further) if isinstance(each, ast.AST) else each
        items += new if isinstance(new, list) else [new]
    same = len(items) == len(old) and all(a is b for a, b in zip(items, old, strict=True))
    return old if same else items


def exchanged(node: Node, fields: Iterable[tuple[str, object]]) -> Node:
    """A node with other fields; the node itself if all of them are what they were."""
    other = [(field, new) for field, new in fields if new is not getattr(node, field)]
    if not other:
        return node
    result = copy.copy(node)
    for field, new in other:
        setattr(result, field, new)
    return result


def child_of(old: object, change: Callable[..., Any], *further: object) -> object:
    """What a field of a node holds, changed; the same object if nothing was."""
    if isinstance(old, list):
        return _in_list(old, change, *further)
    return change(old, *further) if isinstance(old, ast.AST) else old


def with_parts(node: Node, parts: dict[int, ast.expr]) -> Node:
    """A node with other expressions in place of some in it, which are known by their ids."""

    def change(each: ast.AST) -> ast.AST:
        return parts[id(each)] if id(each) in parts else rebuilt(each, change)

    return cast(Node, change(node)) if parts else node
