"""Prints statements: as the source has them where they are its own, else from the tree."""

from __future__ import annotations

import ast
import copy
import io
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from wakepoint.machine.lowering.layout import broken
from wakepoint.machine.lowering.literals import Literals


@dataclass(frozen=True, slots=True)
class Line:
    """A line of lowered code.

    Attributes:
        text: What stands on it.
        origin: The line of the original that it comes from.
        depth: How many columns it is indented by; None inside of a string, where nothing is.
        unchanged: True for a line of the original that stays where it is.
        margin: What stands before that, as it does in the original: spaces, or tabs.
    """

    text: str
    origin: int | None = None
    depth: int | None = 0
    unchanged: bool = False
    margin: str = ""

    def deeper(self, columns: int) -> Line:
        """The same, further to the right."""
        return self if self.depth is None else replace(self, depth=self.depth + columns)

    def __str__(self) -> str:
        if self.depth is None or not self.text:
            return self.text
        return self.margin + " " * self.depth + self.text


def deeper(lines: list[Line], columns: int = 4) -> list[Line]:
    """Some lines further to the right."""
    return [each.deeper(columns) for each in lines]


def behind(margin: str, lines: list[Line]) -> list[Line]:
    """Some lines at a place that the original indents so."""
    return [replace(each, margin=margin) for each in lines]


class Source:
    """A module's text, by the places of its syntax tree.

    Args:
        text: The text; its lines end with a line feed alone.
        tree: What it was parsed to.
    """

    def __init__(self, text: str, tree: ast.AST) -> None:
        self.lines = text.split("\n")
        self._own = {id(node) for node in ast.walk(tree)}
        self._own -= {id(part) for node in ast.walk(tree) for part in _without_place(node)}
        self._tree = tree  # whose nodes' ids these are
        self._in_strings = frozenset(_lines_in_strings(text))

    def has(self, node: ast.AST) -> bool:
        """True if a node stands in the text as it is."""
        return id(node) in self._own

    def characters(self, line: int, column: int) -> int:
        """A column in characters, from one in bytes."""
        return len(self.lines[line - 1].encode()[:column].decode())

    def margin(self, node: ast.stmt) -> str:
        """What the line is indented with on which a statement begins."""
        return self.lines[node.lineno - 1][: node.col_offset]

    def first_line(self, node: Any) -> int:
        """The line on which a node begins, with its decorators."""
        line: int = min(
            [node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))]
        )
        while line < node.lineno and not self.lines[line - 1].lstrip().startswith("@"):
            line -= 1  # a bracket around the decorator
        return line

    def stands_behind(self, sign: str, node: ast.expr) -> bool:
        """True if nothing but a sign stands before a node on its line."""
        before = self.lines[node.lineno - 1][: self.characters(node.lineno, node.col_offset)]
        return before.strip() == sign

    def of(self, node: Any) -> list[Line]:
        """The lines of a node."""
        begin = self.first_line(node)
        column = self.characters(node.lineno, node.col_offset)
        indent = self.lines[begin - 1][:column]
        lines = []
        for number in range(begin, node.end_lineno + 1):
            text = self.lines[number - 1]
            if number == node.end_lineno:
                text = text[: self.characters(number, node.end_col_offset)]
            if number == begin:  # also where a string ends before it
                text = text[column:]
                is_if = isinstance(node, ast.If)  # of an elif, which is one of its own here
                lines.append(Line(text.removeprefix("el") if is_if else text, number))
            elif number in self._in_strings:
                lines.append(Line(text, number, None))
            else:
                lines.append(Line(text.removeprefix(indent), number))
        return [_spaced(each) for each in lines]


def _without_place(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of an f-string whose places are not known, or hold no expression.

    3.11 knows no place in an f-string, and later versions have wrong ones behind a line's end.
    """
    if isinstance(node, ast.JoinedStr):
        if sys.version_info < (3, 12) or node.lineno != node.end_lineno:
            yield from (part for part in ast.walk(node) if part is not node)
        yield from (each for each in node.values if isinstance(each, ast.Constant))
    elif isinstance(node, ast.FormattedValue) and node.format_spec is not None:
        yield node.format_spec


def _spaced(line: Line) -> Line:
    """A line whose spaces in front are its depth."""
    text = line.text.lstrip(" ")
    return (
        line if line.depth is None else replace(line, text=text, depth=len(line.text) - len(text))
    )


def _lines_in_strings(text: str) -> Iterator[int]:
    """The lines that begin inside of a string."""
    begin = 0
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = tokenize.tok_name[token.type]
        if kind in {"FSTRING_START", "TSTRING_START"}:
            begin = begin if depth else token.start[0]
            depth += 1
        elif kind in {"FSTRING_END", "TSTRING_END"}:
            depth -= 1
            if not depth:
                yield from range(begin + 1, token.end[0] + 1)
        elif kind == "STRING":
            yield from range(token.start[0] + 1, token.end[0] + 1)


class Printer:
    """Prints statements.

    Args:
        source: The text that some of them come from.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._literals = Literals(source.has, self._literal)

    def _literal(self, node: Any) -> str | None:
        """A literal as the source has it, if it stands on one line."""
        if node.lineno != node.end_lineno:
            return None
        (line,) = self.source.of(node)
        return line.text

    def statement(self, node: ast.stmt, origin: int | None) -> list[Line]:
        """The lines of a statement."""
        if self.source.has(node):
            return self.source.of(node)
        origin = getattr(node, "lineno", 0) or origin
        if hasattr(node, "body") or isinstance(node, ast.Match):
            return self._compound(node, origin)
        return [
            Line(text, origin, depth)
            for text, depth in broken(self._literals.visit(copy.copy(node)))
        ]

    def block(self, nodes: list[ast.stmt], origin: int | None = None) -> list[Line]:
        """The lines of statements below a header."""
        return deeper([line for each in nodes for line in self.statement(each, origin)])

    def _compound(self, node: Any, origin: int | None) -> list[Line]:
        lines = [
            Line(f"@{self.expression(each)}", getattr(each, "lineno", origin))
            for each in getattr(node, "decorator_list", [])
        ]
        lines.append(Line(self.header(node), origin))
        if isinstance(node, ast.Match):
            for case in node.cases:
                lines += deeper([Line(self.header(case), line_of_case(case) or origin)])
                lines += deeper(self.block(case.body, origin))
            return lines
        lines += self.block(node.body, origin)
        for handler in getattr(node, "handlers", []):
            star = "*" if type(node).__name__ == "TryStar" else ""
            lines.append(Line(self.header(handler, star), getattr(handler, "lineno", origin)))
            lines += self.block(handler.body, origin)
        return [*lines, *self._else(node, origin)]

    def _else(self, node: Any, origin: int | None) -> Iterator[Line]:
        match node:
            case ast.If(orelse=[ast.If() as further]) if not self.source.has(further):
                first, *rest = self.statement(further, origin)
                yield replace(first, text=f"el{first.text}")
                yield from rest
                return
        for field, header in (("orelse", "else:"), ("finalbody", "finally:")):
            body = getattr(node, field, None)
            if body:
                yield Line(header, None)
                yield from self.block(body, origin)

    def header(self, node: Any, star: str = "") -> str:
        """The first line of a statement that has others in it, or of one of its clauses."""
        if isinstance(node, (ast.Try, getattr(ast, "TryStar", ast.Try))):
            return "try:"
        made = copy.copy(node)
        if isinstance(node, ast.Match):
            made.cases = []
            return ast.unparse(self._literals.visit(made))
        made.body, made.lineno = [ast.Pass()], 0
        for field in ("orelse", "decorator_list"):
            if hasattr(made, field):
                setattr(made, field, [])
        text = ast.unparse(self._literals.visit(made)).strip("\n")
        text = text.removesuffix("pass").rstrip()
        return text.replace("except", f"except{star}", 1) if star else text

    def expression(self, node: ast.expr) -> str:
        """The text of an expression."""
        if self.source.has(node) and node.lineno == node.end_lineno:
            return self.source.of(node)[0].text
        return ast.unparse(self._literals.visit(copy.copy(node)))


def line_of_case(case: ast.match_case) -> int | None:
    """The line on which a case stands."""
    return getattr(case.pattern, "lineno", None)
