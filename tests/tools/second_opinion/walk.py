"""Where the coroutines of a module can stand, by a walk of its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TypeAlias

Key: TypeAlias = tuple[int, str]
"""The first line of a function, its decorators included, and its name."""

Place: TypeAlias = tuple[str, int, int, int, int]
"""Kind of state; first line, first column, last line, last column; columns in characters."""

Scope: TypeAlias = (
    ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef | ast.GeneratorExp
)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.GeneratorExp)


def states(text: str) -> dict[Key, list[Place]]:
    """For each function of a module the places where it can stand.

    Functions of the same name on the same line share an entry.
    """
    lines = text.splitlines(keepends=True)
    places_of: dict[Key, list[Place]] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.GeneratorExp)):
            places = places_of.setdefault(_key(node), [])
            places += (
                (kind, *_characters(lines, first, last))
                for kind, first, last in _suspensions(_own(node))
            )
            if isinstance(node, ast.GeneratorExp):
                places.append(("yield", *_characters(lines, node.elt, node.elt)))
    return places_of


def _key(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.GeneratorExp) -> Key:
    if isinstance(node, ast.GeneratorExp):
        return (node.lineno, "<genexpr>")
    first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
    return (first, node.name)


def _own(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.GeneratorExp) -> Iterator[ast.AST]:
    """What is run by the function itself, at the top."""
    if isinstance(node, ast.GeneratorExp):
        yield node.elt
        for number, part in enumerate(node.generators):
            yield part.target
            yield from part.ifs
            if number:  # what the first one goes over is evaluated outside
                yield part.iter
            if part.is_async:
                yield _Next(part)
    else:
        yield from _reached(node.body)


class _Next(ast.AST):
    """Stands for the awaiting of a comprehension's next item."""

    def __init__(self, part: ast.comprehension) -> None:
        self.part = part


def _suspensions(todo: Iterator[ast.AST]) -> Iterator[tuple[str, ast.AST, ast.AST]]:
    """Kind, first and last node of every suspension, those of inner functions left out."""
    for node in todo:
        match node:
            case ast.Await() | ast.YieldFrom():
                yield "await", node, node
            case ast.Yield():
                yield "yield", node, node
            case ast.AsyncFor():
                yield "next", node, node.iter
            case _Next():
                yield "next", node.part.target, node.part.iter
            case ast.comprehension(is_async=1):
                yield "next", node.target, node.iter
            case ast.AsyncWith():
                for item in node.items:
                    yield "enter", item.context_expr, item.context_expr
                    yield "exit", item.context_expr, item.context_expr
        yield from _suspensions(_children(node))


def _children(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, _SCOPES):
        yield from _evaluated_outside(node)
        return
    if isinstance(node, ast.If) and isinstance(node.test, ast.Constant):
        yield from _reached(node.body if node.test.value else node.orelse)
        return
    for name, value in ast.iter_fields(node):
        if name == "handlers" and not any(map(_may_raise, getattr(node, "body"))):  # noqa: B009
            continue
        if isinstance(value, ast.AST):
            yield value
        elif isinstance(value, list) and value:
            statements = isinstance(value[0], ast.stmt)
            yield from (
                _reached(value)
                if statements
                else (each for each in value if isinstance(each, ast.AST))
            )


def _evaluated_outside(node: Scope) -> Iterator[ast.AST]:
    """The parts of an inner function that the outer one evaluates."""
    if isinstance(node, ast.GeneratorExp):
        yield node.generators[0].iter
        return
    if isinstance(node, ast.ClassDef):
        yield from (*node.decorator_list, *node.bases, *node.keywords)
        return
    if not isinstance(node, ast.Lambda):
        yield from node.decorator_list
        if node.returns is not None:
            yield node.returns
        arguments = node.args
        for each in (
            *arguments.posonlyargs,
            *arguments.args,
            *arguments.kwonlyargs,
            arguments.vararg,
            arguments.kwarg,
        ):
            if each is not None and each.annotation is not None:
                yield each.annotation
    yield from node.args.defaults
    yield from (each for each in node.args.kw_defaults if each is not None)


# --- what is compiled at all ---------------------------------------------------------------------


def _reached(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """The statements up to one that never goes on; CPython compiles no others."""
    for each in body:
        yield each
        if _ends(each):
            return


def _may_raise(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    return not isinstance(statement, ast.Pass)


def _ends(node: ast.AST) -> bool:
    match node:
        case ast.Return() | ast.Raise() | ast.Break() | ast.Continue():
            return True
        case ast.If(test=ast.Constant(value=value)):
            return any(map(_ends, node.body if value else node.orelse))
        case ast.If():
            return any(map(_ends, node.body)) and any(map(_ends, node.orelse))
        case ast.While(test=ast.Constant(value=value)) if value:
            return not any(map(_breaks, node.body))
        case ast.Try() | ast.TryStar():
            if any(map(_ends, node.finalbody)):
                return True
            through = any(map(_ends, (*node.body, *node.orelse)))
            return through and all(any(map(_ends, each.body)) for each in node.handlers)
        case ast.Match():
            last = node.cases[-1]
            is_default = last.guard is None and _takes_all(last.pattern)
            return is_default and all(any(map(_ends, each.body)) for each in node.cases)
    return False


def _takes_all(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None


def _breaks(node: ast.AST) -> bool:
    if isinstance(node, ast.Break):
        return True
    if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
        return any(map(_breaks, node.orelse))
    if isinstance(node, _SCOPES):
        return False
    return any(map(_breaks, ast.iter_child_nodes(node)))


def _characters(lines: list[str], first: ast.AST, last: ast.AST) -> tuple[int, int, int, int]:
    line, column = getattr(first, "lineno"), getattr(first, "col_offset")  # noqa: B009
    end_line, end_column = getattr(last, "end_lineno"), getattr(last, "end_col_offset")  # noqa: B009

    def character(number: int, byte: int) -> int:
        return len(lines[number - 1].encode()[:byte].decode())

    return (line, character(line, column), end_line, character(end_line, end_column))
