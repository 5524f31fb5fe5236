"""The class that stands for an ``async def``, and the function that makes one."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from wakepoint.machine.lowering.build import attribute, call, name
from wakepoint.machine.lowering.fields import Fields
from wakepoint.machine.lowering.layout import in_brackets
from wakepoint.machine.lowering.poll_method import PollMethod
from wakepoint.machine.lowering.printer import Line, Printer, deeper
from wakepoint.machine.lowering.steps import Step
from wakepoint.machine.lowering.writer import Function
from wakepoint.machine.model import Machine, State


@dataclass(frozen=True, slots=True)
class Parts:
    """What a machine's class is written from.

    Attributes:
        name: The class's name.
        machine: The machine.
        steps: Its steps.
        fields: The names of the fields by the names of the variables.
        visible: All variables, if the function looks at them.
        extra: What it takes from around it besides its parameters.
        may_wait: The indices of the states at a ``yield`` whose cleanup may wait.
    """

    name: str
    machine: Machine
    steps: list[Step]
    fields: dict[str, str]
    visible: list[str]
    extra: list[str]
    may_wait: set[int]


class MachineClass:
    """Writes a machine's class.

    Args:
        function: The function that it stands for.
        parts: What it is written from.
        spelling: Spells its variables.
        printer: Prints statements.
    """

    def __init__(
        self, function: Function, parts: Parts, spelling: Fields, printer: Printer
    ) -> None:
        self._function = function
        self._parts = parts
        self._spelling = spelling
        self._printer = printer
        self._me = function.me
        self._names = function.names

    def lines(self) -> list[Line]:
        """The class."""
        node, parts = self._function.node, self._parts
        base = self._names.helper("StreamMachine" if self._function.generator else "StateMachine")
        kind = "async generator" if self._function.generator else "async def"
        what = f'"""{kind} {node.name} of line {node.lineno}, as a state machine."""'
        poll = PollMethod(
            self._function,
            parts.steps,
            self._spelling,
            self._printer,
            has_cells=bool(self._captured()),
        )
        sections = [
            [Line(what)],
            [Line(f'function = "{parts.machine.qualname}"'), *self._variables()],
            self._enum(),
            [*self._handlers(), *self._leaving(), *self._may_wait()],
            self._init(),
            poll.lines(),
            self._drop(),
        ]
        lines = [Line(f"class {parts.name}({base}):", node.lineno)]
        for at, section in enumerate(each for each in sections if each):
            lines += [*([Line("")] if at else []), *deeper(section)]
        return lines

    def _variables(self) -> list[Line]:
        """What the machine has to know of its variables."""
        parts = self._parts
        lines = [
            Line(f"{parts.fields[each]} = {self._names.helper('Cell')}()")
            for each in self._captured()
        ]
        named = {parts.fields[each]: each for each in parts.visible}
        named |= {field: each for each, field in parts.fields.items() if field != each}
        if named:
            pairs = [f'"{field}": "{variable}"' for field, variable in named.items()]
            lines += _plain(in_brackets("variables = {", pairs, "}"))
        return lines

    def _enum(self) -> list[Line]:
        states = {step.index: step for step in self._parts.steps if step.index is not None}
        lines = [Line(f"class State({self._names.helper('Enum')}):")]
        machine = self._parts.machine
        unreached: Counter[str] = Counter()
        for state in machine.states:
            step = states.get(state.index)
            called = step.name if step is not None else _unreached(state)
            if step is None:
                unreached[called] += 1
                called += f"_{unreached[called]}" if unreached[called] > 1 else ""
            comment = f"  # {state.kind} {state.label}" if state.label and state.index else ""
            line = state.span.line if state.span else None
            lines.append(Line(f"{called} = {state.index}{comment}", line, 4))
        further = [step for step in self._parts.steps if step.index is None]
        for number, step in enumerate(further, start=len(machine.states)):
            lines.append(Line(f"{step.name} = {number}", None, 4))
        return lines

    def _handlers(self) -> list[Line]:
        pairs = [
            f"State.{step.name}: State.{step.handler.name}"
            for step in self._parts.steps
            if step.handler is not None
        ]
        return _plain(in_brackets("handlers = {", pairs, "}")) if pairs else []

    def _leaving(self) -> list[Line]:
        """Where the exception is, in the states behind blocks that may have been left by one."""
        pairs = [
            f"State.{step.name}: ({', '.join(fields)},)"
            for step in self._parts.steps
            if (fields := [f'"{f.attr}"' for f in step.leaving if isinstance(f, ast.Attribute)])
        ]
        return _plain(in_brackets("leaving = {", pairs, "}")) if pairs else []

    def _may_wait(self) -> list[Line]:
        """The states at a ``yield`` that an executor has to end in a task, if it is left there."""
        states = [
            f"State.{step.name}"
            for step in self._parts.steps
            if step.index in self._parts.may_wait and step.handler is not None
        ]
        called = self._names.helper("frozenset") if states else ""
        return _plain(in_brackets(f"may_wait = {called}({{", states, "})")) if states else []

    def _init(self) -> list[Line]:
        node, me = self._function.node, self._me
        first = [me, *self._extra()]
        parameters = _parameters(node.args, first, self._function.scope.own_name)
        start = call(
            attribute(self._super(), "__init__"), attribute(attribute(me, "State"), "START")
        )
        lines = [
            Line(f"def __init__({parameters}):", node.lineno),
            Line(ast.unparse(start), None, 4),
        ]
        for variable in [*self._parts.extra, *self._function.scope.parameters]:
            if variable in self._parts.fields:
                field = ast.unparse(self._spelling.variable(variable))
                value = variable
                if variable in self._parts.extra:
                    value = self._extra_name(variable)
                lines.append(Line(f"{field} = {value}", node.lineno, 4))
        return lines

    def _super(self) -> ast.Call:
        called = self._names.helper("super")
        if called == "super" and "__class__" not in self._function.scope.mentioned:
            return call(called)
        return call(called, name(self._parts.name), name(self._me))

    def _extra(self) -> list[str]:
        return [self._extra_name(each) for each in self._parts.extra]

    def _extra_name(self, variable: str) -> str:
        return self._names.local("owner") if variable == "__class__" else variable

    def _captured(self) -> list[str]:
        captured = self._function.scope.captured
        return [each for each in self._parts.fields if each in captured]

    def _drop(self) -> list[Line]:
        """What dropping a suspended machine runs: what is guarded around where it stands."""
        me = self._me
        last = Line(f"{ast.unparse(self._super())}.drop()", None, 4)
        if any(step.handler is not None and step.index for step in self._parts.steps):
            end = self._names.helper("GeneratorExit")
            return [
                Line(f"def drop({me}):"),
                Line(f"if {me}.state in {me}.handlers:", None, 4),
                Line(f"{me}.throw({end}())", None, 8),
                last,
            ]
        nothing = '"""Drops what it waits for. No line of the original runs."""'
        return [Line(f"def drop({me}):"), Line(nothing, None, 4), last]

    def _decorator(self, node: ast.expr) -> list[Line]:
        """A decorator, as the source has it unless brackets around it hold its lines together."""
        source = self._printer.source
        first, *rest = source.of(node)
        if rest and not source.stands_behind("@", node):
            return [Line(f"@{self._printer.expression(node)}", node.lineno)]
        return [replace(first, text=f"@{first.text}"), *rest]

    def factory(self) -> list[Line]:
        """A function with the original's name, parameters and decorators."""
        node = self._function.node
        head = ast.FunctionDef(**dict(ast.iter_fields(node)))
        lines = [line for each in node.decorator_list for line in self._decorator(each)]
        lines.append(Line(self._printer.header(head), node.lineno))
        match node.body:
            case [ast.Expr(value=ast.Constant(value=str())) as docstring, *_]:
                lines += deeper(self._printer.source.of(docstring))
        made = call(self._parts.name, *(name(each) for each in self._parts.extra))
        made.args += [name(each.arg) for each in [*node.args.posonlyargs, *node.args.args]]
        if node.args.vararg:
            made.args.append(ast.Starred(name(node.args.vararg.arg), ast.Load()))
        own_name = self._function.scope.own_name
        made.keywords = [
            ast.keyword(own_name(each.arg), name(each.arg)) for each in node.args.kwonlyargs
        ]
        if node.args.kwarg:
            made.keywords.append(ast.keyword(None, name(node.args.kwarg.arg)))
        return [*lines, Line(f"return {ast.unparse(made)}", node.lineno, 4)]


def _plain(lines: Iterable[tuple[str, int]]) -> list[Line]:
    return [Line(text, None, depth) for text, depth in lines]


def _unreached(state: State) -> str:
    if state.span is None:
        return state.kind.name
    return f"{state.kind.name}_{state.span.line}_UNREACHED"


def _parameters(arguments: ast.arguments, first: list[str], own_name: Callable[[str], str]) -> str:
    """The parameters of ``__init__``, in another class: private names are spelt out."""
    positional = [own_name(each.arg) for each in [*arguments.posonlyargs, *arguments.args]]
    keywords = [own_name(each.arg) for each in arguments.kwonlyargs]
    if arguments.vararg:
        positional.append(f"*{own_name(arguments.vararg.arg)}")
    elif keywords:
        positional.append("*")
    if arguments.kwarg:  # it takes keywords that are called as what is given by position
        positional.insert(len(arguments.posonlyargs) + len(arguments.args), "/")
        keywords.append(f"**{own_name(arguments.kwarg.arg)}")
    return ", ".join([*first, *positional, *keywords])
