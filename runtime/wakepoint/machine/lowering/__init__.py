"""From ``async def`` to the explicit form: an enum of states, a class, ``poll`` and ``drop``."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from wakepoint.machine.analysis import Analysis, analyze, analyze_source
from wakepoint.machine.errors import MachineError
from wakepoint.machine.lowering.function import (
    LoweredFunction,
    Module,
    Place,
    lower_function,
)
from wakepoint.machine.lowering.module import (
    everywhere,
    has_future_annotations,
    outermost,
    with_machines,
)
from wakepoint.machine.lowering.names import ModuleNames
from wakepoint.machine.lowering.printer import Line, Source
from wakepoint.machine.model import Machine
from wakepoint.machine.parsing import compiled, parsed


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
        function: A function or method whose source can be read, or the analysis of one.

    Raises:
        MachineError: If it cannot be analysed, its source is not known, or it has something that
            cannot be lowered; the message names it.
    """
    analysis = function if isinstance(function, Analysis) else analyze(function)
    return _one(analysis).text


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
    try:
        return _all(text.replace("\r\n", "\n").replace("\r", "\n"), filename)
    except RecursionError as error:
        raise _too_deep(filename) from error


def _all(text: str, filename: str) -> Lowered:
    analyses = {
        (each.machine.first_line, each.machine.name): each
        for each in analyze_source(text, filename)
    }
    tree = parsed(text)
    module = _module(text, tree)
    functions: list[tuple[Place, LoweredFunction]] = []
    machines: dict[str, Machine] = {}
    for place in outermost(tree):
        node = place.node
        analysis = analyses.get((node.lineno, node.name))
        if analysis is None:
            raise MachineError(
                f"{node.name} ({filename}:{node.lineno}) is never made: its code is left out"
            )
        lowered = _function(place, analysis, module)
        functions.append((place, lowered))
        machines[lowered.name] = analysis.machine
    lines = with_machines(tree, module.source, functions, module.names.imports)
    return _lowered(lines, machines, [each for _, each in functions], filename)


def _one(analysis: Analysis) -> Lowered:
    machine = analysis.machine
    where = f"{machine.qualname} ({machine.filename}:{machine.first_line})"
    if machine.kind == "generator":
        raise MachineError(f"{where} is a generator, not a coroutine: there is nothing to poll")
    if analysis.source is None:
        raise MachineError(f"{where}: its source is not known, and lowering starts from the source")
    return _from_text(
        analysis, analysis.source.source.replace("\r\n", "\n").replace("\r", "\n"), where
    )


def _from_text(analysis: Analysis, text: str, where: str) -> Lowered:
    machine = analysis.machine
    tree = parsed(text)
    place = machine.first_line, machine.name
    functions = [each for each in everywhere(tree) if (each.node.lineno, each.node.name) == place]
    if len(functions) != 1:
        raise MachineError(f"{where}: its source does not have it on that line, once")
    module = _module(text, tree)
    lowered = _function(functions[0], analysis, module)
    lines = with_machines(None, module.source, [(None, lowered)], module.names.imports)
    return _lowered(lines, {lowered.name: machine}, [lowered], where)


def _function(place: Place, analysis: Analysis, module: Module) -> LoweredFunction:
    try:
        return lower_function(place, analysis, module)
    except RecursionError as error:
        machine = analysis.machine
        where = f"{machine.qualname} ({machine.filename}:{machine.first_line})"
        raise _too_deep(where) from error


def _module(text: str, tree: ast.Module) -> Module:
    return Module(Source(text, tree), ModuleNames(tree), has_future_annotations(tree))


def _too_deep(where: str) -> MachineError:
    return MachineError(
        f"{where}: something in it is nested too deeply to be lowered; "
        "give parts of it names, or functions of their own"
    )


def _lowered(
    lines: list[Line], machines: dict[str, Machine], functions: list[LoweredFunction], where: str
) -> Lowered:
    while lines and not lines[-1].text:
        del lines[-1]
    text = "\n".join(map(str, lines)) + "\n"
    try:
        compiled(text, where)
    except (SyntaxError, ValueError) as error:
        raise MachineError(
            f"{where}: its lowered form would be no Python ({error}); please report it"
        ) from error
    origins = tuple(each.origin for each in lines)
    return Lowered(text, origins, machines, {each.name: each.fields for each in functions})
