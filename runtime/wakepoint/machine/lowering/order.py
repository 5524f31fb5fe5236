"""The parts of a node in the order in which they are evaluated."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from wakepoint.machine.lowering.own import annotations_of, defaults


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an expression or a statement.

    Attributes:
        node: The expression.
        spread: What unpacks it at once: a star or two; a ``f`` stands for an f-string, which makes
            text of it at once.
        keyword: The name by which it is given to a call, if it is.
        call: The call, or the class, whose further keywords it is unpacked to.
    """

    node: ast.expr
    spread: Literal["", "*", "**", "f"] = ""
    keyword: str | None = None
    call: ast.Call | ast.ClassDef | None = None


def parts_of(node: ast.AST) -> list[Part]:
    """The parts of an expression, a target, or what evaluates expressions one after the other."""
    special = _PARTS.get(type(node))
    if special is not None:
        return special(node)
    return [Part(each) for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]


def _display(node: ast.List | ast.Tuple | ast.Set) -> list[Part]:
    return [part for each in node.elts for part in _element(each)]


def _compared(node: ast.Compare) -> list[Part]:
    return [Part(node.left), Part(node.comparators[0])]


def _subscript(node: ast.Subscript) -> list[Part]:
    return [Part(node.value), *_element(node.slice)]


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[Part]:
    outside = [*node.decorator_list, *defaults(node.args), *annotations_of(node)]
    return [Part(each) for each in outside]


def _lambda(node: ast.Lambda) -> list[Part]:
    return [Part(each) for each in defaults(node.args)]


def _class(node: ast.ClassDef) -> list[Part]:
    bases = [part for each in node.bases for part in _element(each)]
    return [*(Part(each) for each in node.decorator_list), *bases, *_keywords(node)]


def _generator(node: ast.GeneratorExp) -> list[Part]:
    return [Part(node.generators[0].iter)]


def _texts(node: ast.JoinedStr) -> list[Part]:
    return [Part(each, "f") for each in node.values]


def _pairs(node: ast.Dict) -> list[Part]:
    parts = []
    for key, value in zip(node.keys, node.values, strict=True):
        parts += [Part(value, "**")] if key is None else [Part(key), Part(value)]
    return parts


def _arguments(node: ast.Call) -> list[Part]:
    match node.args:
        case [ast.Starred(value=only)]:  # unpacked by the call itself
            positional = [Part(only)]
        case _:
            positional = [part for each in node.args for part in _element(each)]
    return [Part(node.func), *positional, *_keywords(node)]


def _keywords(node: ast.Call | ast.ClassDef) -> list[Part]:
    return [
        Part(each.value, keyword=each.arg) if each.arg else Part(each.value, "**", call=node)
        for each in node.keywords
    ]


def _element(node: ast.expr) -> list[Part]:
    """What stands between commas: slices are no values of their own."""
    match node:
        case ast.Starred():
            return [Part(node.value, "*")]
        case ast.Slice():
            bounds = (node.lower, node.upper, node.step)
            return [Part(each) for each in bounds if each is not None]
        case ast.Tuple(elts=elements) if any(isinstance(each, ast.Slice) for each in elements):
            return [part for each in elements for part in _element(each)]
    return [Part(node)]


_PARTS: dict[type[ast.AST], Callable[..., list[Part]]] = {
    ast.AsyncFunctionDef: _function,
    ast.Call: _arguments,
    ast.ClassDef: _class,
    ast.Compare: _compared,
    ast.Dict: _pairs,
    ast.FunctionDef: _function,
    ast.GeneratorExp: _generator,
    ast.JoinedStr: _texts,
    ast.Lambda: _lambda,
    ast.List: _display,
    ast.Set: _display,
    ast.Subscript: _subscript,
    ast.Tuple: _display,
}
