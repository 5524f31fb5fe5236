"""From ``async def`` to the explicit form: an enum of states, a class, ``poll`` and ``drop``."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from wakepoint.machine.analysis import Analysis, analyze, analyze_source
from wakepoint.machine.errors import MachineError
from wakepoint.machine.lowering.function import LoweredFunction, Lowering, Text
from wakepoint.machine.lowering.rewrite import STRING_NEWLINE
from wakepoint.machine.lowering.scope import names_used
from wakepoint.machine.model import Machine


@dataclass(frozen=True, slots=True)
class Lowered:
    """Source in which every ``async def`` has its explicit form.

    Attributes:
        text: The source.
        origins: For each of its lines the line of the original that it comes from, if any.
        machines: The machines by the names of their classes.
        fields: For each class the names of the variables by the names of their fields.
    """

    text: str
    origins: tuple[int | None, ...]
    machines: dict[str, Machine]
    fields: dict[str, dict[str, str]]


def lower(function: Any) -> str:
    """The explicit form of a coroutine function or async generator function.

    It is a class with ``poll(cx)`` and ``drop()``, and a function with the original's name that
    makes one. Names that it does not define mean what they mean where the original stands.

    Args:
        function: A function or method whose source can be read.

    Raises:
        MachineError: If it cannot be analysed, its source is not known, or it has something that
            cannot be lowered; the message names it.
    """
    return _one(analyze(function)).text


def lower_source(text: str, filename: str = "<source>") -> Lowered:
    """A module's source with each of its coroutines and async generators lowered.

    Functions inside of a lowered function stay as they are.

    Example:
        >>> lowered = lower_source("async def main(f): return await f")
        >>> "class Main(StateMachine):" in lowered.text
        True

    Raises:
        MachineError: As `lower`.
    """
    analyses = analyze_source(text, filename)
    tree = ast.parse(text)
    functions = list(_outermost(tree, None, None))
    lines = text.split("\n")
    result: Text = []
    done: list[LoweredFunction] = []
    machines: dict[str, Machine] = {}
    taken = set(names_used(tree))
    at = 1
    for node, class_name, around in functions:
        machine = _machine(analyses, node, filename)
        lowered = Lowering(node, text, machine, class_name, taken).run()
        taken.add(lowered.name)
        done.append(lowered)
        machines[lowered.name] = machine
        begin = min([node.lineno, *(each.lineno for each in node.decorator_list)])
        result += [(line, number) for number, line in enumerate(lines[at - 1 : begin - 1], at)]
        machine_class = [
            *_deeper(lowered.text, (around or node).col_offset),
            ("", None),
            ("", None),
        ]
        if around is None:
            result += machine_class
        else:  # a method cannot see what its class defines
            first = min([around.lineno, *(each.lineno for each in around.decorator_list)])
            _insert_before(result, first, machine_class)
        result += _deeper(lowered.factory, node.col_offset)
        at = (node.end_lineno or node.lineno) + 1
    result += [(line, number) for number, line in enumerate(lines[at - 1 :], at)]
    where = _after_future_imports(tree)
    head = next((each for each in tree.body if each.lineno >= where), None)
    imports = _imports(done)
    if isinstance(head, (ast.Import, ast.ImportFrom)):
        del imports[-1]
    _insert_before(result, where, imports)
    return _lowered(result, machines, {each.name: each.fields for each in done})


def _one(analysis: Analysis) -> Lowered:
    machine = analysis.machine
    where = f"{machine.qualname} ({machine.filename}:{machine.first_line})"
    if machine.kind == "generator":
        raise MachineError(f"{where} is a generator, not a coroutine: there is nothing to poll")
    if analysis.source is None:
        raise MachineError(f"{where}: its source is not known, and lowering starts from the source")
    found = analysis.source.function(analysis.code.co_firstlineno, machine.name)
    if not isinstance(found, ast.AsyncFunctionDef):
        raise MachineError(f"{where}: its source does not have it on that line, once")
    around = machine.qualname.rpartition(".")[0].rpartition(".")[2]
    class_name = around if around and around != "<locals>" else None
    lowered = Lowering(found, analysis.source.source, machine, class_name).run()
    text: Text = [*_imports([lowered]), *lowered.text, ("", None), ("", None), *lowered.factory]
    return _lowered(text, {lowered.name: machine}, {lowered.name: lowered.fields})


def _lowered(
    text: Text, machines: dict[str, Machine], fields: dict[str, dict[str, str]]
) -> Lowered:
    lines, origins = [], []
    for line, origin in text:
        for part in line.replace(STRING_NEWLINE, "\n").split("\n"):
            lines.append(part)
            origins.append(origin)
    while lines and not lines[-1]:
        del lines[-1], origins[-1]
    return Lowered("\n".join(lines) + "\n", tuple(origins), machines, fields)


def _outermost(
    node: ast.AST, class_name: str | None, around: ast.ClassDef | None
) -> list[tuple[ast.AsyncFunctionDef, str | None, ast.ClassDef | None]]:
    """The async functions that are in no other, with the class that each is in."""
    found: list[tuple[ast.AsyncFunctionDef, str | None, ast.ClassDef | None]] = []
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.AsyncFunctionDef():
                found.append((child, class_name, around))
            case ast.ClassDef():
                found += _outermost(child, child.name, around or child)
            case ast.FunctionDef():
                found += _outermost(child, None, None)
            case _:
                found += _outermost(child, class_name, around)
    return found


def _machine(analyses: list[Analysis], node: ast.AsyncFunctionDef, filename: str) -> Machine:
    for each in analyses:
        if each.machine.first_line == node.lineno and each.machine.name == node.name:
            return each.machine
    raise MachineError(
        f"{node.name} ({filename}:{node.lineno}) is never made: its code is left out"
    )


def _imports(functions: list[LoweredFunction]) -> Text:
    wanted: dict[str, str] = {}
    for each in functions:
        wanted |= each.helpers
    text: Text = []
    enum = [name for name, helper in wanted.items() if helper == "Enum"]
    text += [(f"from enum import {_as('Enum', name)}", None) for name in sorted(enum)]
    rest = sorted(_as(helper, name) for name, helper in wanted.items() if helper != "Enum")
    line = f"from wakepoint.machine.support import {', '.join(rest)}"
    text.append(("", None))
    if len(line) <= 88:
        text.append((line, None))
    else:
        text.append(("from wakepoint.machine.support import (", None))
        text += [(f"    {name},", None) for name in rest]
        text.append((")", None))
    return [*text, ("", None), ("", None)]


def _as(helper: str, name: str) -> str:
    return helper if helper == name else f"{helper} as {name}"


def _deeper(text: Text, column: int) -> Text:
    return [(" " * column + line if line else line, origin) for line, origin in text]


def _insert_before(text: Text, line: int, what: Text) -> None:
    """Puts lines before the one that stands for a line of the original."""
    for at, (_, origin) in enumerate(text):
        if origin is not None and origin >= line:
            text[at:at] = what
            return
    text += what


def _after_future_imports(tree: ast.Module) -> int:
    """The first line that anything can be inserted before."""
    for node in tree.body:
        is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        is_future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
        if not is_docstring and not is_future:
            decorators = getattr(node, "decorator_list", [])
            lines: list[int] = [node.lineno, *(each.lineno for each in decorators)]
            return min(lines)
    return 1
