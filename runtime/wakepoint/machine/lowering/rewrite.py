"""Source text with some of its parts exchanged: variables become fields, awaits their values.

Everything else of the text stays as it was written, down to its quotes and line breaks.
"""

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Iterator

from wakepoint.machine.lowering.scope import bound_in, bound_in_comprehension
from wakepoint.machine.lowering.text import (
    all_arguments,
    as_argument,
    captures,
    end_of_header,
    formatted,
    line_starts,
    newlines_in_strings,
)

STRING_NEWLINE = "\ue000"
"""Stands for a line break inside a string, behind which nothing may be indented anew."""

Edit = tuple[int, int, str]
"""From byte, to byte, by what."""

_KEYWORDS = frozenset(("and", "or", "not", "in", "is", "if", "else", "return", "await", "yield"))


class Rewriter:
    """Cuts texts out of a function's source.

    Args:
        source: The source that the tree was parsed from.
        machine: What the machine is called in its own methods, ``self`` in most.
        fields: The names of the fields by the names of the variables.
        class_name: The class around a method, for ``super()`` and private names.
        first: The name of a method's first parameter, for ``super()``.
    """

    def __init__(
        self, source: str, machine: str, fields: dict[str, str], class_name: str | None, first: str
    ) -> None:
        self._bytes = source.encode()
        self._starts = line_starts(self._bytes)
        self._newlines = list(newlines_in_strings(source, self._starts))
        self.machine = machine
        self.fields = fields
        self._class_name = class_name
        self._first = first
        self.returns: dict[ast.Return, tuple[str, str]] = {}

    def field(self, name: str) -> str:
        """How a variable is written in the machine's methods."""
        return f"{self.machine}.{self.fields[name]}" if name in self.fields else self.mangled(name)

    def mangled(self, name: str) -> str:
        """A name as the class around it spells it (private name mangling)."""
        if self._class_name and name.startswith("__") and not name.endswith("__"):
            return f"_{self._class_name.lstrip('_')}{name}"
        return name

    def text(self, node: ast.AST, parts: dict[ast.AST, str] | None = None) -> str:
        """The source of a node.

        Args:
            node: An expression or a statement.
            parts: What to write in place of nodes in it.
        """
        start, end = self.range(node)
        edits = list(self._edits(node, frozenset(), parts or {}))
        edits += [(at, at + 1, STRING_NEWLINE) for at in self._newlines if start <= at < end]
        return self._apply(start, end, edits)

    def _apply(self, start: int, end: int, edits: list[Edit]) -> str:
        pieces = []
        at = start
        for first, last, text in sorted(edits, key=lambda each: each[:2]):
            if first < at:  # inside of what was exchanged as a whole
                continue
            pieces += [self._bytes[at:first].decode(), text]
            at = last
        return "".join([*pieces, self._bytes[at:end].decode()])

    def range(self, node: ast.AST) -> tuple[int, int]:
        """Where a node's source begins and ends, in bytes."""
        line, column = node.lineno, node.col_offset  # type: ignore[attr-defined]
        end_line, end_column = node.end_lineno, node.end_col_offset  # type: ignore[attr-defined]
        return self._starts[line - 1] + column, self._starts[end_line - 1] + end_column

    def characters(self, line: int, column: int) -> int:
        """A column in characters, from one in bytes."""
        start = self._starts[line - 1]
        return len(self._bytes[start : start + column].decode())

    def plain(self, node: ast.AST) -> str:
        """The source of a node as it is written."""
        start, end = self.range(node)
        return self._bytes[start:end].decode()

    def header(self, node: ast.AsyncFunctionDef) -> list[str]:
        """The ``def`` of a function, up to its colon, without ``async``."""
        start = self._starts[node.lineno - 1] + node.col_offset
        body = self.range(node.body[0])[0]
        text = self._bytes[start:body].decode()
        text = text[: end_of_header(text)].removeprefix("async").lstrip()
        first, *rest = text.split("\n")
        return [first, *(line[node.col_offset :] for line in rest)]

    # -- edits ------------------------------------------------------------------------------------

    def _edits(
        self, node: ast.AST, hidden: frozenset[str], parts: dict[ast.AST, str]
    ) -> Iterator[Edit]:
        """The edits in a node; ``hidden`` are names that inner scopes bind for themselves."""
        if node in parts:
            yield self._exchange(node, parts[node])
            return
        match node:
            case ast.Return() if node in self.returns:
                yield self._exchange(node, self._return(node, hidden, parts))
            case ast.Name():
                if node.id == "__class__" and self._class_name and "__class__" not in hidden:
                    yield (*self.range(node), self._class_name)
                elif self.written(node.id, hidden) != node.id:
                    yield (*self.range(node), self.written(node.id, hidden))
            case ast.NamedExpr():
                yield from self._let(node, hidden, parts)
            case ast.JoinedStr() if sys.version_info < (3, 12):
                yield (*self.range(node), self._formatted(node, hidden, parts))
            case ast.Call(func=ast.Name(id="super"), args=[], keywords=[]) if self._class_name:
                yield (*self.range(node), f"super({self._class_name}, {self.field(self._first)})")
            case ast.Lambda() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield from self._inner_scope(node, hidden, parts)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                yield from self._comprehension(node, hidden, parts)
            case ast.Nonlocal():
                yield from self._nonlocal(node, hidden)
            case ast.Import() | ast.ImportFrom():
                names = [a.asname or a.name.partition(".")[0] for a in node.names]
                yield from self._bind_after(node, [n for n in names if n not in hidden])
            case _:
                yield from self._plain(node, hidden, parts)

    def _plain(
        self, node: ast.AST, hidden: frozenset[str], parts: dict[ast.AST, str]
    ) -> Iterator[Edit]:
        if isinstance(node, ast.Attribute) and self.mangled(node.attr) != node.attr:
            end = self.range(node)[1]
            yield end - len(node.attr.encode()), end, self.mangled(node.attr)
        if isinstance(node, ast.ExceptHandler) and node.name and node.name not in hidden:
            yield from self._bind_before(node.body[0], [node.name])
        if isinstance(node, ast.match_case):
            captured = [name for name in captures(node.pattern) if name not in hidden]
            yield from self._bind_before(node.body[0], captured)
            if node.guard is not None:
                yield from self._edits(node.guard, hidden | set(captured), parts)
            yield from self._edits(node.pattern, hidden, parts)
            for statement in node.body:
                yield from self._edits(statement, hidden, parts)
            return
        for child in ast.iter_child_nodes(node):
            yield from self._edits(child, hidden, parts)

    def written(self, name: str, hidden: frozenset[str]) -> str:
        """How a name is written where inner scopes hide some."""
        return self.mangled(name) if name in hidden else self.field(name)

    def _exchange(self, node: ast.AST, text: str) -> Edit:
        start, end = self.range(node)
        if text.replace(".", "").replace("_", "").isalnum():  # parentheses are not needed
            around = self._parentheses(start, end)
            if around is not None:
                return (*around, text)
        return start, end, text

    def _parentheses(self, start: int, end: int) -> tuple[int, int] | None:
        """The parentheses that stand around a node for no other reason than its precedence."""
        before = self._bytes[:start].rstrip()
        after = self._bytes[end:].lstrip()
        if not before.endswith(b"(") or not after.startswith(b")"):
            return None
        outside = before[:-1].rstrip()
        word = outside[len(outside.rstrip(b"abcdefghijklmnopqrstuvwxyz")) :].decode()
        calls = outside[-1:].isalnum() or outside[-1:] in {b")", b"]", b"_", b'"', b"'"}
        if calls and word not in _KEYWORDS:
            return None
        return len(before) - 1, len(self._bytes) - len(after) + 1

    def _let(
        self, node: ast.NamedExpr, hidden: frozenset[str], parts: dict[ast.AST, str]
    ) -> Iterator[Edit]:
        name = node.target.id
        if name in self.fields and name not in hidden:
            start, end = self.range(node)
            value = self._bytes.index(b":=", self.range(node.target)[1]) + len(b":=")
            while self._bytes[value : value + 1].isspace():
                value += 1
            yield start, value, f'{self.machine}.let("{self.fields[name]}", '
            yield end, end, ")"
        yield from self._edits(node.value, hidden, parts)

    def _return(self, node: ast.Return, hidden: frozenset[str], parts: dict[ast.AST, str]) -> str:
        value = "None"
        if node.value is not None:
            start, end = self.range(node.value)
            value = self._apply(start, end, list(self._edits(node.value, hidden, parts)))
            value = as_argument(node.value, value)
        first, second = self.returns[node]
        return f"{first}{self._separator(node)}{second.replace('VALUE', value)}"

    def _separator(self, node: ast.stmt) -> str:
        """What stands between two statements where this one is."""
        line = self._bytes[self._starts[node.lineno - 1] :]
        alone = not line[: node.col_offset].strip()
        return f"\n{' ' * node.col_offset}" if alone else "; "

    def _formatted(
        self, node: ast.JoinedStr, hidden: frozenset[str], parts: dict[ast.AST, str]
    ) -> str:
        """An f-string anew: before CPython 3.12 the places of its parts are not known."""
        if any(each in parts for each in ast.walk(node)):
            pieces = [self._piece(each, hidden, parts) for each in node.values]
            return f"''.join([{', '.join(pieces)}])"
        return self._exchanged(node, hidden)

    def _exchanged(self, node: ast.expr, hidden: frozenset[str]) -> str:
        return ast.unparse(_Exchange(self, hidden).visit(copy.deepcopy(node)))

    def _piece(self, node: ast.expr, hidden: frozenset[str], parts: dict[ast.AST, str]) -> str:
        if isinstance(node, ast.Constant):
            return repr(node.value)
        assert isinstance(node, ast.FormattedValue)
        if node in parts:
            return parts[node].removeprefix("{").removesuffix("}")
        return formatted(node, parts.get(node.value) or self._exchanged(node.value, hidden))

    # -- inner scopes -----------------------------------------------------------------------------

    def _inner_scope(
        self,
        node: ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef,
        hidden: frozenset[str],
        parts: dict[ast.AST, str],
    ) -> Iterator[Edit]:
        bound, shared = bound_in(node)
        inside = hidden | bound - shared
        body = node.body if isinstance(node.body, list) else [node.body]
        for child in ast.iter_child_nodes(node):
            if child in body:
                yield from self._edits(child, inside, parts)
            elif isinstance(child, ast.arguments):
                outside = [*child.defaults, *(d for d in child.kw_defaults if d is not None)]
                annotations = [a.annotation for a in all_arguments(child) if a.annotation]
                for each in [*outside, *annotations]:
                    yield from self._edits(each, hidden, parts)
            else:
                yield from self._edits(child, hidden, parts)
        if not isinstance(node, ast.Lambda) and node.name not in hidden:
            yield from self._bind_after(node, [node.name])

    def _comprehension(
        self,
        node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
        hidden: frozenset[str],
        parts: dict[ast.AST, str],
    ) -> Iterator[Edit]:
        first = node.generators[0].iter
        inside = hidden | bound_in_comprehension(node)
        yield from self._edits(first, hidden, parts)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.comprehension):
                for part in ast.iter_child_nodes(child):
                    if part is not first:
                        yield from self._edits(part, inside, parts)
            else:
                yield from self._edits(child, inside, parts)

    def _nonlocal(self, node: ast.Nonlocal, hidden: frozenset[str]) -> Iterator[Edit]:
        kept = [name for name in node.names if name in hidden or name not in self.fields]
        if len(kept) < len(node.names):
            yield (*self.range(node), f"nonlocal {', '.join(kept)}" if kept else "pass")

    # -- statements that bind a name which is a field ---------------------------------------------

    def _bind_after(self, node: ast.stmt, names: list[str]) -> Iterator[Edit]:
        end = self.range(node)[1]
        for name in names:
            if name in self.fields:
                yield end, end, f"{self._separator(node)}{self.field(name)} = {name}"

    def _bind_before(self, node: ast.stmt, names: list[str]) -> Iterator[Edit]:
        start = self.range(node)[0]
        for name in names:
            if name in self.fields:
                yield start, start, f"{self.field(name)} = {name}{self._separator(node)}"


class _Exchange(ast.NodeTransformer):
    """Exchanges names in a tree, for texts whose parts have no known places."""

    def __init__(self, rewriter: Rewriter, hidden: frozenset[str]) -> None:
        self._rewriter = rewriter
        self._hidden = hidden

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self._rewriter.written(node.id, self._hidden), node.ctx)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.AST:
        name = node.target.id
        if name in self._hidden or name not in self._rewriter.fields:
            return self.generic_visit(node)
        let = ast.Name(f"{self._rewriter.machine}.let", ast.Load())
        field = ast.Constant(self._rewriter.fields[name])
        return ast.Call(let, [field, self.visit(node.value)], [])
