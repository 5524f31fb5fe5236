"""The method that runs a function's body from one suspension to the next."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable
from dataclasses import replace

from wakepoint.machine.lowering.build import attribute, call
from wakepoint.machine.lowering.fields import Fields
from wakepoint.machine.lowering.printer import Line, Printer, deeper
from wakepoint.machine.lowering.steps import (
    Compound,
    Do,
    GoOn,
    Item,
    Jump,
    Note,
    RaiseAgain,
    Step,
)
from wakepoint.machine.lowering.writer import Function


class PollMethod:
    """Writes a machine's ``poll``, or a stream's ``poll_next``.

    Args:
        function: The function whose body it runs.
        steps: The machine's steps, a case for each.
        spelling: Spells its variables.
        printer: Prints statements.
        has_cells: True if inner functions capture a variable of it.
    """

    def __init__(
        self,
        function: Function,
        steps: list[Step],
        spelling: Fields,
        printer: Printer,
        *,
        has_cells: bool,
    ) -> None:
        self._function = function
        self._steps = steps
        self._spelling = spelling
        self._printer = printer
        self._has_cells = has_cells
        self._me = function.me
        self._names = function.names
        self._state = function.names.local("State")
        self._noted_line: int | None = None

    def lines(self) -> list[Line]:
        """The method."""
        method = "poll_next" if self._function.generator else "poll"
        error = self._names.local("error")
        shows = any(step.leaving for step in self._steps)
        lines = [Line(f"def {method}({self._me}, {self._names.local('cx')}):")]
        lines += [Line(text, None, 4) for text in self._declarations()]
        lines += [
            Line(f"while {self._me}.shows():" if shows else "while True:", None, 4),
            Line("try:", None, 8),
            Line(f"match {self._me}.state:", None, 12),
        ]
        for step in self._steps:
            lines.append(Line(f"case {self._mention(step)}:", None, 16))
            self._noted_line = None
            lines += deeper(self._step(step), 20)
        base = self._names.helper("BaseException")
        cx = self._names.local("cx")
        behind = [Line(f"return {self._me}.show({cx})", None, 4)] if shows else []
        return [
            *lines,
            Line("case _:", None, 16),
            Line(f"raise {self._me}.over()", None, 20),
            Line(f"except {base} as {error}:", None, 8),
            Line(f"{self._me}.unwind({error})", None, 12),
            *behind,
        ]

    def _step(self, step: Step) -> list[Line]:
        """The code of a step; what it handles is raised around it, for whoever asks."""
        lines = self._items(step.items, last=True)
        if step.handling is None or all(isinstance(each, (Jump, Note)) for each in step.items):
            return lines
        handled = step.handling
        if step.leaving:
            handled = call(self._names.helper("active"), *step.leaving, handled)
        return [
            Line("try:"),
            *deeper([self._raise_again(handled, None)]),
            Line(f"except {self._names.helper('BaseException')}:"),
            *deeper(lines),
        ]

    def _declarations(self) -> Iterable[str]:
        scope = self._function.scope
        for keyword, shared in (("global", scope.globals), ("nonlocal", scope.nonlocals)):
            if shared:
                yield f"{keyword} {', '.join(sorted(shared))}"
        yield f"{self._state} = {self._me}.State"
        if self._has_cells:
            yield f"{self._names.local('cells')} = {self._me}.cells"

    def _mention(self, step: Step) -> str:
        return f"{self._state}.{step.name}"

    def _items(self, items: list[Item], *, last: bool) -> list[Line]:
        """The lines of some items; the last one of a step just ends it."""
        lines: list[Line] = []
        for at, item in enumerate(items):
            ends = last and at == len(items) - 1
            new = self._item(item, last=ends)
            if item.origin not in {None, self._noted_line} and not isinstance(item, Jump):
                self._noted_line = item.origin
                new = _with_comment(new, f"  # line {item.origin}")
            lines += new
        return lines

    def _item(self, item: Item, *, last: bool) -> list[Line]:
        match item:
            case Do():
                nodes = self._spelling.visit(item.node)
                statements = nodes if isinstance(nodes, list) else [nodes]
                return [
                    line
                    for each in statements
                    for line in self._printer.statement(each, item.origin)
                ]
            case RaiseAgain():
                return [self._raise_again(item.error, item.origin)]
            case Jump():
                jump = Line(f"{self._me}.state = {self._mention(item.target)}", item.origin)
                return [jump] if last else [jump, Line("continue", item.origin)]
            case Note():
                field = ast.unparse(item.field)
                return [Line(f"{field} = {self._mention(item.target)}", item.origin)]
            case GoOn():
                return [self._go_on(item)]
            case Compound():
                return self._compound(item, last=last)
        raise TypeError(item)

    def _raise_again(self, error: ast.expr, origin: int | None) -> Line:
        return Line(ast.unparse(call(self._names.helper("raise_again"), error)), origin)

    def _go_on(self, item: GoOn) -> Line:
        made = copy.copy(item.call)
        if item.target is not None:
            made.args = [*made.args, attribute(self._state, item.target.name)]
        return Line(f"{self._me}.state = {ast.unparse(made)}", item.origin)

    def _compound(self, item: Compound, *, last: bool) -> list[Line]:
        node = self._spelling.visit(item.node)
        header = Line(self._printer.header(node), item.origin)
        first, *others = item.bodies
        match node:
            case ast.Match(cases=[case]):
                copies = [
                    line for each in case.body for line in self._printer.statement(each, None)
                ]
                inner = [Line(self._printer.header(case)), *deeper(copies)]
                return [header, *deeper([*inner, *deeper(self._items(first, last=last))])]
            case ast.Try() | ast.TryStar():
                lines = [header, *deeper(self._items(first, last=False))]
                star = "*" if isinstance(node, ast.TryStar) else ""
                for handler, body in zip(node.handlers, others, strict=True):
                    line = getattr(handler, "lineno", None)
                    clause = [Line(self._printer.header(handler, star), line)]
                    if line is not None:
                        self._noted_line = line
                        clause = _with_comment(clause, f"  # line {line}")
                    copies = self._printer.block(handler.body)
                    lines += [*clause, *copies, *deeper(self._items(body, last=last))]
                    if not copies and not body:
                        lines.append(Line("pass", None, 4))
                return lines
        return [header, *deeper(self._items(first, last=last))]


def _with_comment(lines: list[Line], comment: str) -> list[Line]:
    """Some lines with a comment: on the first, unless that ends inside of something."""
    at = 0
    if lines[0].text.endswith("\\") or any(each.depth is None for each in lines[1:2]):
        at = len(lines) - 1
    return [
        replace(line, text=line.text + comment) if number == at else line
        for number, line in enumerate(lines)
    ]
