"""One function, lowered."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass

from wakepoint.cleanup import Cleanups
from wakepoint.machine.analysis import Analysis
from wakepoint.machine.lowering.fields import Fields, Kept
from wakepoint.machine.lowering.liveness import kept
from wakepoint.machine.lowering.machine_class import MachineClass, Parts
from wakepoint.machine.lowering.names import (
    LocalNames,
    ModuleNames,
    fields_of,
    has_private_names,
    names_used,
)
from wakepoint.machine.lowering.own import Facts, own_nodes
from wakepoint.machine.lowering.printer import Line, Printer, Source
from wakepoint.machine.lowering.scope import Scope, type_parameters
from wakepoint.machine.lowering.statements import Statements
from wakepoint.machine.lowering.steps import Step, line_of
from wakepoint.machine.lowering.tidy import tidy
from wakepoint.machine.lowering.views import looks
from wakepoint.machine.lowering.writer import Function, placed
from wakepoint.machine.model import Machine, StateKind, VariableKind


@dataclass(frozen=True, slots=True)
class LoweredFunction:
    """A function in its explicit form.

    Attributes:
        name: The class's name.
        lines: The class.
        factory: The function that makes an instance, called as the original was.
        fields: The names of the variables by the names of their fields.
    """

    name: str
    lines: list[Line]
    factory: list[Line]
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a function.

    Attributes:
        class_name: The class, if it is a method.
        outermost_class: The outermost class, if it is a method.
        lexical_class: The innermost class, also around functions that it is in.
        type_parameters: Those of the classes, if it is a method: a machine does not see them.
        inner: True if it is in an async function.
    """

    class_name: str | None = None
    outermost_class: ast.ClassDef | None = None
    lexical_class: str | None = None
    type_parameters: tuple[str, ...] = ()
    inner: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where an async function stands.

    Attributes:
        node: The function.
        around: What stands around it.
    """

    node: ast.AsyncFunctionDef
    around: Around


@dataclass(frozen=True, slots=True)
class Module:
    """The module that functions are lowered in.

    Attributes:
        source: Its text.
        names: Its names.
        future_annotations: True if it has ``from __future__ import annotations``.
    """

    source: Source
    names: ModuleNames
    future_annotations: bool


class States:
    """Finds the states of a machine by what they stand for; each is found once."""

    def __init__(self, machine: Machine, source: Source) -> None:
        self._source = source
        self._states: dict[tuple[StateKind, int, int], list[int]] = defaultdict(list)
        for state in reversed(machine.states):
            if state.span is not None:
                place = state.kind, state.span.line, state.span.column
                self._states[place].append(state.index)

    def __call__(self, kind: StateKind, node: ast.AST) -> int | None:
        """The index of the state that stands for a node."""
        place = placed(node)
        column = place.col_offset  # type: ignore[attr-defined]
        line = line_of(place)
        numbers = self._states[kind, line, self._source.characters(line, column)]
        return numbers.pop() if numbers else None


def lower_function(place: Place, analysis: Analysis, module: Module) -> LoweredFunction:
    """Lowers one function.

    Args:
        place: Where it stands.
        analysis: Its analysis.
        module: The module that it is in.

    Raises:
        MachineError: If it has something that cannot be lowered.
    """
    node = place.node
    function = _function(place, analysis, module)
    writer = Statements(function)
    extra = _taken_along(function, place.around)
    function.scope.bound |= set(extra)
    writer.block(_without_docstring(node.body))
    if writer.code.reachable:
        writer.code.origin = None
        writer.finish(ast.Constant(None))
    writer.write_returned()
    steps = tidy(writer.code.steps)
    fields = _fields(function, analysis.machine, steps, extra)
    spelling = Fields(
        function,
        Kept(
            fields,
            function.names.local("cells"),
            place.around.lexical_class,
            module.future_annotations,
            extra,
            set(analysis.code.co_freevars) - {"__class__"},
        ),
        writer.return_in_place,
    )
    of_comprehensions = function.comprehension_variables
    visible = [
        each for each in _in_order(analysis) if each in fields and each not in of_comprehensions
    ]
    parts = Parts(
        module.names.machine(
            node.name,
            place.around.class_name,
            private=function.scope.own_name("__x") == "__x" and has_private_names(node),
        ),
        analysis.machine,
        steps,
        fields,
        visible if function.scope.all_seen else [],
        extra,
        _may_wait(analysis, module.source),
    )
    lowered = MachineClass(function, parts, spelling, Printer(module.source))
    return LoweredFunction(
        parts.name,
        lowered.lines(),
        lowered.factory(),
        {field: of_comprehensions.get(name, name) for name, field in fields.items()},
    )


def _function(place: Place, analysis: Analysis, module: Module) -> Function:
    node, machine = place.node, analysis.machine
    names = LocalNames(names_used(node), module.names)
    scope = Scope(node, place.around.lexical_class)
    scope.all_seen = any(looks(each) for each in own_nodes(*node.body))
    return Function(
        node,
        f"{machine.qualname} ({machine.filename}:{machine.first_line})",
        scope,
        Facts(node),
        names,
        States(machine, module.source),
        names.local("self") if names.local("self") == "self" else names.local("machine"),
        machine.kind == "async generator",
    )


def _taken_along(function: Function, around: Around) -> list[str]:
    """What the machine needs of what only the place of the original sees."""
    scope = function.scope
    free = (scope.free | scope.nonlocals) - scope.globals
    own = [scope.own_name(each) for each in type_parameters(function.node)]
    parameters = dict.fromkeys([*around.type_parameters, *own])
    extra = [each for each in parameters if each in free]
    scope.captured |= scope.free_in_inner & set(extra)
    if around.lexical_class is None or function.names.is_bound("super"):
        free -= {"super"}
    if "__class__" not in scope.bound and free & {"super", "__class__"}:
        extra.insert(0, "__class__")
        if scope.free_in_inner & {"super", "__class__"}:
            scope.captured.add("__class__")
    return extra


def _fields(
    function: Function, machine: Machine, steps: list[Step], extra: list[str]
) -> dict[str, str]:
    """The fields: what is read after a suspension, or by inner functions."""
    scope = function.scope
    by_super = [*extra[:1], *scope.parameters[:1]] if "__class__" in extra else []
    variables = kept(steps, scope, by_super) | scope.captured
    variables |= {
        variable.name
        for state in machine.states
        for variable in state.variables
        if variable.live and variable.kind in {VariableKind.LOCAL, VariableKind.CELL}
    }
    if scope.all_seen:
        variables |= scope.bound
    return fields_of(sorted(variables & scope.bound), names_used(function.node))


def _may_wait(analysis: Analysis, source: Source) -> set[int]:
    """The states at a ``yield`` whose cleanup may wait, as it is in the original."""
    if analysis.machine.kind != "async generator":
        return set()
    places = {
        (line, source.characters(line, column))
        for line, column in Cleanups(analysis.code).waiting()
    }
    return {
        state.index
        for state in analysis.machine.states
        if state.kind is StateKind.YIELD
        and state.span is not None
        and (state.span.line, state.span.column) in places
    }


def _in_order(analysis: Analysis) -> list[str]:
    """The variables in the order in which CPython keeps them."""
    code = analysis.code
    return [*code.co_varnames, *(each for each in code.co_cellvars if each not in code.co_varnames)]


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    match body:
        case [ast.Expr(value=ast.Constant(value=str())), *rest]:
            return rest
    return body
