"""Puts lowered functions in the place of their originals."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace

from wakepoint.machine.lowering.function import Around, LoweredFunction, Place
from wakepoint.machine.lowering.layout import in_brackets
from wakepoint.machine.lowering.printer import Line, Source, behind
from wakepoint.machine.lowering.scope import mangled, type_parameters

_BLANK = Line("")


def outermost(tree: ast.AST) -> Iterator[Place]:
    """The async functions in a tree that are in no other, in source order."""
    return (each for each in everywhere(tree) if not each.around.inner)


def everywhere(tree: ast.AST) -> Iterator[Place]:
    """All async functions in a tree, in source order."""
    todo: list[tuple[ast.AST, Around]] = [(tree, Around())]
    while todo:
        at, around = todo.pop()
        match at:
            case ast.AsyncFunctionDef():
                yield Place(at, around)
                around = Around(lexical_class=around.lexical_class, inner=True)
            case ast.FunctionDef():
                around = replace(around, class_name=None, outermost_class=None, type_parameters=())
            case ast.ClassDef():
                own = (mangled(each, at.name) for each in type_parameters(at))
                around = replace(
                    around,
                    class_name=at.name,
                    outermost_class=around.outermost_class or at,
                    lexical_class=at.name,
                    type_parameters=(*around.type_parameters, *own),
                )
        todo += reversed([(each, around) for each in ast.iter_child_nodes(at)])


def with_machines(
    tree: ast.Module | None,
    source: Source,
    functions: list[tuple[Place, LoweredFunction]] | list[tuple[None, LoweredFunction]],
    imports: dict[str, tuple[str, str]],
) -> list[Line]:
    """The lines of a module in which functions have their lowered form.

    Args:
        tree: The module; None if only the function is wanted.
        source: Its text.
        functions: The functions, in source order.
        imports: What has to be imported.
    """
    lines: list[Line] = []
    at = 1
    for place, lowered in functions:
        if place is None:
            lines += [*lowered.lines, _BLANK, _BLANK, *lowered.factory]
            continue
        begin = source.first_line(place.node)
        lines += _own(source, at, begin)
        outside = place.around.outermost_class
        margin = source.margin(outside or place.node)
        machine = [*behind(margin, lowered.lines), _BLANK, _BLANK]
        # A method cannot see what its class defines: the machine stands before the class.
        _insert(lines, machine, source.first_line(outside) if outside else None)
        lines += behind(source.margin(place.node), lowered.factory)
        at = (place.node.end_lineno or place.node.lineno) + 1
    if tree is None:
        return [*import_lines(imports), _BLANK, _BLANK, *lines]
    lines += _own(source, at, len(source.lines) + 1)
    head = _head(tree, source)
    where = source.first_line(head) if head is not None else None
    apart = [] if isinstance(head, (ast.Import, ast.ImportFrom)) else [_BLANK]
    at = next((n for n, each in enumerate(lines) if (each.origin or 0) >= (where or 1)), len(lines))
    lines[at:at] = [*import_lines(imports), _BLANK, *apart]
    return lines


def _own(source: Source, begin: int, end: int) -> list[Line]:
    """Lines of the source as they are."""
    return [Line(source.lines[at - 1], at, None, unchanged=True) for at in range(begin, end)]


def _insert(lines: list[Line], what: list[Line], before: int | None) -> None:
    """Puts lines before the one that is a line of the original, or at the end."""
    for at, line in enumerate(lines):
        if before is not None and line.unchanged and (line.origin or 0) >= before:
            lines[at:at] = what
            return
    lines += what


def import_lines(imports: dict[str, tuple[str, str]]) -> list[Line]:
    """The imports that lowered code needs."""
    modules: dict[str, list[str]] = {}
    for alias, (module, helper) in imports.items():
        imported = helper if alias == helper else f"{helper} as {alias}"
        modules.setdefault(module, []).append(imported)
    lines: list[Line] = []
    for module in sorted(modules, key=lambda each: (each not in {"builtins", "enum"}, each)):
        names = sorted(modules[module])
        line = f"from {module} import {', '.join(names)}"
        if module.startswith("wakepoint"):
            lines.append(_BLANK)
        if len(line) <= 88:
            lines.append(Line(line))
        else:
            broken = in_brackets(f"from {module} import (", names, ")")
            lines += [Line(text, None, depth) for text, depth in broken]
    return lines


def _head(tree: ast.Module, source: Source) -> ast.stmt | None:
    """The first statement that lines can be inserted before."""
    end = 0
    for at, node in enumerate(tree.body):
        is_docstring = at == 0 and ast.get_docstring(tree, clean=False) is not None
        is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if not is_docstring and not is_future and source.first_line(node) > end:
            return node
        end = node.end_lineno or node.lineno
    return None


def has_future_annotations(tree: ast.Module) -> bool:
    """True if annotations are kept as text."""
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(each.name == "annotations" for each in node.names)
        for node in tree.body
    )
