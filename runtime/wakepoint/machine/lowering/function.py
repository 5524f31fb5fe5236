"""One function, lowered: the class that stands for its ``async def``."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from dataclasses import dataclass

from wakepoint.machine.lowering.rewrite import Rewriter
from wakepoint.machine.lowering.scope import Scope, names_used
from wakepoint.machine.lowering.statements import Statements
from wakepoint.machine.lowering.steps import Code, Step, render, tidy
from wakepoint.machine.lowering.writer import Names, Writer
from wakepoint.machine.model import TERMINAL_KINDS, Machine, State, StateKind, VariableKind

Text = list[tuple[str, int | None]]
"""Lines, each with the line of the original that it comes from."""

_WIDTH = 88  # where ruff breaks lines


@dataclass(frozen=True, slots=True)
class LoweredFunction:
    """A function in its explicit form.

    Attributes:
        name: The class's name.
        text: The class.
        factory: The function that makes an instance, called as the original was.
        helpers: What has to be imported, by the name that it is used by.
        fields: The names of the variables by the names of their fields.
    """

    name: str
    text: Text
    factory: Text
    helpers: dict[str, str]
    fields: dict[str, str]


class Lowering:
    """Lowers one function.

    Args:
        node: Its definition.
        source: The file's source.
        machine: Its machine.
        class_name: The class around a method.
        taken: Names that the machine's class cannot have, besides those in the function.
    """

    def __init__(
        self,
        node: ast.AsyncFunctionDef,
        source: str,
        machine: Machine,
        class_name: str | None,
        taken: Collection[str] = (),
    ) -> None:
        self.node = node
        self.machine = machine
        self.scope = Scope(node)
        self.used = names_used(node)
        self.helpers: dict[str, str] = {}
        me = "self" if "self" not in self.used else self._free("machine")
        fields = {name: Writer.choose(name) for name in self._kept()}
        first = self.scope.parameters[0] if self.scope.parameters else ""
        self.rewriter = Rewriter(source, me, fields, class_name, first)
        self.name = class_like(node.name, class_name)
        while self.name in taken or self.name in self.used:
            self.name += "_"
        self.fields = {attribute: name for name, attribute in fields.items()}
        self.me = me
        self.state_enum = self._free("State")

    def _free(self, name: str) -> str:
        while name in self.used:
            name += "_"
        return name

    def _kept(self) -> list[str]:
        """The variables that have to be fields: read after a suspension, or by inner functions.

        A half-evaluated operand that is a variable is read from there again.
        """
        kept = {
            variable.name
            for state in self.machine.states
            for variable in state.variables
            if variable.live and variable.kind is not VariableKind.FREE
        }
        return sorted((kept | self.scope.captured) & self.scope.bound)

    def helper(self, name: str) -> str:
        """What a helper is called here; it will be imported."""
        chosen = self._free(name)
        self.helpers[chosen] = name
        return chosen

    # -- the class --------------------------------------------------------------------------------

    def run(self) -> LoweredFunction:
        """Writes the class."""
        code = Code()
        code.steps.append(code.step)
        start = code.step
        start.index = 0
        ends = {kind: Step(kind.name, None) for kind in TERMINAL_KINDS}
        generator = self.machine.kind == "async generator"
        names = Names(
            self.used,
            self._free("cx"),
            self._free("polled"),
            self._free("item"),
            ends[StateKind.RETURNED],
            generator,
        )
        writer = Statements(
            code,
            self.rewriter,
            self.scope,
            state_at=self._state_at,
            helper=self.helper,
            names=names,
        )
        writer.block(_without_docstring(self.node.body))
        if code.reachable:
            code.origin = None
            writer.finish("None")
        writer.write_returned()
        steps = tidy(code.steps, start)
        self.fields |= names.inner
        text = self._class(steps, generator, names)
        return LoweredFunction(self.name, text, self._factory(), self.helpers, self.fields)

    def _state_at(self, kind: StateKind, node: ast.AST) -> tuple[int | None, str]:
        place = _place(kind, node)
        line, column = place.lineno, place.col_offset  # type: ignore[attr-defined]
        column = self.rewriter.characters(line, column)
        for state in self.machine.states:
            span = state.span
            if state.kind is kind and span and (span.line, span.column) == (line, column):
                return state.index, state.label
        return None, ""

    def _class(self, steps: list[Step], generator: bool, names: Names) -> Text:
        base = self.helper("StreamMachine" if generator else "StateMachine")
        kind = "async generator" if generator else "async def"
        what = f'"""{kind} {self.node.name} of line {self.node.lineno}, as a state machine."""'
        parts: list[Text] = [
            [(f"class {self.name}({base}):", self.node.lineno), (f"    {what}", None)],
            [(f'    function = "{self.node.name}"', None)],
            _indented(self._enum(steps)),
            _indented(self._handlers(steps)),
            _indented(self._init()),
            _indented(self._poll(steps, generator, names)),
            _indented(self._drop(steps)),
        ]
        text: Text = []
        for part in parts:
            if part:
                text += [("", None)] if text else []
                text += part
        return text

    def _enum(self, steps: list[Step]) -> Text:
        names = {step.index: step for step in steps if step.index is not None}
        text: Text = [(f"class State({self.helper('Enum')}):", None)]
        for state in self.machine.states:
            step = names.get(state.index)
            line = state.span.line if state.span else None
            name = step.name if step is not None else _unreached(state)
            comment = f"  # {state.kind} {state.label}" if state.label and state.index else ""
            text.append((f"    {name} = {state.index}{comment}", line))
        further = [step for step in steps if step.index is None]
        for number, step in enumerate(further, start=len(self.machine.states)):
            text.append((f"    {step.name} = {number}", None))
        return text

    @staticmethod
    def _handlers(steps: list[Step]) -> Text:
        pairs = [
            f"State.{step.name}: State.{step.handler.name}"
            for step in steps
            if step.handler is not None
        ]
        if not pairs:
            return []
        line = f"handlers = {{{', '.join(pairs)}}}"
        if len(line) + 4 <= _WIDTH:
            return [(line, None)]
        return [("handlers = {", None), *((f"    {pair},", None) for pair in pairs), ("}", None)]

    def _init(self) -> Text:
        head = f"def __init__({_plain_parameters(self.node.args, self.me)}):"
        text: Text = [
            (head, self.node.lineno),
            ("    super().__init__(self.State.START)".replace("self", self.me), None),
        ]
        for name in self.scope.parameters:
            if name in self.rewriter.fields:
                text.append((f"    {self.rewriter.field(name)} = {name}", self.node.lineno))
        return text

    def _poll(self, steps: list[Step], generator: bool, names: Names) -> Text:
        method = "poll_next" if generator else "poll"
        error = self._free("error")
        text: Text = [(f"def {method}({self.me}, {names.cx}):", None)]
        for keyword, shared in (("global", self.scope.globals), ("nonlocal", self.scope.nonlocals)):
            if shared:
                text.append((f"    {keyword} {', '.join(sorted(shared))}", None))
        text += [
            (f"    {self.state_enum} = {self.me}.State", None),
            ("    while True:", None),
            ("        try:", None),
            (f"            match {self.me}.state:", None),
        ]
        for step in steps:
            text.append((f"                case State.{step.name}:", None))
            lines = render(step, self.me)
            text += [(" " * 20 + line if line else line, origin) for line, origin in lines]
        text += [
            ("                case _:", None),
            (f"                    raise {self.me}.over()", None),
            (f"        except BaseException as {error}:", None),
            (f"            {self.me}.unwind({error})", None),
        ]
        if self.state_enum != "State":
            text = [(_renamed(line, self.state_enum), origin) for line, origin in text]
        return text

    def _drop(self, steps: list[Step]) -> Text:
        """What dropping a suspended machine runs: what is guarded around where it stands."""
        text: Text = [(f"def drop({self.me}):", None)]
        if any(step.handler is not None and step.index for step in steps):
            return [
                *text,
                (f"    if {self.me}.state in {self.me}.handlers:", None),
                (f"        {self.me}.throw(GeneratorExit())", None),
                ("    super().drop()", None),
            ]
        nothing = '    """Drops what it waits for. No line of the original runs."""'
        return [*text, (nothing, None), ("    super().drop()", None)]

    def _factory(self) -> Text:
        """A function with the original's name, parameters and decorators."""
        node = self.node
        decorators = [
            (f"@{self.rewriter.plain(each)}", each.lineno) for each in node.decorator_list
        ]
        head = self.rewriter.header(node)
        call = f"return {self.name}({_arguments(node.args)})"
        return [*decorators, *((line, node.lineno) for line in head), (f"    {call}", None)]


def _renamed(line: str, enum: str) -> str:
    return re.sub(r"(?<![\w.])State\.(?=[A-Z_0-9]+\b)", f"{enum}.", line)


def _place(kind: StateKind, node: ast.AST) -> ast.AST:
    if isinstance(node, ast.withitem):
        return node.context_expr
    if isinstance(node, ast.comprehension):
        return node.target
    return node


def _unreached(state: State) -> str:
    return (
        state.kind.name if state.span is None else f"{state.kind.name}_{state.span.line}_UNREACHED"
    )


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    match body:
        case [ast.Expr(value=ast.Constant(value=str())), *rest]:
            return rest
    return body


def _indented(text: Text) -> Text:
    return [(f"    {line}" if line else line, origin) for line, origin in text]


def class_like(name: str, around: str | None) -> str:
    """The name of a machine's class, after its function's."""
    words = "".join(part[:1].upper() + part[1:] for part in name.split("_"))
    return f"{around or ''}{words or name}"


def _plain_parameters(arguments: ast.arguments, me: str) -> str:
    positional = [me, *(each.arg for each in [*arguments.posonlyargs, *arguments.args])]
    if arguments.vararg:
        positional.append(f"*{arguments.vararg.arg}")
    elif arguments.kwonlyargs:
        positional.append("*")
    positional += [each.arg for each in arguments.kwonlyargs]
    if arguments.kwarg:
        positional.append(f"**{arguments.kwarg.arg}")
    return ", ".join(positional)


def _arguments(arguments: ast.arguments) -> str:
    given = [each.arg for each in [*arguments.posonlyargs, *arguments.args]]
    if arguments.vararg:
        given.append(f"*{arguments.vararg.arg}")
    given += [f"{each.arg}={each.arg}" for each in arguments.kwonlyargs]
    if arguments.kwarg:
        given.append(f"**{arguments.kwarg.arg}")
    return ", ".join(given)
